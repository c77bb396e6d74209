"""A logo comes from outside: what it is is seen by its content, and what is kept of it are its pixels alone."""

import random
import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFile, PngImagePlugin

from issuer.logo import LogoRefused, read_logo

ORIENTATION = 0x112
UPSIDE_DOWN, ON_ITS_SIDE = 3, 6


def picture(mode: str = "RGB", size: tuple[int, int] = (60, 40)) -> Image.Image:
    """Red, with a blue corner at the top left; transparent below where the mode can be."""
    made = Image.new("RGBA", size, (200, 30, 30, 255))
    drawing = ImageDraw.Draw(made)
    drawing.rectangle((0, 0, size[0] // 3, size[1] // 3), (20, 20, 200, 255))
    drawing.rectangle((0, size[1] * 2 // 3, *size), (0, 0, 0, 0))
    return made if mode == "RGBA" else made.convert("RGB").convert(mode)


def encoded(made: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    written = BytesIO()
    made.save(written, kind, **options)
    return written.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "logo"


def taken(file: Path, given: bytes) -> Image.Image:
    file.write_bytes(given)
    opened = Image.open(BytesIO(read_logo(file)))
    opened.load()
    return opened


def refused(file: Path, given: bytes) -> str:
    file.write_bytes(given)
    with pytest.raises(LogoRefused) as said:
        read_logo(file)
    return str(said.value)


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def empty_png(width: int, height: int) -> bytes:
    """The header of a picture as large as it says, and nothing of the picture."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "is an SVG"),
        (encoded(picture(), "GIF"), "is a GIF"),
        (encoded(picture(), "WEBP"), "is a WebP"),
        (encoded(picture(), "TIFF"), "is a TIFF"),
        (encoded(picture(), "PDF"), "is a PDF"),
        (b"", "neither"),
        (b"<html>", "neither"),
    ],
    ids=["svg", "gif", "webp", "tiff", "pdf", "nothing", "html"],
)
def test_what_is_neither_png_nor_jpeg_is_refused_by_its_name(file: Path, given: bytes, said: str) -> None:
    answer = refused(file, given)
    assert said in answer
    assert "save it as a PNG or JPEG" in answer


@pytest.mark.parametrize("size", [(8000, 5000), (12_000, 10_000), (60_000, 60_000), (2001, 2000)])
def test_a_picture_too_large_is_refused_before_it_is_decoded(file: Path, size: tuple[int, int]) -> None:
    assert "at most 4 are taken" in refused(file, empty_png(*size))  # decoding it would find it damaged


def test_a_file_too_large_is_refused(file: Path) -> None:
    assert "2 MB" in refused(file, encoded(picture()) + bytes(2 * 1024 * 1024))


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent.png", Path("/dev/zero")):
        with pytest.raises(LogoRefused, match="not a file"):
            read_logo(path)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_truncated_picture_is_refused(file: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)  # as WeasyPrint leaves it
    whole = encoded(picture(size=(300, 200)), kind)
    assert "damaged" in refused(file, whole[: len(whole) * 2 // 3])


def test_an_animated_png_is_refused(file: Path) -> None:
    frames = [picture(), picture().rotate(90)]
    assert "animated" in refused(file, encoded(frames[0], save_all=True, append_images=frames[1:]))


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("RGB", "PNG"), ("RGB", "JPEG"), ("CMYK", "JPEG"), ("L", "JPEG"), ("L", "PNG"), ("P", "PNG"), ("1", "PNG")],
)
def test_every_kind_of_picture_becomes_plain_rgb(file: Path, mode: str, kind: str) -> None:
    made = picture(mode)
    got = taken(file, encoded(made, kind))
    assert (got.mode, got.size) == ("RGB", (60, 40))
    for place in ((5, 5), (50, 20)):
        expected = made.convert("RGB").getpixel(place)
        found = got.getpixel(place)
        assert isinstance(expected, tuple) and isinstance(found, tuple)
        assert all(abs(one - other) < 8 for one, other in zip(expected, found, strict=True))


def test_transparency_is_kept(file: Path) -> None:
    palette = picture("P")
    palette.info["transparency"] = palette.getpixel((50, 20))
    for given in (encoded(picture("RGBA")), encoded(picture("RGBA").quantize(8))):
        got = taken(file, given)
        assert got.getpixel((5, 5)) == (20, 20, 200, 255)
        assert got.getchannel("A").getpixel((30, 38)) == 0
    assert taken(file, encoded(palette)).getchannel("A").getpixel((50, 20)) == 0


def test_sixteen_bits_are_brought_to_eight_without_clipping(file: Path) -> None:
    grey = Image.new("I;16", (4, 4), 0x8000)
    assert taken(file, encoded(grey)).getpixel((1, 1)) == (128, 128, 128)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_that_lies_on_its_side_is_set_upright(file: Path, kind: str) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = ON_ITS_SIDE
    got = taken(file, encoded(picture(), kind, exif=exif))
    assert got.size == (40, 60)
    corner = got.getpixel((36, 4))
    assert isinstance(corner, tuple) and corner[2] > 150


def test_a_large_picture_becomes_small_and_keeps_its_proportions(file: Path) -> None:
    assert taken(file, encoded(picture(size=(1800, 900)))).size == (480, 240)


def test_nothing_is_kept_but_the_pixels_and_always_as_the_same_bytes(file: Path) -> None:
    exif = Image.Exif()
    exif[0x10E] = "a secret place"
    words = PngImagePlugin.PngInfo()
    words.add_text("Author", "a secret name")
    file.write_bytes(encoded(picture(), exif=exif, pnginfo=words, icc_profile=b"profile", dpi=(72, 72)))
    kept = read_logo(file)
    assert kept == read_logo(file)
    names, at = [], 8
    while at < len(kept):
        (length,) = struct.unpack_from(">I", kept, at)
        names.append(kept[at + 4 : at + 8])
        at += length + 12
    assert sorted(set(names)) == [b"IDAT", b"IEND", b"IHDR"]


def test_a_damaged_picture_is_taken_or_refused_and_nothing_else(file: Path) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = UPSIDE_DOWN
    seeds = [
        encoded(picture("P"), transparency=3),
        encoded(picture("RGBA"), exif=exif, icc_profile=b"x" * 99),
        encoded(picture(), "JPEG", exif=exif),
        encoded(picture("CMYK"), "JPEG", progressive=True),
    ]
    chance = random.Random(5)
    refusals = 0
    for _ in range(600):
        given = bytearray(chance.choice(seeds))
        for _ in range(chance.randint(1, 4)):
            given[chance.randrange(len(given))] = chance.randrange(256)
        file.write_bytes(given)
        try:
            read_logo(file)
        except LogoRefused:
            refusals += 1
    assert 0 < refusals < 600

"""Photos and scans: the QR code is found on them as people take them."""

import io
import struct
import zlib
from collections.abc import Callable
from random import Random

import pytest
from PIL import Image, ImageChops, ImageEnhance, ImageFilter

from tests.hostile import jpeg, png
from tests.test_designs import VERIFY_URL, drawn, picture
from verifier.documents.badges import MOST_CHUNKS
from verifier.documents.child import open_document
from verifier.documents.pictures import MOST_SCANNED
from verifier.documents.scans import scans
from verifier.errors import CannotOpen


def saved(image: Image.Image, as_format: str = "JPEG", **options: object) -> bytes:
    written = io.BytesIO()
    image.save(written, as_format, **options)
    return written.getvalue()


def page(dpi: int) -> Image.Image:
    return picture(drawn("classic-landscape"), dpi).convert("RGB")


def on_a_desk(image: Image.Image, size: tuple[int, int], turned: float = 0) -> Image.Image:
    grains = Image.frombytes("L", (size[0] // 8, size[1] // 8), Random(1).randbytes((size[0] // 8) * (size[1] // 8)))
    desk = grains.point(lambda value: 90 + value // 4).resize(size).convert("RGB")
    laid = image.convert("RGBA").rotate(turned, expand=True, resample=Image.Resampling.BICUBIC)
    desk.paste(laid, (size[0] // 8, size[1] // 8), laid)
    return desk


def from_aside(image: Image.Image) -> Image.Image:
    width, height = image.size
    corners = (width // 8, 0, -width // 16, height, width + width // 16, height, width - width // 8, width // 24)
    return image.transform(image.size, Image.Transform.QUAD, corners, Image.Resampling.BICUBIC, fillcolor="gray")


def in_the_dark(image: Image.Image) -> Image.Image:
    dark = ImageEnhance.Brightness(image).enhance(0.25).convert("L")
    grains = Image.frombytes("L", dark.size, Random(2).randbytes(dark.width * dark.height))
    return ImageChops.add(dark, grains.point(lambda value: value // 6), 1, -20)


def in_pieces(whole: bytes) -> bytes:
    """A PNG whose content is cut as small as encoders do, at 4 KiB."""
    at, grey = whole.index(b"IDAT") - 4, b""
    start = at
    while whole[at + 4 : at + 8] == b"IDAT":
        length = int.from_bytes(whole[at : at + 4])
        grey += whole[at + 8 : at + 8 + length]
        at += 12 + length
    pieces = (b"IDAT" + grey[i : i + 4096] for i in range(0, len(grey), 4096))
    again = (struct.pack(">I", len(one) - 4) + one + struct.pack(">I", zlib.crc32(one)) for one in pieces)
    return whole[:start] + b"".join(again) + whole[at:]


AS_TAKEN: dict[str, Callable[[], bytes]] = {
    "a scan": lambda: saved(page(300)),
    "a PNG with nothing behind it": lambda: saved(page(150).convert("RGBA"), "PNG"),
    "a WebP": lambda: saved(page(200), "WEBP", quality=60),
    "sent by a messenger": lambda: saved(page(90), quality=40),
    "progressive": lambda: saved(on_a_desk(page(200), (4000, 3000)), progressive=True),
    "progressive, in separate colours": lambda: saved(page(200), progressive=True, subsampling=0, optimize=True),
    "a PNG in many pieces": lambda: in_pieces(saved(page(300), "PNG", compress_level=0)),
    "turned by 15 degrees": lambda: saved(on_a_desk(page(200), (3000, 3000), 15)),
    "on its side": lambda: saved(on_a_desk(page(200), (3000, 3000), 90)),
    "upside down": lambda: saved(on_a_desk(page(200), (3000, 3000), 180)),
    "from aside": lambda: saved(from_aside(page(300))),
    "not in focus": lambda: saved(page(300).filter(ImageFilter.GaussianBlur(2.5))),
    "in the dark": lambda: saved(in_the_dark(page(300)), quality=60),
    "small on a large photo": lambda: saved(on_a_desk(page(120), (4000, 3000), 3)),
    "on a very large photo": lambda: saved(on_a_desk(page(150), (8000, 6000))),
}


@pytest.mark.parametrize("taken", AS_TAKEN)
def test_the_qr_code_is_found(taken: str) -> None:
    opened = open_document(AS_TAKEN[taken]())
    assert opened.kind == "picture"
    assert opened.codes == (VERIFY_URL,)
    assert (opened.attached, opened.lines, opened.traces) == ((), (), ())


def test_a_photo_that_says_how_it_was_held_is_read() -> None:
    exif = Image.Exif()
    exif[0x0112] = 5  # mirrored and turned: no reader of codes could do without being told
    upright = page(150)
    held = upright.transpose(Image.Transpose.TRANSPOSE)
    assert open_document(saved(held, exif=exif)).codes == (VERIFY_URL,)


def test_of_a_moving_picture_the_first_is_read() -> None:
    blank = Image.new("RGB", page(100).size, "white")
    for as_format in ("PNG", "WEBP"):
        moving = saved(page(100), as_format, save_all=True, append_images=[blank], lossless=True)
        assert open_document(moving).codes == (VERIFY_URL,)


def test_a_photo_of_nothing_has_no_code() -> None:
    opened = open_document(saved(on_a_desk(Image.new("L", (9, 9)), (2000, 1500))))
    assert opened.kind == "picture"
    assert opened.codes == ()


@pytest.mark.parametrize("as_format", ["PNG", "JPEG", "WEBP"])
def test_a_picture_that_breaks_off_is_damaged(as_format: str) -> None:
    whole = saved(page(60), as_format)
    with pytest.raises(CannotOpen) as refused:
        open_document(whole[: len(whole) // 2])
    assert refused.value.code == "damaged"


def test_a_picture_is_refused_for_the_size_that_it_says_it_has() -> None:
    with pytest.raises(CannotOpen) as refused:
        open_document(png(20_000, 20_000))
    assert refused.value.code == "too_large"


def test_a_photo_as_large_as_phones_take_may_be_progressive() -> None:
    for subsampling in (0, 2):
        photo = saved(page(60), progressive=True, subsampling=subsampling)
        assert len(list(scans(photo))) == 10
        assert sum(scans(photo)) * 200_000_000 <= MOST_SCANNED


def test_scans_are_counted_where_a_decoder_finds_them() -> None:
    photo, other = saved(page(60)), saved(page(60), progressive=True)
    exif = b"\xff\xe1" + struct.pack(">H", len(other) + 2) + other  # a preview in the head
    assert list(scans(photo)) == [3]
    assert list(scans(photo[:2] + exif + photo[2:] + other)) == [3]
    assert list(scans(photo[:2] + b"\xff" * 9 + photo[2:])) == [3]
    assert list(scans(jpeg(64, scans=5))) == [1] * 11
    assert list(scans(jpeg(64)[:-2] + b"\xff\x02\xff\xff" + jpeg(64, scans=5)[2:])) == [1] * 17


@pytest.mark.parametrize("again", [jpeg(3000, scans=400), jpeg(64, scans=2_000)], ids=["large", "small"])
def test_a_picture_that_is_drawn_over_and_over_is_refused_before_it_is_decoded(again: bytes) -> None:
    with pytest.raises(CannotOpen) as refused:
        open_document(again)
    assert refused.value.code == "too_large"


def test_a_png_of_more_pieces_than_encoders_make_is_refused() -> None:
    with pytest.raises(CannotOpen) as refused:
        open_document(png(9, 9, *((b"tEXt", b"a\0b") for _ in range(MOST_CHUNKS)), grey=zlib.compress(bytes(90))))
    assert refused.value.code == "too_large"

"""The logo of an organisation: a picture from outside, looked at before it is decoded, and drawn anew as a plain PNG."""

import struct
import warnings
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageFile, ImageOps

__all__ = ["LogoRefused", "read_logo"]

MOST_BYTES = 2 * 1024 * 1024
MOST_PIXELS = 4_000_000
LARGEST = (720, 240)  # pixels: 400 dpi on 46 by 15 mm, more than any design gives a logo; every certificate carries it
PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
OTHERS = {  # how other files begin, after so many bytes that may differ
    (0, b"GIF8"): "a GIF",
    (8, b"WEBP"): "a WebP",
    (0, b"%PDF"): "a PDF",
    (0, b"BM"): "a BMP",
    (0, b"II*\0"): "a TIFF",
    (0, b"MM\0*"): "a TIFF",
    (4, b"ftyp"): "a HEIC or AVIF",
}
# What Pillow raises for a damaged picture, and zlib below it. MemoryError too: a length that is a lie.
DAMAGED = (
    OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, struct.error, MemoryError, UserWarning,
)  # fmt: skip


class LogoRefused(ValueError):
    """The picture cannot be taken; the message says what it is and what to do."""


def read_logo(file: Path) -> bytes:
    """The picture in `file` as a PNG of at most `LARGEST` pixels, upright, in RGB or RGBA, without any metadata.

    The same file gives the same bytes. Raises `LogoRefused`.
    """
    try:
        if not file.is_file():  # a pipe would never end
            raise LogoRefused("is not a file; give its path relative to the description")
        with file.open("rb") as opened:
            given = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise LogoRefused(f"cannot be read: {error.strerror}") from error
    if len(given) > MOST_BYTES:
        raise LogoRefused("is larger than 2 MB; save it smaller")
    if not given.startswith(PICTURES):
        raise LogoRefused(f"is {_named(given)}; save it as a PNG or JPEG")
    with warnings.catch_warnings():
        for doubt in (Image.DecompressionBombWarning, UserWarning):  # of Pillow, such as a corrupt orientation
            warnings.simplefilter("error", doubt)
        try:
            return _drawn_anew(given)
        except LogoRefused:
            raise
        except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
            raise _too_large("more than 80") from error
        except DAMAGED as error:
            raise LogoRefused("is damaged and cannot be decoded; save it again") from error


def _drawn_anew(given: bytes) -> bytes:
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint turns it on for the whole process
    with Image.open(BytesIO(given), formats=("PNG", "JPEG")) as opened:  # reads the header only
        if opened.width * opened.height > MOST_PIXELS:
            raise _too_large(f"{opened.width * opened.height / 1e6:.1f}")
        if opened.format == "PNG" and getattr(opened, "is_animated", False):
            raise LogoRefused("is animated; save one picture of it")
        opened.load()
        picture = _eight_bits(ImageOps.exif_transpose(opened))
    picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    picture.thumbnail(LARGEST, Image.Resampling.LANCZOS)
    picture.info = {}  # a colour profile would be written
    png = BytesIO()
    picture.save(png, "PNG", optimize=True)
    return png.getvalue()


def _eight_bits(picture: Image.Image) -> Image.Image:
    """A picture of 16-bit greys by the upper half of each; Pillow would clip them. All other modes have eight already."""
    if picture.mode != "I;16":
        return picture
    if picture.has_transparency_data:
        raise LogoRefused("is 16-bit grey with a transparent colour; save it with 8 bits a channel")
    return Image.frombytes("L", picture.size, picture.tobytes()[1::2])


def _too_large(megapixels: str) -> LogoRefused:
    return LogoRefused(f"has {megapixels} megapixels; at most {MOST_PIXELS // 1_000_000} are taken; save it smaller")


def _named(given: bytes) -> str:
    for (after, beginning), name in OTHERS.items():
        if given.startswith(beginning, after):
            return name
    return "an SVG" if b"<svg" in given[:4096].lower() else "neither a PNG nor a JPEG"

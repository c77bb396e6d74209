"""Opens a picture: a photo, a scan or a baked badge. Runs only in a child process of `verifier.documents.server`."""

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from verifier.documents import badges, codes
from verifier.documents.kinds import Kind
from verifier.documents.opened import Opened
from verifier.errors import CannotOpen

__all__ = ["codes_on_frame", "open_picture"]

FORMATS = {"png": "PNG", "jpeg": "JPEG", "webp": "WEBP"}
MOST_PIXELS = {"png": 64_000_000, "webp": 64_000_000, "jpeg": 256_000_000}  # as the header says, before any is decoded
WANTED = 12_000_000  # pixels that are looked at: of a larger photo a smaller picture is decoded
LONGEST_SIDE = 40_000
LONGEST_SIDE_OF_A_FRAME = 1920  # of a camera: our own page sends them smaller

# Nothing else is ever decoded, and what we limit ourselves need not be warned of. No warning is written: it names a file.
Image.MAX_IMAGE_PIXELS = None
Image.preinit()
Image.init()
warnings.simplefilter("ignore")


def open_picture(data: bytes, kind: Kind) -> Opened:
    """What is baked into a picture, and the QR codes that can be seen on it. Raises `CannotOpen` with a sentence."""
    if kind == "svg":  # what it draws is not looked at: its credential is in it, or it is no badge
        return Opened(kind="badge", attached=badges.in_svg(data))
    baked = badges.in_png(data) if kind == "png" else ()
    if baked:
        return Opened(kind="badge", attached=baked)
    return Opened(kind="picture", codes=codes.on_photo(_decoded(data, kind)))


def codes_on_frame(data: bytes) -> tuple[str, ...]:
    """The QR codes on one of many pictures of a camera, a JPEG. Raises `CannotOpen` with a sentence."""
    return codes.on_page(_decoded(data, "jpeg", longest_side=LONGEST_SIDE_OF_A_FRAME))


def _decoded(data: bytes, kind: Kind, longest_side: int = LONGEST_SIDE) -> Image.Image:
    """The first picture of the file in grey, as it is to be looked at, on white where it is transparent."""
    try:
        picture = Image.open(io.BytesIO(data), formats=[FORMATS[kind]])
        if picture.width * picture.height > MOST_PIXELS[kind] or max(picture.size) > longest_side:
            raise CannotOpen(
                f"The picture has {picture.width:,} × {picture.height:,} points, more than are read: make it smaller.",
                "too_large",
            )
        picture.draft("L", _smaller(picture))  # a JPEG can be decoded at a half, a quarter or an eighth of its size
        picture.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, IndexError) as error:
        raise CannotOpen("The picture is damaged, or its end is missing.", "damaged") from error
    if picture.width * picture.height > WANTED:
        picture.thumbnail(_smaller(picture), Image.Resampling.BOX)
    return _grey(ImageOps.exif_transpose(picture))


def _smaller(picture: Image.Image) -> tuple[int, int]:
    shrunk = min(1.0, (WANTED / (picture.width * picture.height)) ** 0.5)
    return max(1, int(picture.width * shrunk)), max(1, int(picture.height * shrunk))


def _grey(picture: Image.Image) -> Image.Image:
    if "transparency" in picture.info or "A" in picture.getbands():
        clear = picture.convert("RGBA")
        picture = Image.new("RGBA", clear.size, "white")
        picture.alpha_composite(clear)
    return picture.convert("L")

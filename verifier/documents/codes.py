"""QR codes on a picture: of a drawn page, which is clean, or of a photo, which is turned, blurred, dark and large."""

import time
from collections.abc import Iterable, Iterator

import zxingcpp
from PIL import Image, ImageFilter, ImageOps

__all__ = ["on_page", "on_photo"]

# Not `QRCode`, which also finds micro QR codes: their few bits are soon seen in the pattern of a large one.
FORMATS = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCodeModel2])
MOST = 20  # on one picture
LONGEST = 8 * 1024  # characters; the largest QR code holds 7,089 digits
SMALL = 1600 * 1200  # pixels: enough for a photo on which the QR code is large, and quick
LARGE = 16_000_000  # to which a tile may be enlarged
SECONDS = 1.5  # of CPU time for one photo


def on_page(page: Image.Image) -> tuple[str, ...]:
    """The texts of the QR codes on a drawn page."""
    return _read([page])


def on_photo(photo: Image.Image) -> tuple[str, ...]:
    """The texts of the QR codes on a photo or a scan, by the first way of looking at it that finds any."""
    return _read(_ways(photo.convert("L")))


def _read(ways: Iterable[Image.Image]) -> tuple[str, ...]:
    until = time.process_time() + SECONDS
    for picture in ways:
        found = zxingcpp.read_barcodes(picture, formats=FORMATS, text_mode=zxingcpp.TextMode.Plain)
        texts = sorted({code.text for code in found if code.text and len(code.text) <= LONGEST})
        if texts:
            return tuple(texts[:MOST])
        if time.process_time() > until:
            break
    return ()


def _ways(photo: Image.Image) -> Iterator[Image.Image]:
    """The picture made so that a code may be read, the likeliest first."""
    small = _sized(photo, SMALL)
    yield small
    if photo.width * photo.height > small.width * small.height:
        yield photo
    yield ImageOps.autocontrast(small, cutoff=2)
    yield _sharp(small)
    yield ImageOps.autocontrast(small.filter(ImageFilter.MedianFilter(3)), cutoff=2)  # grains, in low light
    for tile in _tiles(photo):
        yield _sharp(ImageOps.autocontrast(tile.resize((2 * tile.width, 2 * tile.height)), cutoff=2))


def _sized(photo: Image.Image, pixels: int) -> Image.Image:
    """The picture with at most so many pixels."""
    shrunk = min(1.0, (pixels / (photo.width * photo.height)) ** 0.5)
    size = (max(1, round(photo.width * shrunk)), max(1, round(photo.height * shrunk)))
    return photo if size == photo.size else photo.resize(size, Image.Resampling.BOX)


def _sharp(picture: Image.Image) -> Image.Image:
    return picture.filter(ImageFilter.UnsharpMask(radius=4, percent=250, threshold=2))


def _tiles(photo: Image.Image) -> Iterator[Image.Image]:
    """Halves of either side, overlapping by half, so that a code is whole on one of the nine."""
    width, height = photo.width // 2, photo.height // 2
    if not (width and height) or 4 * width * height > LARGE:
        return
    for row in range(3):
        for column in range(3):
            left, top = column * width // 2, row * height // 2
            yield photo.crop((left, top, left + width, top + height))

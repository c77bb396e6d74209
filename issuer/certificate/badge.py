"""The badge as a picture with the signed credential in it: a "baked badge" (OB 3.0 §5.3)."""

from io import BytesIO
from threading import Lock

import pypdfium2
from PIL import Image
from PIL.PngImagePlugin import PngInfo

__all__ = ["EDGE", "PDFIUM", "picture"]

EDGE = 800  # pixels
FINER = 2  # drawn so many times as large first: hair lines then come out even
COLOURS = 256  # a seventh of the bytes, and nobody sees it
KEYWORD = "openbadgecredential"  # OB 3.0 §5.3.1.1
PDFIUM = Lock()  # it takes one call at a time


def picture(pdf: bytes, token: str) -> bytes:
    """The one square page of `pdf` as a PNG of 800 x 800 pixels with `token` in it. The same input makes the same bytes."""
    with PDFIUM, pypdfium2.PdfDocument(pdf) as document:
        page = document[0]
        bitmap = page.render(scale=EDGE * FINER / page.get_width(), fill_color=(0, 0, 0, 0), rev_byteorder=True)
        drawn = bitmap.to_pil().convert("RGBA")
    drawn = drawn.resize((EDGE, EDGE), Image.Resampling.LANCZOS)
    drawn = drawn.quantize(COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    baked = PngInfo()
    baked.add_itxt(KEYWORD, token)
    png = BytesIO()
    drawn.save(png, "PNG", optimize=True, pnginfo=baked)
    return png.getvalue()

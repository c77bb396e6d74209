"""A PDF as pictures and as text, as Chrome's own engine (PDFium) sees it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from io import BytesIO

import pypdfium2

from issuer.certificate.badge import PDFIUM

__all__ = ["Page", "pages", "picture"]

MM_PER_POINT = 25.4 / 72


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page: its size in millimetres, and its text in the order in which a reader extracts it."""

    width: float
    height: float
    text: str


def pages(pdf: bytes) -> tuple[Page, ...]:
    """The pages of a PDF."""
    with _opened(pdf) as document:
        return tuple(
            Page(
                width=page.get_width() * MM_PER_POINT,
                height=page.get_height() * MM_PER_POINT,
                text=page.get_textpage().get_text_bounded().replace("\r\n", "\n"),
            )
            for page in document
        )


def picture(pdf: bytes, *, page: int = 1, width: int) -> bytes:
    """A page, the first being 1, as a PNG of `width` pixels. Raises `IndexError` where there is no such page."""
    with _opened(pdf) as document:
        if not 0 < page <= len(document):
            raise IndexError(page)
        drawn = document[page - 1]
        png = BytesIO()
        drawn.render(scale=width / drawn.get_width()).to_pil().save(png, "PNG")
        return png.getvalue()


@contextmanager
def _opened(pdf: bytes) -> Iterator[pypdfium2.PdfDocument]:
    with PDFIUM, closing(pypdfium2.PdfDocument(pdf)) as document:
        yield document

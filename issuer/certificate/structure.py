"""What WeasyPrint leaves out of a tagged PDF, put in before the file is written, and its streams made ready.

WeasyPrint 70 states one language for the whole document, gives pictures a bounding box in CSS pixels from the top, and
lists an attachment twice in `/AF`. Of letters that change with their neighbours (Devanagari, Tibetan) it says glyph by
glyph what they are, which readers cannot put together again. All of it is mended in one walk over its boxes and the
structure tree made of them.
"""

import zlib
from collections.abc import Iterator
from typing import Any

import pydyf
import regex
from weasyprint.document import Document
from weasyprint.formatting_structure import boxes
from weasyprint.layout.absolute import AbsolutePlaceholder

from issuer.certificate.scripts import needs_shaping
from issuer.certificate.truetype import bare
from issuer.errors import Misconfigured

__all__ = ["finish"]

POINTS_PER_PIXEL = 0.75
RIGHT_TO_LEFT = regex.compile(r"[\p{Bidi_Class=R}\p{Bidi_Class=AL}]")


def finish(document: Document, pdf: pydyf.PDF) -> None:
    """Give each element its `/Lang` (ISO 32000-1, 14.9.2), each figure its box in points, the attachment one `/AF`."""
    root = _object(pdf, pdf.catalog["StructTreeRoot"])
    (top,) = (_object(pdf, kid) for kid in root["K"])
    kids = iter(_elements(pdf, top))
    for page in document.pages:
        for box in _tagged(page._page_box):  # noqa: SLF001, what a page was laid out to is nowhere public
            _walk(pdf, box, next(kids), page.height)
    pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))
    for stream in pdf.objects:
        if isinstance(stream, pydyf.Stream) and stream.compress:
            _deflate(stream)


def _deflate(stream: pydyf.Stream) -> None:
    """Compress the stream now: pydyf would do it twice, since it also hashes what it writes."""
    content = b"\n".join(map(pydyf._to_bytes, stream.stream))  # noqa: SLF001, as the stream itself puts its parts together
    if "Length1" in stream.extra:
        content = bare(content)
        stream.extra["Length1"] = len(content)
    stream.stream, stream.compress = [zlib.compress(content, level=9)], False
    stream.extra["Filter"] = "/FlateDecode"


def _walk(pdf: pydyf.PDF, box: Any, element: Any, page_height: float) -> None:
    """Walk down a box and its structure element side by side: WeasyPrint made one for the other, in the same order."""
    if element["S"] == "/Table":
        raise Misconfigured("The certificate's design has a table; screen readers want lists and paragraphs here.")
    if element["S"] == "/LI" and box.element_tag == "li":
        (element,) = _elements(pdf, element)  # an item without a marker: the element of the box is the item's body
    if box.element is not None and (language := box.element.get("lang")):
        element["Lang"] = pydyf.String(language)
    if element["S"] == "/Figure":
        left, top = box.content_box_x(), box.content_box_y()
        corners = (left, page_height - top - box.height, left + box.width, page_height - top)
        element["A"]["BBox"] = pydyf.Array(corner * POINTS_PER_PIXEL for corner in corners)
    if isinstance(box, boxes.ParentBox):
        # Text has an element of its own, but not within a link, which holds its text itself.
        children = [c for c in _lines_opened(box) if element["S"] != "/Link" or not isinstance(c, boxes.TextBox)]
        for child, kid in zip(children, _elements(pdf, element), strict=True):
            if not isinstance(child, boxes.TextBox):
                _walk(pdf, child, kid, page_height)
            elif needs_shaping(child.text):
                _spell(pdf, child.text, kid)


def _spell(pdf: pydyf.PDF, text: str, element: Any) -> None:
    """Say what a text is whose letters change with their neighbours (`/ActualText`, ISO 32000-1, 14.9.4).

    The element says it to screen readers. The content says it to those who extract text, but for two kinds of text that
    come out right from the glyphs alone: pdfium and Poppler turn around what runs from right to left, and would turn this
    around too; and pdfium leaves out of it what is beyond U+FFFF.
    """
    element["ActualText"] = pydyf.String(text)
    if not RIGHT_TO_LEFT.search(text) and max(text) <= "\uffff":
        content = _object(pdf, _object(pdf, element["Pg"])["Contents"]).stream
        for properties in content:
            if isinstance(properties, pydyf.Dictionary) and properties.get("MCID") in element["K"]:
                properties["ActualText"] = pydyf.String(text)


def _tagged(box: Any) -> Iterator[Any]:
    """The boxes that have the topmost structure elements: the page, `html` and `body` have none."""
    for child in map(_placed, box.children):
        opened = isinstance(child, boxes.ParentBox) and not isinstance(child, boxes.LineBox)
        if opened and child.element_tag in ("html", "body"):
            yield from _tagged(child)
        elif not isinstance(child, boxes.MarginBox):
            yield child


def _lines_opened(box: Any) -> Iterator[Any]:
    """The children of a box, those of its lines in their stead: a line is no structure element."""
    for child in box.children:
        yield from map(_placed, child.children if isinstance(child, boxes.LineBox) else (child,))


def _placed(box: Any) -> Any:
    """The box itself, where its place is held for one that is positioned absolutely."""
    return box._box if isinstance(box, AbsolutePlaceholder) else box  # noqa: SLF001


def _elements(pdf: pydyf.PDF, parent: Any) -> list[Any]:
    """The structure elements among the kids of one; its numbers are marked content, and a link has its annotation."""
    kids = [_object(pdf, kid) for kid in parent["K"] if not isinstance(kid, int)]
    return [kid for kid in kids if kid["Type"] == "/StructElem"]


def _object(pdf: pydyf.PDF, reference: bytes) -> Any:
    return pdf.objects[int(reference.split()[0])]

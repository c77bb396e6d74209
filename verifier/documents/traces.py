"""What the structure of a PDF bears that no certificate bears as its issuer makes it (`verifier.verdict.TRACES`).

How it draws is judged in `verifier.documents.seen`, and what its QR codes and links say in `verifier.steps.document`.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import pikepdf

from verifier.errors import CannotOpen
from verifier.verdict import Trace

__all__ = ["of_dictionary", "of_file", "of_page"]

MOST_ANNOTATIONS = 1000  # of one page; a certificate has two links
# A key with anything behind it, whatever dictionary it stands in.
KEYS = {
    "/AA": "active_content",  # ISO 32000-1 §12.6.3
    "/ActualText": "actual_text",  # §14.9.4
    "/Alternates": "hidden_layers",  # §8.9.5.4: another picture when printed
    "/Collection": "other_attachments",  # §12.3.5: readers then show a file inside instead of the pages
    "/Fields": "form_fields",  # §12.7.2
    "/JS": "active_content",  # §12.6.4.16
    "/OC": "hidden_layers",  # §8.11
    "/OCGs": "hidden_layers",
    "/RichMediaContent": "active_content",
    "/XFA": "form_fields",  # §12.7.8
}
ACTIONS = {
    "/GoTo3DView", "/GoToDp", "/GoToE", "/GoToR", "/Hide", "/ImportData", "/JavaScript", "/Launch", "/Movie", "/Named",
    "/Rendition", "/ResetForm", "/RichMediaExecute", "/SetOCGState", "/Sound", "/SubmitForm", "/Thread", "/Trans",
}  # fmt: skip
TYPES = {"/OCG": "hidden_layers", "/OCMD": "hidden_layers"}
MEDIA = {"/3D", "/Movie", "/RichMedia", "/Screen", "/Sound"}
DRAWN_AS_ITSELF = {
    "LATIN",
    "CJK",
    "GREEK",
    "CYRILLIC",
    "HIRAGANA",
    "KATAKANA",
    "BOPOMOFO",
    "FULLWIDTH",
    "MATHEMATICAL",
    "",
}
BOX_TOLERANCE = 1.0  # points: what a program rounds

END = re.compile(rb"startxref\s+(\d+)\s+%%EOF")
AT_THE_BEGINNING = 2048  # bytes: there the table of a linearised file stands (annex F)


def of_file(document: pikepdf.Pdf, data: bytes) -> Iterator[Trace]:
    """Whether something was added to the file after it was made (ISO 32000-1 §7.5.6). Saved anew as a whole is not that.

    A linearised file is one revision with two tables, of which the last to be read stands at the beginning.
    """
    ends = [int(end) for end in END.findall(data)]
    linearised = document.is_linearized and bool(ends) and ends[-1] < AT_THE_BEGINNING
    if len(ends) > 1 + linearised or ("/Prev" in document.trailer and not linearised):
        yield Trace(code="revised")


def of_dictionary(found: pikepdf.Object) -> Iterator[Trace]:
    """What a dictionary or a stream shows by its own entries, wherever it hangs."""
    entries = found.keys()
    for key, code in KEYS.items():
        if key in entries and not _is_empty(found[key]) and not (code == "actual_text" and _is_formed(str(found[key]))):
            yield Trace(code=code, detail=key[1:])
    if "/Type" in entries and _name(found, "/Type") in TYPES:
        yield Trace(code=TYPES[_name(found, "/Type")], detail=_name(found, "/Type")[1:])
    if "/S" in entries and _name(found, "/S") in ACTIONS:
        yield Trace(code="active_content", detail=_name(found, "/S")[1:])
    if "/OpenAction" in entries:
        opening = found["/OpenAction"]  # an array is a place in the document
        if isinstance(opening, pikepdf.Dictionary) and _name(opening, "/S") != "/GoTo":
            yield Trace(code="active_content", detail="OpenAction")
    drawing = "/PatternType" in entries or ("/Subtype" in entries and _name(found, "/Subtype") == "/Form")
    if drawing and isinstance(found, pikepdf.Stream):
        yield from _of_content(found)


def of_page(page: pikepdf.Page, number: int) -> Iterator[Trace]:
    """What is laid on a page, cut off it, and said in the place of what it draws. Raises `CannotOpen`."""
    for trace in _of_content(page):
        yield Trace(code=trace.code, page=number, detail=trace.detail)
    if _is_cut(page):
        yield Trace(code="cut_page", page=number)
    annotations: Any = page.obj.get("/Annots", ())
    if len(annotations) > MOST_ANNOTATIONS:
        raise CannotOpen(f"Page {number} has more than {MOST_ANNOTATIONS:,} annotations.", "too_large")
    for annotation in annotations:
        if code := _laid_on(annotation):
            yield Trace(code=code, page=number, detail=_name(annotation, "/Subtype")[1:] or None)


def _laid_on(annotation: pikepdf.Object) -> str | None:
    """The trace of an annotation; a link is none, unless it draws something."""
    if not isinstance(annotation, pikepdf.Dictionary):
        return "annotations"
    match _name(annotation, "/Subtype"):
        case "/Link":
            return "annotations" if "/AP" in annotation else None
        case "/Widget":
            return "form_fields"
        case media if media in MEDIA:
            return "active_content"
        case _:
            return "annotations"


def _of_content(drawn: pikepdf.Page | pikepdf.Object) -> Iterator[Trace]:
    """A text within the drawing itself that stands for what is drawn (§14.6): BDC and DP have the same operands."""
    if isinstance(drawn, pikepdf.Stream) and b"BDC" not in (content := drawn.read_bytes()) and b"DP" not in content:
        return  # most forms have neither operator, and to take one apart costs a hundred times as much as to look
    for instruction in pikepdf.parse_content_stream(drawn, "BDC DP"):
        for operand in instruction.operands:
            if not isinstance(operand, pikepdf.Dictionary) or "/ActualText" not in operand:
                continue
            if not _is_formed(str(operand["/ActualText"])):
                yield Trace(code="actual_text", detail="ActualText")
                return


def _is_formed(text: str) -> bool:
    """Whether a text is of a script whose letters change with their neighbours, so that WeasyPrint has to say what they are.

    Of other scripts each character is drawn as itself, and so are digits: there is nothing to be said in their place.
    """
    letters = [unicodedata.name(character, "").split(" ")[0] for character in text if character.isalpha()]
    return bool(letters) and not DRAWN_AS_ITSELF & set(letters) and not any(c.isnumeric() for c in text)


def _is_cut(page: pikepdf.Page) -> bool:
    """Whether less than the sheet is shown (§14.11.2), or in other units than points."""
    sheet, shown = (_box(box) for box in (page.mediabox, page.cropbox))
    cut = (
        sheet[0] + BOX_TOLERANCE < shown[0]
        or sheet[1] + BOX_TOLERANCE < shown[1]
        or shown[2] < sheet[2] - BOX_TOLERANCE
        or shown[3] < sheet[3] - BOX_TOLERANCE
    )
    return cut or float(page.obj.get("/UserUnit", 1)) != 1


def _box(box: pikepdf.Array) -> tuple[float, float, float, float]:
    """Left, bottom, right and top, for they may stand in any order."""
    one, two, three, four = (float(edge) for edge in box)
    return min(one, three), min(two, four), max(one, three), max(two, four)


def _name(dictionary: pikepdf.Object, key: str) -> str:
    value = dictionary.get(key)
    return str(value) if isinstance(value, pikepdf.Name) else ""


def _is_empty(value: object) -> bool:
    return isinstance(value, pikepdf.Array | pikepdf.Dictionary) and len(value) == 0

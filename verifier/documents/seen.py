"""Whether the text that a page claims is really to be seen on it: the page is drawn, and its text again beside it.

A text layer is what a PDF says that it shows, not what it shows: the characters may be painted white, covered, clipped, on
a layer that is off, or be drawn by a font that maps the shape of 李 to 王. So each character is looked for on the picture of
the page in the shape that it has in the faces that certificates are set in (`documents.redrawn`; decision 0017).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from verifier.documents.characters import Character, runs_of
from verifier.documents.placed import lay
from verifier.documents.redrawn import Finding, Redrawn
from verifier.verdict import Trace

__all__ = ["DPI", "Seen", "look_at"]

DPI = 200
LONGEST_SIDE = 3400  # pixels, A3 at that resolution; what is larger is drawn coarser
NOT_AS_SAID = "\ufffd"  # stands where something else is drawn
PAGE_FILLING = 0.8  # of the page, for the picture of a scan
LONGEST_DETAIL = 80


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What can be seen of a page: the lines of its text, and its picture in greys, at `DPI` unless it is very large.

    In the lines is not what is hidden, and U+FFFD stands for each character in the place of which something else is drawn.
    `traces` are `hidden_text` and `shapes_differ` (`verifier.verdict.TRACES`), each at most once. A scan whose text was
    recognised, and laid on it invisibly, is no forgery: it has no trace, and no text that can be seen.
    """

    lines: tuple[str, ...]
    traces: tuple[Trace, ...]
    picture: Image.Image


def look_at(page: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage, number: int) -> Seen:
    """Look at page `number`, counted from 1, and its text layer. Raises `pypdfium2.PdfiumError` when it cannot be drawn."""
    scale = min(DPI / 72, LONGEST_SIDE / max(*page.get_size(), 1))
    picture: Image.Image = page.render(scale=scale, grayscale=True).to_pil()
    runs = [Redrawn(run, picture) for run in runs_of(page, text, *picture.size)]
    drawn = Image.new("L", picture.size)
    for run in runs:
        for one in run.placed.values():
            lay(drawn, one.picture, one.box[:2])
    found = {one: finding for run in runs for one, finding in run.findings(drawn).items()}
    if _is_scan(page, found):
        return Seen(lines=(), traces=(), picture=picture)
    traces = (_trace("hidden_text", "hidden", found, number), _trace("shapes_differ", "differs", found, number))
    return Seen(lines=_lines(text, found), traces=tuple(filter(None, traces)), picture=picture)


def _lines(text: pypdfium2.PdfTextPage, found: Mapping[Character, Finding]) -> tuple[str, ...]:
    units = [chr(pdfium.FPDFText_GetUnicode(text, index)) for index in range(text.count_chars())]
    for one, finding in found.items():
        if finding != "seen":
            shown = [NOT_AS_SAID * len(one.text)] if finding == "differs" else [""]
            units[one.first : one.last + 1] = shown + [""] * (one.last - one.first)
    whole = "".join(units).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return tuple(line for line in whole.splitlines() if line.strip())


def _trace(code: str, finding: Finding, found: Mapping[Character, Finding], page: int) -> Trace | None:
    said = "".join(one.text for one, what in found.items() if what == finding)
    return Trace(code=code, page=page, detail=said[:LONGEST_DETAIL]) if said else None


def _is_scan(page: pypdfium2.PdfPage, found: Mapping[Character, Finding]) -> bool:
    """Whether it has no text that can be seen, and a picture as large as the page."""
    if not found or set(found.values()) != {"hidden"}:
        return False
    width, height = page.get_size()
    images = page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=1)
    return any(_area(image.get_bounds()) >= PAGE_FILLING * width * height for image in images)


def _area(bounds: tuple[float, float, float, float]) -> float:
    left, bottom, right, top = bounds
    return (right - left) * (top - bottom)

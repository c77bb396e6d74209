"""Certificates drawn both ways, compiled and laid out, and held against each other: `python -m tests.both_ways` tries every
name on every design in every rendition and prints a table; `python -m tests.both_ways 100 skill-level` a hundred on one.
"""

import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import UTC, datetime
from io import BytesIO
from itertools import product
from multiprocessing import get_context
from random import Random
from typing import Any, NamedTuple

import pikepdf
import pypdfium2
import zxingcpp
from rich.live import Live
from rich.table import Table

from credential.phrases import RENDITIONS
from credential.wording import Wording
from issuer.certificate import LARGE_PRINT, PLAIN, Design, designs, packaged
from issuer.certificate.compiled import compiled
from issuer.certificate.layout import lay
from issuer.certificate.pdf import write
from issuer.certificate.samples import SAMPLE_URL, sample
from tests.conftest import CACHE
from tests.learners import AWKWARD, realistic
from tests.verapdf import FLAVOURS, failures

__all__ = ["DESIGNS", "Compared", "compared", "fast", "laid_out", "learner"]

DESIGNS = (*designs(), LARGE_PRINT)
ISSUED = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
TOKEN = "eyJhbGciOiJFUzI1NiJ9.eyJuYW1lIjoi57uT5Lia6K-B5LmmIn0.c2lnbmF0dXJl"
DPI = 200


class Compared(NamedTuple):
    """A learner's certificate: whether it was compiled, and all that differs from the one that was laid out."""

    name: str
    compiled: bool
    differing: tuple[str, ...]


def learner(random: Random, rendition: str, names: tuple[str, str | None], of: str = "usual") -> Wording:
    """What the certificate of a learner says whose results and days are others than the next one's."""
    changed = {
        "names": [name for name in names if name],
        "score": random.choice(("88", "92.5", "100", "7", str(random.randrange(60, 100)))),
        "started": f"2026-{random.randrange(1, 6):02d}-{random.randrange(1, 29):02d}",
        "completed": f"2026-{random.randrange(6, 12):02d}-{random.randrange(1, 29):02d}",
    }
    return sample(of, rendition, changed)


def fast(wording: Wording, design: Design, **how: Any) -> bytes | None:
    """The certificate as it is drawn without the layout engine; None where that must draw it. `how` is for `compiled`."""
    asked: dict[str, Any] = {"brand": PLAIN, "worth_it": 1} | how
    return compiled(
        wording,
        TOKEN,
        verify_url=SAMPLE_URL,
        issued_at=ISSUED,
        cache=CACHE,
        design=design,
        **asked,
    )


def laid_out(wording: Wording, design: Design) -> bytes:
    """The same certificate as WeasyPrint draws it."""
    laid = lay(
        wording, design=design, brand=PLAIN, verify_url=SAMPLE_URL, issued=f"{ISSUED:%Y-%m-%dT%H:%M:%SZ}", cache=CACHE
    )
    return write(laid, TOKEN, issued_at=ISSUED)


def compared(
    design: str, rendition: str, names: Iterable[tuple[str, str | None]], seed: int = 1, *, validated: bool = False
) -> Iterator[Compared]:
    """Each learner's certificate, drawn both ways; `validated` by veraPDF too."""
    random = Random(seed)
    chosen = packaged(design)
    for name in names:
        wording = learner(random, rendition, name)
        pdf = fast(wording, chosen)
        differing = _differing(pdf, laid_out(wording, chosen), validated=validated) if pdf else ()
        yield Compared(name[0], pdf is not None, tuple(differing))


def _differing(one: bytes, other: bytes, *, validated: bool) -> Iterator[str]:
    pages = [list(pypdfium2.PdfDocument(pdf)) for pdf in (one, other)]
    if len(pages[0]) != len(pages[1]):
        yield "pages"
    for ours, theirs in zip(*pages, strict=False):
        pictures = [page.render(scale=DPI / 72, grayscale=True).to_pil() for page in (ours, theirs)]
        if pictures[0].tobytes() != pictures[1].tobytes():
            yield "pixels"
        if ours.get_textpage().get_text_range() != theirs.get_textpage().get_text_range():
            yield "text"
    codes = [code.text for code in zxingcpp.read_barcodes(pages[0][-1].render(scale=300 / 72).to_pil())]
    if codes != [SAMPLE_URL]:
        yield "QR code"
    trees = [_tree(pdf) for pdf in (one, other)]
    if trees[0] != trees[1]:
        yield "structure"
    if validated and any(failures(pdf, flavour) for pdf in (one, other) for flavour in FLAVOURS):
        yield "veraPDF"


def _tree(pdf: bytes) -> Any:
    """All that a document holds beside its pages' strokes and fonts: structure, outline, links, attachment, metadata."""
    with pikepdf.open(BytesIO(pdf)) as document:
        root = document.Root
        info = {str(key): str(value) for key, value in document.docinfo.items()}
        files = {name: file.get_file().read_bytes() for name, file in document.attachments.items()}
        links = [str(note.A.URI) for page in document.pages for note in page.get("/Annots", ())]
        packet = root.Metadata.read_bytes()
        with document.open_outline() as outline:
            titles = list(_titles(outline.root))
        return list(_elements(root.StructTreeRoot.K)), titles, info, files, links, packet, str(root.Lang)


def _titles(items: Iterable[pikepdf.OutlineItem]) -> Iterator[tuple[str, str]]:
    for item in items:
        assert isinstance(item.destination, pikepdf.Array)
        yield item.title, str(list(item.destination)[1:])  # without the page's number in the file
        yield from _titles(item.children)


def _elements(kids: Any) -> Iterator[tuple[str, ...]]:
    for kid in kids if isinstance(kids, pikepdf.Array) else (kids,):
        if isinstance(kid, pikepdf.Dictionary) and kid.get("/Type") == "/StructElem":
            said = (str(kid.get(key, "")) for key in ("/S", "/Lang", "/Alt", "/ActualText"))
            box = kid.A.get("/BBox", pikepdf.Array()) if "/A" in kid else pikepdf.Array()
            yield (*said, " ".join(map(str, box)), str(len(kid.K) if isinstance(kid.get("/K"), pikepdf.Array) else 1))
            yield from _elements(kid.get("/K", ()))


def main(count: int, chosen: Iterable[str]) -> None:
    """Print one row for each design and rendition, drawn by as many processes as there are cores."""
    names = [*AWKWARD, *realistic(max(count - len(AWKWARD), 0))]
    table = Table(title=f"{len(names)} names drawn both ways")
    for heading in ("design", "rendition", "compiled", "differing", "seconds"):
        table.add_column(heading, justify="left" if heading in {"design", "rendition"} else "right")
    with Live(table), ProcessPoolExecutor(mp_context=get_context("spawn")) as processes:
        wanted = {processes.submit(_timed, *each, names): each for each in product(chosen, RENDITIONS)}
        for done in as_completed(wanted):
            found, seconds = done.result()
            wrong = [f"{each.name}: {', '.join(each.differing)}" for each in found if each.differing]
            compiled = str(sum(each.compiled for each in found))
            table.add_row(*wanted[done], compiled, "\n".join(wrong) or "0", f"{seconds:.0f}")


def _timed(design: str, rendition: str, names: list[tuple[str, str | None]]) -> tuple[list[Compared], float]:
    start = time.perf_counter()
    return list(compared(design, rendition, names, validated=True)), time.perf_counter() - start


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 55, sys.argv[2:] or DESIGNS)

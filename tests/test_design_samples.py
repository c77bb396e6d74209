"""Each design with each sample: what a person reads in it, in which order, and that nothing touches anything else."""

import json
import runpy
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from credential.wording import Fact, Section, Text, Wording
from issuer.certificate import LARGE_PRINT, packaged, render
from issuer.certificate.design import FOLDER
from issuer.certificate.samples import SAMPLE_CODE, sample, sample_names
from tests.test_certificate import colliding, squeezed
from verifier.document import differences
from verifier.pdf import open_pdf

URL = f"https://verify.glimmer.example/v/{SAMPLE_CODE}#{Random(5).getrandbits(8 * 290) | 1 << 8 * 290}"
ISSUED = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
TOKEN = "eyJhbGciOiJFUzI1NiJ9.eyJuYW1lIjoi57uT5Lia6K-B5LmmIn0.c2lnbmF0dXJl"
POINTS_PER_MM = 72 / 25.4
ONE_PAGE = ("modern-landscape", "portrait-transcript")
WITH_ALL = ("portrait-transcript", LARGE_PRINT)
MARGIN = 11  # mm from each edge of the sheet that no text enters
CASES = [
    *((name, "bilingual") for name in sample_names()),
    ("hardest", "en"),
    ("usual", "zh-Hant"),
    ("bare", "zh-Hans"),
]
QUIET = 4  # modules around the QR code that stay empty

Draw = Callable[[str, str, str], bytes]
Boxes = list[tuple[str, tuple[float, float, float, float]]]


@pytest.mark.parametrize(("name", "rendition"), CASES)
@pytest.mark.parametrize("design", [*ONE_PAGE, LARGE_PRINT])
class TestEach:
    def test_the_verifier_finds_every_signed_value(self, draw: Draw, design: str, name: str, rendition: str) -> None:
        assert differences(open_pdf(draw(design, name, rendition)), sample(name, rendition)) == ()

    def test_it_is_read_in_the_order_in_which_it_would_be_said(
        self, draw: Draw, design: str, name: str, rendition: str
    ) -> None:
        text = squeezed("".join(pages_read(draw(design, name, rendition))))
        at = 0
        for said in in_order(sample(name, rendition), everything=design in WITH_ALL):
            at = text.find(squeezed(said), at) + len(squeezed(said))
            assert at >= len(squeezed(said)), f"{said} does not come next"

    def test_no_text_covers_another_or_leaves_the_margins(
        self, draw: Draw, design: str, name: str, rendition: str
    ) -> None:
        pages = list(ink_of_pages(draw(design, name, rendition)))
        assert design == LARGE_PRINT or len(pages) == 1
        for (width, height), boxes in pages:
            assert colliding(boxes) == []
            for character, (left, top, right, bottom) in boxes:
                assert min(left, top, width - right, height - bottom) > MARGIN, f"{character} is in the margin"

    def test_the_code_is_scanned_from_its_last_page(self, draw: Draw, design: str, name: str, rendition: str) -> None:
        page = pictures(draw(design, name, rendition), dpi=150)[-1]
        (found,) = zxingcpp.read_barcodes(page)
        assert found.text == URL
        corners = (found.position.top_left, found.position.bottom_right)
        (left, top), (right, bottom) = ((corner.x, corner.y) for corner in corners)
        module = (right - left) / qr_modules(found)
        assert module * 25.4 / 150 >= 0.42  # mm
        quiet = round(QUIET * module) - 2
        ground = page.convert("L").crop((left - quiet, top - quiet, right + quiet, bottom + quiet))
        ground.paste(255, (quiet - 2, quiet - 2, right - left + quiet + 3, bottom - top + quiet + 3))
        assert not any(ground.histogram()[:231])


@pytest.mark.parametrize(("name", "rendition"), CASES)
def test_nothing_in_large_print_is_below_18_points(draw: Draw, tmp_path: Path, name: str, rendition: str) -> None:
    path = tmp_path / "large.pdf"
    path.write_bytes(draw(LARGE_PRINT, name, rendition))
    written = subprocess.run(
        ["mutool", "draw", "-q", "-F", "stext.json", "-o", "-", str(path)], stdout=subprocess.PIPE, check=True
    )  # fmt: skip
    blocks = [block for page in json.loads(written.stdout)["pages"] for block in page["blocks"]]
    sizes = [line["font"]["size"] for block in blocks for line in block.get("lines", ()) if line["text"].strip()]
    assert sizes
    assert min(sizes) >= 18
    assert max(sizes) >= 40


@pytest.mark.parametrize(("design", "script", "picture"), [
    ("modern-landscape", "arcs", "arcs"), ("portrait-transcript", "rosette", "background"),
])  # fmt: skip
def test_the_ornaments_are_what_their_script_draws(design: str, script: str, picture: str) -> None:
    drawn = runpy.run_path(str(FOLDER / design / f"{script}.py"))[picture]()
    assert (FOLDER / design / f"{picture}.svg").read_text(encoding="utf-8") == drawn


# How it is measured


@pytest.fixture(scope="module")
def draw(request: pytest.FixtureRequest) -> Draw:
    """Draws a design with a sample in a rendition, each once."""
    faces = request.config.cache.mkdir("faces")

    @cache
    def drawn(design: str, name: str, rendition: str) -> bytes:
        return render(
            sample(name, rendition), TOKEN, verify_url=URL, issued_at=ISSUED, cache=faces, design=packaged(design)
        )

    return drawn


def in_order(wording: Wording, *, everything: bool) -> Iterator[str]:
    """What a certificate says from the organisation to the code; `everything` with the transcript and the skills."""
    for texts in (
        wording.organisation, wording.title, wording.certifies, wording.name, wording.completed, wording.achievement,
    ):  # fmt: skip
        yield from (text.text for text in texts)
    for fact in (*wording.facts, *((wording.period,) if wording.period else ())):
        yield from (text.text for text in (*fact.labels, *fact.values))
    sections: tuple[Section[Fact] | Section[tuple[Text, ...]] | None, ...] = (wording.partners,)
    if everything:
        sections = (wording.transcript, wording.skills, wording.partners)
    for section in sections:
        for entry in section.entries if section else ():
            texts = (*entry.labels, *entry.values) if isinstance(entry, Fact) else entry
            yield from dict.fromkeys(text.text for text in texts)
    for signatory in wording.signatories:
        yield from (text.text for text in signatory)
    yield from (text.text for text in wording.check)
    yield from ("verify.glimmer.example", *(text.text for text in wording.code_label), wording.code)


def pages_read(pdf: bytes) -> list[str]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.get_textpage().get_text_range() for page in document]


def pictures(pdf: bytes, dpi: int) -> list[Image.Image]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.render(scale=dpi / 72).to_pil() for page in document]


def ink_of_pages(pdf: bytes) -> Iterator[tuple[tuple[float, float], Boxes]]:
    """Per page its size, and each character with its ink as left, top, right, bottom, all in mm from the top left."""
    with pypdfium2.PdfDocument(pdf) as document:
        for page in document:
            width, height = (edge / POINTS_PER_MM for edge in page.get_size())
            text = page.get_textpage()
            boxes = []
            for index in range(text.count_chars()):
                left, bottom, right, top = (edge / POINTS_PER_MM for edge in text.get_charbox(index))
                if right > left and text.get_text_range(index, 1).strip():
                    boxes.append((text.get_text_range(index, 1), (left, height - top, right, height - bottom)))
            yield (width, height), boxes


def qr_modules(found: Any) -> int:
    """How many modules the code has from edge to edge."""
    return 17 + 4 * int(found.extra["Version"])

"""Every design in every rendition with every sample: whole, in order, accessible, archival, and verified by our verifier."""

import json
import runpy
import subprocess
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from itertools import product
from pathlib import Path
from random import Random

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageFilter

from credential.phrases import RENDITIONS
from credential.wording import Fact, Section, Text, Wording
from issuer.certificate import LARGE_PRINT, Brand, designs, packaged, render
from issuer.certificate.design import FOLDER
from issuer.certificate.samples import SAMPLE_CODE, sample, sample_names
from tests.both_ways import fast, laid_out
from tests.conftest import CACHE
from tests.test_certificate import ISSUED, POINTS_PER_MM, TOKEN, colliding, squeezed, structure, tool
from tests.verapdf import FLAVOURS, Flavour, failures
from verifier.comparison import differences, pages_of_others
from verifier.documents.pdf import open_pdf

DIGITS = str(Random(5).getrandbits(8 * 300) | 1 << 8 * 300)  # as many as a whole credential has
VERIFY_URL = f"https://verify.glimmer.example/v/{SAMPLE_CODE}#{DIGITS}"
EVERY = list(product(RENDITIONS, sample_names()))
SMALLEST_MODULE = 0.42  # mm
MARGIN = 5.0  # mm that office printers need
WITH_ALL = ("portrait-transcript", LARGE_PRINT)  # these also show transcript and skills

each = pytest.mark.parametrize(("rendition", "name"), EVERY, ids=["-".join(case) for case in EVERY])


@cache
def drawn(design: str, rendition: str = "bilingual", name: str = "usual", brand: Brand = Brand()) -> bytes:  # noqa: B008, frozen
    words = sample(name, rendition)
    return render(
        words, TOKEN, verify_url=VERIFY_URL, issued_at=ISSUED, cache=CACHE, design=packaged(design), brand=brand
    )


class EachDesign:
    """What holds for every design. A class for each, so that they are tried side by side."""

    design: str

    @each
    def test_the_verifier_finds_what_was_signed_and_nothing_else(self, rendition: str, name: str) -> None:
        shown = open_pdf(drawn(self.design, rendition, name))
        renditions = [sample(name, each) for each in RENDITIONS]
        assert differences(shown, renditions, {"verify.glimmer.example"}, complete=True) == ()
        assert list(pages_of_others(shown, renditions, {"verify.glimmer.example"})) == []
        assert shown.traces == ()
        assert (shown.attached, shown.codes, set(shown.links)) == ((TOKEN,), (VERIFY_URL,), {VERIFY_URL})

    @pytest.mark.parametrize("flavour", FLAVOURS)
    @each
    def test_verapdf_passes_it(self, flavour: Flavour, rendition: str, name: str) -> None:
        assert failures(drawn(self.design, rendition, name), flavour) == []

    @each
    def test_nothing_stands_on_anything_else_or_off_the_sheet(self, rendition: str, name: str) -> None:
        pdf = drawn(self.design, rendition, name)
        for number, (width, height) in enumerate(sheets(pdf)):
            boxes = list(ink(pdf, number))
            assert colliding(boxes) == []
            for character, (left, top, right, bottom) in boxes:
                assert min(left, top, width - right, height - bottom) > MARGIN, f"{character} is too near to the edge"
        assert self.design == LARGE_PRINT or len(sheets(pdf)) == 1

    @each
    def test_it_reads_in_the_order_in_which_a_person_would_say_it(self, rendition: str, name: str) -> None:
        pdf = drawn(self.design, rendition, name)
        text = squeezed("".join(line for page in open_pdf(pdf).lines for line in page))
        at = 0
        for said in in_order(sample(name, rendition), everything=self.design in WITH_ALL):
            at = text.find(squeezed(said), at) + len(squeezed(said))
            assert at >= len(squeezed(said)), f"{said} does not come next"
        with pikepdf.open(BytesIO(pdf)) as document:
            kinds = [str(element.S) for element in structure(document.Root.StructTreeRoot)]
        assert kinds.count("/H1") == 1
        assert "/H2" in kinds

    def test_poppler_reads_the_same_sentence(self) -> None:
        words = sample("usual")
        text = squeezed(tool("pdftotext", ["-", "-"], drawn(self.design)).decode())
        parts = [words.organisation, words.title, words.certifies, words.name, words.completed, words.achievement]
        said = [squeezed(text.text) for texts in parts for text in texts]
        assert [text.find(part) for part in said] == sorted(text.find(part) for part in said)
        assert -1 not in [text.find(part) for part in said]

    def test_the_qr_code_is_large_enough_for_a_poor_print(self) -> None:
        pdf = drawn(self.design)
        (found,) = zxingcpp.read_barcodes(picture(pdf, 300))
        assert found.text == VERIFY_URL
        with pikepdf.open(BytesIO(pdf)) as document:
            figures = [
                e for e in structure(document.Root.StructTreeRoot) if e.S == "/Figure" and "verify." in str(e.Alt)
            ]
            (box,) = ([float(edge) / POINTS_PER_MM for edge in figure.A.BBox] for figure in figures)
        assert box[2] - box[0] == pytest.approx(box[3] - box[1])
        assert (box[2] - box[0]) / modules_of_version(16) >= SMALLEST_MODULE

    @pytest.mark.parametrize("harm", ["turned", "blurred", "150 dpi with noise"])
    def test_the_qr_code_is_read_from_a_poor_picture(self, harm: str) -> None:
        page = picture(drawn(self.design), 150 if "150" in harm else 300).convert("L")
        match harm:
            case "turned":
                page = page.rotate(7, expand=True, fillcolor=255)
            case "blurred":
                page = page.filter(ImageFilter.GaussianBlur(1.6))
            case _:
                grains = Image.frombytes("L", page.size, Random(3).randbytes(page.width * page.height))
                page = ImageChops.add(page, grains.point(lambda value: value // 3 + 86), 1, -128)
        assert VERIFY_URL in {found.text for found in zxingcpp.read_barcodes(page)}

    def test_a_brand_colours_it_and_brings_its_logo(self) -> None:
        logo = BytesIO()
        Image.new("RGB", (300, 120), "#7a1f3d").save(logo, "PNG")
        brand = Brand(ink="#5b1a2b", accent="#8a8f98", seal="", logo=logo.getvalue())
        pdf = drawn(self.design, brand=brand)
        with pikepdf.open(BytesIO(pdf)) as document:
            alternatives = [str(e.Alt) for e in structure(document.Root.StructTreeRoot) if e.S == "/Figure"]
        assert "标志：微光学院" in alternatives
        assert not any("印章" in text for text in alternatives)
        assert near("#7a1f3d", picture(pdf, 60)) > 50
        assert near("#5b1a2b", picture(pdf, 60)) > near("#5b1a2b", picture(drawn(self.design), 60))
        for flavour in FLAVOURS:
            assert failures(pdf, flavour) == []

    def test_it_has_the_same_bytes_whenever_it_is_drawn(self) -> None:
        wording, design = sample("usual"), packaged(self.design)
        for way in (fast, laid_out):
            assert way(wording, design) == way(wording, design)

    def test_it_is_small_enough_to_mail_by_the_thousand(self) -> None:
        assert len(drawn(self.design)) <= 60_000


class TestClassicLandscape(EachDesign):
    design = "classic-landscape"


class TestModernLandscape(EachDesign):
    design = "modern-landscape"


class TestPortraitTranscript(EachDesign):
    design = "portrait-transcript"


class TestSkillLevel(EachDesign):
    design = "skill-level"


class TestLargePrint(EachDesign):
    design = LARGE_PRINT


def test_every_design_is_tried() -> None:
    assert {tried.design for tried in EachDesign.__subclasses__()} == {*designs(), LARGE_PRINT}


@pytest.mark.parametrize("rendition", RENDITIONS)
@pytest.mark.parametrize("name", sample_names())
def test_nothing_in_large_print_is_below_18_points(tmp_path: Path, name: str, rendition: str) -> None:
    path = tmp_path / "large.pdf"
    path.write_bytes(drawn(LARGE_PRINT, rendition, name))
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


def modules_of_version(version: int) -> int:
    """The modules along one side of a QR code (ISO/IEC 18004)."""
    return 17 + 4 * version


def near(colour: str, page: Image.Image) -> int:
    """How many pixels have about that colour."""
    page = page.convert("RGB")
    red, green, blue = ImageChops.difference(page, Image.new("RGB", page.size, colour)).split()
    farthest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return sum(farthest.histogram()[:24])


def sheets(pdf: bytes) -> list[tuple[float, float]]:
    """Width and height of each page in mm."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [tuple(edge / POINTS_PER_MM for edge in page.get_size()) for page in document]


def ink(pdf: bytes, number: int) -> Iterator[tuple[str, tuple[float, float, float, float]]]:
    """Each drawn character of a page with its ink, as left, top, right, bottom in mm from the top left."""
    with pypdfium2.PdfDocument(pdf) as document:
        sheet, text = document[number], document[number].get_textpage()
        for index in range(text.count_chars()):
            left, bottom, right, top = text.get_charbox(index)
            character = text.get_text_range(index, 1)
            if character.strip() and right > left:
                box = (left, sheet.get_height() - top, right, sheet.get_height() - bottom)
                yield character, tuple(edge / POINTS_PER_MM for edge in box)


def picture(pdf: bytes, dpi: int) -> Image.Image:
    with pypdfium2.PdfDocument(pdf) as document:
        page: Image.Image = document[len(document) - 1].render(scale=dpi / 72).to_pil()
        return page

"""What is really to be seen on a page: forgeries of real certificates whose text layers say what was signed."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFont

from issuer.certificate import packaged, render, use_extra_fonts
from issuer.certificate.faces import SONG, path_of
from issuer.certificate.samples import sample
from tests.conftest import CACHE
from tests.forged_page import Line, changed, saved, swapped
from tests.test_certificate import ISSUED, TOKEN
from tests.test_designs import VERIFY_URL, drawn
from verifier.documents import characters
from verifier.documents.pdf import open_pdf

NAME = "欧阳雨泽"
OTHER = "王小明二"
HIDDEN, DIFFER = {"hidden_text"}, {"shapes_differ"}

Change = Callable[[Line], bytes]


def usual() -> bytes:
    return drawn("classic-landscape")


def traces(pdf: bytes) -> set[str]:
    """Of what is to be seen; what else a file bears is tried in test_document_traces."""
    return {trace.code for trace in open_pdf(pdf).traces} & (HIDDEN | DIFFER)


def shown(pdf: bytes) -> str:
    return "".join("".join(line.split()) for page in open_pdf(pdf).lines for line in page)


def named(name: str) -> bytes:
    """A certificate with little on it but this name."""
    words = sample("bare", "zh-Hans", {"names": [name]})
    design = packaged("classic-landscape")
    return render(words, TOKEN, verify_url=VERIFY_URL, issued_at=ISSUED, cache=CACHE, design=design)


def other_name(line: Line) -> bytes:
    picture = Image.new("L", (512, 166), 255)
    ImageDraw.Draw(picture).text((0, 128), OTHER, font=ImageFont.truetype(path_of(SONG), 128), anchor="ls", fill=20)
    return line.picture(picture)


def turned(line: Line) -> bytes:
    """The line turned by 5° around its left end."""
    x, y, _ = line.place
    cos, sin = 0.99619, 0.08716
    around = (cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y)
    return b" q %f %f %f %f %f %f cm " % around + line.drawing + b" Q "


# The name is there for readers of the text layer alone


COVERED: dict[str, Change] = {
    "by another name in the same font": lambda line: line.covered + line.reversed,
    "by another name as outlines": lambda line: line.covered + line.outlines(OTHER),
    "by another name as a picture": lambda line: line.covered + other_name(line),
    "and what is drawn has an ActualText": lambda line: (
        b"/Span <</ActualText <FEFF" + NAME.encode("utf-16-be").hex().encode() + b">>> BDC " + line.reversed + b" EMC "
    ),
    "by what is drawn across it": lambda line: line.drawing + line.outlines(OTHER),
    "by its own mirror image": lambda line: b" q -1 0 0 1 %f 0 cm " % (2 * line.place[0]) + line.drawing + b" Q ",
}
UNSEEN: dict[str, Change] = {
    "white on white": lambda line: b" q 1 1 1 rg " + line.drawing + b" Q ",
    "nearly white": lambda line: b" q 0.95 0.95 0.95 rg " + line.drawing + b" Q ",
    "white, and another name beside it": lambda line: (
        b" q 1 1 1 rg " + line.drawing + b" Q 1 0 0 1 0 -60 cm " + line.outlines(OTHER) + b" 1 0 0 1 0 60 cm "
    ),
    "invisible": lambda line: b" q 3 Tr " + line.drawing + b" Q ",
    "invisible under the same name as outlines": lambda line: b" q 3 Tr " + line.drawing + b" Q " + line.outlines(NAME),
    "a clipping path": lambda line: b" q 7 Tr " + line.drawing + b" Q ",
    "covered by a white box": lambda line: line.covered,
    "covered by a box of its own colour": lambda line: line.covered.replace(b"1 1 1 rg", b"0.07 0.1 0.15 rg"),
    "clipped away": lambda line: b" q 0 0 1 1 re W n " + line.drawing + b" Q ",
    "off the page": lambda line: b" q 1 0 0 1 3000 0 cm " + line.drawing + b" Q ",
    "too small to read": lambda line: b" q 0.04 0 0 0.04 500 300 cm " + line.drawing + b" Q ",
    "hardly opaque": lambda line: _with_opacity(line, 0.05),
}


def _with_opacity(line: Line, opacity: float) -> bytes:
    line.page.Resources.ExtGState["/faint"] = pikepdf.Dictionary(ca=opacity)
    return b" q /faint gs " + line.drawing + b" Q "


def test_a_page_that_is_written_anew_as_it_was_is_clean() -> None:
    again = open_pdf(changed(usual(), NAME, lambda line: line.drawing))
    assert (again.traces, again.lines) == ((), open_pdf(usual()).lines)


@pytest.mark.parametrize("way", COVERED)
def test_a_name_that_is_replaced_on_the_page_is_found(way: str) -> None:
    forged = changed(usual(), NAME, COVERED[way])
    assert "shapes_differ" in traces(forged)
    assert NAME not in shown(forged)


@pytest.mark.parametrize("way", UNSEEN)
def test_a_name_that_cannot_be_seen_is_found_and_not_counted_as_shown(way: str) -> None:
    forged = changed(usual(), NAME, UNSEEN[way])
    assert "hidden_text" in traces(forged)
    assert NAME not in shown(forged)


def test_a_name_on_a_layer_that_is_off_is_found() -> None:
    def on_a_layer(line: Line) -> bytes:
        layer = line.document.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name="off"))
        line.page.Resources.Properties = pikepdf.Dictionary(layer=layer)
        off = pikepdf.Dictionary(OFF=[layer], Order=[layer])
        line.document.Root.OCProperties = pikepdf.Dictionary(OCGs=[layer], D=off)
        return b" /OC /layer BDC " + line.drawing + b" EMC "

    forged = changed(usual(), NAME, on_a_layer)
    assert traces(forged) == HIDDEN
    assert NAME not in shown(forged)


@pytest.mark.parametrize("precision", [characters.PRECISION, 1000])
def test_letters_between_two_pixels_are_clean_wherever_they_are_rounded_to(
    precision: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first hyphen of this number lies at 1,495.5000 pixels: PDFium draws the G before it where we would not."""
    monkeypatch.setattr(characters, "PRECISION", precision)
    words = replace(sample("usual"), code="WG-D5FK-7J1N-TFJ0-6CXJ")
    design = packaged("classic-landscape")
    pdf = render(words, TOKEN, verify_url=VERIFY_URL, issued_at=ISSUED, cache=CACHE, design=design)
    assert traces(pdf) == set()
    assert "WG-D5FK-7J1N-TFJ0-6CXJ" in shown(pdf)


def test_the_trace_names_the_text_and_the_page() -> None:
    (trace,) = open_pdf(changed(usual(), NAME, UNSEEN["invisible"])).traces
    assert (trace.code, trace.page, trace.detail) == ("hidden_text", 1, NAME)


# The shapes are others than the map of the font says


@pytest.mark.parametrize("pair", ["欧阳", "日月", "数分", "已成"])
def test_two_characters_that_are_drawn_for_each_other_are_found(pair: str) -> None:
    forged = swapped(usual(), *pair)
    assert traces(forged) == DIFFER
    assert not set(pair) & set(shown(forged))


@pytest.mark.parametrize("design", ["classic-landscape", "portrait-transcript", "skill-level"])
def test_every_digit_that_is_drawn_for_another_is_found_wherever_it_stands(design: str) -> None:
    genuine = drawn(design)
    digits = sorted(set("0123456789") & set(shown(genuine)))
    assert len(digits) == 10
    for one, other in list(combinations(digits, 2))[:: 1 if design == "portrait-transcript" else 4]:
        left = set(shown(swapped(genuine, one, other)))
        assert not {one, other} & left, f"{one} and {other}"


def test_a_stroke_that_makes_another_character_is_found() -> None:
    def with_a_dot(line: Line) -> bytes:
        x, y, size = line.place
        dot = x + 0.62 * size, y - 0.22 * size, 0.13 * size, 0.11 * size
        return line.drawing + b" q 0.07 0.1 0.15 rg %f %f %f %f re f Q " % dot

    forged = changed(named("王㛃"), "王㛃", with_a_dot)  # now 玉㛃
    assert traces(forged) == DIFFER
    assert "\ufffd㛃" in shown(forged)


@pytest.mark.parametrize("score", ["98", "86", "38", "80"])
def test_a_score_that_is_painted_over_is_found(score: str) -> None:
    forged = changed(usual(), "88", lambda line: line.covered + line.outlines(score))
    assert traces(forged) & (HIDDEN | DIFFER)
    assert "88" not in shown(forged)


# What is no forgery


@pytest.mark.parametrize("quarter", [90, 270])
def test_a_page_that_is_shown_turned_is_clean(quarter: int) -> None:
    with pikepdf.open(io.BytesIO(usual())) as document:
        document.pages[0].Rotate = quarter
        again = open_pdf(saved(document))
    assert (again.traces, "欧 阳 雨 泽" in again.lines[0]) == ((), True)


def test_a_page_whose_boxes_begin_elsewhere_is_clean() -> None:
    with pikepdf.open(io.BytesIO(usual())) as document:
        page = document.pages[0]
        page.contents_add(b"q 1 0 0 1 300 -200 cm", prepend=True)
        page.contents_add(b"Q")
        page.MediaBox = [300, -200, 300 + 842, -200 + 595.5]
        page.CropBox = [310, -190, 300 + 832, -200 + 585.5]
        assert traces(saved(document)) == set()


def test_text_that_is_turned_on_the_page_is_judged_as_well() -> None:
    assert traces(changed(usual(), "88", turned)) == set()
    assert traces(swapped(changed(usual(), "88", turned), "8", "9")) == DIFFER


def test_a_scan_with_invisible_text_shows_no_text_and_is_no_forgery() -> None:
    with pypdfium2.PdfDocument(usual()) as document:
        picture = document[0].render(scale=100 / 72).to_pil()

    def scanned(line: Line) -> bytes:
        line.page.Resources.XObject = pikepdf.Dictionary()
        scan = line.picture(picture)
        del line.page.Resources["/Pattern"]
        return b" q 3 Tr " + line.drawing + b" Q " + scan

    with pikepdf.open(io.BytesIO(changed(usual(), NAME, scanned))) as document:
        page = document.pages[0]
        content = page.Contents.read_bytes()
        text = content[content.index(b"q 3 Tr") : content.index(b" Q ", content.index(b"q 3 Tr"))] + b" Q "
        page.Contents = document.make_stream(text + b"q 842 0 0 595.5 0 0 cm /forged Do Q")
        scan = open_pdf(saved(document))
    assert (scan.traces, scan.lines) == ((), ((),))


@pytest.mark.parametrize(("name", "package", "file"), [
    ("ئابدۇلئەھەد", "fontpkg_amiri", "files/Amiri-Regular.ttf"),
    ("𠮷田", "pylopdf_fonts_jp", "NotoSerifJP-Regular.otf"),
])  # fmt: skip
def test_what_we_have_no_face_for_is_judged_on_being_seen_alone(name: str, package: str, file: str) -> None:
    found = find_spec(package)
    assert found and found.origin
    use_extra_fonts([Path(found.origin).parent / file])
    try:
        pdf = named(name)
    finally:
        use_extra_fonts([])
    assert open_pdf(pdf).traces == ()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        page = document.pages[0]
        colours = rb"[\d.]+ [\d.]+ [\d.]+ rg"
        page.Contents = document.make_stream(re.sub(colours, b"1 1 1 rg", page.Contents.read_bytes()))
        assert "hidden_text" in traces(saved(document))
        assert name[0] not in shown(saved(document))

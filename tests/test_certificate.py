"""The certificate as people and machines meet it: read, copied, scanned, printed, validated, framed."""

import os
import re
import runpy
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageFont

from credential.wording import Fact, Text, Wording
from issuer.certificate import TooLong, Undrawable, packaged, render
from issuer.certificate.faces import SONG, path_of
from issuer.certificate.fitting import fit
from issuer.certificate.samples import sample
from issuer.certificate.seal import seal

ISSUED = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
TOKEN = "eyJhbGciOiJFUzI1NiJ9.eyJuYW1lIjoi57uT5Lia6K-B5LmmIn0.c2lnbmF0dXJl"
SHORT_URL = "https://verify.glimmer.example/v/WG-7K4M9QXT2D8HC5RF"
LONG_URL = f"{SHORT_URL}#{Random(5).getrandbits(8 * 290) | 1 << 8 * 290}"
POINTS_PER_MM = 72 / 25.4
CLASSIC = packaged("classic-landscape")
INNER_RULE = 15.4  # mm from each edge of the sheet
QR_PLACE = (236.0, 151.0, 271.0, 186.0)  # mm from the top left

Draw = Callable[..., bytes]


def zh(text: str) -> Text:
    return Text(language="zh-Hans", text=text)


def en(text: str) -> Text:
    return Text(language="en", text=text)


def plain(text: str) -> Text:
    return Text(language="", text=text)


ISSUED_ON = Fact(key="issued", labels=(zh("颁发日期"), en("Issued")), values=(zh("2026 年 11 月 21 日"),))
WORDING = Wording(
    languages=("zh-Hans", "en"),
    document_title="结业证书 · 欧阳雨泽 · 数据分析微专业",
    organisation=(zh("微光学院"), en("Glimmer Academy")),
    title=(zh("结业证书"), en("Certificate of Completion")),
    certifies=(zh("兹证明"), en("This certifies that")),
    name=(zh("欧阳雨泽"), plain("Ouyang Yuze")),
    completed=(zh("已完成全部课程并通过考核"), en("has completed and passed")),
    achievement=(zh("数据分析微专业"), en("Micro-specialty in Data Analysis")),
    facts=(Fact(key="hours", labels=(zh("学时"), en("Hours")), values=(plain("96"),)), ISSUED_ON),
    signatories=((zh("林知远\u3000院长"), en("Lin Zhiyuan, Dean")),),
    check=(zh("扫码核验，请认准"), en("Scan, and trust only")),
    code_label=(zh("证书编号"), en("No.")),
    code="WG-7K4M-9QXT-2D8H-C5RF",
)
LONG_NAMES = {
    "200 ideographs, and as long in letters": (zh("欧阳雨泽" * 50), plain("Ouyang Yuze " * 16)),
    "200 letters in words": (plain("Maria de la Concepción " * 8 + "Rodríguez y Nguyễn"),),
    "120 letters without a space": (plain("Wolfeschlegelstein" * 7),),
    "an Uyghur name of 14 ideographs": (zh("阿卜杜热依木江·买买提艾力"),),
    "two ideographs": (zh("王㛃"),),
}


# What a machine reads


@pytest.mark.parametrize("reader", ["mutool", "pdftotext", "pdfium"])
def test_each_signed_value_is_read_on_a_line_of_its_own(draw: Draw, reader: str) -> None:
    lines = {squeezed(line) for line in READERS[reader](draw()).splitlines()}
    own = (WORDING.organisation, WORDING.title, WORDING.name, WORDING.achievement, (plain("verify.glimmer.example"),))
    for text in [text for texts in own for text in texts]:
        assert squeezed(text.text) in lines


@pytest.mark.parametrize("reader", ["mutool", "pdftotext", "pdfium"])
def test_a_fact_reads_as_its_labels_and_its_value_and_the_code_stands_apart(draw: Draw, reader: str) -> None:
    text = " ".join(READERS[reader](draw()).split())
    assert "学时 Hours 96 " in text
    assert "颁发日期 Issued 2026 年 11 月 21 日" in text
    assert re.search(r"(?<!\S)WG-7K4M-9QXT-2D8H-C5RF(?!\S)", text)


@pytest.mark.parametrize("reader", ["mutool", "pdftotext", "pdfium"])
@pytest.mark.parametrize("design", ["classic-landscape", "skill-level"])
def test_the_level_is_read_once_as_a_labelled_fact(faces: Path, design: str, reader: str) -> None:
    pdf = render(sample("level"), TOKEN, verify_url=SHORT_URL, issued_at=ISSUED, cache=faces, design=packaged(design))
    text = " ".join(READERS[reader](pdf).split())
    assert text.count("等级 Level 三级 / 高级工 ") == text.count("高级工") == 1


def test_the_structure_is_read_in_the_order_in_which_a_person_would_say_it(draw: Draw) -> None:
    said = [
        *WORDING.organisation, *WORDING.title, *WORDING.certifies, *WORDING.name, *WORDING.completed,
        *WORDING.achievement, plain("学时 Hours 96"), *WORDING.signatories[0], *WORDING.check, plain(WORDING.code),
    ]  # fmt: skip
    text = squeezed(pdfium_text(draw()))
    places = [text.index(squeezed(part.text)) for part in said]
    assert places == sorted(places)


def test_markup_in_a_name_is_printed_and_not_obeyed(draw: Draw) -> None:
    name = '<img src="file:///etc/passwd"> & {{ 7 * 7 }}'
    assert squeezed(name) in squeezed(pdfium_text(draw(name=(plain(name),))))


def test_the_token_is_the_one_attachment_and_the_source_of_the_page(draw: Draw) -> None:
    with pikepdf.open(BytesIO(draw())) as pdf:
        assert list(pdf.attachments) == ["credential.jwt"]
        file = pdf.attachments["credential.jwt"]
        assert file.get_file().read_bytes() == TOKEN.encode()
        assert file.get_file().mime_type == "application/jwt"
        (associated,) = pdf.Root.AF
        assert associated.AFRelationship == pikepdf.Name.Source


@pytest.mark.parametrize("url", [SHORT_URL, LONG_URL], ids=["short", "with the whole credential"])
def test_the_qr_code_holds_the_address_it_was_given(draw: Draw, url: str) -> None:
    (found,) = zxingcpp.read_barcodes(pdfium_picture(draw(verify_url=url), dpi=200))
    assert found.text == url


@pytest.mark.parametrize("dpi", [96, 150, 300])
@pytest.mark.parametrize("drawer", ["mutool", "pdftoppm", "pdfium"])
def test_the_largest_qr_code_is_read_from_a_screen_and_from_paper(draw: Draw, drawer: str, dpi: int) -> None:
    (found,) = zxingcpp.read_barcodes(PICTURES[drawer](draw(verify_url=LONG_URL), dpi))
    assert found.text == LONG_URL


# What a person sees


@pytest.mark.parametrize("drawer", ["mutool", "pdftoppm", "pdfium"])
def test_each_reader_draws_the_ideographs_of_the_name_and_not_others(draw: Draw, drawer: str) -> None:
    """The drawn characters are laid over the published font's own, which FreeType draws: shape against shape."""
    pdf = draw()
    picture, dpi = PICTURES[drawer](pdf, 200), 200
    for character, box in zip("欧阳雨泽", boxes_of(pdf, "欧阳雨泽"), strict=True):
        left, top, right, bottom = (round(edge / 25.4 * dpi) for edge in box)
        drawn = shape(picture.convert("L").crop((left - 3, top - 3, right + 3, bottom + 3)))
        likeness = {other: agreement(drawn, published(other)) for other in "欧阳雨泽口"}
        assert max(likeness, key=lambda other: likeness[other]) == character
        assert likeness[character] > 0.75


@pytest.mark.parametrize("case", LONG_NAMES)
def test_a_name_of_any_length_is_whole_and_keeps_clear_of_everything(draw: Draw, case: str) -> None:
    pdf = draw(name=LONG_NAMES[case], facts=(*WORDING.facts, *WORDING.facts))
    text = squeezed(pdfium_text(pdf))
    assert all(squeezed(name.text) in text for name in LONG_NAMES[case])
    boxes = list(ink_of(pdf))
    left, top = QR_PLACE[:2]
    for character, box in boxes:
        assert min(box[0], box[1], 297 - box[2], 210 - box[3]) > INNER_RULE, f"{character} touches the frame"
        assert box[2] < left - 2 or box[3] < top - 2, f"{character} touches the QR code"
    assert colliding(boxes) == []


def test_names_and_titles_that_are_long_all_at_once_still_fit(draw: Draw) -> None:
    signatory = (zh("奥莉维娅·施密特\u3000教授"), en("Prof. Dr. Olivia Schmidt-Rottluff, Academic Director"))
    pdf = draw(
        organisation=(zh("中央广播电视大学终身学习与继续教育联合学院"), en("Joint School of Lifelong Learning " * 3)),
        name=LONG_NAMES["200 ideographs, and as long in letters"],
        achievement=(zh("工业互联网平台架构与可信数据空间" * 4), en("Industrial Internet Platform Architecture " * 5)),
        signatories=(signatory, signatory, signatory),
    )
    assert colliding(list(ink_of(pdf))) == []


def test_a_text_too_long_for_any_readable_size_is_refused(draw: Draw) -> None:
    with pytest.raises(TooLong, match="5000 characters"):
        draw(name=(zh("王" * 5000),))


def test_characters_that_cannot_be_drawn_are_refused_by_name(draw: Draw) -> None:
    with pytest.raises(Undrawable, match=r"𠮷 \(U\+20BB7, CJK ideograph of Extension B\)") as refused:
        draw(name=(zh("𠮷田"),))
    assert refused.value.characters == ("𠮷",)


def test_a_refused_character_comes_with_the_one_to_write_instead(draw: Draw) -> None:
    with pytest.raises(Undrawable, match=r"OVERRIDE \(U\+202E\).*U\+2F00, KANGXI RADICAL ONE\), write 一 instead"):
        draw(name=(zh("\u2f00王\u202e"),))


def test_lines_are_balanced_and_broken_between_words() -> None:
    fitted = fit("one two three four five six", len, size=10, floor=10, smallest=10, width=60, height=20)
    assert fitted.lines == ("one two three ", "four five six")


def test_a_line_does_not_begin_with_a_closing_mark_nor_end_with_an_opening_one() -> None:
    fitted = fit("数据分析、（第三期）", len, size=10, floor=10, smallest=10, width=19.5, height=20)
    assert fitted.lines == ("数据分析、", "（第三期）")


@pytest.mark.parametrize(
    ("name", "text", "grid"),
    [
        ("微光", "微光之印", (2, 2)),
        ("微光院", "微光院印", (2, 2)),
        ("微光学院", "微光学院", (2, 2)),
        ("国家开放大学", "国家开放大学", (2, 3)),
        ("微光职业技术学院", "微光职业技术学院印", (3, 3)),
    ],
)
def test_a_seal_is_a_full_grid(name: str, text: str, grid: tuple[int, int]) -> None:
    made = seal(name)
    assert made is not None
    assert (made.text, (made.columns, made.rows)) == (text, grid)


@pytest.mark.parametrize("name", ["微", "Glimmer", "微光Academy", "中央广播电视大学终身学习学院"])
def test_a_name_that_makes_no_seal_gets_none(name: str) -> None:
    assert seal(name) is None


@pytest.mark.parametrize(
    ("script", "ornaments"),
    [
        ("classic-landscape/guilloche.py", ("background", "flourish", "medallion")),
        ("skill-level/weave.py", ("background", "panel", "medallion")),
    ],
)
def test_the_ornaments_are_what_their_script_draws(script: str, ornaments: tuple[str, ...]) -> None:
    path = Path(__file__).parents[1] / "templates" / "certificates" / script
    drawn = runpy.run_path(str(path))
    for ornament in ornaments:
        assert path.with_name(f"{ornament}.svg").read_text(encoding="utf-8") == drawn[ornament]()


# What a screen reader and an archive need


def test_the_document_has_a_title_a_language_and_the_marks_of_both_standards(draw: Draw) -> None:
    with pikepdf.open(BytesIO(draw())) as pdf:
        assert str(pdf.Root.Lang) == "zh-Hans"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        with pdf.open_metadata() as metadata:
            assert metadata["dc:title"] == WORDING.document_title
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
            assert metadata["pdfuaid:part"] == "1"


def test_headings_lists_and_pictures_are_tagged_with_their_language_and_an_alternative_text(draw: Draw) -> None:
    with pikepdf.open(BytesIO(draw())) as pdf:
        elements = list(structure(pdf.Root.StructTreeRoot))
        kinds = [str(element.S) for element in elements]
        assert kinds.count("/H1") == kinds.count("/H2") == 1
        assert kinds.count("/LI") == len(WORDING.facts) + len(WORDING.signatories)
        seal_picture, qr_picture = (element for element in elements if element.S == "/Figure")
        assert str(seal_picture.Alt) == "印章 微光学院"
        assert "verify.glimmer.example" in str(qr_picture.Alt)
        qr_box = [float(edge) / POINTS_PER_MM for edge in qr_picture.A.BBox]
        assert qr_box == pytest.approx([QR_PLACE[0], 210 - QR_PLACE[3], QR_PLACE[2], 210 - QR_PLACE[1]], abs=0.1)
        (heading,) = (element for element in elements if element.S == "/H1")
        assert [str(part.Lang) for part in heading.K] == ["zh-Hans", "en"]


@pytest.mark.parametrize("case", ["as usual", "English only, no signatory, no fact"])
def test_every_font_in_the_file_is_one_of_ours_and_embedded(draw: Draw, case: str) -> None:
    changes: dict[str, Any] = {} if case == "as usual" else {
        "languages": ("en",), "organisation": WORDING.organisation[1:], "name": (plain("Łukasz Østergård"),),
        "facts": (), "signatories": (),
    }  # fmt: skip
    with pikepdf.open(BytesIO(draw(**changes))) as pdf:
        descriptors = [
            o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/FontDescriptor"
        ]
        assert descriptors
        for descriptor in descriptors:
            assert str(descriptor.FontFamily) in {"Noto Serif SC", "Noto Sans SC", "EB Garamond"}
            assert len(descriptor.FontFile2.read_bytes()) > 500


def test_the_same_certificate_is_the_same_bytes_in_another_process(draw: Draw, faces: Path) -> None:
    code = (
        "import sys, pathlib; sys.path.insert(0, sys.argv[1]); import test_certificate as t; faces = sys.argv[2];"
        "at = {'verify_url': t.SHORT_URL, 'issued_at': t.ISSUED, 'cache': pathlib.Path(faces), 'design': t.CLASSIC};"
        "sys.stdout.buffer.write(t.render(t.WORDING, t.TOKEN, **at))"
    )
    other = subprocess.run(
        [sys.executable, "-c", code, str(Path(__file__).parent), str(faces)],
        stdout=subprocess.PIPE,
        check=True,
        cwd=Path(__file__).parents[1],
        env=os.environ | {"PYTHONHASHSEED": "7", "TZ": "Asia/Shanghai"},
    ).stdout
    assert other == draw()


def test_a_certificate_is_small_enough_to_mail_by_the_thousand(draw: Draw) -> None:
    assert len(draw()) < 60_000
    assert len(draw(verify_url=LONG_URL)) < 60_000


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "https://example.org/a.css", "data:text/css,a", "certificate:x"]
)
def test_nothing_but_our_own_files_can_be_loaded_while_drawing(address: str) -> None:
    from issuer.certificate.pdf import InMemory

    with pytest.raises(PermissionError, match=re.escape(address)):
        InMemory({"certificate:y": ("text/css", b"")})(address)


# How it is measured


@pytest.fixture(scope="session")
def faces(request: pytest.FixtureRequest) -> Path:
    """The static Latin faces, kept between test runs because making them takes seconds."""
    return request.config.cache.mkdir("faces")


@pytest.fixture(scope="session")
def draw(faces: Path) -> Draw:
    """Draws the usual certificate, or one with some parts of its wording changed; each once."""

    @cache
    def drawn(verify_url: str = SHORT_URL, **changes: Any) -> bytes:
        wording = replace(WORDING, **changes)
        return render(wording, TOKEN, verify_url=verify_url, issued_at=ISSUED, cache=faces, design=CLASSIC)

    return drawn


def squeezed(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def tool(name: str, arguments: list[str], pdf: bytes) -> bytes:
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    return subprocess.run(
        [name, *arguments], input=pdf, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True
    ).stdout


def pdfium_text(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return str(document[0].get_textpage().get_text_range())


def pdfium_picture(pdf: bytes, dpi: int) -> Image.Image:
    with pypdfium2.PdfDocument(pdf) as document:
        picture: Image.Image = document[0].render(scale=dpi / 72).to_pil()
        return picture


READERS: dict[str, Callable[[bytes], str]] = {
    "mutool": lambda pdf: mutool(pdf, "-F", "text").decode(),
    "pdftotext": lambda pdf: tool("pdftotext", ["-", "-"], pdf).decode(),
    "pdfium": pdfium_text,
}
PICTURES: dict[str, Callable[[bytes, int], Image.Image]] = {
    "mutool": lambda pdf, dpi: Image.open(BytesIO(mutool(pdf, "-F", "png", "-r", str(dpi)))),
    "pdftoppm": lambda pdf, dpi: Image.open(BytesIO(tool("pdftoppm", ["-r", str(dpi), "-png", "-"], pdf))),
    "pdfium": pdfium_picture,
}


def mutool(pdf: bytes, *options: str) -> bytes:
    """MuPDF's drawing or text of the page. It reads from a file only."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "certificate.pdf"
        path.write_bytes(pdf)
        return tool("mutool", ["draw", *options, "-o", "-", str(path)], b"")


def characters_of_page(pdf: bytes) -> Iterator[tuple[str, tuple[float, float, float, float]]]:
    """Each character with its ink, as left, top, right, bottom in mm from the top left of the sheet."""
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[0].get_textpage()
        for index in range(page.count_chars()):
            left, bottom, right, top = (edge / POINTS_PER_MM for edge in page.get_charbox(index))
            yield page.get_text_range(index, 1), (left, 210 - top, right, 210 - bottom)


def ink_of(pdf: bytes) -> Iterator[tuple[str, tuple[float, float, float, float]]]:
    return ((character, box) for character, box in characters_of_page(pdf) if character.strip() and box[2] > box[0])


def boxes_of(pdf: bytes, text: str) -> list[tuple[float, float, float, float]]:
    """The boxes of the characters of `text`, where it stands on the page for the first time."""
    ink = list(ink_of(pdf))
    start = "".join(character for character, _ in ink).index(text)
    return [box for _, box in ink[start : start + len(text)]]


def colliding(boxes: list[tuple[str, tuple[float, float, float, float]]]) -> list[str]:
    """Pairs of characters, not next to each other, that cover each other by more than a quarter of the smaller one."""
    found = []
    for i, (a, (al, at, ar, ab)) in enumerate(boxes):
        for b, (bl, bt, br, bb) in boxes[i + 3 :]:  # neighbours are kerned, in italics one under the other
            across, down = min(ar, br) - max(al, bl), min(ab, bb) - max(at, bt)
            smaller = min((ar - al) * (ab - at), (br - bl) * (bb - bt))
            if across > 0 and down > 0 and across * down > smaller / 4:
                found.append(f"{a}{b}")
    return found


def published(character: str) -> Image.Image:
    """The character as FreeType draws it from the font file that was published."""
    picture = Image.new("L", (260, 260), 255)
    ImageDraw.Draw(picture).text((20, 0), character, font=ImageFont.truetype(str(path_of(SONG)), 200), fill=0)
    return shape(picture)


def shape(picture: Image.Image) -> Image.Image:
    """The ink alone, cropped to its edges, in 64 by 64."""
    ink = picture.point(lambda value: 255 if value < 128 else 0)
    return ink.crop(ink.getbbox()).resize((64, 64))


def agreement(one: Image.Image, other: Image.Image) -> float:
    """Ink that both have, as a share of the ink that either has."""
    a, b = one.tobytes(), other.tobytes()
    return sum(map(min, a, b)) / sum(map(max, a, b))


def structure(element: Any) -> Iterator[Any]:
    for kid in element.get("/K", ()) if isinstance(element.get("/K"), pikepdf.Array) else ():
        if isinstance(kid, pikepdf.Dictionary) and kid.Type == "/StructElem":
            yield kid
            yield from structure(kid)

"""Fonts that an operator adds: what they draw, how it is read out of the PDF, and which fonts are refused."""

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
import uharfbuzz as hb
from fontTools.ttLib import TTCollection, TTFont
from fontTools.varLib.instancer import instantiateVariableFont
from PIL import Image, ImageDraw, ImageFont

from issuer.certificate import added_characters, undrawable, use_extra_fonts
from issuer.certificate.faces import CHINESE, LATIN, SONG, cut_faces, face_for
from issuer.certificate.fitting import measure
from issuer.certificate.instances import static
from issuer.certificate.layout import Laid
from issuer.certificate.pdf import write
from issuer.certificate.subset import fonts_for, subset
from issuer.doctor import examine
from issuer.errors import Misconfigured
from issuer.service import open_service
from issuer.settings import Settings, settings_from
from issuer.text import TextRefused, printable

UYGHUR = "ئابدۇلئەھەد ئابدۇرېھىم"
HINDI = "अर्जुन क्षत्रिय"
RARE = "𠮷田"

Page = Callable[[str], bytes]


# What they draw


def test_a_name_that_was_refused_is_taken_once_its_font_is_named(extra: Callable[..., None], amiri: Path) -> None:
    with pytest.raises(TextRefused, match=r"ئ \(U\+0626, ARABIC LETTER YEH WITH HAMZA ABOVE\).*ISSUER_EXTRA_FONTS"):
        printable(UYGHUR)
    extra(amiri)
    assert printable(UYGHUR) == UYGHUR
    extra()
    assert undrawable(UYGHUR)


def test_an_added_face_is_asked_after_the_default_ones(extra: Callable[..., None], japanese: Path) -> None:
    extra(japanese)
    assert face_for("田", chinese=True) == SONG
    assert face_for("𠮷", chinese=True) == cut_faces()[len(CHINESE)]


def test_two_fonts_of_one_name_are_two_faces_with_names_that_css_takes(
    extra: Callable[..., None], amiri: Path, tmp_path: Path
) -> None:
    font = TTFont(amiri)
    font["name"].setName('Amiri"; } * { color: red', 1, 3, 1, 0x409)
    font.save(tmp_path / "other.ttf")
    extra(amiri, tmp_path / "other.ttf", amiri)
    one, other = (face.family for face in cut_faces()[len(CHINESE) :])
    assert one != other
    assert (one + other).replace(" ", "").isalnum()


def test_it_is_known_how_many_characters_a_font_adds(extra: Callable[..., None], amiri: Path, japanese: Path) -> None:
    extra(amiri, japanese)
    first, second = added_characters().values()
    assert first > 1000
    assert second > 100


def test_the_doctor_lists_the_fonts_and_what_they_add(
    extra: Callable[..., None], amiri: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ISSUER_DATA_DIR", str(tmp_path / "issuer"))
    monkeypatch.setenv("ISSUER_EXTRA_FONTS", str(amiri))
    (found,) = (finding for finding in examine() if finding.subject == "extra font")
    assert found.good
    assert re.fullmatch(r"Amiri [0-9a-f]{12} \(.*Amiri-Regular\.ttf\) adds 1,\d{3} characters", found.detail)


def test_rare_ideographs_of_a_cff_font_are_redrawn_as_truetype(extra: Callable[..., None], japanese: Path) -> None:
    extra(japanese)
    font = TTFont(BytesIO(subset(cut_faces()[-1], "𠮷")))
    ((point, name),) = font.getBestCmap().items()
    assert point == 0x20BB7
    assert font["glyf"][name].numberOfContours == 3


def test_marks_of_a_cff_font_keep_their_place_on_the_letter(extra: Callable[..., None], japanese: Path) -> None:
    extra(japanese)
    cut = subset(cut_faces()[-1], "か\u309a")
    assert "CFF " not in TTFont(BytesIO(cut))
    assert shaped(cut, "か\u309a") == shaped(japanese.read_bytes(), "か\u309a")


@pytest.mark.parametrize(("font", "text"), [("amiri", UYGHUR), ("devanagari", HINDI)])
def test_letters_join_in_the_cut_font_as_in_the_published_one(
    extra: Callable[..., None], request: pytest.FixtureRequest, font: str, text: str
) -> None:
    published = request.getfixturevalue(font)
    extra(published)
    cut = subset(cut_faces()[-1], text)
    assert len(cut) < 60_000
    assert drawn(cut, text) == drawn(published.read_bytes(), text)
    apart = [face_width(published, letter) for letter in text]
    assert measure(LATIN[0], Path(), chinese=False, han=SONG)(text) < sum(apart)


def test_a_joiner_is_taken_where_its_script_has_it(extra: Callable[..., None], amiri: Path) -> None:
    extra(amiri)
    assert printable("علی\u200cرضا") == "علی\u200cرضا"
    with pytest.raises(TextRefused, match="ZERO WIDTH NON-JOINER"):
        printable("Ali\u200creza")


# What a PDF made with them says


@pytest.mark.parametrize("text", [UYGHUR, HINDI, RARE, "か\u309aな", "Ọlúwaṣẹ\u0301gun"])
def test_a_reader_gets_the_text_back_in_the_order_in_which_it_is_said(page: Page, text: str) -> None:
    pdf = page(text)
    with pypdfium2.PdfDocument(pdf) as document:
        assert document[0].get_textpage().get_text_range().split() == text.split()
    read = subprocess.run(["pdftotext", "-", "-"], input=pdf, stdout=subprocess.PIPE, check=True).stdout.decode()
    assert "".join(c for c in read if not c.isspace() and c not in "\u202a\u202b\u202c") == text.replace(" ", "")


def test_a_screen_reader_is_told_what_joined_letters_are(page: Page) -> None:
    with pikepdf.open(BytesIO(page(UYGHUR))) as pdf:
        said = [str(o.ActualText) for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and "/ActualText" in o]
    assert said == [UYGHUR]


def test_every_glyph_on_the_page_is_one_of_an_embedded_font(page: Page) -> None:
    with pikepdf.open(BytesIO(page(f"{UYGHUR} {HINDI} {RARE}"))) as pdf:
        fonts = [o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/FontDescriptor"]
        assert len(fonts) >= 4
        assert all(len(font.FontFile2.read_bytes()) > 300 for font in fonts)
        shown = b"".join(contents.read_bytes() for contents in (p.Contents for p in pdf.pages))
    assert b"<0000>" not in shown


@pytest.mark.parametrize(("font", "text"), [("amiri", "ئابدۇلئەھەد"), ("devanagari", "क्षत्रिय")])
def test_the_page_shows_the_word_as_another_shaper_draws_it(
    page: Page, request: pytest.FixtureRequest, font: str, text: str
) -> None:
    with pypdfium2.PdfDocument(page(text)) as document:
        got = ink(document[0].render(scale=4).to_pil().convert("L"))
    raqm = ImageFont.truetype(request.getfixturevalue(font), 96, layout_engine=ImageFont.Layout.RAQM)
    wanted = Image.new("L", (1600, 400), 255)
    ImageDraw.Draw(wanted).text((100, 100), text, font=raqm, fill=0)
    expected = ink(wanted).resize(got.size)
    different = sum(abs(a - b) for a, b in zip(got.tobytes(), expected.tobytes(), strict=True)) / 255
    assert different / (got.width * got.height) < 0.06


# What is refused


def test_a_service_does_not_open_with_a_font_that_cannot_be_embedded(settings: Settings, tmp_path: Path) -> None:
    named = settings_from({"ISSUER_EXTRA_FONTS": f"{tmp_path / 'a.ttf'}{os.pathsep}{tmp_path / 'b.ttf'}"})
    assert named.extra_fonts == (tmp_path / "a.ttf", tmp_path / "b.ttf")
    with pytest.raises(Misconfigured, match=r"a\.ttf cannot be read: No such file"):
        open_service(named)
    assert not settings.data_dir.exists()


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (lambda font: None, "is no TrueType or OpenType font"),
        (lambda font: rights(font, 0x0002), "may not be embedded"),
        (lambda font: rights(font, 0x0200), "may not be embedded"),
        (lambda font: rights(font, 0x0100), "may not be embedded"),
        (lambda font: without(font, "glyf", "loca"), "holds no outlines"),
        (lambda font: without(font, "cmap"), "holds no outlines"),
    ],
    ids=["no font", "restricted", "bitmaps only", "no subsetting", "no outlines", "no characters"],
)
def test_a_font_that_could_not_stand_in_a_certificate_is_refused_by_its_name(
    amiri: Path, tmp_path: Path, made: Callable[[TTFont], bytes | None], why: str
) -> None:
    path = tmp_path / "font.ttf"
    path.write_bytes(made(TTFont(amiri)) or b"<html>")
    with pytest.raises(Misconfigured, match=rf"font\.ttf.*{why}"):
        use_extra_fonts([path])


def test_a_collection_is_refused_with_the_line_that_takes_one_font_out_of_it(amiri: Path, tmp_path: Path) -> None:
    both = TTCollection()
    both.fonts = [TTFont(amiri), TTFont(amiri)]
    both.save(tmp_path / "both.ttc")
    with pytest.raises(Misconfigured, match=r"both\.ttc is a collection of fonts.*fonttools ttLib -y 0"):
        use_extra_fonts([tmp_path / "both.ttc"])


def test_a_variable_font_is_refused_with_the_line_that_makes_it_static() -> None:
    with pytest.raises(Misconfigured, match=r"variable font.*fonttools varLib\.instancer --static"):
        use_extra_fonts([published("fontpkg_noto_sans_devanagari", "files/NotoSansDevanagari[wdth,wght].ttf")])


def test_a_file_larger_than_any_font_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.ttf"
    path.touch()
    os.truncate(path, 2**40)
    with pytest.raises(Misconfigured, match="more than 64 MB"):
        use_extra_fonts([path])


def test_a_font_may_be_damaged_anywhere_without_more_than_a_refusal(amiri: Path, tmp_path: Path) -> None:
    content = amiri.read_bytes()
    for end in (5, 12, 100, 300, 5000, len(content) // 2):
        path = tmp_path / f"{end}.ttf"
        path.write_bytes(content[:end])
        with pytest.raises(Misconfigured):
            use_extra_fonts([path])


# How it is measured


@pytest.fixture
def extra() -> Iterator[Callable[..., None]]:
    yield lambda *paths: use_extra_fonts(paths)
    use_extra_fonts([])


@pytest.fixture(scope="session")
def amiri() -> Path:
    return published("fontpkg_amiri", "files/Amiri-Regular.ttf")


@pytest.fixture(scope="session")
def japanese() -> Path:
    return published("pylopdf_fonts_jp", "NotoSerifJP-Regular.otf")


@pytest.fixture(scope="session")
def devanagari(tmp_path_factory: pytest.TempPathFactory) -> Path:
    font = TTFont(published("fontpkg_noto_sans_devanagari", "files/NotoSansDevanagari[wdth,wght].ttf"))
    path = tmp_path_factory.mktemp("fonts") / "NotoSansDevanagari.ttf"
    instantiateVariableFont(font, {"wght": 400, "wdth": 100}, inplace=True).save(path)
    return path


@pytest.fixture
def page(extra: Callable[..., None], amiri: Path, japanese: Path, devanagari: Path, faces: Path) -> Page:
    """A page with one line of text, drawn with the default faces and three more."""
    extra(amiri, japanese, devanagari)

    def drawn(text: str) -> bytes:
        fonts = {LATIN[0]: static(LATIN[0], faces)} | fonts_for(text, SONG)
        names = {face: f"certificate:{number}" for number, face in enumerate(fonts)}
        laid = Laid(
            html=f'<html lang="zh"><title>{text}</title><p>{text}</p>',
            faces="".join(f'@font-face{{font-family:"{f.family}";src:url("{names[f]}")}}' for f in fonts),
            style="@page{margin:1cm;size:20cm 5cm}html{font-size:24pt;font-family:"
            + ",".join(f'"{face.family}"' for face in fonts),
            files={names[face]: ("font/ttf", font) for face, font in fonts.items()},
        )
        return write(laid, "a.b.c", issued_at=datetime(2026, 11, 21, tzinfo=UTC))

    return drawn


@pytest.fixture(scope="session")
def faces(request: pytest.FixtureRequest) -> Path:
    """The static Latin faces, kept between test runs because making them takes seconds."""
    return request.config.cache.mkdir("faces")


def published(package: str, file: str) -> Path:
    found = find_spec(package)
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / file


def layout(font: bytes, text: str) -> tuple[hb.Font, hb.Buffer]:
    made, buffer = hb.Font(hb.Face(hb.Blob(font))), hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    hb.shape(made, buffer)
    return made, buffer


def shaped(font: bytes, text: str) -> list[tuple[int, int, int]]:
    return [(p.x_advance, p.x_offset, p.y_offset) for p in layout(font, text)[1].glyph_positions]


def drawn(font: bytes, text: str) -> list[tuple[object, ...]]:
    """What each glyph covers and where it stands, whatever its number is in that font."""
    made, buffer = layout(font, text)
    extents = [made.get_glyph_extents(info.codepoint) for info in buffer.glyph_infos]
    return list(zip(extents, shaped(font, text), strict=True))


def face_width(font: Path, text: str) -> float:
    made, buffer = layout(font.read_bytes(), text)
    return float(sum(p.x_advance for p in buffer.glyph_positions) / made.face.upem)


def ink(picture: Image.Image) -> Image.Image:
    return picture.crop(picture.point(lambda value: 255 * (value < 128)).getbbox())


def rights(font: TTFont, bits: int) -> bytes:
    font["OS/2"].fsType = bits
    return saved(font)


def without(font: TTFont, *tables: str) -> bytes:
    whole = hb.Face(hb.Blob(saved(font)))
    from issuer.certificate.truetype import font_file

    return font_file({tag: whole.reference_table(tag).data for tag in whole.table_tags if tag not in tables})


def saved(font: TTFont) -> bytes:
    written = BytesIO()
    font.save(written)
    return written.getvalue()

"""Which characters a certificate can draw, and the fonts that it is given to draw them with."""

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont

from issuer.certificate import LibrariesMissing, libraries, undrawable, unfaithful
from issuer.certificate.faces import HEI, ROMAN, SEMIBOLD, SONG, face_for, font_of, path_of
from issuer.certificate.instances import static
from issuer.certificate.subset import subset

# From the third level of 通用规范汉字表, the characters allowed in names and places, many of them outside the BMP.
RARE_IN_NAMES = "㛃㭎䶮旸昉珺翀骉𠅤𠙶𡎚𣲗𤩽𥻗𦈡𧿹𨚕𨱇𨺙𩾃𪨰𪩘𫄨𫍯𫓧𫖯𫗴𫟼𫠊𬀩𬇕𬊤𬍛𬒈𬘭𬜬𬣙𬤇𬬭𬭩𬱖𬳶𬴂𬷕𬸚𬸪𬺈"


def test_every_character_for_names_in_the_national_standard_is_drawn_in_the_serif() -> None:
    assert undrawable(RARE_IN_NAMES) == ()
    assert {face_for(character, chinese=True) for character in RARE_IN_NAMES} == {SONG}


@pytest.mark.parametrize(
    "name",
    [
        "Łukasz Østergård",
        "Şükrü Ağaoğlu",
        "Nguyễn Thị Hồng Nhung",
        "Ștefan Țîrlea",
        "Erdős Pál",
        "Дмитрий",
        "Ελένη",
        "O’Brien",
    ],
)
def test_names_in_extended_latin_cyrillic_and_greek_are_drawn_in_garamond(name: str) -> None:
    assert {face_for(character, chinese=False) for character in name} == {ROMAN}


def test_what_cannot_be_drawn_is_named_once_and_in_order() -> None:
    assert undrawable("王😀𠮷ق小😀明") == ("😀", "𠮷", "ق")


def test_white_space_is_not_counted_as_undrawable() -> None:
    assert undrawable("王 小\u3000明\u00a0\n") == ()


@pytest.mark.parametrize("hidden", ["\u200b", "\u200d", "\u202e", "\u2066", "\u00ad", "\ufeff", "\ue000", "\x07"])
def test_a_character_that_nobody_sees_is_undrawable(hidden: str) -> None:
    assert undrawable(f"王{hidden}明") == (hidden,)


def test_a_character_that_only_looks_like_an_ordinary_one_is_named_with_the_ordinary_one() -> None:
    seeming = "\u2f00\uf900\U0002f804\u2e81"  # a radical, two compatibility ideographs, a radical without a twin
    assert unfaithful(f"{seeming}一王") == dict(zip(seeming, ("一", "豈", "你", ""), strict=True))


def test_an_ideograph_that_merely_stands_in_the_compatibility_block_is_left_alone() -> None:
    assert unfaithful("\ufa11\ufa29") == {}


def test_punctuation_takes_the_form_of_the_text_around_it() -> None:
    assert face_for("“", chinese=True) == SONG
    assert face_for("“", chinese=False) == ROMAN


def test_a_subset_is_the_same_bytes_whatever_the_order_of_its_characters() -> None:
    assert subset(SONG, "结业证书") == subset(SONG, "书证业结结")


def test_a_subset_has_the_outlines_of_the_published_font_as_truetype() -> None:
    font = TTFont(BytesIO(subset(SONG, RARE_IN_NAMES)))
    font.ensureDecompiled()
    assert "glyf" in font
    assert "CFF " not in font
    published = TTFont(path_of(SONG), lazy=True)
    names, drawn = published.getBestCmap(), font.getBestCmap()
    assert set(drawn) == {ord(character) for character in RARE_IN_NAMES}
    for point, name in drawn.items():
        assert font["hmtx"][name][0] == published["hmtx"][names[point]][0]
        assert bounds(font, name) == pytest.approx(bounds(published, names[point]), abs=2), chr(point)


def test_a_subset_is_a_font_whose_checksums_are_right() -> None:
    TTFont(BytesIO(subset(SONG, "微证")), checkChecksums=2)


def test_two_characters_that_share_a_drawing_get_a_glyph_each_so_that_each_can_be_copied() -> None:
    assert font_of(SONG).get_nominal_glyph(ord("瑨")) == font_of(SONG).get_nominal_glyph(ord("𤨁"))
    drawn = TTFont(BytesIO(subset(SONG, "瑨𤨁"))).getBestCmap()
    assert drawn[ord("瑨")] != drawn[ord("𤨁")]


def test_a_subset_of_what_the_face_does_not_draw_is_an_error() -> None:
    with pytest.raises(KeyError, match=r"U\+20BB7"):
        subset(SONG, "𠮷")


def test_the_sans_stands_in_where_the_serif_has_no_drawing() -> None:
    assert face_for("𰻝", chinese=True) == HEI


def test_a_latin_face_becomes_static_once_and_is_kept(faces: Path) -> None:
    made = static(SEMIBOLD, faces)
    font = TTFont(BytesIO(made))
    assert "fvar" not in font
    assert font["OS/2"].usWeightClass == 600
    (kept,) = (file for file in faces.glob("EBGaramond-600-*.ttf") if file.read_bytes() == made)
    written = kept.stat().st_mtime_ns
    static.cache_clear()
    assert static(SEMIBOLD, faces) == made
    assert kept.stat().st_mtime_ns == written


def test_asking_what_can_be_drawn_does_not_load_weasyprint() -> None:
    code = "import sys, issuer.certificate as c; c.undrawable('王'); sys.exit('weasyprint' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_drawing_with_faces_that_are_ready_does_not_load_the_font_compiler(faces: Path) -> None:
    """fontTools' compilers take longer to load than a certificate takes to draw."""
    static(ROMAN, faces)
    code = (
        "import sys, pathlib; from issuer.certificate import faces, fitting, instances, subset;"
        "subset.fonts_for('微证', faces.SONG); cache = pathlib.Path(sys.argv[1]); instances.static(faces.ROMAN, cache);"
        "fitting.measure(faces.ROMAN, cache, chinese=True, han=faces.SONG)('微证 Weizheng');"
        "sys.exit(any(name.startswith(('fontTools.ttLib', 'fontTools.subset')) for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code, str(faces)], check=False).returncode == 0


def test_a_missing_system_library_is_answered_with_the_line_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(libraries.NEEDED, "absent-1.0", ("libabsent-1.0.so.0",))
    with pytest.raises(LibrariesMissing, match=r"absent-1.0 not found.*(apt-get install libpango|brew install pango)"):
        libraries.require_libraries()


def test_what_a_process_has_loaded_is_not_looked_for_again_and_what_it_lacked_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str | None] = []

    def opens(file: str | None) -> bool:
        asked.append(file)
        return file == "libthere.so.0"

    monkeypatch.setattr(libraries, "_found", set())
    monkeypatch.setattr(libraries, "_opens", opens)
    monkeypatch.setattr(libraries, "NEEDED", {"there": ("libthere.so.0",), "absent": ("libabsent.so.0",)})
    assert libraries.missing_libraries() == libraries.missing_libraries() == ("absent",)
    assert (asked.count("libthere.so.0"), asked.count("libabsent.so.0")) == (1, 2)


@pytest.fixture(scope="session")
def faces(request: pytest.FixtureRequest) -> Path:
    """The static Latin faces, kept between test runs because making them takes seconds."""
    return request.config.cache.mkdir("faces")


def bounds(font: TTFont, glyph: str) -> tuple[float, float, float, float] | None:
    pen = BoundsPen(font.getGlyphSet())
    font.getGlyphSet()[glyph].draw(pen)
    found: tuple[float, float, float, float] | None = pen.bounds
    return found

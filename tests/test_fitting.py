"""Long texts in their places: whole, unbroken within a letter, and no wider than the place, whoever measures."""

from collections.abc import Iterator
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import pytest
import regex
import uharfbuzz as hb
from fontTools.ttLib import TTFont
from hypothesis import example, given, settings
from hypothesis import strategies as st

from credential.phrases import RENDITIONS
from issuer.certificate import PLAIN, TooLong, packaged, use_extra_fonts
from issuer.certificate.faces import ROMAN, SONG, path_of
from issuer.certificate.fitting import Fitted, fit, measure
from issuer.certificate.instances import static
from issuer.certificate.layout import lay
from issuer.certificate.samples import SAMPLE_URL, sample
from tests.both_ways import DESIGNS

NAME = {"size": 35.0, "floor": 21.0, "smallest": 8.5, "width": 226.0, "height": 17.0, "leading": 1.25, "spacing": 0.03}
TITLE = {"size": 21.0, "floor": 16.0, "smallest": 9.0, "width": 220.0, "height": 13.0, "leading": 1.25, "spacing": 0.1}
POINTS_PER_MM = 72 / 25.4

LATIN_WORD = st.text("aefgilmtvAVTWMJłőşạ", min_size=1, max_size=18)
HAN_WORD = st.text("王雨泽阿卜杜热依木江买买提艾力数据分析", min_size=1, max_size=8)
MARKED_WORD = st.lists(st.sampled_from(["a\u0331", "m\u0300", "ẹ\u0301", "o\u0328\u0301"]), min_size=1, max_size=6).map(
    "".join
)
ARABIC_WORD = st.text("ئابدۇلھەرېمىڭگنچپ", min_size=1, max_size=12)
JOINT = st.sampled_from([" ", "·", "-", " (", "), ", "，", "、", "/", ". "])


def words(*kinds: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Texts of up to 120 graphemes, of words of these kinds."""
    parts = st.lists(st.tuples(st.one_of(kinds), JOINT), min_size=1, max_size=30)
    joined = parts.map(lambda pairs: "".join(word + joint for word, joint in pairs).strip())
    return joined.map(lambda text: "".join(regex.findall(r"\X", text)[:120]).strip())


TEXTS = st.one_of(
    words(LATIN_WORD),
    words(HAN_WORD),
    words(ARABIC_WORD),
    words(LATIN_WORD, HAN_WORD, MARKED_WORD),
    words(LATIN_WORD, HAN_WORD, ARABIC_WORD),
)


@pytest.mark.parametrize("chinese", [True, False])
@given(text=TEXTS)
@example(text="W" * 120)
@example(text="王" * 120)
@example(text="o\u0328\u0301" * 120)
@example(text="ئ" * 120)
@example(text="AVAVAVAV To" * 10)
@settings(deadline=None, max_examples=150)
def test_a_name_of_up_to_120_letters_of_any_script_is_whole_and_keeps_to_its_place(
    cache: Path, text: str, chinese: bool
) -> None:
    fitted = fit(text, measure(ROMAN, cache, chinese=chinese, han=SONG), **NAME)
    assert_in_place(fitted, text, cache, **NAME)


@given(text=TEXTS.map(lambda text: "".join(regex.findall(r"\X", text)[:100]).strip()))
@settings(deadline=None, max_examples=100)
def test_a_title_of_up_to_100_letters_likewise(cache: Path, text: str) -> None:
    fitted = fit(text, measure(ROMAN, cache, chinese=True, han=SONG), **TITLE)
    assert_in_place(fitted, text, cache, **TITLE)


@given(text=words(LATIN_WORD))
@settings(deadline=None, max_examples=50)
def test_a_word_that_has_room_on_a_line_is_not_broken(cache: Path, text: str) -> None:
    lines = fit(text, measure(ROMAN, cache, chinese=False, han=SONG), **NAME).lines
    for before, after in pairwise(lines):
        assert regex.search(r"[\s\-/，、·]$", before) or regex.match(r"[(，、]", after), (before, after)


def test_a_name_is_broken_between_its_parts_and_a_title_between_its_phrases(cache: Path) -> None:
    measured = measure(ROMAN, cache, chinese=True, han=SONG)
    parts = "阿卜杜热依木江·买买提艾力·图尔荪托合提·阿卜杜克热木·麦合木提江·艾斯卡尔·古丽巴哈尔·努尔艾合买提·阿依夏木"
    first, second = fit(parts, measured, **NAME).lines
    assert first.endswith("·")
    assert second.count("·") > 1
    title = "工业互联网平台架构与可信数据空间：面向智能制造、绿色能源与现代农业的数据采集、清洗、建模与可视化综合应用"
    assert fit(title, measured, **TITLE).lines[0][-1] in "：、"


def test_a_name_with_one_very_long_part_is_not_made_small_for_it(cache: Path) -> None:
    measured = measure(ROMAN, cache, chinese=True, han=SONG)
    assert fit("王" * 60 + "·李", measured, **NAME).size == fit("王" * 62, measured, **NAME).size


def test_a_text_is_set_as_large_as_it_can_be(cache: Path) -> None:
    measured = measure(ROMAN, cache, chinese=False, han=SONG)
    assert fit("Li", measured, **NAME).size == NAME["size"]
    shrunk = fit("Maria de la Concepción Rodríguez y Nguyễn", measured, **NAME)
    assert NAME["floor"] <= shrunk.size < NAME["size"]
    assert len(shrunk.lines) == 1
    assert len(fit("Maria de la Concepción " * 5, measured, **NAME).lines) > 1


def test_a_text_is_set_smaller_in_steps_as_coarse_as_a_place_asks_for(cache: Path) -> None:
    measured = measure(ROMAN, cache, chinese=False, han=SONG)
    names = ("Maria de la Concepción Rodríguez y Nguyễn", "Maria de la Concepción Rodríguez y Nguyễn Thị")
    assert len({fit(name, measured, **NAME).size for name in names}) == 2
    assert [fit(name, measured, **NAME, step=7.0).size for name in names] == [28, 28]
    assert fit(names[0], measured, **NAME, step=0.0) == fit(names[0], measured, **NAME)


@pytest.mark.parametrize("name", ["usual", "level", "hardest"])
@pytest.mark.parametrize("rendition", RENDITIONS)
@pytest.mark.parametrize("design", DESIGNS)
def test_no_period_is_so_long_that_a_certificate_is_set_otherwise_for_it(
    cache: Path, design: str, rendition: str, name: str
) -> None:
    def set_for(started: str, completed: str) -> str:
        words = sample(name, rendition, {"started": started, "completed": completed})
        laid = lay(
            words,
            design=packaged(design),
            brand=PLAIN,
            verify_url=SAMPLE_URL,
            issued="2026-11-21T02:00:00Z",
            cache=cache,
        )
        assert words.period is not None
        return laid.html.replace(words.period.values[0].text, "")

    shortest = set_for("2026-05-01", "2026-06-02")
    assert set_for("2026-10-28", "2027-12-28") == shortest
    assert set_for("2026-09-28", "2027-11-30") == shortest  # the longest in English


def test_letters_that_join_are_never_spaced(cache: Path) -> None:
    measured = measure(ROMAN, cache, chinese=False, han=SONG)
    assert fit("Li", measured, **NAME).spacing > 0
    assert fit("ئابدۇل", measured, **NAME).spacing == 0


def test_what_has_no_place_at_all_is_refused_and_not_cut(cache: Path) -> None:
    with pytest.raises(TooLong, match="500 characters"):
        fit("W" * 500, measure(ROMAN, cache, chinese=False, han=SONG), **NAME)


# How it is measured


def assert_in_place(
    fitted: Fitted, text: str, cache: Path, *, smallest: float, size: float, width: float, height: float,
    leading: float, **_: float,
) -> None:  # fmt: skip
    assert "".join(fitted.lines) == text
    assert [cluster for line in fitted.lines for cluster in regex.findall(r"\X", line)] == regex.findall(r"\X", text)
    assert smallest <= fitted.size <= size
    if len(fitted.lines) > 1:
        assert len(fitted.lines) * leading * fitted.size <= height * POINTS_PER_MM
    for line in map(str.rstrip, fitted.lines):
        across = (advance(line, cache) + fitted.spacing * len(line)) * fitted.size
        assert across <= width * POINTS_PER_MM * 1.0001, line


def advance(line: str, cache: Path) -> float:
    """The width of a line in em. Ideographs and full-width marks are 1 em; the rest is shaped, run by run."""
    total = 0.0
    for run in regex.findall(r"[\p{Arabic}]+(?: +[\p{Arabic}]+)*|[\p{Han}，、]+|[^\p{Arabic}\p{Han}，、]+", line):
        if regex.match(r"[\p{Han}，、]", run):
            total += sum(SONG_WIDTHS[ord(character)] for character in run)
        else:
            arabic = regex.match(r"\p{Arabic}", run)
            total += shaped(AMIRI.read_bytes() if arabic else static(ROMAN, cache), run)
    return total


def shaped(font: bytes, run: str) -> float:
    made, buffer = hb.Font(hb.Face(hb.Blob(font))), hb.Buffer()
    buffer.add_str(run)
    buffer.guess_segment_properties()
    hb.shape(made, buffer)
    return float(sum(position.x_advance for position in buffer.glyph_positions) / made.face.upem)


def song_widths() -> dict[int, float]:
    font = TTFont(path_of(SONG), lazy=True)
    return {point: font["hmtx"][name][0] / 1000 for point, name in font.getBestCmap().items()}


SONG_WIDTHS = song_widths()
found = find_spec("fontpkg_amiri")
assert found is not None
assert found.origin is not None
AMIRI = Path(found.origin).parent / "files" / "Amiri-Regular.ttf"


@pytest.fixture(scope="module")
def cache(request: pytest.FixtureRequest) -> Iterator[Path]:
    """The static Latin faces, kept between test runs; and for this module a face for Arabic letters."""
    use_extra_fonts([AMIRI])
    yield request.config.cache.mkdir("faces")
    use_extra_fonts([])

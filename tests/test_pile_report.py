"""The table of a pile for a spreadsheet, and the report for people: who sees it, who hears it, and who must not trust it."""

import csv
import io
import unicodedata
from datetime import UTC, datetime

import msgspec
import pikepdf
import pypdfium2
import pytest

from tests.verapdf import failures
from tests.verdicts import HOSTILE, MADE, hostile
from verifier.piles.report import report
from verifier.piles.row import Row, Unopened, lists_used
from verifier.piles.table import COLUMNS, as_csv
from verifier.words import LANGUAGES, words_in

MADE_AT = datetime(2026, 11, 22, 3, 30, tzinfo=UTC)
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "a;=1+1", '";=1', 'a;"=1+1', "0", "−1")
SCRIPTS = ('"quoted", with; all', "مرحبا بالعالم", "👍🏽 欧阳 𰻞 ő ệ", "#let x = 1; $y$ *b* `c` \\ @d")


def rows() -> list[Row]:
    """A row for each verdict that is made by hand, and one that was not opened."""
    made = [
        Row(
            number=number,
            item=f"应聘材料/{number:02d} {name}.pdf",
            name_expected="欧阳雨泽" if number % 3 else "王小明",
            name_matches=bool(number % 3),
            same_as=(3,) if number == 7 else (),
            needs_human=verdict.verdict == "unchecked" or verdict.document.shows == "differs" or not number % 3,
            verdict=verdict,
        )
        for number, (name, verdict) in enumerate(MADE.items(), 1)
    ]
    unopened = Unopened(code="nested", detail="Archives are not opened.")
    return [*made, Row(number=len(made) + 1, item="内.zip", needs_human=True, problem=unopened)]


ROWS = rows()
HOSTILE_ROWS = [
    Row(
        number=100 + number,
        item=f"{text} {number}",
        name_expected=text,
        name_matches=False,
        needs_human=True,
        verdict=hostile(text),
    )
    for number, text in enumerate(
        (
            *HOSTILE,
            *FORMULAS,
            '"quoted", with; all',
            "مرحبا بالعالم",
            "👍🏽 欧阳 𰻞 ő ệ",
            "#let x = 1; $y$ *b* `c` \\ @d",
        )
    )
] + [Row(number=200, item="", needs_human=True, problem=Unopened(code="of_tomorrow", detail="Not opened."))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_has_a_line_for_each_row_and_its_columns_in_the_readers_words(language: str) -> None:
    text = as_csv(ROWS, words_in(language))
    assert text.startswith("\ufeff")  # or Excel would read Chinese as something else
    head, *lines = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    assert head == [words_in(language).say(f"column.{column}") for column in COLUMNS]
    assert [line[0] for line in lines] == [str(row.number) for row in ROWS]


def test_a_line_says_what_the_row_says() -> None:
    [*_, photo] = (row for row in ROWS if row.item.endswith("photo.pdf"))
    (_, line) = csv.reader(io.StringIO(as_csv([msgspec.structs.replace(photo, same_as=(3, 9))], words_in("en"))))
    assert dict(zip(COLUMNS, line, strict=True)) == {
        "number": "4",
        "item": "应聘材料/04 photo.pdf",
        "verdict": "Valid",
        "reason": "This certificate was issued by Glimmer Academy and is still in force.",
        "name_signed": "欧阳雨泽 · Ouyang Yuze",
        "name_expected": "欧阳雨泽",
        "name_matches": "yes",
        "achievement": "Micro-specialty in Data Analysis",
        "issuer": "Glimmer Academy",
        "code": "WG-0000-0000-0000-000D",
        "issued": "2026-11-21",
        "same_as": "3 9",
        "needs_human": "no",
    }


@pytest.mark.parametrize("separator", [",", ";"])
def test_no_cell_is_a_formula_whichever_separator_a_spreadsheet_takes(separator: str) -> None:
    text = as_csv(HOSTILE_ROWS, words_in("en")).removeprefix("\ufeff")
    cells = [cell for line in csv.reader(io.StringIO(text, newline=""), delimiter=separator) for cell in line]
    assert len(cells) > len(HOSTILE_ROWS)
    assert [cell for cell in cells if cell.lstrip(" \u00a0").startswith(tuple("=+-@\t\r\n＝＋－＠"))] == []


def test_nothing_in_a_cell_turns_the_writing_around_or_begins_a_line() -> None:
    lines = list(csv.reader(io.StringIO(as_csv(HOSTILE_ROWS, words_in("en")).removeprefix("\ufeff"), newline="")))
    assert len(lines) == len(HOSTILE_ROWS) + 1
    assert not {
        letter
        for line in lines
        for cell in line
        for letter in cell
        if unicodedata.category(letter) in {"Cc", "Zl", "Zp"}
    }
    assert "\u202e" not in str(lines)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_is_accessible_and_says_what_was_checked_and_that_it_is_no_proof(language: str) -> None:
    words = words_in(language)
    made = made_of(ROWS, language)
    assert failures(made, "PDF/UA-1") == []
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert str(pdf.Root.Lang).startswith({"zh-Hans": "zh-CN", "zh-Hant": "zh-TW", "en": "en-GB"}[language])
        with pdf.open_outline() as outline:
            chapters = [each.title for each in outline.root[0].children]
        tags = {str(each.get("/S")) for each in pdf.objects if isinstance(each, pikepdf.Dictionary)}
    titles = ["checked", "results", "human", "all", "lists", "again"]
    assert chapters == [words.say(f"report.{title}") for title in titles]
    assert {"/H1", "/H2", "/Table", "/TH", "/TD"} <= tags
    text = text_of(made)
    said = [words.say("report.proof", host="verify.example"), words.time(MADE_AT), *(row.item for row in ROWS)]
    assert [each for each in said if squeezed(each) not in squeezed(text)] == []
    assert squeezed(words.say("row.names_differ")) in squeezed(text)
    assert squeezed("https://i.example/orgs/g") in squeezed(text)


def test_what_needs_a_human_comes_before_all_rows() -> None:
    text = text_of(made_of(ROWS, "en"))
    human, everyone = text.index("\nNeeds a human"), text.index("\nAll rows")
    assert human < text.index("01 as_issued") and everyone < text.index("01 as_issued")
    assert human < text.index("03 not_compared") < everyone


def test_a_pile_without_anything_to_look_at_says_so() -> None:
    text = text_of(made_of([Row(number=1, item="a", needs_human=False, verdict=MADE["as_issued"])], "en"))
    assert "No row needs a human." in text


def test_no_text_of_a_stranger_breaks_the_report_or_is_markup() -> None:
    made = made_of(HOSTILE_ROWS, "en")
    assert failures(made, "PDF/UA-1") == []
    text = squeezed(text_of(made))
    assert squeezed("#let x = 1; $y$ *b* `c`") in text
    assert "{{7*7}}" in text
    assert "欧阳𰻞őệ" in text and "□" in text


@pytest.mark.parametrize(
    "letter", ["A", "W", "字", "ا", "👍", "e\u0301\u0301\u0301", "1-", "\u200d", "\u202e", "\ud800", "\x00"]
)
def test_a_text_of_two_thousand_characters_of_any_kind_is_set(letter: str) -> None:
    long = letter * 2000
    row = Row(number=1, item=long, name_expected=long, name_matches=False, needs_human=True, verdict=MADE["long"])
    assert failures(made_of([row], "zh-Hans"), "PDF/UA-1") == []


def test_characters_of_every_block_of_unicode_are_set() -> None:
    letters = [chr(point) for point in range(0, 0x110000, 61)]
    texts = ["".join(letters[start : start + 200]) for start in range(0, len(letters), 200)]
    rows = [Row(number=n, item=text, needs_human=False, verdict=MADE["long"]) for n, text in enumerate(texts, 1)]
    assert failures(made_of(rows, "en"), "PDF/UA-1") == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_fonts_have_every_character_of_our_own_words(language: str) -> None:
    from verifier.piles.typesetting import _drawn

    own = ("report.", "column.", "row.", "word.", "home.", "reason.", "unopened.")
    said = "".join(text for key, text in words_in(language).texts.items() if key.startswith(own))
    assert {letter for letter in said if not _drawn(letter)} == set()


def made_of(rows: list[Row], language: str) -> bytes:
    return report(rows, words_in(language), host="verify.example", made_at=MADE_AT, lists=lists_used(rows))


def text_of(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as opened:
        return "\n".join(page.get_textpage().get_text_bounded() for page in opened)


def squeezed(text: str) -> str:
    return "".join(text.replace("\u200b", "").split())

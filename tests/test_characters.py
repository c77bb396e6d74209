"""Which of the world's characters the default faces draw, counted against published lists."""

from pathlib import Path

import pytest
import regex

from issuer.certificate import undrawable
from issuer.certificate.faces import ROMAN, SONG, face_for

LISTS = Path(__file__).parent / "characters"
# Letters of languages with few writers that EB Garamond lacks: saltillo (Mexico), and what Unicode took up late.
LATIN_LACKED = (
    "\u1d4b\u1d53\u1d7d\u1da4\u1db6Ꞌꞌ\ua7ad\ua7ae\ua7b2Ꞷꞷ\ua7b8\ua7b9\ua7c7\ua7c8\ua7cb\ua7cc\ua7cd\ua7da\ua7db\ua7dc"
)
MARKS_LACKED = "\u035f\u1dc5\u1dc6\u1dc7"


def test_every_character_of_the_national_standard_is_drawn_in_the_serif() -> None:
    standard = listed("tongyong-guifan-hanzi-biao.txt")
    assert len(standard) == len(set(standard)) == 8105
    assert {face_for(character, chinese=True) for character in standard} == {SONG}


@pytest.mark.parametrize(
    ("first", "last", "count"), [(0xA4, 0xC6, 5401), (0xC9, 0xF9, 7650)], ids=["level 1", "level 2"]
)
def test_every_traditional_character_of_big5_is_drawn_in_the_serif(first: int, last: int, count: int) -> None:
    rows = (bytes((row, cell)) for row in range(first, last + 1) for cell in (*range(0x40, 0x7F), *range(0xA1, 0xFF)))
    characters = {c for code in rows if regex.fullmatch(r"\p{Unified_Ideograph}", c := code.decode("big5", "ignore"))}
    assert len(characters) == count
    assert {face_for(character, chinese=True) for character in characters} == {SONG}


def test_the_latin_letters_of_889_languages_are_drawn_in_garamond_but_for_those_named_here() -> None:
    letters = listed("latin-letters.txt")
    marks = "".join(chr(int(number, 16)) for number in regex.findall(r"U\+([0-9A-F]{4})", letters))
    letters = regex.sub(r"U\+[0-9A-F]{4}| ", "", letters)
    assert (len(letters), len(marks)) == (613, 29)
    assert "".join(undrawable(letters)) == LATIN_LACKED
    assert "".join(undrawable(marks)) == MARKS_LACKED
    assert {face_for(letter, chinese=False) for letter in set(letters) - set(LATIN_LACKED)} == {ROMAN}
    assert {face_for(mark, chinese=False) for mark in set(marks) - set(MARKS_LACKED)} == {ROMAN}


@pytest.mark.parametrize(("first", "last"), [(0xC0, 0x24F), (0x250, 0x2AF), (0x1E00, 0x1EFF)])
def test_the_blocks_of_extended_latin_and_the_phonetic_letters_are_whole(first: int, last: int) -> None:
    assert undrawable("".join(map(chr, range(first, last + 1)))) == ()


@pytest.mark.parametrize("name", ["Lǚ Yánwǔ", "NǙ", "Ɓéɗé Ƙarfi", "Nguyễn Thị Ngọc Hân", "Ọlúwaṣẹ́gun", "ʻOkina"])
def test_pinyin_vietnamese_and_african_names_take_the_latin_face_also_inside_chinese(name: str) -> None:
    assert {face_for(letter, chinese=True) for letter in name} == {ROMAN}


def listed(name: str) -> str:
    lines = (LISTS / name).read_text(encoding="utf-8").splitlines()
    return "".join(line for line in lines if not line.startswith("#"))

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credential import code
from credential.errors import MalformedCode

CODES = st.builds(code.new, st.from_regex(r"[A-Z]{2,6}", fullmatch=True))


@given(CODES)
def test_a_new_code_reads_back_from_every_way_of_writing_it(made: str) -> None:
    assert code.parse(made) == made
    assert code.parse(code.printed(made)) == made
    assert code.parse(f"  {code.printed(made).lower().replace('-', ' ')} ") == made
    assert code.parse(made.replace("-", "")) == made


@given(CODES)
def test_letters_that_look_like_digits_are_read_as_digits(made: str) -> None:
    tag, number = made.split("-")
    assert code.parse(f"{tag}-{number.replace('0', 'O').replace('1', 'l')}") == made


@given(CODES, st.data())
def test_every_single_wrong_character_is_found(made: str, data: st.DataObject) -> None:
    tag, number = made.split("-")
    at = data.draw(st.integers(0, 15))
    other = data.draw(st.sampled_from(code.ALPHABET.replace(number[at], "")))
    with pytest.raises(MalformedCode, match="mistyped"):
        code.parse(f"{tag}-{number[:at]}{other}{number[at + 1 :]}")


@given(CODES, st.data())
def test_a_wrong_letter_in_the_tag_is_found(made: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, made.index("-") - 1))
    other = data.draw(st.sampled_from([letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if letter != made[at]]))
    with pytest.raises(MalformedCode, match="mistyped"):
        code.parse(made[:at] + other + made[at + 1 :])


@given(CODES, st.integers(0, 14))
def test_every_swap_of_neighbours_is_found(made: str, at: int) -> None:
    tag, number = made.split("-")
    swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    if swapped != number:
        with pytest.raises(MalformedCode, match="mistyped"):
            code.parse(f"{tag}-{swapped}")


def test_two_codes_are_never_the_same() -> None:
    assert len({code.new("WG") for _ in range(10_000)}) == 10_000


@pytest.mark.parametrize(
    "text", ["", "WG", "W-7K4M9QXT2D8HC5RF", "WG-7K4M9QXT2D8HC5R", "WG-7K4M9QXT2D8HC5RU", "x" * 10_000, "微-" * 20]
)
def test_what_cannot_be_a_code_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(MalformedCode, match="code"):
        code.parse(text)


@pytest.mark.parametrize("tag", ["", "W", "wg", "WEIZHENG", "W1"])
def test_a_tag_is_two_to_six_capital_letters(tag: str) -> None:
    with pytest.raises(ValueError, match="tag"):
        code.new(tag)

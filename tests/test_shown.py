"""Which words of a document differ from those that were signed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.shown import MOST_PAIRS, MOST_TRACES, MOST_UNSIGNED, Pair, shown_in
from verifier.verdict import Difference, Document, Trace
from verifier.words import words_in

WORDS = words_in("en")


def pair(signed: str, shown: str) -> Pair:
    [found] = shown_in(
        WORDS, Document(shows="differs", differences=(Difference(field="name", signed=signed, shown=shown),))
    ).pairs
    return found


def marks(signed: str, shown: str) -> tuple[list[str], list[str]]:
    """The marked pieces of both."""
    found = pair(signed, shown)
    return [p.text for p in found.signed if p.differs], [p.text for p in found.shown if p.differs]


@pytest.mark.parametrize(
    ("signed", "shown", "marked"),
    [
        ("王小明", "王小朋", (["明"], ["朋"])),
        ("张三", "张三丰", ([], ["丰"])),
        ("Ouyang Yuze", "Ouyang Yuzi", (["Yuze"], ["Yuzi"])),
        ("Ouyang Yuze", "OuyangYuze", ([], [])),
        ("成绩 Score 88", "成绩Score 98", (["88"], ["98"])),
        ("⼀级", "一级", ([], [])),
        ("A", "B", (["A"], ["B"])),
        ("2026 年 11 月 21 日", "2025 年 11 月 21 日", (["2026"], ["2025"])),
        ("李四", "王五", (["李四"], ["王五"])),
    ],
)
def test_the_words_that_differ_are_marked_and_no_others(
    signed: str, shown: str, marked: tuple[list[str], list[str]]
) -> None:
    assert marks(signed, shown) == marked


@given(st.text(min_size=1, max_size=60), st.text(min_size=1, max_size=60))
def test_nothing_is_lost_or_added_by_marking(signed: str, shown: str) -> None:
    found = pair(signed, shown)
    assert "".join(piece.text for piece in found.signed) == signed
    assert "".join(piece.text for piece in found.shown) == shown


@given(st.text(min_size=1, max_size=60))
def test_a_text_has_no_mark_beside_itself(text: str) -> None:
    assert marks(text, text) == ([], [])


def test_what_is_not_listed_is_counted() -> None:
    differences = (
        *(Difference(field="name", signed=str(number)) for number in range(MOST_PAIRS + 1)),
        *(Difference(field="unsigned", shown=str(number)) for number in range(MOST_UNSIGNED + 2)),
    )
    traces = tuple(Trace(code="annotations", page=number + 1) for number in range(MOST_TRACES + 4))
    found = shown_in(WORDS, Document(shows="differs", differences=differences, traces=traces))
    assert (len(found.pairs), len(found.unsigned), len(found.traces)) == (MOST_PAIRS, MOST_UNSIGNED, MOST_TRACES)
    assert found.more == "and 7 more"


def test_a_trace_says_where_and_what_as_far_as_that_is_known() -> None:
    traces = (
        Trace(code="revised"),
        Trace(code="hidden_text", page=2, detail="王小明"),
        Trace(code="hidden_text", page=2, detail="王小明"),
        Trace(code="of_tomorrow"),
    )
    revised, hidden, other = shown_in(WORDS, Document(shows="differs", traces=traces)).traces
    assert revised == "It was changed and saved again after it was made"
    assert hidden == "Page 2: It has text that cannot be seen: 王小明"
    assert "of_tomorrow" in other

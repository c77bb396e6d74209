"""What a document shows beside what was signed, in words: pairs whose differing words are marked, and its traces."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from operator import itemgetter
from unicodedata import normalize

from verifier.verdict import Difference, Document, Trace
from verifier.words import Words

__all__ = ["Pair", "Piece", "Shown", "shown_in"]

MOST_PAIRS = 20  # that are listed; how many more there are is said
MOST_UNSIGNED = 6
MOST_TRACES = 10
LONGEST_DETAIL = 200  # characters of a stranger's document
HAN = r"\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
WORD = re.compile(rf"[^\W{HAN}]+|.", re.DOTALL)  # Han is marked by the character


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A part of a text; `differs`: it has no counterpart in the other one."""

    text: str
    differs: bool


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A signed value beside what the document says in its place, which is () where nobody knows."""

    key: str
    label: str
    signed: tuple[Piece, ...]
    shown: tuple[Piece, ...]

    @property
    def plain(self) -> str:
        """Both on one line, as a terminal shows them."""
        return " ≠ ".join("".join(piece.text for piece in pieces) for pieces in (self.signed, self.shown) if pieces)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What was found on a document. `more` says how many of all are not listed, `unsigned` is what nobody signed."""

    pairs: tuple[Pair, ...]
    unsigned: tuple[str, ...]
    more: str
    traces: tuple[str, ...]


def shown_in(words: Words, document: Document) -> Shown:
    """Put what was found on a document into words."""
    pairs = [difference for difference in document.differences if difference.signed]
    unsigned = [difference.shown for difference in document.differences if not difference.signed and difference.shown]
    traces = tuple(dict.fromkeys(_sentence(words, trace) for trace in document.traces))
    limits = ((pairs, MOST_PAIRS), (unsigned, MOST_UNSIGNED), (traces, MOST_TRACES))
    unlisted = sum(max(0, len(found) - most) for found, most in limits)
    return Shown(
        pairs=tuple(_pair(words, difference) for difference in pairs[:MOST_PAIRS]),
        unsigned=tuple(unsigned[:MOST_UNSIGNED]),
        more=words.say("verdict.more", count=str(unlisted)) if unlisted else "",
        traces=traces[:MOST_TRACES],
    )


def _pair(words: Words, difference: Difference) -> Pair:
    signed, shown = difference.signed or "", difference.shown or ""
    return Pair(
        key=difference.field,
        label=words.texts.get(f"label.{difference.field}", difference.field),
        signed=_marked(signed, shown) if shown else (Piece(text=signed, differs=False),),
        shown=_marked(shown, signed) if shown else (),
    )


def _marked(text: str, other: str) -> tuple[Piece, ...]:
    """The text in pieces by whether each word of it stands in the other. White space, which is no claim, never differs."""
    places = [place for place, character in enumerate(text) if not character.isspace()]
    wanted, found = ([normalize("NFKC", c) for c in each if not c.isspace()] for each in (text, other))
    blocks = SequenceMatcher(None, wanted, found, autojunk=False).get_matching_blocks()
    unlike = set(places).difference(places[at] for block in blocks for at in range(block.a, block.a + block.size))
    words = [(word.group(), not unlike.isdisjoint(range(*word.span()))) for word in WORD.finditer(text)]
    grouped = groupby(words, key=itemgetter(1))
    return tuple(Piece(text="".join(word for word, _ in group), differs=differs) for differs, group in grouped)


def _sentence(words: Words, trace: Trace) -> str:
    found = words.texts.get(f"trace.{trace.code}") or words.say("trace.other", code=trace.code)
    if trace.detail:
        found = words.say("where.detail", found=found, detail=trace.detail[:LONGEST_DETAIL])
    return words.say("where.page", found=found, page=str(trace.page)) if trace.page else found

"""Does a document show what was signed, and nothing else? Its text is compared with every rendition of our certificates.

Texts are compared after NFKC and without white space: readers draw 一 for ⼀ and put blanks where letters stand apart.
What runs from right to left comes out of a PDF in an order of the reader's own, without the marks on its letters: of such
a text the letters and digits alone are compared, in no order, and the lines that hold them count as a whole.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from difflib import SequenceMatcher
from itertools import islice, pairwise

import msgspec
from msgspec import UNSET

from credential.wording import Section, Text, Wording, script_language, texts_of
from verifier.documents.opened import Opened
from verifier.verdict import Difference

__all__ = ["differences", "pages_of_others"]

ON_LINES_OF_THEIR_OWN = ("organisation", "title", "name", "achievement")
RIGHT_TO_LEFT = ("R", "AL")
MOST_LINES = 6  # that a text can be set in
LONGEST_SHOWN = 200  # characters of what a document says and nobody signed
MOST_UNSIGNED = 20  # of such texts: who put so much on a certificate need not be told all of it
SET_APART = re.compile(r"(?<=[\u2e80-\u9fff]) (?=[\u2e80-\u9fff])")
ALIKE = 0.3  # of a likeness from 0 to 1 (`difflib`), from which on one text is taken for an edited other


def differences(
    opened: Opened, renditions: Iterable[Wording], hosts: Collection[str], *, complete: bool
) -> tuple[Difference, ...]:
    """What the document does not show as signed, and what it shows that is not signed but for one of the `hosts`.

    Of the `renditions` that it could be, it is compared with the one that it is most like. Where they are not `complete`,
    because translations could not be fetched, what else it says is not held against it.
    """
    shown = _Shown(opened, frozenset(map(_plain, hosts)))
    return min((_compared(shown, wording, complete=complete) for wording in renditions), key=_unlikeness)[0]


def pages_of_others(opened: Opened, renditions: Iterable[Wording], hosts: Iterable[str]) -> Iterator[int]:
    """The numbers, from 1, of those of several pages on which more is neither signed nor one of `hosts` than is."""
    texts = {*hosts, *(text for wording in renditions for text in texts_of(wording))}
    for number, lines in enumerate(opened.lines if len(opened.lines) > 1 else (), 1):
        page = _Shown(msgspec.structs.replace(opened, lines=(lines,)), frozenset())
        marks = page.marked(texts)
        if 2 * sum(marks) <= len(marks):
            yield number


def _unlikeness(compared: tuple[tuple[Difference, ...], int]) -> tuple[bool, int]:
    differences, accounted = compared
    return bool(differences), -accounted


def _compared(shown: "_Shown", wording: Wording, *, complete: bool) -> tuple[tuple[Difference, ...], int]:
    """The differences, and how many of the document's characters the wording accounts for."""
    missing = [
        (field, text) for field, text, on_lines in _signed(wording, shown) if not shown.has(text, on_lines=on_lines)
    ]
    accounted = shown.marked(texts_of(wording))
    unsigned = list(islice(shown.left_of(accounted), MOST_UNSIGNED)) if complete else []
    return tuple(_paired(missing, unsigned)), sum(accounted)


def _paired(missing: list[tuple[str, str]], unsigned: list[str]) -> Iterator[Difference]:
    """Each signed text that is missing, with the unsigned one in its place where one is like it; then the others."""
    left = list(unsigned)
    instead: dict[int, str] = {}
    for place, (_, text) in enumerate(missing):
        like = max(left, key=lambda other: _likeness(text, other), default="")
        if like and _likeness(text, like) >= ALIKE:
            left.remove(like)
            instead[place] = like
    for language in {script_language(text) for text in left}:  # another name has not one letter of the first
        places = [n for n, (_, text) in enumerate(missing) if n not in instead and script_language(text) == language]
        others = [text for text in left if script_language(text) == language]
        if len(places) == len(others):
            instead |= zip(places, others, strict=True)
            left = [text for text in left if text not in others]
    for place, (field, text) in enumerate(missing):
        yield Difference(field=field, signed=text, shown=instead.get(place, UNSET))
    yield from (Difference(field="unsigned", shown=text) for text in left)


def _likeness(signed: str, shown: str) -> float:
    return SequenceMatcher(None, _plain(signed), _plain(shown), autojunk=False).ratio()


def _signed(wording: Wording, shown: "_Shown") -> Iterator[tuple[str, str, bool]]:
    """What has to be there: field, text, and whether it has to stand on lines of its own.

    A name, a title or an organisation found within a longer line may be a part of another one. What not every design
    has a place for has to be there only where the document has its label, and not as a word of another text.
    """
    texts = frozenset(texts_of(wording))
    for field in ON_LINES_OF_THEIR_OWN:
        for text in getattr(wording, field):
            yield field, text.text, True
    for fact in wording.facts:
        yield fact.key, fact.text, False
    yield "code", wording.code, False
    if wording.period and shown.has(wording.period.labels[0].text):
        yield "period", wording.period.text, False
    if wording.transcript and shown.has_apart(wording.transcript.label[0].text, texts):
        for module in wording.transcript.entries:
            yield "transcript", module.text, False
    for field in ("skills", "partners"):
        section: Section[tuple[Text, ...]] | None = getattr(wording, field)
        if section and shown.has_apart(section.label[0].text, texts):
            for entry in section.entries:
                yield from ((field, text.text, False) for text in entry)


class _Shown:
    """The text of a document without white space, with the places where its lines and words begin and end."""

    def __init__(self, opened: Opened, hosts: Collection[str]) -> None:
        self._hosts = hosts
        self._line_edges, self._word_edges = {0}, {0}
        self._lines: list[tuple[int, int]] = []
        written = []
        length = 0
        for line in _said(opened):
            for word in map(_plain, line.split()):
                length += len(word)
                written.append(word)
                self._word_edges.add(length)
            self._lines.append((self._lines[-1][1] if self._lines else 0, length))
            self._line_edges.add(length)
        self._text = "".join(written)

    def has(self, text: str, *, on_lines: bool = False) -> bool:
        """Whether `text` stands there, from the beginning of a word, or of a line, to the end of one."""
        return next(self._places(text, self._line_edges if on_lines else self._word_edges), None) is not None

    def has_apart(self, text: str, texts: Iterable[str]) -> bool:
        """Whether `text` stands anywhere but within a longer one of the `texts`: Skills, but not Digital Skills."""
        plain = _plain(text)
        within = self.marked(other for other in texts if len(plain) < len(_plain(other)) and plain in _plain(other))
        return any(not any(within[start:end]) for start, end in self._places(text, self._word_edges))

    def marked(self, texts: Iterable[str]) -> bytearray:
        """For each character of the document, 1 where it is part of one of the `texts`, else 0."""
        marks = bytearray(len(self._text))
        for text in texts:
            for start, end in self._places(text, self._word_edges):
                marks[start:end] = b"\1" * (end - start)
        return marks

    def left_of(self, marks: bytearray) -> Iterator[str]:
        """What is not marked, line by line; the address of one verifier, which nobody signs, is let be."""
        host_seen = False
        for line in self._lines:
            for piece in re.finditer(b"\0+", marks[slice(*line)]):
                start, end = piece.start() + line[0], piece.end() + line[0]
                if not host_seen and self._text[start:end].lower() in self._hosts:
                    host_seen = True
                else:
                    yield self._as_written(start, min(end, start + LONGEST_SHOWN))

    def _as_written(self, start: int, end: int) -> str:
        """A piece of the text with a blank wherever white space was, but between Han characters set apart."""
        edges = [start, *(edge for edge in range(start + 1, end) if edge in self._word_edges), end]
        return SET_APART.sub("", " ".join(self._text[a:b] for a, b in pairwise(edges)))

    def _places(self, text: str, edges: set[int]) -> Iterator[tuple[int, int]]:
        """Where `text` begins and ends, both of them among the `edges`."""
        if any(unicodedata.bidirectional(character) in RIGHT_TO_LEFT for character in text):
            yield from self._places_in_any_order(text)
            return
        wanted = _plain(text)
        at = self._text.find(wanted)
        while at >= 0 and wanted:
            if at in edges and at + len(wanted) in edges:
                yield at, at + len(wanted)
            at = self._text.find(wanted, at + 1)

    def _places_in_any_order(self, text: str) -> Iterator[tuple[int, int]]:
        wanted = _letters(text)
        for first, (start, _) in enumerate(self._lines):
            for _, end in self._lines[first : first + MOST_LINES]:
                if _letters(self._text[start:end]) == wanted:
                    yield start, end


def _said(opened: Opened) -> Iterator[str]:
    """The lines of all pages, without the number that a page of several has: 2 / 3 on the second of three."""
    for number, page in enumerate(opened.lines, 1):
        for line in page:
            if _plain(line) != f"{number}/{len(opened.lines)}":
                yield line


def _letters(text: str) -> list[str]:
    """The letters and digits of a text, in an order of ours."""
    return sorted(c for c in _plain(text) if c.isalnum() and not unicodedata.combining(c))


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).replace("\ufffe", "").split())

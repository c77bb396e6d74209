"""Does a document show what was signed, and nothing else? Its text is compared with every rendition of our certificates.

Texts are compared after NFKC and without white space: readers draw 一 for ⼀ and put blanks where letters stand apart.
What runs from right to left comes out of a PDF in an order of the reader's own, without the marks on its letters: of such
a text the letters and digits alone are compared, in no order, and the lines that hold them count as a whole.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import fields

from credential.wording import Fact, Section, Text, Wording
from verifier.pdf import Opened
from verifier.verdict import Difference

__all__ = ["differences"]

ON_LINES_OF_THEIR_OWN = ("organisation", "title", "name", "achievement")
RIGHT_TO_LEFT = ("R", "AL")
MOST_LINES = 6  # that a text can be set in
LONGEST_SHOWN = 200  # characters of what a document says and nobody signed
HOST = re.compile(
    r"[a-z0-9.-]+(:\d+)?|\[[0-9a-f:]+\](:\d+)?"
)  # of the verifier to trust, which is the reader's to know


def differences(opened: Opened, renditions: Iterable[Wording], *, complete: bool) -> tuple[Difference, ...]:
    """What the document does not show as signed, and what it shows that is not signed.

    Of the `renditions` that it could be, it is compared with the one that it is most like. Where they are not
    `complete`, because translations could not be fetched, what else it says is not held against it.
    """
    return min((_compared(_Shown(opened), wording, complete=complete) for wording in renditions), key=_unlikeness)[0]


def _unlikeness(compared: tuple[tuple[Difference, ...], int]) -> tuple[bool, int]:
    differences, accounted = compared
    return bool(differences), -accounted


def _compared(shown: "_Shown", wording: Wording, *, complete: bool) -> tuple[tuple[Difference, ...], int]:
    """The differences, and how many of the document's characters the wording accounts for."""
    missing = [
        Difference(field=field, signed=text)
        for field, text, on_lines in _signed(wording, shown)
        if not shown.has(text, on_lines=on_lines)
    ]
    for text in sorted(_all_texts(wording), key=len, reverse=True):  # a name may hold another text of the certificate
        shown.account_for(text)
    unsigned = [Difference(field="unsigned", shown=text[:LONGEST_SHOWN]) for text in shown.unaccounted()]
    return tuple(missing + unsigned if complete else missing), shown.accounted


def _signed(wording: Wording, shown: "_Shown") -> Iterator[tuple[str, str, bool]]:
    """What has to be there: field, text, and whether it has to stand on lines of its own.

    A name, a title or an organisation found within a longer line may be a part of another one. What not every design
    has a place for has to be there only where the document has its label, and not as a word of another text.
    """
    texts = frozenset(_all_texts(wording))
    for field in ON_LINES_OF_THEIR_OWN:
        for text in getattr(wording, field):
            yield field, text.text, True
    for fact in wording.facts:
        yield fact.key, _labelled(fact), False
    yield "code", wording.code, False
    if wording.period and shown.has(wording.period.labels[0].text):
        yield "period", _labelled(wording.period), False
    if wording.transcript and shown.has_apart(wording.transcript.label[0].text, texts):
        for module in wording.transcript.entries:
            yield "transcript", _labelled(module), False
    for field in ("skills", "partners"):
        section: Section[tuple[Text, ...]] | None = getattr(wording, field)
        if section and shown.has_apart(section.label[0].text, texts):
            for entry in section.entries:
                yield from ((field, text.text, False) for text in entry)


def _labelled(fact: Fact) -> str:
    return " ".join(text.text for text in (*fact.labels, *fact.values))


def _all_texts(part: object) -> Iterator[str]:
    """Every text that a certificate can show; a fact as one, so that no value goes with another's label."""
    match part:
        case Text():
            yield part.text
        case Fact():
            yield _labelled(part)
        case Section():
            yield from _all_texts((part.label, part.entries))
        case tuple():
            for member in part:
                yield from _all_texts(member)
        case Wording():
            yield part.code
            for field in fields(part):
                yield from _all_texts(getattr(part, field.name))


class _Shown:
    """The text of a document without white space, with the places where its lines and words begin and end."""

    def __init__(self, opened: Opened) -> None:
        self._line_edges, self._word_edges = {0}, {0}
        self._lines: list[tuple[int, int]] = []
        written = []
        length = 0
        for line in _said(opened):
            for word in map(_plain, line.split()):
                length += len(word)
                written.append(word)
                self._word_edges.add(length)
            self._lines.append((max(self._line_edges), length))
            self._line_edges.add(length)
        self._text = "".join(written)
        self._accounted = bytearray(length)

    def has(self, text: str, *, on_lines: bool = False) -> bool:
        """Whether `text` stands there, from the beginning of a word, or of a line, to the end of one."""
        return next(self._places(text, self._line_edges if on_lines else self._word_edges), None) is not None

    def has_apart(self, text: str, texts: Iterable[str]) -> bool:
        """Whether `text` stands anywhere but within a longer one of the `texts`: Skills, but not Digital Skills."""
        longer = (other for other in texts if len(_plain(text)) < len(_plain(other)) and _plain(text) in _plain(other))
        within = [place for other in longer for place in self._places(other, self._word_edges)]
        return any(
            all(end <= left or right <= start for left, right in within)
            for start, end in self._places(text, self._word_edges)
        )

    def account_for(self, text: str) -> None:
        """Mark every place where `text` stands."""
        for start, end in self._places(text, self._word_edges):
            self._accounted[start:end] = b"\1" * (end - start)

    @property
    def accounted(self) -> int:
        return sum(self._accounted)

    def unaccounted(self) -> Iterator[str]:
        """What is left, in the pieces in which it stands; the address of one verifier, which nobody signs, is let be."""
        host_seen = False
        for piece in re.finditer(b"\0+", self._accounted):
            text = self._text[slice(*piece.span())]
            if not host_seen and HOST.fullmatch(text.lower()):
                host_seen = True
            else:
                yield text

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

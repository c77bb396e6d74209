"""What differs from certificate to certificate: its fields, taken out of the wording so that a template can be filled in
without them.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from credential.wording import Fact, Section, Text, Wording

__all__ = ["CODE", "ISSUED", "TITLE", "VERIFY_URL", "Field", "Refused", "filled", "mark", "marks_in", "opened"]

OPEN, CLOSE = "\ue000", "\ue001"  # for private use: no text that is issued has them
MARK = re.compile(f"{OPEN}([^{CLOSE}]+){CLOSE}")
TITLE, CODE, ISSUED, VERIFY_URL = "document_title", "code", "issued", "verify_url"


class Refused(Exception):
    """A certificate, or a kind of certificate, that is left to the layout engine; the message says why."""


class Field:
    """What a template gets in the place of a text that differs from certificate to certificate.

    It can be put on the page, and its `length` be compared with numbers. It is no text, so whatever else a template wants
    of it fails. What a template puts together of it first, in a `set` block or with `~`, and then compares, is not noticed
    (`docs/designs.md`).
    """

    def __init__(self, name: str, longer: Callable[[str, int], bool]) -> None:
        """`longer` answers whether the text called `name` has more characters than a number."""
        self._mark, self._longer = mark(name), partial(longer, name)
        self.length = Length(self._longer)

    def __html__(self) -> str:
        return self._mark

    def __bool__(self) -> bool:
        return self._longer(0)

    def __str__(self) -> str:  # what filters would work on
        raise Refused("the design does more with a text that differs from certificate to certificate than print it")

    def __eq__(self, other: object) -> bool:
        raise Refused("the design compares texts that differ from certificate to certificate")

    __hash__ = None  # type: ignore[assignment]


class Length:
    """How many characters a field has, for comparing only."""

    def __init__(self, longer: Callable[[int], bool]) -> None:
        self._longer = longer

    def __gt__(self, number: int) -> bool:
        return self._longer(number)

    def __ge__(self, number: int) -> bool:
        return self._longer(number - 1)

    def __lt__(self, number: int) -> bool:
        return not self._longer(number - 1)

    def __le__(self, number: int) -> bool:
        return not self._longer(number)

    def __eq__(self, number: object) -> bool:
        if not isinstance(number, int):
            raise Refused("the design compares a length with what is no number")
        return self._longer(number - 1) and not self._longer(number)

    __hash__ = None  # type: ignore[assignment]

    def __str__(self) -> str:
        raise Refused("the design prints how long a text is that differs from certificate to certificate")


def mark(name: str) -> str:
    """What stands in HTML in the place of a field."""
    return f"{OPEN}{name}{CLOSE}"


def filled(text: str, texts: Mapping[str, str]) -> str:
    """The text with what each field says in the place of its mark."""
    return MARK.sub(lambda found: texts[found[1]], text)


def marks_in(text: str) -> list[str]:
    """The names of the fields in a text."""
    return MARK.findall(text)


def opened(wording: Wording, put: Callable[[str], Any] = mark) -> tuple[Wording, dict[str, str]]:
    """The wording with `put(name)` in the place of each field, and what the fields say.

    With marks in it, it is hashable: two such wordings are equal when they say the same but for their fields.
    """
    texts = {TITLE: wording.document_title, CODE: wording.code}

    def text(name: str, given: Text) -> Text:
        texts[name] = given.text
        return Text(language=given.language, text=put(name))

    def fact(name: str, given: Fact) -> Fact:
        values = tuple(text(f"{name}-{i}", value) for i, value in enumerate(given.values))
        return Fact(key=given.key, labels=given.labels, values=values)

    transcript = wording.transcript
    if transcript:
        entries = tuple(fact(f"module-{i}", entry) for i, entry in enumerate(transcript.entries))
        transcript = Section(label=transcript.label, entries=entries)
    without = replace(
        wording,
        document_title=put(TITLE),
        code=put(CODE),
        name=tuple(text(f"name-{i}", name) for i, name in enumerate(wording.name)),
        facts=tuple(fact(given.key, given) for given in wording.facts),
        period=fact("period", wording.period) if wording.period else None,
        transcript=transcript,
    )
    return without, texts

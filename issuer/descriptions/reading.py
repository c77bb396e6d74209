"""How a description is read: each text cleaned, each limit kept, and everything that is wrong told at once."""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from credential.phrases import LANGUAGES
from issuer.errors import FieldProblem, Invalid
from issuer.text import TextRefused, clean, printable

__all__ = ["Reading", "converted", "toml_file"]

LONGEST_NAME = 40  # of an organisation, a partner or a signatory, in graphemes: what fits its place on a certificate
Kind = TypeVar("Kind")


def toml_file(file: Path) -> dict[str, Any]:
    """What a description's file says. Raises `Invalid` for what is not TOML, and `OSError`."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (UnicodeError, tomllib.TOMLDecodeError) as error:
        raise Invalid((FieldProblem(str(file), f"is not TOML: {error}"),)) from error


def converted(given: Mapping[str, Any], kind: type[Kind], subject: str) -> Kind:
    """What a file says in the form of `kind`. Raises `Invalid`, which names the first member that is not of its type."""
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        raise Invalid((FieldProblem(subject, str(error)),)) from error


class Reading:
    """One description being read. What is refused is kept, and reading goes on; `end` raises it all."""

    def __init__(self) -> None:
        self.problems: list[FieldProblem] = []

    def refuse(self, field: str, detail: str) -> None:
        """Keep a problem."""
        self.problems.append(FieldProblem(field, detail))

    def end(self) -> None:
        """Raise `Invalid` with every problem, if there was one."""
        if self.problems:
            raise Invalid(tuple(self.problems))

    def text(self, field: str, value: str, *, most: int) -> str:
        """A text that data holds, cleaned."""
        try:
            return clean(value, most=most)
        except TextRefused as refused:
            self.refuse(field, str(refused))
            return value

    def shown(self, field: str, value: str, *, most: int) -> str:
        """A text that stands on a certificate, cleaned."""
        try:
            return printable(value, most=most)
        except TextRefused as refused:
            self.refuse(field, str(refused))
            return value

    def languages(self, field: str, given: Iterable[str]) -> None:
        """Refuse languages that no certificate is made in."""
        for language in given:
            if language not in LANGUAGES:
                self.refuse(field, f"has a text in {language[:20]!r}; the languages are {', '.join(LANGUAGES)}")

    def names(self, field: str, texts: Mapping[str, str]) -> dict[str, str]:
        """The name of someone, one text per language."""
        self.languages(field, texts)
        if not texts:
            self.refuse(field, f"needs a text in one of {', '.join(LANGUAGES)}")
        return {language: self.shown(field, text, most=LONGEST_NAME) for language, text in texts.items()}

    def several_names(self, field: str, people: tuple[dict[str, str], ...], *, most: int) -> tuple[dict[str, str], ...]:
        """The names of at most so many people or institutions."""
        if len(people) > most:
            self.refuse(field, f"are at most {most}")
        return tuple(self.names(field, texts) for texts in people)

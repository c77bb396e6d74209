"""The words of the verifier's pages and command line: one TOML file per language, all with the same keys."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from credential.phrases import MONTHS
from credential.wording import CHINA, dated

__all__ = ["DEFAULT", "LANGUAGES", "UNWRITTEN", "Words", "chosen_language", "words_in"]

FOLDER = Path(__file__).parent.parent / "templates" / "verifier" / "words"
LANGUAGES = ("zh-Hans", "zh-Hant", "en")
DEFAULT = "zh-Hans"
# What could move a cursor, start a line or turn the writing around: no stranger's text is written with it.
UNWRITTEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
TRADITIONAL = {"hant", "tw", "hk", "mo"}  # script or place (BCP 47) of those who write traditional characters


@dataclass(frozen=True)
class Words:
    """All texts of one language by dotted key, such as `reason.revoked.means`, with str.format placeholders."""

    language: str
    texts: Mapping[str, str]

    def say(self, key: str, **values: str) -> str:
        """The text of `key` with its placeholders filled; values without a placeholder are left out."""
        return self.texts[key].format(**values)

    def day(self, moment: str) -> str:
        """A date as people write it, the day being Beijing's: from `2026-01-01` or an XML Schema dateTime."""
        try:
            return dated(moment if "T" in moment else f"{moment}T00:00:00+08:00", self.language).text
        except (ValueError, OverflowError):  # a directory or a foreign issuer wrote something else: shown as it is
            return moment

    def time(self, moment: datetime) -> str:
        """A moment to the minute in Beijing time."""
        there = moment.astimezone(CHINA)
        month = str(there.month) if self.language.startswith("zh") else MONTHS[there.month - 1]
        return self.texts["verdict.time"].format(year=there.year, month=month, day=there.day, clock=f"{there:%H:%M}")

    def of(self, texts: Mapping[str, str]) -> str:
        """The text in the language nearest to this one; "" when there is none."""
        return next((texts[language] for language in self.by_nearness(texts)), "")

    def by_nearness(self, languages: Iterable[str]) -> list[str]:
        """The reader's language first, then another script of it, then the others as they come."""
        primary = self.language.partition("-")[0]
        return sorted(languages, key=lambda each: (each != self.language, each.partition("-")[0] != primary))


@cache
def words_in(language: str) -> Words:
    """The words of one of `LANGUAGES`."""
    tree = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    return Words(language, dict(_flat(tree, "")))


def chosen_language(asked: str | None, accepted: str = "") -> str:
    """One of `LANGUAGES`: as `asked` (?lang=), else the first of the Accept-Language header that we speak, else Chinese."""
    weighed = []
    for place, part in enumerate(accepted[:1000].split(",")):
        tag, _, weight = part.partition(";q=")
        try:
            weighed.append((-float(weight or 1), place, tag))
        except ValueError:
            continue
    tags = [asked or "", *(tag for _, _, tag in sorted(weighed))]
    return next(filter(None, map(_spoken, tags)), DEFAULT)


def _spoken(tag: str) -> str | None:
    primary, *rest = tag.strip().lower().split("-")
    if primary == "zh":
        return "zh-Hant" if TRADITIONAL & set(rest) and "hans" not in rest else "zh-Hans"
    return "en" if primary == "en" else None


def _flat(tree: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value

"""The report on a pile: a PDF that people read with their eyes or their ears, and that says itself that it is no proof."""

import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from verifier.piles.row import ListUsed, Row, counted
from verifier.piles.table import line_of
from verifier.words import Words

__all__ = ["NotTypeset", "report"]

SECONDS = 60  # for the setting of one
REGIONS = {"zh-Hans": "cn", "zh-Hant": "tw", "en": "gb"}  # by which a reader chooses its voice
COLOURS = {"valid": "#1f6b45", "invalid": "#a3271c", "unchecked": "#7d5200", "human": "#22262e"}
SYMBOLS = {"valid": "✓", "invalid": "×", "unchecked": "?", "human": "!"}


class NotTypeset(Exception):
    """The report could not be made, or not in time. A fault of ours."""


def report(rows: Iterable[Row], words: Words, *, host: str, made_at: datetime, lists: Sequence[ListUsed]) -> bytes:
    """The report on a settled table as PDF/UA-1: what was checked at `host`, against which lists, what needs a human first.

    Takes some milliseconds for a row, in a program of its own: no work for an event loop. Raises `NotTypeset`.
    """
    told = _told(list(rows), words, host, made_at, lists)
    copy = json.dumps({"told": told, "texts": _texts(words, host), "made_at": int(made_at.timestamp())}).encode()
    program = [sys.executable, "-m", "verifier.piles.typesetting"]
    try:
        made = subprocess.run(program, input=copy, capture_output=True, timeout=SECONDS, check=True)  # noqa: S603, our own
    except (subprocess.SubprocessError, OSError) as error:
        raise NotTypeset(f"The report could not be made: {type(error).__name__}.") from error
    return made.stdout


def _told(rows: list[Row], words: Words, host: str, made_at: datetime, lists: Sequence[ListUsed]) -> dict[str, Any]:
    """Everything that is not the same in every report."""
    names = {row.verdict.issuer.id: row.verdict.issuer.name for row in rows if row.verdict and row.verdict.issuer}
    return {
        "language": words.language,
        "region": REGIONS[words.language],
        "host": host,
        "colours": COLOURS,
        "columns": [
            *(words.texts[f"column.{name}"] for name in ("number", "item", "verdict", "reason")),
            words.texts["report.names"],
            words.texts["column.achievement"],
        ],
        "facts": _facts(rows, words, host, made_at),
        "counts": _counts(rows, words),
        "rows": [_row(row, words) for row in rows],
        "lists": [(words.of(names.get(used.issuer, {})), used.issuer, words.time(used.as_of)) for used in lists],
    }


def _texts(words: Words, host: str) -> dict[str, str]:
    """What the markup says of its own accord."""
    named = {"verdict": "column.verdict", "issuer": "column.issuer"}
    texts = {name.removeprefix("report."): text for name, text in words.texts.items() if name.startswith("report.")}
    filled = {name: words.say(f"report.{name}", host=host) for name in ("proof", "again_file")}
    return texts | {name: words.texts[key] for name, key in named.items()} | filled


def _facts(rows: list[Row], words: Words, host: str, made_at: datetime) -> list[tuple[str, str]]:
    found = (step for row in rows if row.verdict for step in row.verdict.steps if step.result == "passed")
    directories = sorted({step.detail for step in found if step.step == "known_issuer" and step.detail})
    facts = {
        "verifier": host,
        "made": words.say("report.made_at", time=words.time(made_at)),
        "items": str(len(rows)),
        "directory": ", ".join(words.say("report.directory_date", date=words.day(date)) for date in directories),
    }
    return [(words.texts[f"report.{name}"], value) for name, value in facts.items() if value]


def _counts(rows: list[Row], words: Words) -> list[tuple[str, str, str, int, str]]:
    counts, human = counted(rows), words.texts["column.needs_human"]
    return [
        *(
            (word, SYMBOLS[word], words.texts[f"word.{word}"], getattr(counts, word), words.texts[f"home.{word}"])
            for word in ("valid", "invalid", "unchecked")
        ),
        ("human", SYMBOLS["human"], human, counts.needs_human, words.texts["report.human_means"]),
    ]  # fmt: skip


def _row(row: Row, words: Words) -> dict[str, Any]:
    line = line_of(row, words)
    notes = [words.texts["row.names_differ"]] if row.name_matches is False else []
    if row.same_as:
        notes.append(words.say("row.same_as", rows=", ".join(map(str, row.same_as))))
    return asdict(line) | {
        "word": row.word,
        "symbol": SYMBOLS[row.word],
        "human": words.texts["column.needs_human"] if row.needs_human else "",
        "expected": words.say("report.expected", name=line.name_expected) if line.name_expected else "",
        "notes": notes,
    }

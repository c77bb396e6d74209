"""`verifier check` of a pile: a table on the terminal, as CSV and as a report, and an exit code."""

import asyncio
import sys
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from verifier.checking import checking
from verifier.directory import Directory
from verifier.errors import SOFTWARE, Misconfigured
from verifier.piles.allowance import Allowance
from verifier.piles.applicants import Applicants
from verifier.piles.folder import given_at
from verifier.piles.item import NotOpened
from verifier.piles.reading import applicants_from, items_of
from verifier.piles.report import NotTypeset, report
from verifier.piles.row import Began, Counts, Ended, Row, counted, lists_used, settled
from verifier.piles.table import as_csv, line_of
from verifier.piles.verifying import verified
from verifier.terminal import COLOURS, SYMBOLS, writable
from verifier.words import Words

__all__ = ["Asked", "check_pile"]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is to be checked, whose each should be, and where to write what was found."""

    path: Path
    applicants: Path | None = None
    csv: Path | None = None
    report: Path | None = None
    as_json: bool = False
    ask_issuer: bool = False


def check_pile(asked: Asked, directory: Directory, words: Words) -> int:
    """Check it and write everything: 0 all are valid, 1 any is not, 2 any could not be checked or needs a human.

    Raises `Misconfigured` when a file cannot be written, or the applicant list not be read.
    """
    for file in filter(None, (asked.csv, asked.report)):
        _try_to_write(file)
    began = perf_counter()
    table = settled(asyncio.run(_rows(asked, directory)))
    ended = Ended(counts=counted(table), seconds=round(perf_counter() - began, 3), lists=lists_used(table))
    if asked.csv:
        asked.csv.write_bytes(as_csv(table, words).encode())
    if asked.as_json:
        _line(ended)
    else:
        _write(table, ended.counts, words)
    if asked.report:
        try:
            made_at = datetime.now(UTC)
            asked.report.write_bytes(report(table, words, host="verifier check", made_at=made_at, lists=ended.lists))
        except NotTypeset as error:  # the table stands all the same
            Console(stderr=True).print(f"verifier: {error} What is printed above is complete.")
            return SOFTWARE
    return _exit_code(ended.counts)


async def _rows(asked: Asked, directory: Directory) -> list[Row]:
    # They may lie in the folder, and are none of the pile.
    ours = filter(None, (asked.csv, asked.report, asked.applicants))
    allowance = Allowance()
    items = items_of(given_at(asked.path, but=tuple(ours)), allowance)
    applicants = _applicants(asked.applicants)
    if asked.as_json:
        _line(Began(items=len(items)))
    rows = []
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        bar = progress.add_task("", total=len(items))
        async with (
            checking(directory, ask_issuer=asked.ask_issuer) as check,
            aclosing(verified(items, check, allowance, applicants)) as done,
        ):
            async for row in done:
                rows.append(row)
                progress.advance(bar)
                if asked.as_json:
                    _line(row)
    return rows


def _applicants(path: Path | None) -> Applicants:
    if path is None:
        return Applicants()
    try:
        return applicants_from(*given_at(path))
    except (NotOpened, TypeError) as error:
        raise Misconfigured(f"{path}: {NotOpened('no_names')}") from error


def _try_to_write(file: Path) -> None:
    try:
        file.open("ab").close()
    except OSError as error:
        raise Misconfigured(f"{file} cannot be written: {error.strerror}.") from error


def _line(line: Began | Row | Ended) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.buffer.flush()


def _write(table: list[Row], counts: Counts, words: Words) -> None:
    console = Console(highlight=False, markup=False, emoji=False)
    grid = Table(*(words.say(f"column.{name}") for name in ("number", "verdict", "item", "name_signed", "reason")))
    for row in table:
        line = line_of(row, words)
        verdict = Text(
            f"{SYMBOLS[row.word]} {line.verdict}{' !' * row.needs_human}",
            style=COLOURS["unchecked" if row.word == "valid" and row.needs_human else row.word],
        )
        grid.add_row(line.number, verdict, *(writable(text) for text in (line.item, line.name_signed, line.reason)))
    console.print(grid)
    said = [f"{words.say(f'word.{word}')} {getattr(counts, word)}" for word in ("valid", "invalid", "unchecked")]
    console.print(" · ".join([*said, f"! {words.say('column.needs_human')} {counts.needs_human}"]))


def _exit_code(counts: Counts) -> int:
    return 1 if counts.invalid else 2 if counts.unchecked or counts.needs_human else 0

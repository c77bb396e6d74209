"""A pile's table in words: one line for each row, as CSV for a spreadsheet and as what the report prints."""

import csv
import re
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from io import StringIO

from credential.wording import CHINA
from verifier.answer import means_in
from verifier.piles.row import Row
from verifier.words import UNWRITTEN, Words

__all__ = ["COLUMNS", "Line", "as_csv", "line_of"]

BYTE_ORDER_MARK = "\ufeff"  # without it, Excel reads Chinese in the encoding of the machine
# What a spreadsheet would take for a formula. A stranger's semicolon ends a cell where the list separator is one.
FORMULA = re.compile(r"(^|;)([ \u00a0\x22]*[=+\-@\t\r\n＝＋－＠])")


@dataclass(frozen=True, kw_only=True)
class Line:
    """A row as people read it, every cell a text; "" for what is not known. In the order of the columns."""

    number: str
    item: str
    verdict: str
    reason: str
    name_signed: str
    name_expected: str
    name_matches: str
    achievement: str
    issuer: str
    code: str
    issued: str
    same_as: str
    needs_human: str


COLUMNS = tuple(field.name for field in fields(Line))


def line_of(row: Row, words: Words) -> Line:
    """The row in words. `issued` is the day in China, as ISO 8601 has it, which a spreadsheet can sort."""
    signed = row.verdict.credential if row.verdict else None
    issuer = row.verdict.issuer if row.verdict else None
    return Line(
        number=str(row.number),
        item=row.item,
        verdict=words.say(f"word.{row.word}"),
        reason=_reason(row, words),
        name_signed=" · ".join(signed.names) if signed else "",
        name_expected=row.name_expected or "",
        name_matches="" if row.name_matches is None else _yes(words, said=row.name_matches),
        achievement=words.of(signed.achievement) if signed else "",
        issuer=words.of(issuer.name) if issuer else "",
        code=(signed.code or "") if signed else "",
        issued=_day(signed.valid_from or "") if signed else "",
        same_as=" ".join(map(str, row.same_as)),
        needs_human=_yes(words, said=row.needs_human),
    )


def as_csv(rows: Iterable[Row], words: Words) -> str:
    """The table as RFC 4180 has it, with a byte order mark and the columns' names; no cell of it is a formula."""
    written = StringIO(newline="")
    table = csv.writer(written, quoting=csv.QUOTE_ALL)
    table.writerow([words.say(f"column.{column}") for column in COLUMNS])
    table.writerows([_cell(text) for text in astuple(line_of(row, words))] for row in rows)
    return BYTE_ORDER_MARK + written.getvalue()


def _cell(text: str) -> str:
    return UNWRITTEN.sub("\N{REPLACEMENT CHARACTER}", FORMULA.sub(r"\1'\2", text)).replace("\N{NO-BREAK SPACE}", " ")


def _reason(row: Row, words: Words) -> str:
    if row.verdict:
        return means_in(words, row.verdict)
    if row.problem:
        return words.texts.get(f"unopened.{row.problem.code}", row.problem.detail)
    return ""


def _yes(words: Words, *, said: bool) -> str:
    return words.say("column.yes" if said else "column.no")


def _day(moment: str) -> str:
    try:
        return datetime.fromisoformat(moment).astimezone(CHINA).date().isoformat()
    except (ValueError, OverflowError):  # a foreign issuer wrote something else
        return moment

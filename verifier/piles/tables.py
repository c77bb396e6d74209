"""Tables that are handed in, CSV or XLSX: rows of cells, and what each column is for."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from verifier.documents.child import read_sheet
from verifier.documents.opened import MOST_COLUMNS, MOST_ROWS
from verifier.errors import CannotOpen
from verifier.evidence import Evidence, read_text

__all__ = ["Cells", "cells_of", "code_in", "name_column", "rows_of"]

LONGEST_HEAD = 40  # characters
SHORTEST_ALMOST = 15  # letters and digits; a code has 18 at least
SEPARATORS = ",;\t"
ENDING = re.compile(r"\.[A-Za-z0-9]{2,5}$")
NAME = re.compile(
    r"(?:full|applicants?|candidates?|learners?|students?|holders?)?[\s_-]*names?|applicant|candidate|learner|student|holder"
    r"|.*姓名|名字|(?:申请|申請|应聘|應聘|求职|求職|持有|持证|持證|获得|獲得)(?:人|者)|学员|學員|学生|學生|考生|候选人|候選人",
    re.IGNORECASE,
)
FILE = re.compile(r"file[\s_-]*names?|files?|.*文件名?称?|.*檔案?名?稱?|.*檔名|附件", re.IGNORECASE)

Cells = tuple[str, ...]


def rows_of(data: bytes, *, sheet: bool) -> list[Cells]:
    """The rows of a spreadsheet, or of a CSV as Excel and others write it. Raises `CannotOpen`."""
    return list(read_sheet(data)) if sheet else cells_of(_text(data))


def cells_of(text: str) -> list[Cells]:
    """The rows of a CSV, whichever of comma, semicolon and tab its first line has most of. Raises `CannotOpen`."""
    first = text.partition("\n")[0]
    rows = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=max(SEPARATORS, key=first.count)):
            rows.append(tuple(row[:MOST_COLUMNS]))
            if len(rows) > MOST_ROWS:
                raise CannotOpen("The table has more than 10,000 rows.", "too_large")
    except csv.Error as error:
        raise CannotOpen("The table is damaged: it cannot be read.") from error
    return rows


def _text(data: bytes) -> str:
    """What Excel calls CSV: UTF-8 with a mark, UTF-16 with one, or in China GBK."""
    encodings = ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CannotOpen("The table is damaged: it is no text.")


def code_in(row: Iterable[str]) -> str | None:
    """The cell of a row that is a code, an address of one, a QR code's text or a token; else one that was meant to be."""
    found = [(cell, read_text(cell)) for cell in row if cell.strip()]
    for is_meant in (_is_key, _almost):
        for cell, evidence in found:
            if is_meant(cell, evidence):
                return cell
    return None


def _is_key(cell: str, evidence: Evidence) -> bool:
    return bool(evidence.token or evidence.code)


def _almost(cell: str, evidence: Evidence) -> bool:
    """Whether it is a code with a mistake in it, not just any number of something; or a credential that we cannot read."""
    long = sum(map(str.isalnum, cell)) >= SHORTEST_ALMOST
    return evidence.problem == "unsupported_format" or (evidence.problem == "mistyped_code" and long)


def name_column(rows: Sequence[Cells]) -> int | None:
    """Where the names stand: in the column that is headed so; in a table of two columns, in the one that holds no codes,
    addresses, tokens and names of files; None where that is in doubt.
    """
    heads = rows[0] if rows else ()
    for place, head in enumerate(map(str.strip, heads)):
        if len(head) <= LONGEST_HEAD and NAME.fullmatch(head) and not FILE.fullmatch(head):
            return place
    columns = {place for row in rows for place, cell in enumerate(row) if cell.strip()}
    others = [place for place in columns if not _holds_keys(row[place] for row in rows[:100] if len(row) > place)]
    return others[0] if len(columns) == 2 and len(others) == 1 else None


def _holds_keys(cells: Iterable[str]) -> bool:
    """Whether a column holds what items are known by."""
    return any(ENDING.search(cell.strip()) or code_in((cell,)) for cell in cells)

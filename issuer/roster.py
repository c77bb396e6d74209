"""A roster: a CSV file with one completion a row. The whole file is checked before anything of it is issued."""

import csv
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from issuer.addresses import NAME
from issuer.completions import FIELDS
from issuer.credentials.cohort import MOST_PROBLEMS, Cohort, batches
from issuer.errors import FieldProblem, Invalid
from issuer.service import Service

__all__ = ["fields_of", "read_roster"]

LARGEST_FILE = 64 * 1024 * 1024
SCORES = "scores."


def read_roster(service: Service, organisation_id: str, file: Path, achievement: str | None = None) -> Cohort:
    """The completions of `file`, every one checked, all for `achievement` or each for the one its own column names.

    Raises `Invalid` that names row, column and reason of each problem.
    """
    cohort = Cohort(service, organisation_id)
    problems: list[FieldProblem] = []
    given = {"achievement": achievement} if achievement else {}
    for batch in batches(_rows(file, FIELDS.keys() - given.keys() - {"scores"})):
        found = iter(cohort.take([{**given, **fields_of(cells)} for _, cells in batch if cells]))
        for row, cells in batch:
            if cells:
                problems += [
                    FieldProblem(f"row {row}, column {each.name}" if each.field else f"row {row}", each.detail)
                    for each in next(found)
                ]
            else:
                problems.append(FieldProblem(f"row {row}", "has more or fewer cells than the first row has columns"))
            if len(problems) >= MOST_PROBLEMS:
                problems.append(FieldProblem(f"after row {row}", "not read on: too many problems"))
                raise Invalid(tuple(problems))
    if problems:
        raise Invalid(tuple(problems))
    if not len(cohort):
        raise Invalid((FieldProblem(str(file), "has no rows"),))
    return cohort


def fields_of(cells: Mapping[str, str]) -> dict[str, Any]:
    """The cells by field: the columns `scores.MODULE` are one field."""
    fields: dict[str, Any] = {column: cell for column, cell in cells.items() if not column.startswith(SCORES)}
    scores = {column.removeprefix(SCORES): cell for column, cell in cells.items() if column.startswith(SCORES)}
    return {**fields, "scores": scores} if scores else fields


def _is_score(column: str) -> bool:
    return column.startswith(SCORES) and NAME.fullmatch(column, len(SCORES)) is not None


def _rows(file: Path, allowed: Collection[str]) -> Iterator[tuple[int, dict[str, str] | None]]:
    """The line of the file that each row ends on, and its cells by column; None where there are more or fewer of them."""
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise Invalid((FieldProblem(str(file), "is larger than 64 MB; split it"),))
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.DictReader(lines, strict=True)
            try:
                _check_columns(rows.fieldnames or (), allowed)
                for cells in rows:
                    yield rows.line_num, None if None in cells or None in cells.values() else cells
            except csv.Error as error:
                line = max(1, rows.reader.line_num)
                raise Invalid((FieldProblem(f"row {line}", f"is not CSV: {error}"),)) from error
    except OSError as error:
        raise Invalid((FieldProblem(str(file), f"cannot be read: {error.strerror}"),)) from error
    except UnicodeError as error:
        raise Invalid(
            (FieldProblem(str(file), "is not UTF-8; save it as “CSV UTF-8” (CSV UTF-8 逗号分隔)"),)
        ) from error


def _check_columns(columns: Collection[str], allowed: Collection[str]) -> None:
    if wrong := [column for column in columns if column not in allowed and not _is_score(column)]:
        known = ", ".join([*(field for field in FIELDS if field in allowed), f"{SCORES}MODULE"])
        raise Invalid((FieldProblem("row 1", f"names {wrong[0][:50]!r}, which is not a column; columns are {known}"),))
    if len(set(columns)) < len(columns):
        raise Invalid((FieldProblem("row 1", "names a column twice"),))

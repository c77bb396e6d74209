"""A roster: a CSV file with one completion a row. The whole file is checked before anything of it is issued."""

import csv
from collections.abc import Collection, Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

from issuer.achievements import latest, opened
from issuer.addresses import NAME
from issuer.completions import FIELDS, Completion, read_completion
from issuer.credentials.issue import check_still_ahead, seen
from issuer.errors import Conflict, FieldProblem, Invalid
from issuer.service import Service

__all__ = ["fields_of", "read_roster"]

LARGEST_FILE = 64 * 1024 * 1024
MOST_PROBLEMS = 100
SCORES = "scores."


def read_roster(
    service: Service, organisation_id: str, file: Path, achievement: str | None = None
) -> tuple[Completion, ...]:
    """The completions of `file`, every one checked, all for `achievement` or each for the one its own column names.

    Raises `Invalid` that names row, column and reason of each problem.
    """
    completions: dict[str, Completion] = {}
    problems: list[FieldProblem] = []
    given = {"achievement": achievement} if achievement else {}
    for row, cells in _rows(file, FIELDS.keys() - given.keys() - {"scores"}):
        where = f"row {row}"
        if None in cells or None in cells.values():
            problems.append(FieldProblem(where, "has more or fewer cells than the first row has columns"))
            continue
        try:
            completion = _completion(service, organisation_id, {**given, **fields_of(cells)})
        except Invalid as error:
            problems += [FieldProblem(f"{where}, column {p.name}", p.detail) for p in error.problems]
            continue
        except Conflict as error:
            problems.append(FieldProblem(where, str(error)))
            continue
        if completion.completion_id in completions:
            problems.append(FieldProblem(f"{where}, column completion_id", "is used by an earlier row"))
        completions[completion.completion_id] = completion
        if len(problems) >= MOST_PROBLEMS:
            problems.append(FieldProblem(f"after row {row}", "not read on: too many problems"))
            break
    if problems:
        raise Invalid(tuple(problems))
    if not completions:
        raise Invalid((FieldProblem(str(file), "has no rows"),))
    return tuple(completions.values())


def _completion(service: Service, organisation_id: str, given: Mapping[str, Any]) -> Completion:
    """The completion of a row, if it could be issued. Raises `Invalid` or `Conflict`."""
    completion = read_completion(given, service.now())
    with service.database.reading() as session:
        achievement = latest(session, organisation_id, completion.achievement)
    if seen(service, organisation_id, completion) is None:
        check_still_ahead(completion, service.now())
        opened(achievement).check_scores(completion.scores)
    return completion


def fields_of(cells: Mapping[str, str]) -> dict[str, Any]:
    """The cells by field: the columns `scores.MODULE` are one field."""
    fields: dict[str, Any] = {column: cell for column, cell in cells.items() if not column.startswith(SCORES)}
    scores = {column.removeprefix(SCORES): cell for column, cell in cells.items() if column.startswith(SCORES)}
    return {**fields, "scores": scores} if scores else fields


def _is_score(column: str) -> bool:
    return column.startswith(SCORES) and NAME.fullmatch(column, len(SCORES)) is not None


def _rows(file: Path, allowed: Collection[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The line of the file that each row ends on, and its cells by column."""
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise Invalid((FieldProblem(str(file), "is larger than 64 MB; split it"),))
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Invalid((FieldProblem(str(file), f"cannot be read: {error.strerror}"),)) from error
    except UnicodeError as error:
        raise Invalid(
            (FieldProblem(str(file), "is not UTF-8; save it as “CSV UTF-8” (CSV UTF-8 逗号分隔)"),)
        ) from error
    rows = csv.DictReader(StringIO(text, newline=""), strict=True)
    try:
        columns = rows.fieldnames or ()
    except csv.Error as error:
        raise Invalid((FieldProblem("row 1", f"is not CSV: {error}"),)) from error
    if wrong := [column for column in columns if column not in allowed and not _is_score(column)]:
        known = ", ".join([*(field for field in FIELDS if field in allowed), f"{SCORES}MODULE"])
        raise Invalid((FieldProblem("row 1", f"names {wrong[0][:50]!r}, which is not a column; columns are {known}"),))
    if len(set(columns)) < len(columns):
        raise Invalid((FieldProblem("row 1", "names a column twice"),))
    try:
        for cells in rows:
            yield rows.line_num, cells
    except csv.Error as error:
        raise Invalid((FieldProblem(f"row {rows.reader.line_num}", f"is not CSV: {error}"),)) from error

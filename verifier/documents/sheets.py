"""The rows of a spreadsheet (XLSX), as text. Only a child process opens one: a few kilobytes can be a billion cells."""

import io
from collections.abc import Iterator

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from verifier.documents.opened import MOST_COLUMNS, MOST_ROWS
from verifier.errors import CannotOpen

__all__ = ["open_sheet"]

LARGEST = 4 * 1024 * 1024  # characters of all cells


def open_sheet(data: bytes) -> tuple[tuple[str, ...], ...]:
    """The rows of all sheets, with the empty ones between. Raises `CannotOpen`."""
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        rows = tuple(_rows(workbook))
    except PasswordError as error:
        raise CannotOpen("The spreadsheet is protected by a password.", "protected") from error
    except (CalamineError, ValueError, OverflowError) as error:
        raise CannotOpen("The spreadsheet is damaged: it cannot be read.") from error
    return rows


def _rows(workbook: CalamineWorkbook) -> Iterator[tuple[str, ...]]:
    count = size = 0
    for name in workbook.sheet_names:
        for cells in workbook.get_sheet_by_name(name).iter_rows():
            row = tuple(str(cell) for cell in cells[:MOST_COLUMNS])
            count, size = count + 1, size + sum(map(len, row))
            if count > MOST_ROWS or size > LARGEST:
                raise CannotOpen(
                    "The spreadsheet has more in it than 10,000 rows, or 4 million characters.", "too_large"
                )
            yield row

"""What was handed in, taken apart into the items of a pile: zips, tables, and files as they are."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Literal, Protocol

from verifier.errors import CannotOpen
from verifier.evidence import LARGEST
from verifier.piles.allowance import Allowance
from verifier.piles.applicants import LONGEST_NAME, Applicants, applicants_in
from verifier.piles.item import MOST, Item, NotOpened, labelled, unopened
from verifier.piles.slices import Slice
from verifier.piles.tables import Cells, code_in, name_column, rows_of
from verifier.piles.zips import is_archive, listed, names_in

__all__ = ["Given", "applicants_from", "is_pile_of_its_own", "items_of"]

LARGEST_TABLE = 5 * 1024 * 1024  # bytes; of a thousand tokens as well
LONGEST_SHOWN = 80  # characters of a cell
TABLE = re.compile(r"\.(csv|tsv)$", re.IGNORECASE)
BEGINNING = 1024  # bytes by which it is told what a file is
WORKBOOK = "xl/workbook.xml"  # in a zip that is a spreadsheet (ECMA-376 part 1, §12)


class Opening(Protocol):
    """Gives a file when it is wanted, so that a folder of thousands is not open at once."""

    def __call__(self) -> Slice:
        """The file. Raises `OSError` when it cannot be had."""
        ...


@dataclass(frozen=True)
class Given:
    """A file that was handed in, and what it is called."""

    label: str
    open: Opening


def items_of(given: Iterable[Given], allowance: Allowance) -> list[Item]:
    """The items in their order, at most `MOST`; one more says that there were others, or no time for them. Never none."""
    found: list[Item] = []
    try:
        for each in allowance.while_in_time(given):
            found += _items(each, allowance)
            if len(found) > MOST:  # what is in the others is not looked at
                return [*found[:MOST], unopened("…", "too_many")]
    except NotOpened as error:
        return [*found, unopened("…", error.code)]
    return found or [unopened("…", "nothing_inside")]


def applicants_from(given: Given) -> Applicants:
    """The applicant list in a file. Raises `NotOpened` when it cannot be read, or no column of names is found in it."""
    try:
        file = given.open()
        found = applicants_in(_rows(file, sheet=WORKBOOK in names_in(file)))
    except (CannotOpen, OSError) as error:
        raise NotOpened("no_names") from error
    if not found.names:
        raise NotOpened("no_names")
    return found


def is_pile_of_its_own(given: Given) -> bool:
    """Whether a single file holds many: a zip or a table. Raises `OSError` when it cannot be read."""
    return _taken_apart(given, given.open()) is not None


def _items(given: Given, allowance: Allowance) -> list[Item]:
    try:
        file = given.open()
        taken = _taken_apart(given, file)
    except OSError:
        return [unopened(given.label, "damaged")]
    if taken == "zip":
        return listed(file, given.label, allowance)
    if taken and not allowance.takes_table():
        return [unopened(given.label, "too_many")]
    if taken:
        return _listed_in_table(given, file, allowance, sheet=taken == "sheet")
    return [Item(labelled(given.label), partial(_whole, given, allowance))]


def _taken_apart(given: Given, file: Slice) -> Literal["zip", "sheet", "table"] | None:
    """As what a file is a pile of its own, by its first bytes; of a text only its name can tell."""
    begins = file.read(BEGINNING)
    if begins.startswith(b"PK"):
        names = names_in(file)
        if WORKBOOK in names:
            return "sheet"
        if is_archive(begins) or not names:
            return "zip"
    return "table" if TABLE.search(given.label) else None


def _whole(given: Given, allowance: Allowance) -> bytes:
    try:
        data = given.open().read(LARGEST + 1)
    except OSError as error:
        raise NotOpened("damaged") from error
    allowance.take(len(data))
    if len(data) > LARGEST:
        raise NotOpened("too_large")
    return data


def _listed_in_table(given: Given, file: Slice, allowance: Allowance, *, sheet: bool) -> list[Item]:
    """An item for each row with anything in it but the head: its first code, address or token, in whatever column."""
    try:
        rows = _rows(file, sheet=sheet)
    except CannotOpen as error:
        code = error.code if error.code in {"protected", "too_slow"} else "damaged"
        return [unopened(given.label, "too_many" if error.code == "too_large" else code)]
    names = name_column(rows)
    found: list[Item] = []
    for number, row in enumerate(allowance.while_in_time(rows), 1):
        if len(found) >= MOST:  # what is in the others is not looked at
            return [*found, unopened(given.label, "too_many")]
        cell = code_in(cell for at, cell in enumerate(row) if at != names)
        if cell is not None:
            name = row[names].strip()[:LONGEST_NAME] if names is not None and len(row) > names else ""
            found.append(Item(_shown(number, cell), partial(str.encode, cell), name or None))
        elif number > 1 and any(each.strip() for each in row):
            found.append(unopened(_shown(number, " ".join(row)), "no_code"))
    return found or [unopened(given.label, "nothing_inside")]


def _rows(file: Slice, *, sheet: bool) -> list[Cells]:
    data = Slice(*file.part).read(LARGEST_TABLE + 1)
    if len(data) > LARGEST_TABLE:
        raise CannotOpen("The table is larger than 5 MiB.", "too_large")
    return rows_of(data, sheet=sheet)


def _shown(number: int, text: str) -> str:
    """A row as a label: where it stands, and what it holds as far as a person can read it."""
    plain = text.strip().partition("#")[0]
    return labelled(f"{number}: {plain[:LONGEST_SHOWN]}{'…' if len(plain) > LONGEST_SHOWN else ''}")

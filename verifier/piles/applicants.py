"""Whose certificates they should be: an applicant list, by file name or by code."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from credential import code as codes
from credential.errors import MalformedCode
from verifier.piles.tables import Cells, name_column

__all__ = ["LONGEST_NAME", "Applicants", "applicants_in"]

LONGEST_NAME = 200  # characters


@dataclass(frozen=True)
class Applicants:
    """The names of a list by what stands beside them."""

    names: dict[str, str] = field(default_factory=dict)

    def name_of(self, label: str, code: str | None) -> str | None:
        """The name for an item: by its whole label, its file name, that without its ending, or its credential's code."""
        own = label.rpartition("/")[2]
        keys = (label, own, own.rpartition(".")[0], code or "")
        return next((self.names[key] for key in map(_key, keys) if key in self.names), None)


def applicants_in(rows: Sequence[Cells]) -> Applicants:
    """A list with a column of names; every other cell of a row is taken for a file name or a code."""
    place = name_column(rows)
    names: dict[str, str] = {}
    if place is None:
        return Applicants()
    for row in rows:
        name = row[place].strip()[:LONGEST_NAME] if len(row) > place else ""
        for key in filter(None, map(_key, _others(row, place))) if name else ():
            names.setdefault(key, name)
    return Applicants(names)


def _others(row: Cells, place: int) -> Iterable[str]:
    return (cell for at, cell in enumerate(row) if at != place)


def _key(cell: str) -> str:
    """What is the same to people: a code however it is typed, a file name in whatever case and normalisation."""
    try:
        return codes.parse(cell)
    except MalformedCode:
        return unicodedata.normalize("NFKC", cell).strip().replace("\\", "/").casefold()

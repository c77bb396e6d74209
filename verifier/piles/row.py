"""A line of the table that a pile becomes, and what is only known once all lines are there."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from verifier.piles.names import same_name
from verifier.verdict import Verdict

__all__ = ["Began", "Counts", "Ended", "ListUsed", "Row", "Unopened", "compared", "counted", "lists_used", "settled"]


MOST_SPELLINGS = 20


class Unopened(msgspec.Struct, frozen=True, kw_only=True):
    """Why an item was not verified: a stable code (`verifier.piles.item.UNOPENED`), and a sentence for people."""

    code: str
    detail: str


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One item of a pile with its verdict, or with the problem for which there is none.

    `number` is its place in the pile, from 1, and `item` what it is called there: a label, never a path. `same_as` are the
    numbers of rows with the same credential: those that came before, or in a `settled` table all others.
    """

    type: Literal["row"] = "row"
    number: int
    item: str
    name_expected: str | None = None
    name_matches: bool | None = None
    same_as: tuple[int, ...] = ()
    needs_human: bool
    verdict: Verdict | UnsetType = UNSET
    problem: Unopened | UnsetType = UNSET

    @property
    def word(self) -> str:
        """The verdict in one word; what was not opened was not checked."""
        return self.verdict.verdict if self.verdict else "unchecked"

    @property
    def credential(self) -> str | None:
        """The id of the credential, where its signature is known to be good."""
        return self.verdict.credential.id if self.verdict and self.verdict.credential else None


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many of each verdict, which add up to all rows, and how many of all rows need a human."""

    valid: int
    invalid: int
    unchecked: int
    needs_human: int


class ListUsed(msgspec.Struct, frozen=True, kw_only=True):
    """The status list of an issuer that rows were checked against: as of when it says who is revoked."""

    issuer: str
    as_of: datetime


class Began(msgspec.Struct, frozen=True, kw_only=True):
    """The first line of an answer: how many rows there will be."""

    type: Literal["began"] = "began"
    items: int


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """The last line of an answer. `report` is the PDF in base64, where it was asked for."""

    type: Literal["ended"] = "ended"
    counts: Counts
    seconds: float
    lists: tuple[ListUsed, ...]
    report: bytes | UnsetType = UNSET


def settled(rows: Iterable[Row]) -> list[Row]:
    """The table: all rows in the order of the pile, each of several with one credential naming all the others."""
    table = sorted(rows, key=lambda row: row.number)
    by_credential = defaultdict(list)
    for row in table:
        if row.credential:
            by_credential[row.credential].append(row)
    return [
        compared(row, [other for other in by_credential[row.credential or ""] if other is not row]) for row in table
    ]


def compared(row: Row, others: Iterable[Row]) -> Row:
    """The row, beside others with the same credential: handed in under two names, it needs a human."""
    others = list(others)
    names = {other.name_expected for other in others} - {row.name_expected}
    # Nobody writes one name in so many ways, and each is compared with each: a thousand would keep the service busy.
    clash = len(names) > MOST_SPELLINGS or any(_two_people(row.name_expected, name) for name in names)
    same = tuple(other.number for other in others)
    return msgspec.structs.replace(row, same_as=same, needs_human=row.needs_human or clash)


def _two_people(one: str | None, other: str | None) -> bool:
    """Whether two names are two people's, as far as both are known."""
    return bool(one and other) and not same_name(one, other)


def counted(rows: Iterable[Row]) -> Counts:
    """The counts of a settled table."""
    table = list(rows)
    words = Counter(row.word for row in table)
    return Counts(
        valid=words["valid"],
        invalid=words["invalid"],
        unchecked=words["unchecked"],
        needs_human=sum(row.needs_human for row in table),
    )


def lists_used(rows: Iterable[Row]) -> tuple[ListUsed, ...]:
    """The status lists that said of at least one row whether it still stands, by issuer and moment."""
    found = {
        (row.verdict.issuer.id, step.as_of)
        for row in rows
        if row.verdict and row.verdict.issuer
        for step in row.verdict.steps
        if step.step == "status" and step.as_of
    }
    return tuple(ListUsed(issuer=issuer, as_of=as_of) for issuer, as_of in sorted(found))

"""What a document holds and shows, as a child process found it. Nothing of it is believed yet."""

from typing import Literal

import msgspec

from verifier.verdict import Trace

__all__ = ["FRAME", "MOST_COLUMNS", "MOST_ROWS", "PROBE", "SHEET", "Answer", "Opened"]

# Asked in the place of a kind of document:
FRAME = "frame"  # a picture that is looked at once, for another one follows
PROBE = "probe"  # what a child can reach of the machine
SHEET = "sheet"  # the rows of a spreadsheet

MOST_ROWS, MOST_COLUMNS = 10_000, 50  # of a table, whoever reads it


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """One document that was opened.

    `attached` are the tokens, or what might be some, that a PDF or a baked badge carries; `codes` the texts of the QR codes
    that can be seen on it; `links` the addresses that its links lead to; `lines` the text of each page that can be seen,
    line by line; `traces` what a certificate has not as its issuer makes it (`verifier.verdict.TRACES`).
    """

    kind: Literal["pdf", "badge", "picture"]
    attached: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    lines: tuple[tuple[str, ...], ...] = ()
    traces: tuple[Trace, ...] = ()


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a child sends: the document or the rows of a spreadsheet, or why there are none as message and code; or what it
    could reach when probing.
    """

    opened: Opened | None = None
    rows: tuple[tuple[str, ...], ...] = ()
    problem: str = ""
    code: str = ""
    reached: tuple[str, ...] = ()

"""What a document holds and shows, as a child process found it. Nothing of it is believed yet."""

from typing import Literal

import msgspec

from verifier.verdict import Trace

__all__ = ["FRAME", "PROBE", "Answer", "Opened"]

FRAME = "frame"  # asked in the place of a kind of file: a picture that is looked at once, for another one follows
PROBE = "probe"  # asked in the place of a kind of file: what a child can reach of the machine


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
    """What a child sends: the document, or why there is none as message and code; or what it could reach when probing."""

    opened: Opened | None = None
    problem: str = ""
    code: str = ""
    reached: tuple[str, ...] = ()

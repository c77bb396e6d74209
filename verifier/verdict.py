"""The verdict: one word, why, and what each step found. It never says more than was checked."""

from datetime import datetime
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

__all__ = ["Difference", "Document", "Issuer", "Revocation", "Signed", "Step", "Verdict", "Word"]

Word = Literal["valid", "invalid", "unchecked"]
Result = Literal["passed", "failed", "not_checked"]
Shows = Literal["as_issued", "text_matches", "differs", "not_compared"]


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One numbered step of the procedure. `as_of` is the moment that the finding speaks of, where it is not now.

    `code` says more exactly than the verdict's reason what was found (`credential.errors.FAULTS`); `detail` is for people.
    """

    step: str
    result: Result
    code: str | None = None
    detail: str | None = None
    as_of: datetime | None = None


class Issuer(msgspec.Struct, frozen=True, kw_only=True):
    """The issuer under the name that the directory gives it, never the name that the token gives."""

    id: str
    name: dict[str, str]
    since: str


class Signed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The signed claims that a person needs. Each text is as signed; a name in two scripts is two names.

    `legacy`: in the form of VCDM 1.1, which the second data model has replaced.
    """

    id: str
    code: str | None = None
    names: tuple[str, ...] = ()
    achievement: dict[str, str] = {}
    issuer_name: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    awarded: str | None = None
    valid_from: str | None = None
    valid_until: str | None = None
    legacy: bool = False


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A signed value that the document does not show, or as `unsigned` a text that it shows and nobody signed."""

    field: str
    signed: str | msgspec.UnsetType = msgspec.UNSET
    shown: str | msgspec.UnsetType = msgspec.UNSET


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the document shows what was signed. Text that matches is no proof: a text layer can lie."""

    shows: Shows
    differences: tuple[Difference, ...] = ()


class Revocation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the issuer says of a revocation, as fetched and not signed: since when, why, and what replaces the credential."""

    since: str | None = None
    reason: str | None = None
    superseded_by: str | None = None


class Verdict(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """The answer. `reason` is a stable code; every other text is for people."""

    verdict: Word
    reason: str
    steps: tuple[Step, ...]
    issuer: Issuer | None = None
    credential: Signed | None = None
    document: Document
    checked_at: datetime
    revocation: Revocation | UnsetType = UNSET

    def as_json(self) -> bytes:
        """The verdict as UTF-8 JSON."""
        return msgspec.json.encode(msgspec.to_builtins(self) | {"checked_at": f"{self.checked_at:%Y-%m-%dT%H:%M:%SZ}"})

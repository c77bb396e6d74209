"""The verdict: one word, why, and what each step found. It never says more than was checked."""

import re
from datetime import datetime
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

__all__ = [
    "SHA256",
    "TRACES",
    "Difference",
    "Document",
    "Identifier",
    "Issuer",
    "Revocation",
    "Signed",
    "Step",
    "Trace",
    "Verdict",
    "Word",
]

SHA256 = re.compile(r"[0-9a-f]{64}")  # as a file and a signing input are named: in hex
Word = Literal["valid", "invalid", "unchecked"]
Result = Literal["passed", "failed", "not_checked"]
Shows = Literal["as_issued", "text_matches", "differs", "not_compared"]

# What a document can bear that no certificate has as its issuer makes it. A document with any of them differs.
TRACES = (
    "actual_text",  # a text for readers that stands in the place of what is drawn (ISO 32000-1 §14.9.4)
    "active_content",  # scripts, actions on opening, embedded media
    "annotations",  # anything laid on the page later but links: notes, stamps, highlights
    "cut_page",  # a page box that hides a part of what is on the page
    "extra_page",  # a page that shows nothing of what was signed
    "form_fields",
    "hidden_layers",  # optional content: what is seen depends on the reader
    "hidden_text",  # text that cannot be seen: invisible, in the colour of what is behind it, covered, off the page
    "link_elsewhere",  # a link that leads to another address than the QR code's
    "look_alike_host",  # the QR code leads to a host that looks like one that is known and is not
    "other_attachments",  # a file beside the credential
    "qr_elsewhere",  # the QR code leads to a host that is none of its issuer's verifiers
    "qr_of_another",  # the QR code holds, or names, another credential
    "revised",  # saved again with additions after it was made (ISO 32000-1 §7.5.6)
    "shapes_differ",  # what is drawn looks otherwise than the characters that it says it is
    "several_qr",  # several QR codes that do not say the same
)


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One numbered step of the procedure. `as_of` is the moment that the finding speaks of, where it is not now.

    `code` says more exactly than the verdict's reason what was found (`credential.errors.FAULTS`); `detail` is for people.
    """

    step: str
    result: Result
    code: str | None = None
    detail: str | None = None
    as_of: datetime | None = None


class Issuer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The issuer under the name that the directory gives it, never the name that the token gives.

    `listed_by` names the platform whose entry covers it, where it has none of its own: then `name` is what its profile
    says, which the platform publishes.
    """

    id: str
    name: dict[str, str]
    since: str
    listed_by: dict[str, str] = {}


class Identifier(msgspec.Struct, frozen=True, kw_only=True):
    """A hashed identifier of the learner: `hash` is `sha256$` and hex(SHA-256(value ‖ salt)) (OB 3.0 §B.1.12)."""

    type: str
    hash: str
    salt: str


class Signed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The signed claims that a person needs. Each text is as signed; a name in two scripts is two names.

    What is translated stands by language. `modules` are the courses within the achievement, each with its score; `period` is
    when the learner studied, an interval of two moments with / between (ISO 8601-1 §5.5).
    By one of `identifiers` who knows the learner's e-mail address finds that it is theirs; nobody else learns it.
    `legacy`: in the form of VCDM 1.1, which the second data model has replaced.
    """

    id: str
    code: str | None = None
    names: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    achievement: dict[str, str] = {}
    issuer_name: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    period: str | None = None
    modules: tuple[tuple[dict[str, str], str], ...] = ()
    skills: tuple[dict[str, str], ...] = ()
    partners: tuple[dict[str, str], ...] = ()
    awarded: str | None = None
    valid_from: str | None = None
    valid_until: str | None = None
    legacy: bool = False


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A signed value that the document does not show, with what stands in its place where that is known; or as `unsigned`
    a text that it shows and nobody signed.
    """

    field: str
    signed: str | UnsetType = UNSET
    shown: str | UnsetType = UNSET


class Trace(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One of `TRACES` that a document bears; `page` counts from 1, `detail` is for people: what, in its own words."""

    code: str
    page: int | None = None
    detail: str | None = None


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the document shows what was signed. Text that matches is no proof: a text layer can lie.

    `sha256` is that of the exact file, in hex, by which its issuer can be asked whether it made it.
    """

    shows: Shows
    differences: tuple[Difference, ...] = ()
    traces: tuple[Trace, ...] = ()
    sha256: str | UnsetType = UNSET


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
        return msgspec.json.encode(self)

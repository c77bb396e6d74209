"""The document: an Open Badges 3.0 credential in the specification's words (OB 3.0 §B.1, VCDM 2.0 §4).

Members are named and ordered as on the wire (`rename="camel"` only turns the case). What is unset is left out: empty
and null values are errors to JSON-LD readers. A list is always written as an array, which both official schemas take.
"""

from base64 import b64encode
from datetime import UTC, datetime
from hashlib import sha256, sha384

import msgspec
from msgspec import UNSET, Struct, UnsetType, field

__all__ = [
    "CONTEXT",
    "Achievement",
    "AchievementSubject",
    "Alignment",
    "Credential",
    "CredentialSchema",
    "Criteria",
    "Evidence",
    "IdentityObject",
    "Profile",
    "RelatedResource",
    "Result",
    "ResultDescription",
    "StatusEntry",
    "digest_sri",
    "encode",
    "hashed_email",
    "moment",
    "name_identifier",
]

CONTEXT = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
)


class Profile(Struct, frozen=True, kw_only=True, rename="camel"):
    """The organisation in whose name the credential is issued (OB 3.0 §B.1.17)."""

    id: str
    type: tuple[str, ...] = ("Profile",)
    name: str
    url: str | UnsetType = UNSET


class Criteria(Struct, frozen=True, kw_only=True, rename="camel"):
    """What had to be done to earn the achievement (OB 3.0 §B.1.7)."""

    id: str | UnsetType = UNSET
    narrative: str | UnsetType = UNSET


class ResultDescription(Struct, frozen=True, kw_only=True, rename="camel"):
    """A kind of result that the achievement can have, such as hours or a score (OB 3.0 §B.1.20)."""

    id: str
    type: tuple[str, ...] = ("ResultDescription",)
    name: str
    result_type: str


class Alignment(Struct, frozen=True, kw_only=True, rename="camel"):
    """What the achievement corresponds to elsewhere: an occupation code 职业编码, an ESCO skill (OB 3.0 §B.1.3)."""

    type: tuple[str, ...] = ("Alignment",)
    target_name: str
    target_url: str
    target_framework: str | UnsetType = UNSET
    target_code: str | UnsetType = UNSET
    target_type: str | UnsetType = UNSET


class Evidence(Struct, frozen=True, kw_only=True, rename="camel"):
    """Work that shows the achievement, such as a report that anyone may read (OB 3.0 §B.1.10)."""

    id: str
    type: tuple[str, ...] = ("Evidence",)
    name: str | UnsetType = UNSET


class Achievement(Struct, frozen=True, kw_only=True, rename="camel"):
    """What is awarded (OB 3.0 §B.1.1). `id` names one immutable version."""

    id: str
    type: tuple[str, ...] = ("Achievement",)
    achievement_type: str
    name: str
    description: str
    criteria: Criteria
    in_language: str
    version: str
    credits_available: float | UnsetType = UNSET
    tag: tuple[str, ...] | UnsetType = UNSET
    alignment: tuple[Alignment, ...] | UnsetType = UNSET
    result_description: tuple[ResultDescription, ...] | UnsetType = UNSET


class IdentityObject(Struct, frozen=True, kw_only=True, rename="camel"):
    """Something that identifies the learner: a name in the clear or an e-mail address hashed (OB 3.0 §B.1.12)."""

    type: str = "IdentityObject"
    hashed: bool
    salt: str | UnsetType = UNSET
    identity_type: str
    identity_hash: str


class Result(Struct, frozen=True, kw_only=True, rename="camel"):
    """A result that was achieved; `value` is a text by the specification (OB 3.0 §B.1.19)."""

    type: tuple[str, ...] = ("Result",)
    result_description: str
    value: str


class AchievementSubject(Struct, frozen=True, kw_only=True, rename="camel"):
    """The learner and what they achieved (OB 3.0 §B.1.2)."""

    id: str
    type: tuple[str, ...] = ("AchievementSubject",)
    identifier: tuple[IdentityObject, ...]
    activity_start_date: str | UnsetType = UNSET
    activity_end_date: str | UnsetType = UNSET
    credits_earned: float | UnsetType = UNSET
    achievement: Achievement
    result: tuple[Result, ...] | UnsetType = UNSET


class RelatedResource(Struct, frozen=True, kw_only=True):
    """Binds the published achievement version, with its translations, by digest (VCDM 2.0 §5.3)."""

    id: str
    digest_sri: str = field(name="digestSRI")


class CredentialSchema(Struct, frozen=True, kw_only=True, rename="camel"):
    """The JSON schema that the credential satisfies (OB 3.0 §B.6.1)."""

    id: str = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
    type: str = "1EdTechJsonSchemaValidator2019"


class StatusEntry(Struct, frozen=True, kw_only=True, rename="camel"):
    """Where the credential's revocation bit stands (Bitstring Status List §2.1). The index is a text."""

    id: str
    type: str = "BitstringStatusListEntry"
    status_purpose: str = "revocation"
    status_list_index: str
    status_list_credential: str


class Credential(Struct, frozen=True, kw_only=True, rename="camel"):
    """An OpenBadgeCredential (OB 3.0 §B.1.16) with the registered claims of its JWT form (§8.2.2).

    Moments are whole seconds in UTC, written with `Z`; `nbf` and `exp` are the same moments in seconds.
    """

    context: tuple[str, ...] = field(name="@context", default=CONTEXT)
    id: str
    type: tuple[str, ...] = ("VerifiableCredential", "OpenBadgeCredential")
    name: str
    issuer: Profile
    valid_from: str
    valid_until: str | UnsetType = UNSET
    awarded_date: str
    credential_subject: AchievementSubject
    evidence: tuple[Evidence, ...] | UnsetType = UNSET
    related_resource: tuple[RelatedResource, ...]
    credential_schema: tuple[CredentialSchema, ...] = (CredentialSchema(),)
    credential_status: StatusEntry
    iss: str
    jti: str
    sub: str
    nbf: int
    exp: int | UnsetType = UNSET


def encode(document: Struct) -> bytes:
    """The document's bytes, UTF-8 JSON without white space: what is signed, and what is stored for ever."""
    return msgspec.json.encode(document)


def moment(when: datetime) -> str:
    """An XML Schema dateTime in UTC, whole seconds, `Z`."""
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def digest_sri(data: bytes) -> str:
    """`sha384-` and the digest in base64, as Subresource Integrity writes it."""
    return "sha384-" + b64encode(sha384(data).digest()).decode()


def name_identifier(name: str) -> IdentityObject:
    """A learner's name, in the clear: it stands on the certificate."""
    return IdentityObject(hashed=False, identity_type="name", identity_hash=name)


def hashed_email(address: str, salt: str) -> IdentityObject:
    """An e-mail address that only someone who knows it can find again: `sha256$` and hex(SHA-256(address ‖ salt))."""
    digest = sha256((address + salt).encode()).hexdigest()
    return IdentityObject(hashed=True, salt=salt, identity_type="emailAddress", identity_hash=f"sha256${digest}")

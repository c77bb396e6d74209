"""From the claims of a credential, whoever made it, to what a person needs to know of them."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from credential import code as codes
from credential import document
from credential.errors import MalformedCode
from credential.phrases import LANGUAGES, RENDITIONS
from credential.wording import Wording, lists, people, translations_of, wording
from verifier.verdict import Identifier, Signed

__all__ = ["code_of", "comparable", "signed_claims"]

LONGEST_TEXT = 300  # characters of somebody else's name or title
MOST_NAMES = 4
HASH = re.compile(r"sha256\$[0-9a-f]{64}")


def in_our_shape(claims: Mapping[str, Any]) -> bool:
    """Whether the claims have the members, and the kinds of values, that our wording and our certificates rely on."""
    try:
        msgspec.convert(claims, document.Credential)
    except msgspec.ValidationError:
        return False
    return True


def code_of(claims: Mapping[str, Any]) -> str | None:
    """The code in URL form where the credential's id ends with one."""
    try:
        return codes.parse(str(claims.get("id", "")).rsplit("/", 1)[-1])
    except MalformedCode:
        return None


def comparable(claims: Mapping[str, Any], version: Mapping[str, Any]) -> tuple[Wording, ...]:
    """Each rendition of our own certificate, to be looked for in a document; none for a credential of another make."""
    if not in_our_shape(claims):
        return ()
    try:
        return tuple(wording(claims, version, each) for each in RENDITIONS.values())
    except ValueError:  # a date that is none
        return ()


def signed_claims(claims: Mapping[str, Any], version: Mapping[str, Any], *, legacy: bool = False) -> Signed:
    """What a person needs of verified claims. `version` is the bound achievement version, {} where it is not at hand."""
    code = code_of(claims)
    printed = codes.printed(code) if code else None
    if not in_our_shape(claims):
        return _foreign(claims, printed, legacy=legacy)
    subject = claims["credentialSubject"]
    achievement = subject["achievement"]
    said = lists(claims, version, LANGUAGES)
    began, ended = subject.get("activityStartDate"), subject.get("activityEndDate")
    return Signed(
        id=claims["id"],
        code=printed,
        names=people(subject),
        identifiers=_identifiers(subject),
        achievement=translations_of(version, "name") | {achievement["inLanguage"]: achievement["name"]},
        issuer_name=claims["issuer"]["name"],
        facts=said.results,
        period=f"{began}/{ended}" if began and ended else None,
        modules=tuple((name, score) for _, name, score in said.modules),
        skills=said.skills,
        partners=said.partners,
        awarded=claims["awardedDate"],
        valid_from=claims["validFrom"],
        valid_until=claims.get("validUntil"),
        legacy=legacy,
    )


def _foreign(claims: Mapping[str, Any], code: str | None, *, legacy: bool) -> Signed:
    """What can be read safely of a credential of another make; what has an odd shape is left out."""
    subjects = claims.get("credentialSubject")
    alone = subjects[0] if isinstance(subjects, list) and len(subjects) == 1 else subjects
    subject = alone if isinstance(alone, dict) else {}  # of several subjects, nobody could say which one is meant
    achievement, issuer = subject.get("achievement"), claims.get("issuer")
    named = achievement.get("name") if isinstance(achievement, dict) else claims.get("name")
    language = achievement.get("inLanguage") if isinstance(achievement, dict) else None
    return Signed(
        id=str(claims.get("id") or "")[:LONGEST_TEXT],
        code=code,
        names=_names(subject),
        identifiers=_identifiers(subject),
        achievement=_in_languages(named, language if isinstance(language, str) else ""),
        issuer_name=next(iter(_in_languages(issuer.get("name") if isinstance(issuer, dict) else None).values()), ""),
        awarded=_date(claims.get("awardedDate")),
        valid_from=_date(claims.get("validFrom", claims.get("nbf"))),
        valid_until=_date(claims.get("validUntil", claims.get("exp"))),
        legacy=legacy,
    )


def _identifiers(subject: Mapping[str, Any]) -> tuple[Identifier, ...]:
    """The subject's hashed e-mail addresses; what is hashed otherwise, or is something else, is left out."""
    identifiers = subject.get("identifier")
    return tuple(
        Identifier(type="emailAddress", hash=entry["identityHash"], salt=entry.get("salt", ""))
        for entry in (identifiers if isinstance(identifiers, list) else [identifiers])
        if isinstance(entry, dict)
        and entry.get("identityType") == "emailAddress"
        and entry.get("hashed") is True
        and isinstance(entry.get("identityHash"), str)
        and HASH.fullmatch(entry["identityHash"])
        and isinstance(entry.get("salt", ""), str)
        and len(entry.get("salt", "")) <= LONGEST_TEXT
    )[:MOST_NAMES]


def _names(subject: Mapping[str, Any]) -> tuple[str, ...]:
    """The subject's names in the clear: identifiers of that type (OB 3.0 §B.1.12), else a plain `name`."""
    identifiers = subject.get("identifier")
    found = [
        entry["identityHash"][:LONGEST_TEXT]
        for entry in (identifiers if isinstance(identifiers, list) else [identifiers])
        if isinstance(entry, dict)
        and entry.get("identityType") == "name"
        and not entry.get("hashed")
        and isinstance(entry.get("identityHash"), str)
    ]
    return tuple(found or _in_languages(subject.get("name")).values())[:MOST_NAMES]


def _in_languages(value: object, language: str = "") -> dict[str, str]:
    """A text by language: plain, or language value objects (VCDM 2.0 §11.1)."""
    texts = {}
    for text in (value if isinstance(value, list) else [value])[:MOST_NAMES]:
        said, its = (text.get("@value"), text.get("@language", "")) if isinstance(text, dict) else (text, language)
        if isinstance(said, str) and isinstance(its, str) and said:
            texts[its[:35]] = said[:LONGEST_TEXT]
    return texts


def _date(value: object) -> str | None:
    """A date as written, or a NumericDate (RFC 7519 §2) written as one."""
    if isinstance(value, str):
        return value[:LONGEST_TEXT]
    try:
        return document.moment(datetime.fromtimestamp(value, UTC)) if isinstance(value, int | float) else None
    except (ValueError, OverflowError, OSError):
        return None

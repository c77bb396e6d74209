"""From the claims of a credential, whoever made it, to what a person needs to know of them."""

from collections.abc import Mapping
from typing import Any

import msgspec

from credential import code as codes
from credential import document
from credential.errors import MalformedCode
from credential.wording import people, results, translations_of
from verifier.verdict import Signed

__all__ = ["code_of", "in_our_shape", "signed_claims"]


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


def signed_claims(claims: Mapping[str, Any], version: Mapping[str, Any]) -> Signed:
    """What a person needs of verified claims. `version` is the bound achievement version, {} where it is not at hand."""
    code = code_of(claims)
    if not in_our_shape(claims):
        return Signed(id=str(claims.get("id", "")), code=codes.printed(code) if code else None)
    subject = claims["credentialSubject"]
    achievement = subject["achievement"]
    translated = {language: words["name"] for language, words in translations_of(version).items() if "name" in words}
    return Signed(
        id=claims["id"],
        code=codes.printed(code) if code else None,
        names=people(subject),
        achievement={**translated, achievement["inLanguage"]: achievement["name"]},
        issuer_name=claims["issuer"]["name"],
        facts=tuple(results(subject)),
        awarded=claims["awardedDate"],
        valid_from=claims["validFrom"],
        valid_until=claims.get("validUntil"),
    )

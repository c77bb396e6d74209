"""Credentials of the W3C's first data model (VCDM 1.1), read into the words of the second so that one procedure checks both.

In 1.1 a token holds the credential in a claim `vc`, and what the registered claims say may be left out of it (§6.3.1).
Early Open Badges 3.0 have the credential as the payload, but with 1.1's names for the dates.
"""

from typing import Any

from credential.errors import MalformedToken

__all__ = ["as_version_2", "is_legacy"]

CONTEXT = "https://www.w3.org/2018/credentials/v1"
RENAMED = {"issuanceDate": "validFrom", "expirationDate": "validUntil"}
REGISTERED = ("iss", "jti", "sub", "nbf", "exp")


def is_legacy(claims: dict[str, Any]) -> bool:
    """Whether the claims are a credential of the first data model."""
    context = claims.get("@context")
    first = context[0] if isinstance(context, list) and context else context
    return "vc" in claims or first == CONTEXT


def as_version_2(claims: dict[str, Any]) -> dict[str, Any]:
    """The same claims with the members of the second data model; the registered claims stay and are still to be compared.

    Raises `MalformedToken` where two readers could find two different credentials in them.
    """
    inner = claims.get("vc", claims)
    if not isinstance(inner, dict):
        raise MalformedToken("The claim vc is not an object.", "claims_missing")
    if "vc" in claims and claims.keys() & {"@context", "issuer", "credentialSubject"}:
        raise MalformedToken("The token holds one credential in vc and another beside it.", "claims_disagree")
    if any(old in inner and new in inner for old, new in RENAMED.items()):
        raise MalformedToken("The credential has the dates of both data models.", "claims_disagree")
    members: dict[str, Any] = inner
    made = {RENAMED.get(name, name): value for name, value in members.items() if name not in REGISTERED}
    registered = {name: claims[name] for name in REGISTERED if name in claims}
    if "iss" in registered:
        made.setdefault("issuer", registered["iss"])
    if "jti" in registered:
        made.setdefault("id", registered["jti"])
    return made | registered

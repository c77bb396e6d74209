"""The strict reader: stands before any cryptography, for every token that comes from outside.

PyJWT is lenient where a credential must not be: it takes duplicate keys, NaN, padding, embedded keys and any `typ`
(RFC 7515 §5.2 and §10.12 leave these to the application). What passes here has exactly one meaning.
"""

import binascii
import json
import math
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from credential.errors import MalformedToken

__all__ = ["LONGEST_STATUS_TOKEN", "LONGEST_TOKEN", "UnverifiedToken", "read", "read_json", "registered_claims"]

LONGEST_TOKEN = 16 * 1024  # characters of a credential
LONGEST_STATUS_TOKEN = 1024 * 1024  # a status list of 131,072 random bits is some 30 KB; larger lists exist
DEEPEST = 32
LARGEST_INTEGER = 2**53  # beyond it, JavaScript and we would read different numbers
HEADER = frozenset({"alg", "kid", "typ"})
TYPES = (None, "JWT", "vc+jwt")  # OB 3.0 §8.2 says JWT, VC-JOSE-COSE §3.1 says vc+jwt


@dataclass(frozen=True, kw_only=True)
class UnverifiedToken:
    """A well-formed token of which nothing is believed yet.

    `text` is the compact JWS (RFC 7515 §7.1), `header` and `claims` are its parsed JSON, `signature` its raw bytes.
    """

    text: str
    header: dict[str, Any]
    claims: dict[str, Any]
    signature: bytes

    @property
    def claimed_algorithm(self) -> str:
        """The algorithm the header names. Never used to choose how to verify: the published key says that."""
        return str(self.header["alg"])

    @property
    def claimed_kid(self) -> str:
        """The key the token says it was signed with, or "" when it names none."""
        return str(self.header.get("kid", ""))

    @property
    def claimed_issuer(self) -> str:
        """The issuer the token says it is from, or "" when it names none."""
        issuer = self.claims.get("issuer", "")
        named = issuer.get("id", "") if isinstance(issuer, dict) else issuer
        return named if isinstance(named, str) else ""


def read(text: str, *, longest: int = LONGEST_TOKEN) -> UnverifiedToken:
    """Take a compact JWS apart. Raises `MalformedToken`, with a sentence that says what is wrong, and nothing else."""
    if len(text) > longest:
        raise MalformedToken(f"The token has {len(text):,} characters; at most {longest:,} are read.")
    segments = text.split(".")
    if len(segments) != 3:
        raise MalformedToken(f"A token has three parts separated by dots; this text has {len(segments)}.")
    header_bytes, payload, signature = (_decode(segment) for segment in segments)
    header = read_json(header_bytes)
    if extra := header.keys() - HEADER:
        raise MalformedToken(f"The header may hold only alg, kid and typ, not {', '.join(sorted(extra))[:100]}.")
    if not all(isinstance(value, str) for value in header.values()) or "alg" not in header:
        raise MalformedToken("The header must name its algorithm, and alg, kid and typ must be texts.")
    if header.get("typ") not in TYPES:
        raise MalformedToken("The header's typ must be JWT, vc+jwt or absent.")
    return UnverifiedToken(text=text, header=header, claims=read_json(payload), signature=signature)


def registered_claims(claims: dict[str, Any]) -> None:
    """Check that `iss`, `jti`, `sub`, `nbf` and `exp` say what the credential's own properties say (OB 3.0 §8.2.2).

    Raises `MalformedToken` where one is missing or differs: two readers could otherwise believe two different things.
    """
    subject = claims.get("credentialSubject")
    issuer = claims.get("issuer")
    if not isinstance(subject, dict) or not isinstance(issuer, dict | str):
        raise MalformedToken("The token has no issuer or no single credentialSubject.")
    expected = {
        "iss": issuer.get("id") if isinstance(issuer, dict) else issuer,
        "jti": claims.get("id"),
        "sub": subject.get("id"),
        "nbf": _seconds(claims.get("validFrom")),
        "exp": _seconds(claims.get("validUntil")),
    }
    for name, value in expected.items():
        if claims.get(name) != value or isinstance(claims.get(name), bool):
            raise MalformedToken(f"The claim {name} does not agree with the credential's own property.")
    if not expected["iss"] or not expected["jti"] or expected["nbf"] is None:
        raise MalformedToken("The token lacks its issuer, its id or its validFrom.")


def read_json(data: bytes) -> dict[str, Any]:
    """One JSON object, read so that no two parsers could disagree about it (RFC 8259 §4 warns of each case)."""
    try:
        text = data.decode("utf-8")  # a BOM survives decoding and is then refused by the parser
        if sum(text.count(bracket) for bracket in "[{") > DEEPEST:
            _depth(text)
        parsed = json.loads(
            text, object_pairs_hook=_object, parse_constant=_refuse_constant, parse_int=_integer, parse_float=_float
        )
        if "\\u" in text:
            json.dumps(parsed, ensure_ascii=False).encode()  # an escaped lone surrogate is no text
    except MalformedToken:
        raise
    except (ValueError, RecursionError) as error:
        raise MalformedToken("The token's JSON cannot be read.") from error
    if not isinstance(parsed, dict):
        raise MalformedToken("The token's JSON is not an object.")
    return parsed


def _decode(segment: str) -> bytes:
    """Base64url without padding, in its one canonical spelling (RFC 7515 §2, RFC 4648 §3.5)."""
    try:
        data = urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except (binascii.Error, ValueError) as error:
        raise MalformedToken("A part of the token is not base64url.") from error
    if urlsafe_b64encode(data).rstrip(b"=") != segment.encode():
        raise MalformedToken("A part of the token is not canonical base64url.")
    return data


def _depth(text: str) -> None:
    """Refuse deep nesting before the recursive parser sees it. Brackets within strings are not counted."""
    depth, quoted, escaped = 0, False, False
    for character in text:
        if quoted:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                quoted = False
        elif character == '"':
            quoted = True
        elif character in "[{":
            depth += 1
            if depth > DEEPEST:
                raise MalformedToken(f"The token's JSON is nested more than {DEEPEST} deep.")
        elif character in "]}":
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise MalformedToken("The token's JSON names a member twice.")
    return made


def _refuse_constant(name: str) -> NoReturn:
    raise MalformedToken(f"The token's JSON holds {name}, which is no JSON.")


def _integer(digits: str) -> int:
    if len(digits) > 17 or abs(number := int(digits)) > LARGEST_INTEGER:
        raise MalformedToken("The token's JSON holds a number beyond 2^53.")
    return number


def _float(digits: str) -> float:
    if not math.isfinite(number := float(digits)):
        raise MalformedToken("The token's JSON holds a number that is not finite.")
    return number


def _seconds(moment: object) -> int | None:
    """The NumericDate (RFC 7519 §2) of an XML Schema dateTime with a time zone; None when there is no moment."""
    if moment is None:
        return None
    try:
        when = datetime.fromisoformat(str(moment))
        if when.tzinfo is None:
            raise ValueError("no time zone")
        return int(when.timestamp())
    except (ValueError, OverflowError) as error:
        raise MalformedToken("A date of the credential is not a date with a time zone.") from error

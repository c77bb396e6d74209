"""The strict reader: stands before any cryptography, for every token that comes from outside.

PyJWT is lenient where a credential must not be: it takes duplicate keys, NaN, padding, embedded keys and any `typ`
(RFC 7515 §5.2 and §10.12 leave these to the application). What passes here has exactly one meaning.
"""

import json
import math
import re
from binascii import b2a_base64
from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate
from types import NoneType
from typing import Any, NoReturn

import msgspec

from credential.errors import MalformedToken, UnsupportedFormat

__all__ = [
    "LONGEST_STATUS_TOKEN",
    "LONGEST_TOKEN",
    "UnverifiedToken",
    "read",
    "read_json",
    "registered_claims",
    "seconds",
]

LONGEST_TOKEN = 16 * 1024  # characters of a credential
LONGEST_STATUS_TOKEN = 1024 * 1024  # a status list of 131,072 random bits is some 30 KB; larger lists exist
DEEPEST = 32
ESCAPED = re.compile(rb"\\.", re.DOTALL)
NO_BRACKETS = bytes(set(range(256)) - set(b'[]{}"'))
INNERMOST = (b"{}", b"[]") * (DEEPEST // 2)
DIGITS = bytes.maketrans(b"123456789", b"000000000")
REGISTERED = ("iss", "jti", "sub", "nbf", "exp")
DATES = ("nbf", "exp")
NUMERIC = frozenset({int, float, NoneType})
TEXT = frozenset({str, NoneType})
LARGEST_INTEGER = 2**53  # beyond it, JavaScript and we would read different numbers
AS_LONG_AS_LARGEST = b"0" * len(str(LARGEST_INTEGER))
HEADER = frozenset({"alg", "kid", "typ", "cty", "jwk"})
TYPES = (None, "JWT", "vc+jwt")  # OB 3.0 §8.2.1 says JWT or none, VC-JOSE-COSE §3.1.1 says vc+jwt
OTHER_FORMATS = {"vc+sd-jwt": "sd_jwt", "dc+sd-jwt": "sd_jwt", "vp+jwt": "presentation"}


class UnverifiedToken(msgspec.Struct, frozen=True, kw_only=True):
    """A well-formed token of which nothing is believed yet.

    `text` is the compact JWS (RFC 7515 §7.1), `header` and `claims` are its parsed JSON, `signature` its raw bytes.
    `legacy`: the claims were put into the words of VCDM 2.0 from those of 1.1 (`credential.legacy`).
    """

    text: str
    header: dict[str, Any]
    claims: dict[str, Any]
    signature: bytes
    legacy: bool = False

    @property
    def claimed_algorithm(self) -> str:
        """The algorithm the header names. Never used to choose how to verify: the published key says that."""
        return str(self.header["alg"])

    @property
    def claimed_kid(self) -> str:
        """The key the token says it was signed with, or "" when it names none."""
        return str(self.header.get("kid", ""))

    @property
    def claimed_key(self) -> dict[str, Any] | None:
        """The key that the header carries with it (`jwk`). Of no use but to find the same key among the issuer's own."""
        key = self.header.get("jwk")
        return key if isinstance(key, dict) else None

    @property
    def signing_input(self) -> bytes:
        """What the signature is over (RFC 7515 §5.1). Its hash names a token: a signature can be written in two ways."""
        return self.text.rpartition(".")[0].encode()

    @property
    def claimed_issuer(self) -> str:
        """The issuer the token says it is from, or "" when it names none."""
        issuer = self.claims.get("issuer", "")
        named = issuer.get("id", "") if isinstance(issuer, dict) else issuer
        return named if isinstance(named, str) else ""


def read(text: str, *, longest: int = LONGEST_TOKEN, types: tuple[str | None, ...] = TYPES) -> UnverifiedToken:
    """Take a compact JWS with one of the `types` apart, `longest` in characters.

    Raises `MalformedToken`, with a sentence that says what is wrong, or `UnsupportedFormat` where the header or the claims
    say that it is something else than a credential as we read them; and nothing else.
    """
    if len(text) > longest:
        raise MalformedToken(f"The token has {len(text):,} characters; at most {longest:,} are read.", "token_too_long")
    header_segment, _, rest = text.partition(".")
    payload_segment, second_dot, signature_segment = rest.partition(".")
    if not second_dot or "." in signature_segment:
        raise MalformedToken(
            "A token has three parts separated by dots, and this text has not.", "token_not_three_parts"
        )
    segments = (header_segment, payload_segment, signature_segment)
    header_bytes, payload, signature = map(_decode, segments)
    header = read_json(header_bytes)
    _check_header(header, types)
    claims = read_json(payload)
    if "vp" in claims or "VerifiablePresentation" in _texts(claims.get("type")):
        raise UnsupportedFormat("This is a verifiable presentation.", "presentation")
    return UnverifiedToken(text=text, header=header, claims=claims, signature=signature)


def _check_header(header: dict[str, Any], types: tuple[str | None, ...]) -> None:
    typ = header.get("typ")
    if isinstance(typ, str) and typ in OTHER_FORMATS:
        raise UnsupportedFormat(f"This is a token of type {typ}.", OTHER_FORMATS[typ])
    if extra := header.keys() - HEADER:
        said = ", ".join(sorted(extra))[:100]
        raise MalformedToken(f"The header may hold only alg, kid, typ, cty and jwk, not {said}.", "header_not_allowed")
    texts = all(isinstance(value, str) for name, value in header.items() if name != "jwk")
    if not texts or "alg" not in header or not isinstance(header.get("jwk", {}), dict):
        raise MalformedToken("The header must name its algorithm, and its members must be texts.", "header_incomplete")
    if typ not in types or header.get("cty", "vc") != "vc":
        raise MalformedToken("The header's typ must be JWT, vc+jwt or absent.", "header_typ")


def registered_claims(claims: dict[str, Any], *, optional: bool = False) -> None:
    """Check that `iss`, `jti`, `sub`, `nbf` and `exp` say what the credential's own properties say (OB 3.0 §8.2.2).

    With `optional`, one of the two may be missing (VC-JOSE-COSE §3.1.3), and a credential need not have an id or dates.
    Raises `MalformedToken` where they differ: two readers could otherwise believe two different things.
    """
    subject = claims.get("credentialSubject")
    issuer = claims.get("issuer")
    one_subject = isinstance(subject, dict) or (optional and isinstance(subject, list))
    if not one_subject or not isinstance(issuer, dict | str):
        raise MalformedToken("The token has no issuer or no single credentialSubject.", "claims_missing")
    expected = (
        issuer.get("id") if isinstance(issuer, dict) else issuer,
        claims.get("id"),
        subject.get("id") if isinstance(subject, dict) else None,
        seconds(claims.get("validFrom")),
        seconds(claims.get("validUntil")),
    )
    said = tuple(map(claims.get, REGISTERED))
    if said != expected or not {*map(type, said[:3])} <= TEXT or not {*map(type, said[3:])} <= NUMERIC:
        _compared(said, expected, optional=optional)
    iss, jti, _, nbf, _ = expected
    if not iss or not (optional or (jti and nbf is not None)):
        raise MalformedToken("The token lacks its issuer, its id or its validFrom.", "claims_missing")


def _compared(said: Sequence[object], expected: Sequence[object], *, optional: bool) -> None:
    """Find the registered claim that is not as `expected`, unless it is one that may be missing."""
    for name, claim, value in zip(REGISTERED, said, expected, strict=True):
        of_its_kind = type(claim) in (NUMERIC if name in DATES else TEXT)
        if optional and of_its_kind and (claim is None or value is None):
            continue
        if claim != value or not of_its_kind:
            message = f"The claim {name} does not agree with the credential's own property."
            raise MalformedToken(message, "claims_disagree")


def read_json(data: bytes) -> dict[str, Any]:
    """One JSON object, read so that no two parsers could disagree about it (RFC 8259 §4 warns of each case)."""
    try:
        text = data.decode("utf-8")  # a BOM survives decoding and is then refused by the parser
        _depth(data)
        if (plain := _plain(data)) is not None:
            return plain
        parsed = _STRICT.decode(text)
        if "\\u" in text:
            json.dumps(parsed, ensure_ascii=False).encode()  # an escaped lone surrogate is no text
    except MalformedToken:
        raise
    except (ValueError, RecursionError) as error:
        raise MalformedToken("The token's JSON cannot be read.", "token_not_json") from error
    if not isinstance(parsed, dict):
        raise MalformedToken("The token's JSON is not an object.", "token_not_json")
    return parsed


def _decode(segment: str) -> bytes:
    """Base64url without padding, in its one canonical spelling (RFC 7515 §2, RFC 4648 §3.5)."""
    try:
        if "+" in segment or "/" in segment:  # base64's own alphabet
            raise ValueError("no base64url")
        standard = segment.replace("-", "+").replace("_", "/").encode()
        data = _BASE64.decode(b'"%b%b"' % (standard, b"=" * (-len(standard) % 4)))
    except ValueError as error:
        raise MalformedToken("A part of the token is not base64url.", "token_not_base64url") from error
    if b2a_base64(data, newline=False).rstrip(b"=") != standard:
        raise MalformedToken("A part of the token is not canonical base64url.", "token_not_base64url")
    return data


def _plain(data: bytes) -> dict[str, Any] | None:
    """The object that is written again as the very same bytes, as those of our own issuer are; None for all other JSON.

    What comes out as it went in names no member twice and has no second spelling: there is nothing to disagree about but
    a number beyond 2^53, and none that is shorter is.
    """
    if AS_LONG_AS_LARGEST in data.translate(DIGITS):
        return None
    try:
        parsed = msgspec.json.decode(data)
    except msgspec.DecodeError:
        return None
    return parsed if isinstance(parsed, dict) and msgspec.json.encode(parsed) == data else None


def _depth(data: bytes) -> None:
    """Refuse deep nesting before the recursive parser sees it. Brackets within strings are not counted."""
    marks = (ESCAPED.sub(b"", data) if b"\\" in data else data).translate(None, NO_BRACKETS)
    marks = marks.replace(b'""', b"")  # strings without brackets, or what parts two strings: neither is outside of them
    outside = b"".join(marks.split(b'"')[::2])  # every other part; a string that does not end goes on to the end
    inner = outside
    for pair in INNERMOST:  # each time one level at most is gone
        inner = inner.replace(pair, b"")
        if not inner:
            return
    depths = accumulate(1 if bracket in b"[{" else -1 for bracket in outside)
    if any(depth > DEEPEST for depth in depths):  # one by one: what is too deep is seen at once
        raise MalformedToken(f"The token's JSON is nested more than {DEEPEST} deep.", "token_too_deep")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise MalformedToken("The token's JSON names a member twice.", "token_duplicate_member")
    return made


def _texts(value: object) -> list[str]:
    """A text or an array of texts, as a `type` may be written; what is neither is left out."""
    return [text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str)]


def _refuse_constant(name: str) -> NoReturn:
    raise MalformedToken(f"The token's JSON holds {name}, which is no JSON.", "token_not_json")


def _integer(digits: str) -> int:
    if len(digits) > 17 or abs(number := int(digits)) > LARGEST_INTEGER:
        raise MalformedToken("The token's JSON holds a number beyond 2^53.", "token_number_out_of_range")
    return number


def _float(digits: str) -> float:
    if not math.isfinite(number := float(digits)):
        raise MalformedToken("The token's JSON holds a number that is not finite.", "token_number_out_of_range")
    return number


_BASE64 = msgspec.json.Decoder(bytes)  # what JSON holds in base64: in half the time of `binascii`
# Made once: json.loads makes one at each call.
_STRICT = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_refuse_constant, parse_int=_integer, parse_float=_float
)


def seconds(moment: object) -> int | None:
    """The NumericDate (RFC 7519 §2) of an XML Schema dateTime with a time zone; None when there is no moment."""
    if moment is None:
        return None
    try:
        when = datetime.fromisoformat(str(moment))
        if when.tzinfo is None:
            raise ValueError("no time zone")
        return int(when.timestamp())
    except (ValueError, OverflowError) as error:
        raise MalformedToken("A date of the credential is not a date with a time zone.", "claims_date") from error

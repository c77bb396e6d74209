"""Tokens with more than one meaning, or none. They are signed by the right key: only strict reading finds the fault."""

from collections.abc import Iterator
from typing import Any

from tests.vectors import workshop as w
from tests.vectors.vector import Vector, vector


def malformed() -> Iterator[Vector]:
    claims = w.claims()
    text = w.to_json(claims)
    good = w.token(claims)
    head, payload, signature = good.split(".")
    padded = w.b64(w.to_json(w.header())) + "="
    parts = {
        "four-parts": ("A compact JWS has three parts (RFC 7515 §7.1).", f"{good}."),
        "signature-empty": ("The signature is there and is empty.", f"{head}.{payload}."),
        "padding": ("base64url without padding (RFC 7515 §2).", f"{padded}.{payload}.{signature}"),
        "base64-alphabet": ("+ and / are of another alphabet.", f"{head}.{payload}.{signature[:-2]}+/"),
        "spare-bits": ("One spelling alone is canonical (RFC 4648 §3.5).", good[:-1] + w.next_letter(good[-1])),
        "letter-beyond-ascii": ("Not in the alphabet.", good[:-1] + "é"),
        "too-long": ("At most 16 KiB are read.", w.token({**claims, "x": "A" * 16_000})),
    }
    for name, (why, token) in parts.items():
        reason = "bad_signature" if name == "signature-empty" else "malformed_token"
        yield vector(name, why, token, f"invalid: {reason}")
    payloads = {
        "member-twice": ("Two parsers read two names (RFC 8259 §4).", text[:-1] + b',"name":"x"}'),
        "member-twice-deep-inside": (
            "Duplicates are refused at any depth.",
            text.replace(b'"version":"1"', b'"version":"1","version":"2"'),
        ),
        "member-twice-by-escape": ("\\u006e is n: the names are equal.", text[:-1] + b',"\\u006eame":"x"}'),
        "nan": ("NaN is no JSON (RFC 8259 §6).", text[:-1] + b',"x":NaN}'),
        "infinity": ("-Infinity is no JSON.", text[:-1] + b',"x":-Infinity}'),
        "number-that-overflows": ("1e999 is infinite to most readers.", text[:-1] + b',"x":1e999}'),
        "integer-beyond-2-53": (
            "JavaScript reads another number (RFC 8259 §6).",
            text[:-1] + b',"x":9007199254740993}',
        ),
        "integer-of-5000-digits": ("Converting it costs.", text[:-1] + b',"x":' + b"9" * 5000 + b"}"),
        "nested-33-deep": ("At most 32.", text[:-1] + b',"x":' + b"[" * 32 + b"]" * 32 + b"}"),
        "nested-3000-deep": ("Recursive parsers fall.", text[:-1] + b',"x":' + b"[" * 3000 + b"]" * 3000 + b"}"),
        "byte-order-mark": ("No BOM (RFC 8259 §8.1).", b"\xef\xbb\xbf" + text),
        "utf-16": ("UTF-8 alone (RFC 8259 §8.1).", text.decode().encode("utf-16-le")),
        "broken-utf-8": ("A byte that is no UTF-8.", text[:-1] + b',"x":"\xff"}'),
        "overlong-utf-8": ("/ in two bytes.", text[:-1] + b',"x":"\xc0\xaf"}'),
        "lone-surrogate": ("\\ud800 is no character (RFC 8259 §8.2).", text[:-1] + b',"x":"\\ud800"}'),
        "array": ("The payload is an object.", b"[" + text + b"]"),
        "comma-too-many": ("No JSON.", text[:-1] + b",}"),
        "comment": ("No JSON.", text[:-1] + b"/**/}"),
        "two-documents": ("One document.", text + b"{}"),
        "empty": ("No document.", b""),
    }
    for name, (why, data) in payloads.items():
        yield vector(f"payload-{name}", why, w.token(data), "invalid: malformed_token")


def headers() -> Iterator[Vector]:
    claims = w.claims()
    mine = {**w.published_key(w.STRANGERS), "kid": "k"}
    text = w.to_json(w.header())
    heads: dict[str, tuple[str, Any]] = {
        "embedded-jwk": ("A token must not bring its own key (RFC 7515 §10.12).", w.header(jwk=mine)),
        "jku": ("… nor say where to fetch it.", w.header(jku="https://evil.example/jwks.json")),
        "x5u": ("… nor as a certificate.", w.header(x5u="https://evil.example/x")),
        "x5c": ("… nor as one inside.", w.header(x5c=["AAAA"])),
        "crit": ("An extension that must be understood and is not (RFC 7515 §4.1.11).", w.header(crit=["exp"])),
        "b64-false": ("RFC 7797 changes what is signed.", w.header(b64=False)),
        "zip": ("Compression is for JWE.", w.header(zip="DEF")),
        "alg-absent": ("alg is required (RFC 7515 §4.1.1).", w.header(alg=None)),
        "alg-a-list": ("alg is a text.", w.header(alg=["ES256"])),
        "kid-a-number": ("kid is a text.", w.header(kid=7)),
        "typ-of-an-access-token": ("Another kind of token (RFC 8725 §3.11).", w.header(typ="at+jwt")),
        "typ-in-small-letters": ("One spelling.", w.header(typ="jwt")),
        "member-twice": ("alg twice: which one?", text[:-1] + b',"alg":"none"}'),
        "array": ("The header is an object.", b"[" + text + b"]"),
    }
    for name, (why, head) in heads.items():
        yield vector(name, why, w.token(claims, head), "invalid: malformed_token")


def registered() -> Iterator[Vector]:
    claims = w.claims()
    changed: dict[str, dict[str, Any]] = {
        "iss-of-another": {"iss": w.OTHER},
        "jti-of-another": {"jti": f"{w.HOST}/credentials/WG-0000000000000000"},
        "sub-of-another": {"sub": "urn:uuid:00000000-0000-4000-8000-000000000000"},
        "nbf-a-second-later": {"nbf": 1795197601},
        "nbf-a-text": {"nbf": "1795197600"},
        "nbf-true": {"nbf": True},
        "exp-without-valid-until": {"exp": 1889892000},
        "valid-until-without-exp": {"validUntil": "2029-11-20T18:00:00Z"},
        "exp-later-than-valid-until": {"validUntil": "2026-11-21T00:00:00Z", "exp": 1889892000},
        "iss-absent": {"iss": None},
        "jti-absent": {"jti": None},
        "nbf-absent": {"nbf": None},
        "valid-from-absent": {"validFrom": None},
        "valid-from-without-zone": {"validFrom": "2026-11-20T18:00:00"},
        "valid-from-no-date": {"validFrom": "2026-13-41T18:00:00Z"},
        "issuer-absent": {"issuer": None},
        "id-absent": {"id": None},
        "two-subjects": {"credentialSubject": [claims["credentialSubject"]] * 2},
    }
    why = (
        "OB 3.0 §8.2.2: the registered claims are the credential's own properties; else two readers believe two things."
    )
    for name, change in changed.items():
        remade = {key: value for key, value in {**claims, **change}.items() if value is not None}
        yield vector(name, why, w.token(remade), "invalid: malformed_token")

"""Tokens that are in order, though some look odd, and tokens out of their time."""

from collections.abc import Iterator

from tests.vectors import workshop as w
from tests.vectors.complete import VERSION_URL, complete, version
from tests.vectors.vector import Vector, vector


def genuine() -> Iterator[Vector]:
    claims, ok = w.claims(), "valid: ok"
    until = {"validUntil": "2029-11-20T18:00:00Z", "exp": 1889892000}
    yield vector("as-issued", "The plain case: OB 3.0 §8.2 over VCDM 2.0, ES256.", w.token(claims), ok)
    name, full = vector(
        "complete", "Everything that our issuer signs; shown in docs/format.md.", w.token(complete()), ok
    )
    full["published"][VERSION_URL] = version().decode()
    yield name, full
    yield vector("with-an-end", "validUntil and exp are the same moment.", w.token({**claims, **until}), ok)
    yield vector("typ-absent", "typ is optional (RFC 7515 §4.1.9).", w.token(claims, w.header(typ=None)), ok)
    yield vector("typ-vc-jwt", "VC-JOSE-COSE §3.1.1 says vc+jwt.", w.token(claims, w.header(typ="vc+jwt")), ok)
    yield vector(
        "other-members",
        "A credential may have members that the reader does not know (VCDM 2.0 §5.2).",
        w.token({**claims, "x": {"y": [1, 2.5, None, True]}, "evidence": []}),
        ok,
    )
    yield vector(
        "another-context",
        "Unknown entries of @context are the business of JSON-LD, not of the signature.",
        w.token({**claims, "@context": [*claims["@context"], "https://x.example/c.json"]}),
        ok,
    )
    yield vector(
        "issuer-as-text",
        "issuer may be a URL alone (VCDM 2.0 §4.7).",
        w.token({**claims, "issuer": w.ISSUER}),
        ok,
    )
    yield vector(
        "time-zone-of-the-dates",
        "02:00+08:00 is 18:00Z of the day before: moments are compared, not texts.",
        w.token({**claims, "validFrom": "2026-11-21T02:00:00+08:00"}),
        ok,
    )
    yield vector(
        "white-space-in-json",
        "The payload is signed as it is; white space between its members is allowed (RFC 8259 §2).",
        w.token(w.to_json(claims).replace(b'","', b'",\n "')),
        ok,
    )
    deep, large = b"[" * 31 + b"]" * 31, b"9007199254740992"
    at_the_limits = w.to_json(claims)[:-1] + b',"x":' + deep + b',"y":' + large + b"}"
    yield vector("at-the-limits", "Nested 32 deep, and the integer 2^53: just allowed.", w.token(at_the_limits), ok)
    yield vector(
        "twin-signature",
        "ECDSA takes s and n − s: the same credential, so a token is not an identity. The identity is jti.",
        w.twin(w.token(claims)),
        ok,
    )
    yield vector(
        "rotated-key",
        "A key that is not pinned but in the issuer's published key set.",
        w.token(claims, w.header(kid=w.kid(w.ROTATED)), w.ROTATED),
        ok,
    )
    yield vector(
        "clock-behind-by-four-minutes",
        "Clocks may differ by five minutes.",
        w.token({**claims, "validFrom": "2026-11-21T18:04:00Z", "nbf": 1795284240}),
        ok,
    )


def dates() -> Iterator[Vector]:
    claims = w.claims()
    ended = {"validUntil": "2026-11-21T18:00:00Z", "exp": 1795284000}
    expired = w.token({**claims, **ended})
    yield vector(
        "expired", "validUntil is the first moment at which it is no more in force.", expired, "invalid: expired"
    )
    yield vector(
        "one-second-before-the-end", "… and this is the last one.", expired, "valid: ok", at="2026-11-21T17:59:59Z"
    )
    early = w.token({**claims, "validFrom": "2026-11-21T18:05:01Z", "nbf": 1795284301})
    yield vector(
        "not-yet-valid", "Beyond the five minutes by which clocks may differ.", early, "invalid: not_yet_valid"
    )
    revoked = w.token({**claims, **ended, "credentialStatus": w.entry(7)})
    yield vector("expired-and-revoked", "The graver reason is named.", revoked, "invalid: revoked")

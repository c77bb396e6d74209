"""Tokens that the issuer they name did not sign."""

from collections.abc import Iterator
from typing import Any

from tests.vectors import workshop as w
from tests.vectors.vector import Vector, vector


def signatures() -> Iterator[Vector]:
    claims = w.claims()
    good = w.token(claims)
    head, payload, signature = good.split(".")
    richer = w.b64(w.to_json({**claims, "name": "博士学位"}))
    unknown, bad, other = "invalid: unknown_key", "invalid: bad_signature", "invalid: unsupported_algorithm"
    yield vector("payload-edited", "The signature is of another payload.", f"{head}.{richer}.{signature}", bad)
    yield vector(
        "signature-edited",
        "One bit of s.",
        f"{head}.{payload}.{signature[:60]}{w.next_letter(signature[60])}{signature[61:]}",
        bad,
    )
    yield vector("signature-zero", "r = s = 0 (CVE-2022-21449).", f"{head}.{payload}.{w.b64(bytes(64))}", bad)
    yield vector("signature-der", "JOSE writes r ‖ s, 64 bytes, not DER (RFC 7518 §3.4).", der_signed(claims), bad)
    yield vector("signature-too-long", "64 bytes exactly.", f"{head}.{payload}.{signature[:-2]}AAAA", bad)
    yield vector(
        "another-key-same-kid", "Signed by a stranger under the issuer's kid.", w.token(claims, key=w.STRANGERS), bad
    )
    yield vector(
        "alg-none", "Not signed (RFC 8725 §3.2).", f"{w.b64(w.to_json(w.header(alg='none')))}.{payload}.", other
    )
    yield vector(
        "alg-none-in-capitals",
        "The same, spelt to slip by.",
        f"{w.b64(w.to_json(w.header(alg='nOnE')))}.{payload}.",
        other,
    )
    yield vector(
        "alg-hs256-with-the-public-key",
        "The public key used as a shared secret (RFC 8725 §2.1): the algorithm comes from the published key.",
        w.hmac_with_public_key(claims),
        other,
    )
    for algorithm in ("ES384", "RS256", "EdDSA", "ES256K", "es256"):
        why = f"The header says {algorithm}, the published key is for ES256."
        yield vector(f"alg-{algorithm}-small" if algorithm.islower() else f"alg-{algorithm}", why,
                     w.token(claims, w.header(alg=algorithm)), other)  # fmt: skip
    yield vector(
        "kid-unknown",
        "No key of this id is pinned or published.",
        w.token(claims, w.header(kid=f"{w.ISSUER}/keys/none"), w.STRANGERS),
        unknown,
    )
    yield vector(
        "kid-of-another-host",
        "kid is only looked up among the issuer's keys, never fetched from where it points.",
        w.token(claims, w.header(kid="https://evil.example/keys/1"), w.STRANGERS),
        unknown,
    )
    yield vector(
        "kid-of-another-known-issuer",
        "Another known issuer cannot sign for this one.",
        w.token(claims, w.header(kid=w.kid(w.OTHERS, w.OTHER)), w.OTHERS),
        unknown,
    )
    yield vector("kid-absent", "No key is named.", w.token(claims, w.header(kid=None)), "invalid: malformed_token")
    yield vector(
        "unknown-issuer",
        "Perfect, but signed by nobody the directory knows: that is not proof of a forgery, and never green.",
        w.token({**claims, "issuer": {"id": "https://evil.example/orgs/x"}, "iss": "https://evil.example/orgs/x"},
                key=w.STRANGERS),
        "unchecked: unknown_issuer",
    )  # fmt: skip
    yield vector(
        "issuer-by-prefix",
        "An id is compared as a whole.",
        w.token({**claims, "issuer": {"id": f"{w.ISSUER}/"}, "iss": f"{w.ISSUER}/"}),
        "unchecked: unknown_issuer",
    )


def der_signed(claims: dict[str, Any]) -> str:
    """The token with the signature as OpenSSL writes it."""
    head, payload, signature = w.token(claims).split(".")
    raw = w.unb64(signature)
    numbers = b"".join(b"\x02" + bytes([len(n)]) + n for n in (positive(raw[:32]), positive(raw[32:])))
    return f"{head}.{payload}.{w.b64(b'0' + bytes([len(numbers)]) + numbers)}"


def positive(number: bytes) -> bytes:
    """A number as DER writes it."""
    short = number.lstrip(b"\x00")
    return b"\x00" + short if short[0] & 0x80 else short

"""Confirming what a compromised key signed: the published list, and the hash by which it names a credential.

Whoever stole a key can sign anything at any date, so a signature of that key alone proves nothing. The issuer can still
say, under a key that is sound, which credentials it did issue. The list names each by a hash, and a verifier asks by the
hash's first two digits only, so that the issuer does not learn which of its credentials is being looked at.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

import msgspec

__all__ = ["PREFIX", "TYP", "confirmed_document", "signing_input_sha256"]

TYP = "confirmed+jwt"
PREFIX = re.compile(r"[0-9a-f]{2}")


def signing_input_sha256(token: str) -> str:
    """The SHA-256 of a token's JWS signing input, `header.payload` (RFC 7515 §5.1), in hex.

    Never of the whole token: an ECDSA signature can be changed by anyone into another one that is just as good.
    """
    return sha256(token.rpartition(".")[0].encode("ascii")).hexdigest()


def confirmed_document(issuer_url: str, kid: str, prefix: str, hashes: Iterable[str], now: datetime) -> bytes:
    """The unsigned list for the compromised key `kid`: the hashes that begin with `prefix`, as known at `now`.

    A verifier reads at most 1 MiB, which is some 11,700 hashes of one prefix, or 2.9 million credentials of one key.
    """
    return msgspec.json.encode(
        {"iss": issuer_url, "kid": kid, "prefix": prefix, "sha256": sorted(hashes), "iat": int(now.timestamp())}
    )

"""Public keys as JWK (RFC 7517) and as published sets, with the state of each key beside it."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm
from jwt.exceptions import PyJWTError

from credential.errors import MalformedKey

__all__ = ["PublicKey", "key_set", "public_jwk", "read_key", "read_key_set", "thumbprint"]

COORDINATES = {"crv", "kty", "x", "y"}
MOST_KEYS = 1000


@dataclass(frozen=True, kw_only=True)
class PublicKey:
    """A key that may verify credentials: its id, the one algorithm it is for, and the key itself."""

    kid: str
    alg: str
    key: ec.EllipticCurvePublicKey


def public_jwk(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    """The bare JWK of an EC public key: `kty`, `crv`, `x`, `y` (RFC 7518 §6.2.1)."""
    full = ECAlgorithm.to_jwk(key, as_dict=True)
    return {name: str(full[name]) for name in sorted(COORDINATES)}


def thumbprint(jwk: Mapping[str, str]) -> str:
    """The SHA-256 thumbprint of a JWK in base64url (RFC 7638 §3)."""
    required = msgspec.json.encode({name: jwk[name] for name in sorted(COORDINATES)})
    return urlsafe_b64encode(sha256(required).digest()).rstrip(b"=").decode()


def key_set(jwks: list[dict[str, str]], states: Mapping[str, Mapping[str, str]]) -> bytes:
    """A published JWK set. `states` maps each `kid` to its state and since when; readers of plain sets ignore it."""
    return msgspec.json.encode({"keys": jwks, "states": states})


def read_key(jwk: object) -> PublicKey:
    """The key of a published JWK. Raises `MalformedKey` for all but an EC P-256 public key for ES256 with a `kid`."""
    if not isinstance(jwk, dict) or not isinstance(jwk.get("kid"), str):
        raise MalformedKey("A published key must be a JWK with a kid.")
    if jwk.get("kty") != "EC" or jwk.get("crv") != "P-256" or jwk.get("alg", "ES256") != "ES256" or "d" in jwk:
        raise MalformedKey(f"The key {jwk['kid'][:200]} is not a public P-256 key for ES256.")
    try:
        key = ECAlgorithm.from_jwk({name: jwk[name] for name in COORDINATES})
    except (PyJWTError, KeyError, ValueError, TypeError) as error:
        raise MalformedKey(f"The key {jwk['kid'][:200]} cannot be read.") from error
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise MalformedKey(f"The key {jwk['kid'][:200]} is not a public key.")
    return PublicKey(kid=jwk["kid"], alg="ES256", key=key)


def read_key_set(document: object) -> dict[str, PublicKey]:
    """The usable keys of a JWK set by `kid`. Keys of other kinds are passed over, as RFC 7517 §5 asks.

    Raises `MalformedKey` when the document is no JWK set at all.
    """
    keys: Any = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list) or len(keys) > MOST_KEYS:
        raise MalformedKey('A JWK set is {"keys": […]} with at most 1,000 keys.')
    found: dict[str, PublicKey] = {}
    for jwk in keys:
        try:
            key = read_key(jwk)
        except MalformedKey:
            continue
        found[key.kid] = key
    return found

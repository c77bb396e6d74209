"""Public keys as JWK (RFC 7517) and as published sets, with the state of each key beside it."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from jwt.exceptions import PyJWTError

from credential.errors import MalformedKey

__all__ = ["PublicKey", "key_set", "public_jwk", "read_key", "read_key_set", "thumbprint"]

COORDINATES = {"crv", "kty", "x", "y"}
REQUIRED = {"EC": COORDINATES, "RSA": {"e", "kty", "n"}}  # the members that make up a public key (RFC 7638 §3.2)
MOST_KEYS = 1000
SMALLEST_RSA, LARGEST_RSA = 2048, 8192  # bits


@dataclass(frozen=True, kw_only=True)
class PublicKey:
    """A key that may verify credentials: its id, the one algorithm it is for, and the key itself."""

    kid: str
    alg: str
    key: Any  # an EC or RSA public key; msgspec, by which Litestar reads annotations, takes no union of the two


def public_jwk(key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey) -> dict[str, str]:
    """The bare JWK of a public key: `kty`, `crv`, `x`, `y` (RFC 7518 §6.2.1) or `kty`, `n`, `e` (§6.3.1)."""
    if isinstance(key, rsa.RSAPublicKey):
        full = RSAAlgorithm.to_jwk(key, as_dict=True)
    else:
        full = ECAlgorithm.to_jwk(key, as_dict=True)
    return {name: str(full[name]) for name in sorted(REQUIRED[full["kty"]])}


def thumbprint(jwk: Mapping[str, str]) -> str:
    """The SHA-256 thumbprint of an EC or RSA JWK in base64url (RFC 7638 §3)."""
    required = msgspec.json.encode({name: jwk[name] for name in sorted(REQUIRED[jwk["kty"]])})
    return urlsafe_b64encode(sha256(required).digest()).rstrip(b"=").decode()


def key_set(jwks: list[dict[str, str]], states: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """A published JWK set. `states` maps each `kid` to its state and since when; readers of plain sets ignore it."""
    return {"keys": jwks, "states": dict(states)}


def read_key(jwk: object) -> PublicKey:
    """The key of a published JWK. Raises `MalformedKey` for all but a P-256 or an RSA (RS256) public key with a `kid`."""
    if not isinstance(jwk, dict) or not isinstance(jwk.get("kid"), str):
        raise MalformedKey("A published key must be a JWK with a kid.")
    if jwk.get("kty") == "RSA" and jwk.get("alg") == "RS256" and "d" not in jwk:
        return _rsa_key(jwk)
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


def _rsa_key(jwk: dict[str, Any]) -> PublicKey:
    try:
        key = RSAAlgorithm.from_jwk({name: jwk[name] for name in REQUIRED["RSA"]})
    except (PyJWTError, KeyError, ValueError, TypeError) as error:
        raise MalformedKey(f"The key {jwk['kid'][:200]} cannot be read.") from error
    if not isinstance(key, rsa.RSAPublicKey) or not SMALLEST_RSA <= key.key_size <= LARGEST_RSA:
        raise MalformedKey(f"The key {jwk['kid'][:200]} is not an RSA key of 2048 to 8192 bits.")
    return PublicKey(kid=jwk["kid"], alg="RS256", key=key)

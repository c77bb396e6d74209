"""Public keys as JWK (RFC 7517) and as published sets, with the state of each key beside it."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from jwt.exceptions import PyJWTError

from credential.errors import MalformedKey

__all__ = [
    "STATES",
    "PublicKey",
    "key_set",
    "public_jwk",
    "read_key",
    "read_key_set",
    "read_states",
    "thumbprint",
    "written",
]

COORDINATES = {"crv", "kty", "x", "y"}
REQUIRED = {"EC": COORDINATES, "RSA": {"e", "kty", "n"}}  # the members that make up a public key (RFC 7638 §3.2)
MOST_KEYS = 1000
STATES = ("next", "active", "retired", "compromised")
PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}  # RFC 7518 §6.2.2, §6.3.2, §6.4.1
RSA_BITS = range(2048, 8192 + 1)  # RFC 7518 §3.3 asks for at least 2,048; larger ones would only cost time
# Keys of a faulty generator (ROCA, CVE-2017-15361) are powers of 65537 modulo each of these; others hardly ever are.
ROCA = {
    prime: {pow(65537, power, prime) for power in range(prime)}
    for prime in (11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157)
}
# What we verify with: the kind of a key says its one algorithm (RFC 7518 §3.1, RFC 8037 §3.1).
READERS: Mapping[tuple[object, object], tuple[str, Any]] = {
    ("EC", "P-256"): ("ES256", ECAlgorithm),
    ("EC", "P-384"): ("ES384", ECAlgorithm),
    ("RSA", None): ("RS256", RSAAlgorithm),
    ("OKP", "Ed25519"): ("EdDSA", OKPAlgorithm),
}


@dataclass(frozen=True, kw_only=True)
class PublicKey:
    """A key that may verify credentials: its id, the one algorithm it is for, and the key itself."""

    kid: str
    alg: str
    key: Any  # an EC, RSA or Ed25519 public key of `cryptography`: msgspec takes no union of such classes


def public_jwk(key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey) -> dict[str, str]:
    """The bare JWK of a public key: `kty`, `crv`, `x`, `y` (RFC 7518 §6.2.1) or `kty`, `n`, `e` (§6.3.1)."""
    if isinstance(key, rsa.RSAPublicKey):
        full = RSAAlgorithm.to_jwk(key, as_dict=True)
    else:
        full = ECAlgorithm.to_jwk(key, as_dict=True)
    return {name: str(full[name]) for name in sorted(REQUIRED[full["kty"]])}


def written(key: PublicKey) -> dict[str, str]:
    """The JWK of a key that was read, with its `kid` and `alg` and without anything else that stood in it."""
    full = next(reader for alg, reader in READERS.values() if alg == key.alg).to_jwk(key.key, as_dict=True)
    members = {name: str(full[name]) for name in ("kty", "crv", "x", "y", "n", "e") if name in full}
    return members | {"kid": key.kid, "alg": key.alg}


def thumbprint(jwk: Mapping[str, str]) -> str:
    """The SHA-256 thumbprint of an EC or RSA JWK in base64url (RFC 7638 §3)."""
    required = msgspec.json.encode({name: jwk[name] for name in sorted(REQUIRED[jwk["kty"]])})
    return urlsafe_b64encode(sha256(required).digest()).rstrip(b"=").decode()


def key_set(jwks: list[dict[str, str]], states: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """A published JWK set. `states` maps each `kid` to its state and since when; readers of plain sets ignore it."""
    return {"keys": jwks, "states": dict(states)}


def read_key(jwk: object) -> PublicKey:
    """The key of a published JWK with a `kid`: EC P-256 or P-384, RSA of 2,048 to 8,192 bits, or Ed25519.

    Its algorithm is ES256, ES384, RS256 or EdDSA, by the kind of the key. Raises `MalformedKey` for all others, for private
    keys, and for keys that are for another algorithm or use.
    """
    if not isinstance(jwk, dict) or not isinstance(jwk.get("kid"), str):
        raise MalformedKey("A published key must be a JWK with a kid.")
    named = jwk["kid"][:200]
    try:
        alg, reader = READERS[jwk.get("kty"), jwk.get("crv")]
    except (KeyError, TypeError) as error:
        raise MalformedKey(f"The key {named} is not of a kind that we verify with.") from error
    operations = jwk.get("key_ops", ["verify"])
    for_verifying = jwk.get("use", "sig") == "sig" and isinstance(operations, list) and "verify" in operations
    if jwk.get("alg", alg) != alg or not for_verifying or jwk.keys() & PRIVATE:
        raise MalformedKey(f"The key {named} is not a public key for {alg}.")
    try:
        key = reader.from_jwk(jwk)
    except (PyJWTError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise MalformedKey(f"The key {named} cannot be read.") from error
    if isinstance(key, rsa.RSAPublicKey) and key.key_size not in RSA_BITS:
        raise MalformedKey(f"The key {named} has {key.key_size:,} bits; 2,048 to 8,192 are taken.")
    if isinstance(key, rsa.RSAPublicKey) and all(key.public_numbers().n % prime in ROCA[prime] for prime in ROCA):
        raise MalformedKey(f"The key {named} can be factored (CVE-2017-15361).")
    return PublicKey(kid=jwk["kid"], alg=alg, key=key)


def read_key_set(document: object) -> dict[str, PublicKey]:
    """The usable keys of a JWK set by `kid`. Keys of other kinds are passed over, as RFC 7517 §5 asks.

    Raises `MalformedKey` when the document is no JWK set at all, or gives one `kid` to two keys.
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
        if key.kid in found:
            raise MalformedKey(f"The JWK set has two keys with the kid {key.kid[:200]}.")
        found[key.kid] = key
    return found


def read_states(document: object) -> dict[str, str]:
    """The state of each key by `kid`, one of `STATES`, as published beside a JWK set; {} where none are published.

    Raises `MalformedKey` when they cannot be read: a key that was compromised must not pass for a sound one.
    """
    states: Any = document.get("states", {}) if isinstance(document, dict) else None
    if not isinstance(states, dict) or len(states) > MOST_KEYS:
        raise MalformedKey("The states of keys are an object with at most 1,000 members.")
    found: dict[str, Any] = {
        kid: state.get("state") if isinstance(state, dict) else None for kid, state in states.items()
    }
    if any(state not in STATES for state in found.values()):
        raise MalformedKey(f"The state of a key is one of {', '.join(STATES)}.")
    return found

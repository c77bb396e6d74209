"""Decentralised identifiers that are keys: did:key and did:jwk. Nothing is looked up, the key is in the name itself."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from credential.errors import CredentialError, MalformedKey
from credential.jwks import PublicKey, read_key
from credential.reader import read_json

__all__ = ["METHODS", "keys_of"]

METHODS = ("did:key:", "did:jwk:")
LONGEST = 4096  # characters; a did:jwk of a 4,096-bit RSA key has some 950
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
LONGEST_BASE58 = 128  # a P-384 key has 70 characters; decoding takes the square of the length
# Multicodec prefixes of did:key §3.1.2, and how the key behind each is written.
ED25519, P256, P384 = b"\xed\x01", b"\x80\x24", b"\x81\x24"


def keys_of(did: str) -> dict[str, PublicKey]:
    """The one key of a did:key or did:jwk, under every `kid` that a token may name it by, "" among them.

    Raises `MalformedKey` for other methods and for keys that we do not verify with.
    """
    method = did[: len(METHODS[0])]
    if method not in METHODS or len(did) > LONGEST or not did.isascii():
        raise MalformedKey(f"{did[:100]} is not a did:key or did:jwk.")
    specific = did.removeprefix(method)
    fragment = specific if method == "did:key:" else "0"
    kid = f"{did}#{fragment}"
    key = _multikey(specific, kid) if method == "did:key:" else _jwk(specific, kid)
    return dict.fromkeys((kid, did, f"#{fragment}", ""), key)


def _multikey(text: str, kid: str) -> PublicKey:
    """A public key in multibase base58btc with its multicodec in front (did:key §3.1)."""
    data = _base58(text)
    codec, raw = data[:2], data[2:]
    try:
        if codec == ED25519:
            return PublicKey(kid=kid, alg="EdDSA", key=ed25519.Ed25519PublicKey.from_public_bytes(raw))
        if codec == P256 and len(raw) == 33:
            return PublicKey(
                kid=kid, alg="ES256", key=ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
            )
        if codec == P384 and len(raw) == 49:
            return PublicKey(
                kid=kid, alg="ES384", key=ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP384R1(), raw)
            )
    except ValueError as error:
        raise MalformedKey("The did:key holds no point of its curve.") from error
    raise MalformedKey("The did:key is not of Ed25519, P-256 or P-384.")


def _jwk(text: str, kid: str) -> PublicKey:
    """A JWK as base64url of its JSON (did:jwk §4)."""
    try:
        data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        if urlsafe_b64encode(data).rstrip(b"=") != text.encode():
            raise MalformedKey("The did:jwk is not canonical base64url.")
        return read_key({**read_json(data), "kid": kid})
    except (CredentialError, binascii.Error, ValueError) as error:
        raise MalformedKey("The did:jwk holds no key that we verify with.") from error


def _base58(text: str) -> bytes:
    if not text.startswith("z") or not 1 < len(text) <= LONGEST_BASE58:
        raise MalformedKey("The did:key is not in base58btc.")
    number = 0
    for character in text[1:]:
        value = BASE58.find(character)
        if value < 0:
            raise MalformedKey("The did:key is not in base58btc.")
        number = number * 58 + value
    zeros = len(text[1:]) - len(text[1:].lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")

"""The proof: both halves of a signed credential, side by side so that they cannot drift apart.

A token is a compact JWS (RFC 7515) over the document's own bytes, which are never parsed and written again on the way.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from jwt import PyJWS
from jwt.algorithms import ECAlgorithm

from credential.errors import BadSignature, UnsupportedAlgorithm
from credential.jwks import PublicKey
from credential.reader import UnverifiedToken

__all__ = ["Signer", "es256", "rs256", "sign", "verify"]

HALF = 32  # bytes of r and of s for P-256


class Signer(Protocol):
    """Whatever can sign with one private key: a key file today, an HSM or a cloud service tomorrow.

    One over PKCS#11 or a cloud's key service fills in the four members below and no more. It keeps what reaches its key
    (a session, credentials) to itself, raises an error of its own when the key cannot be reached, and gives raw signature
    bytes: most services answer ES256 with DER, which `decode_dss_signature` takes apart. They sign at random, too; then two
    processes at one intent make different tokens, of which the one that is stored first is given out.
    """

    @property
    def kid(self) -> str:
        """The https URL that answers with this key's bare JWK."""

    @property
    def alg(self) -> str:
        """The JOSE algorithm: ES256 or RS256."""

    @property
    def jwk(self) -> dict[str, str]:
        """The public half as a bare JWK, without `kid`: what `credential.jwks.public_jwk` gives."""

    def sign(self, data: bytes) -> bytes:
        """The raw JOSE signature over `data`, which is not hashed yet.

        For ES256 the 64 bytes r ‖ s (RFC 7518 §3.4), for RS256 as many bytes as the modulus has (§3.3).
        """


class _SignerAlgorithm(ECAlgorithm):
    """Lets PyJWS build the token while the signer makes the signature."""

    def prepare_key(self, key: Any) -> Any:
        return key

    def sign(self, msg: bytes, key: Any) -> bytes:
        signature: bytes = key.sign(msg)
        return signature


class _HeaderEncoder(json.JSONEncoder):
    """Writes the header as msgspec does: the same bytes, without setting up the encoder of `json` for each token."""

    def encode(self, o: Any) -> str:
        return msgspec.json.encode(o, order="sorted").decode()


_SIGNING = PyJWS(algorithms=[])
_SIGNING.register_algorithm("ES256", _SignerAlgorithm(ECAlgorithm.SHA256))
_SIGNING.register_algorithm("RS256", _SignerAlgorithm(ECAlgorithm.SHA256))  # the signer makes the signature, not this
_DETERMINISTIC = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)


def _ecdsa(half: int, algorithm: ec.ECDSA) -> Callable[[Any, bytes, bytes], None]:
    """Verify r ‖ s (RFC 7518 §3.4), each of `half` bytes, with an EC key. Raises `InvalidSignature`."""

    def verified(key: Any, signature: bytes, data: bytes) -> None:
        if len(signature) != 2 * half:
            raise InvalidSignature
        r, s = int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
        key.verify(encode_dss_signature(r, s), data, algorithm)

    return verified


# Straight to `cryptography`: the strict reader has taken the token apart, and PyJWT would look at each key's kind again.
_VERIFYING: Mapping[str, Callable[[Any, bytes, bytes], None]] = {
    "ES256": _ecdsa(HALF, ec.ECDSA(hashes.SHA256())),
    "ES384": _ecdsa(48, ec.ECDSA(hashes.SHA384())),
    "RS256": lambda key, signature, data: key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256()),
    "EdDSA": lambda key, signature, data: key.verify(signature, data),
}


def es256(key: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
    """Sign `data`: r ‖ s, deterministic (RFC 6979): the same document always gives the same token, in any process."""
    r, s = decode_dss_signature(key.sign(data, _DETERMINISTIC))
    return r.to_bytes(HALF, "big") + s.to_bytes(HALF, "big")


def rs256(key: rsa.RSAPrivateKey, data: bytes) -> bytes:
    """Sign `data`: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 §3.3), deterministic by itself."""
    return key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def sign(document: bytes, signer: Signer, *, typ: str = "JWT") -> str:
    """The token of `document` (UTF-8 JSON), with the header exactly `alg`, `kid`, `typ` (OB 3.0 §8.2.1)."""
    headers = {"kid": signer.kid, "typ": typ}
    key: Any = signer  # PyJWS hands it on to our algorithm
    return _SIGNING.encode(document, key, algorithm=signer.alg, headers=headers, json_encoder=_HeaderEncoder)


def verify(token: UnverifiedToken, key: PublicKey) -> None:
    """Check that `key` signed this token. The algorithm is the key's, never the header's.

    Raises `UnsupportedAlgorithm` when the header names another one and `BadSignature` when the signature is not right.
    """
    if token.claimed_algorithm != key.alg:
        said = token.claimed_algorithm[:40]
        raise UnsupportedAlgorithm(f"The token says {said!r}; the issuer's key is for {key.alg}.")
    try:
        _VERIFYING[key.alg](key.key, token.signature, token.signing_input)
    except InvalidSignature as error:
        raise BadSignature("The signature does not belong to this content and this key.") from error

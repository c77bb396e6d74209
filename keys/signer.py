"""One private key: making it, its encrypted file, and signing with it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from credential.jwks import public_jwk
from credential.proof import es256, rs256

__all__ = ["Algorithm", "KeySigner", "PrivateKey", "new_private_key", "sealed", "unsealed"]

Algorithm = Literal["ES256", "RS256"]
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
RSA_BITS = 3072  # as strong as P-256 (NIST SP 800-57 part 1, table 2)


@dataclass(frozen=True)
class KeySigner:
    """Signs with one key that is held in memory (a `credential.proof.Signer`)."""

    kid: str
    private: PrivateKey = field(repr=False)

    @cached_property
    def alg(self) -> Algorithm:
        """RS256 for an RSA key, ES256 for one on P-256."""
        return "RS256" if isinstance(self.private, rsa.RSAPrivateKey) else "ES256"

    @cached_property
    def _signature(self) -> Callable[[bytes], bytes]:
        """How this key signs, found out once: asking an abstract class each time is a part of what a signature costs."""
        made: Any = rs256 if self.alg == "RS256" else es256
        return partial(made, self.private)

    @property
    def jwk(self) -> dict[str, str]:
        """The bare JWK of the public half."""
        return public_jwk(self.private.public_key())

    def sign(self, data: bytes) -> bytes:
        """The raw signature over `data`, deterministic for both algorithms."""
        return self._signature(data)


def new_private_key(algorithm: Algorithm) -> PrivateKey:
    """A new key for the algorithm: P-256, or RSA of 3072 bits, which takes up to some seconds."""
    if algorithm == "RS256":
        return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    return ec.generate_private_key(ec.SECP256R1())


def sealed(private: PrivateKey, wrapping: bytes) -> bytes:
    """The key as an encrypted PKCS#8 PEM file."""
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(wrapping))


def unsealed(pem: bytes, wrapping: bytes) -> PrivateKey:
    """The key of such a file. Raises `ValueError` for a wrong wrapping key, an unencrypted file or a key of another kind."""
    try:
        private = load_pem_private_key(pem, wrapping)
    except (TypeError, UnsupportedAlgorithm) as error:
        raise ValueError(str(error)) from error
    if isinstance(private, ec.EllipticCurvePrivateKey) and isinstance(private.curve, ec.SECP256R1):
        return private
    if isinstance(private, rsa.RSAPrivateKey):
        return private
    raise ValueError("It is neither a P-256 nor an RSA key.")

"""The forger's workshop: what can be done to a genuine token or certificate without the issuer's private key."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import pikepdf
from cryptography.hazmat.primitives.asymmetric import ec

from credential.jwks import public_jwk
from credential.proof import es256
from demo.editing import Instruction, Piece, opened, replaced, saved

__all__ = [
    "another_key",
    "changed_digit",
    "cloned_host",
    "edited_payload",
    "edited_pdf",
    "embedded_jwk",
    "swapped_qr",
    "unknown_issuer",
    "unsigned",
]


def edited_payload(token: str) -> str:
    """One letter of the learner's name changed, the signature kept."""
    header, payload, signature = token.split(".")
    claims = _read(payload)
    name = claims["credentialSubject"]["identifier"][0]
    name["identityHash"] = name["identityHash"][:-1] + "明"
    return f"{header}.{_write(claims)}.{signature}"


def unsigned(token: str) -> str:
    """`alg: none` and no signature."""
    header, payload, _ = token.split(".")
    return f"{_write({**_read(header), 'alg': 'none'})}.{payload}."


def another_key(token: str) -> str:
    """Signed anew with the forger's key, under the issuer's key id."""
    header, payload, _ = token.split(".")
    return _signed(_read(header), _read(payload))


def embedded_jwk(token: str) -> str:
    """Signed anew with the forger's key, which the header carries so that a careless verifier uses it."""
    header, payload, _ = token.split(".")
    return _signed(_read(header), _read(payload), embed=True)


def unknown_issuer(token: str) -> str:
    """Correctly signed by an issuer that nobody knows, under a name that everybody knows."""
    header, payload, _ = token.split(".")
    claims = _read(payload)
    claims["issuer"]["id"] = claims["iss"] = "https://glimmer-academy.example/orgs/glimmer"
    return _signed({**_read(header), "kid": "https://glimmer-academy.example/orgs/glimmer/keys/1"}, claims)


def edited_pdf(pdf: bytes, name: str) -> bytes:
    """The certificate with the characters of `name` reversed, as a PDF editor can. The token stays attached."""
    with opened(pdf) as document:
        replaced(document, document.pages[0], name, _reversed)
        return saved(document)


def swapped_qr(qr: str, other: str) -> str:
    """A QR code's text with the code of one certificate and the credential of another."""
    return f"{qr.partition('#')[0]}#{other.partition('#')[2]}"


def cloned_host(qr: str) -> str:
    """A QR code's text that leads to the forger's own copy of a verifier."""
    return f"https://verify-glimmer.example/v/{qr.partition('/v/')[2]}"


def changed_digit(qr: str) -> str:
    """A QR code's text with the digit in the middle of the credential changed."""
    place = (qr.index("#") + len(qr)) // 2
    return f"{qr[:place]}{(int(qr[place]) + 1) % 10}{qr[place + 1 :]}"


def _reversed(piece: Piece, instruction: Instruction) -> list[Instruction]:
    _, operator = instruction
    return [([pikepdf.Array([pikepdf.String(b"".join(reversed(piece.glyphs)))])], operator)]


def _signed(header: dict[str, Any], claims: dict[str, Any], *, embed: bool = False) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    if embed:
        header = {**header, "jwk": public_jwk(key.public_key())}
    signed = f"{_write(header)}.{_write(claims)}"
    return f"{signed}.{urlsafe_b64encode(es256(key, signed.encode())).rstrip(b'=').decode()}"


def _read(part: str) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return decoded


def _write(part: dict[str, Any]) -> str:
    text = json.dumps(part, ensure_ascii=False, separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).rstrip(b"=").decode()

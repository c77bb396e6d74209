"""Tokens as the digits of a QR code, whatever they hold: `credential.qr` packs only what the reader would take."""

import zlib

from credential import qr
from tests.vectors import workshop as w
from tests.vectors.complete import complete

__all__ = ["DICTIONARY", "digits", "in_our_shape", "packed"]

DICTIONARY = w.to_json(w.header()) + b"\n" + w.to_json(complete())


def packed(token: str) -> str | None:
    """The token as digits; None where they have no place for it: another spelling, another length of the signature."""
    parts = token.split(".")
    try:
        header, payload, signature = map(w.unb64, parts)
    except ValueError:
        return None
    if [w.b64(part) for part in (header, payload, signature)] != parts or len(signature) != 64:
        return None
    return digits(header + b"\n" + payload, signature)


def digits(text: bytes, signature: bytes, *, after: bytes = b"") -> str:
    """Digits that hold any `text`, and whatever comes `after` what is compressed."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=DICTIONARY)
    deflated = compressor.compress(text) + compressor.flush() + after
    name = bytes.fromhex(qr.dictionary_id(DICTIONARY))
    made = str(int.from_bytes(b"\x01\x01" + name + signature + deflated))
    assert len(made) <= qr.MOST_DIGITS
    return made


def in_our_shape(token: str) -> str:
    """The token with the one member more that our issuer always writes, signed again where it was signed rightly."""
    head, payload, signature = token.split(".")
    text = w.unb64(payload)
    if not text.startswith(b"{") or not text.endswith(b"}") or b"relatedResource" in text:
        return token
    text = text[:-1] + b',"relatedResource":[]}'
    for key in (w.PINNED, w.ROTATED, w.OTHERS, w.STRANGERS):
        for either in (str, w.twin):
            if either(f"{head}.{payload}.{w.b64(w.signature(key, f'{head}.{payload}'.encode()))}") == token:
                return either(w.token(text, w.unb64(head), key))
    return f"{head}.{w.b64(text)}.{signature}"

"""The QR code that is the credential: a token as decimal digits, and back, bit for bit (docs/qr.md).

    version (1: ES256) ‖ first 8 bytes of SHA-256(dictionary) ‖ signature (64) ‖ raw DEFLATE(header ‖ LF ‖ payload)

with a byte 0x01 in front, read as one number and written in decimal, which the numeric mode of a QR code packs almost
perfectly. The dictionary is the text that the credentials of a kind have in common: DEFLATE's window, filled in advance
(RFC 1951 §2). It need not be trusted: with another one, another text comes out, and the signature does not fit.
"""

import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256

from credential.errors import MalformedToken, NotPackable, UnsupportedFormat
from credential.reader import LONGEST_TOKEN, UnverifiedToken, read_json

__all__ = ["LONGEST_DICTIONARY", "MOST_DIGITS", "dictionary_id", "dictionary_named", "pack", "signature_in", "unpack"]

START = b"\x01"  # so that the number keeps every zero behind it
VERSION = 1
NAME = slice(1, 9)  # bytes of the dictionary's SHA-256
SIGNATURE = slice(9, 73)  # r ‖ s of P-256 (RFC 7518 §3.4)
DEFLATED = slice(73, None)
SIGNATURE_BYTES = 64
MOST_BYTES = 1600  # a certificate's QR code holds some 340; Python reads no number of more than 4,300 digits
MOST_DIGITS = len(str(2 << 8 * MOST_BYTES))  # 3,854
LONGEST_DICTIONARY = 32 * 1024  # bytes: as far back as DEFLATE can reach
LONGEST_TEXT = (LONGEST_TOKEN - 90) * 3 // 4  # bytes: a third more as base64url, and 86 characters of signature


def dictionary_id(dictionary: bytes) -> str:
    """What QR codes and addresses call a dictionary: the first 8 bytes of its SHA-256, as 16 hex digits."""
    return sha256(dictionary).hexdigest()[:16]


def dictionary_named(digits: str) -> str:
    """The `dictionary_id` that the digits name. Raises as `unpack` does."""
    return _bytes(digits)[NAME].hex()


def signature_in(digits: str) -> bytes:
    """The signature that the digits hold (r ‖ s, 64 bytes), which no two credentials share. Raises as `unpack` does."""
    return _bytes(digits)[SIGNATURE]


def pack(token: UnverifiedToken, dictionary: bytes) -> str:
    """The digits of an ES256 token, some 800 of them where the dictionary is of its kind.

    Raises `NotPackable` for a token that `unpack` would not give back bit for bit.
    """
    header, payload = (_decoded(part) for part in token.text.split(".")[:2])
    if token.claimed_algorithm != "ES256" or len(token.signature) != SIGNATURE_BYTES:
        raise NotPackable("Only a token signed with ES256 is written as a QR code.", "qr_not_es256")
    deflated = _deflated(header + b"\n" + payload, dictionary)
    data = bytes([VERSION]) + bytes.fromhex(dictionary_id(dictionary)) + token.signature + deflated
    if len(data) > MOST_BYTES:
        raise NotPackable(f"The token takes {len(data):,} bytes; at most {MOST_BYTES:,} are written.", "qr_too_long")
    digits = str(int.from_bytes(START + data))
    try:
        if unpack(digits, dictionary) == token.text:
            return digits
    except MalformedToken as error:
        raise NotPackable(f"The token would not come back: {error}", error.fault) from error
    raise NotPackable("The token would not come back: its header holds a line feed.", "qr_not_two_parts")


def unpack(digits: str, dictionary: bytes) -> str:
    """The token that the digits hold, of which nothing is believed yet.

    Raises `MalformedToken` with a `qr_…` fault, or `UnsupportedFormat` for another version of this format.
    """
    data = _bytes(digits)
    if len(dictionary) > LONGEST_DICTIONARY or data[NAME].hex() != dictionary_id(dictionary):
        raise MalformedToken("The QR code was made with another dictionary.", "qr_other_dictionary")
    header, between, payload = _inflated(data[DEFLATED], dictionary).partition(b"\n")
    if not between:
        raise MalformedToken("The QR code does not hold a header and a payload.", "qr_not_two_parts")
    if read_json(header).get("alg") != "ES256":
        raise MalformedToken("The QR code holds a token that does not name ES256.", "qr_not_es256")
    return ".".join(_encoded(part) for part in (header, payload, data[SIGNATURE]))


def _bytes(digits: str) -> bytes:
    """What the number says behind its `START`: version, name, signature and something compressed."""
    if len(digits) > MOST_DIGITS:
        raise MalformedToken(
            f"The QR code has {len(digits):,} digits; at most {MOST_DIGITS:,} are read.", "qr_too_long"
        )
    if not digits.isascii() or not digits.isdigit() or digits.startswith("0"):
        raise MalformedToken("The QR code holds other characters than the digits of a number.", "qr_not_digits")
    number = int(digits)
    data = number.to_bytes((number.bit_length() + 7) // 8)
    if not data.startswith(START) or len(data) <= len(START) + DEFLATED.start:
        raise MalformedToken("The digits of the QR code are not all there.", "qr_cut_off")
    data = data.removeprefix(START)
    if data[0] != VERSION:
        raise UnsupportedFormat(f"The QR code is of version {data[0]}.", "qr_version")
    return data


def _deflated(text: bytes, dictionary: bytes) -> bytes:
    """Raw DEFLATE (RFC 1951). Of zlib's strategies, the one that takes no short matches from afar makes the fewest bytes."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, 9, zlib.Z_FILTERED, dictionary)
    return compressor.compress(text) + compressor.flush()


def _inflated(data: bytes, dictionary: bytes) -> bytes:
    decompressor = zlib.decompressobj(-zlib.MAX_WBITS, dictionary)
    try:
        text = decompressor.decompress(data, LONGEST_TEXT + 1)
    except zlib.error as error:
        raise MalformedToken("What the QR code holds cannot be inflated.", "qr_not_deflate") from error
    if len(text) > LONGEST_TEXT:
        raise MalformedToken(f"The QR code inflates to more than {LONGEST_TEXT:,} bytes.", "qr_text_too_long")
    if not decompressor.eof or decompressor.unused_data:
        raise MalformedToken("What the QR code holds is cut off, or followed by more.", "qr_not_deflate")
    return text


def _decoded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _encoded(part: bytes) -> str:
    return urlsafe_b64encode(part).rstrip(b"=").decode()

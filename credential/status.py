"""Bitstring Status List v1.0 (W3C): which credentials of a list are revoked.

Both halves are here: the list that an issuer publishes and the bit that a verifier reads. Index 0 is the left-most bit
of the first byte (§3.2); one *bit* an entry, where a published peer writes one byte and revokes the wrong person.
"""

import binascii
import gzip
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from credential.errors import MalformedStatusList

__all__ = ["LENGTH", "TTL", "VALID_FOR", "is_set", "list_document", "read_list"]

LENGTH = 131_072  # entries; §6.1 asks for at least 16 KiB so that one bit tells little about one person
TTL = timedelta(minutes=5)
VALID_FOR = timedelta(hours=24)
MOST_BYTES = 4 * 1024 * 1024  # of an inflated list: 33 million entries


def list_document(list_url: str, issuer_url: str, revoked: Iterable[int], now: datetime) -> bytes:
    """The unsigned BitstringStatusListCredential (§2.2) as UTF-8 JSON, valid from `now` for 24 hours, `ttl` in ms.

    `revoked` are indexes in 0 … 131,071. Raises `IndexError` beyond.
    """
    bits = bytearray(LENGTH // 8)
    for index in revoked:
        if index < 0:
            raise IndexError(index)
        bits[index // 8] |= 0x80 >> index % 8
    packed = gzip.compress(bytes(bits), mtime=0)
    return msgspec.json.encode(
        {
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "id": list_url,
            "type": ["VerifiableCredential", "BitstringStatusListCredential"],
            "issuer": issuer_url,
            "validFrom": f"{now:%Y-%m-%dT%H:%M:%SZ}",
            "validUntil": f"{now + VALID_FOR:%Y-%m-%dT%H:%M:%SZ}",
            "credentialSubject": {
                "id": f"{list_url}#list",
                "type": "BitstringStatusList",
                "statusPurpose": "revocation",
                "encodedList": "u" + urlsafe_b64encode(packed).rstrip(b"=").decode(),
                "ttl": int(TTL.total_seconds() * 1000),
            },
        }
    )


def read_list(claims: Mapping[str, Any]) -> bytes:
    """The bits of a list credential whose signature was checked: 16 KiB to 4 MiB. Raises `MalformedStatusList`."""
    subject = claims.get("credentialSubject")
    encoded = subject.get("encodedList") if isinstance(subject, dict) else None
    if not isinstance(encoded, str) or not encoded.startswith("u"):
        raise MalformedStatusList("The status list has no encodedList in multibase base64url.", "status_malformed")
    try:
        packed = urlsafe_b64decode(encoded[1:] + "=" * (-len(encoded[1:]) % 4))
        inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
        bits = inflater.decompress(packed, MOST_BYTES + 1)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise MalformedStatusList("The status list's bits cannot be unpacked.", "status_malformed") from error
    if len(bits) > MOST_BYTES:
        raise MalformedStatusList("The status list's bits inflate beyond 4 MiB.", "status_list_bomb")
    if not inflater.eof or inflater.unused_data:
        raise MalformedStatusList("The status list's bits are cut off or followed by more.", "status_malformed")
    if len(bits) < LENGTH // 8:
        raise MalformedStatusList("The status list is shorter than the 16 KiB that must be.", "status_list_too_short")
    return bits


def is_set(bits: bytes, index: int) -> bool:
    """Whether the bit of `index` is set. Raises `MalformedStatusList` outside of the list (§3.2, RANGE_ERROR)."""
    if not 0 <= index < len(bits) * 8:
        message = f"The status list has no entry {index}; it has {len(bits) * 8:,} entries."
        raise MalformedStatusList(message, "status_index_out_of_range")
    return bool(bits[index // 8] & 0x80 >> index % 8)

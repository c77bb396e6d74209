"""Credentials of kinds that this verifier cannot check, told by their outward form: they are named and never judged."""

import re
from typing import Any

from credential import reader
from credential.errors import CredentialError

__all__ = ["NAMES", "other_format", "other_format_of_bytes"]

# What each is called by those who make it; the codes are faults of `credential.errors`.
NAMES = {
    "data_integrity": "Data Integrity",
    "unsecured": "JSON",
    "enveloped": "EnvelopedVerifiableCredential",
    "jws_json": "JWS JSON Serialization",
    "open_badges_2": "Open Badges 2.0",
    "sd_jwt": "SD-JWT",
    "jwe": "JWE",
    "presentation": "Verifiable Presentation",
    "cose": "CBOR (COSE / mdoc)",
    "qr_version": "QR",
}
SD_JWT = re.compile(r"eyJ[\w-]*\.[\w-]*\.[\w-]*~[\w.~-]*", re.ASCII)
JWE = re.compile(r"eyJ[\w-]*(?:\.[\w-]*){4}", re.ASCII)
JWE_DOTS = 4  # RFC 7516 §7.1
COSE_SIGN1 = (b"\xd2\x84", b"\xd8\x3d\xd2\x84", b"\x84\x43\xa1", b"\x84\x44\xa1")  # RFC 9052 §4.2, RFC 8392 §6
MDOC = (b"gdocType", b"ideviceSigned", b"kissuerSigned", b"jnameSpaces")  # ISO/IEC 18013-5 §8.3.2, CBOR text strings


def other_format(text: str) -> str | None:
    """The code of the format that a text has, a key of `NAMES`; None when it may be one that we read, or none at all."""
    if "~" in text and SD_JWT.fullmatch(text):
        return "sd_jwt"
    if text.partition(".")[2].partition(".")[2].count(".") == JWE_DOTS - 2 and JWE.fullmatch(text):
        return "jwe"
    if not text.startswith("{"):
        return None
    try:
        return _json_format(reader.read_json(text.encode()))
    except CredentialError:
        return None


def other_format_of_bytes(data: bytes) -> str | None:
    """The code of a binary format, or None."""
    looks_like_mdoc = data[:1] >= b"\xa0" and data[:1] < b"\xc0" and any(name in data for name in MDOC)
    return "cose" if data.startswith(COSE_SIGN1) or looks_like_mdoc else None


def _json_format(document: dict[str, Any]) -> str | None:
    types = document.get("type")
    named = {name for name in (types if isinstance(types, list) else [types]) if isinstance(name, str)}
    context = str(document.get("@context"))
    if named & {"VerifiablePresentation", "EnvelopedVerifiablePresentation"}:
        return "presentation"
    if "EnvelopedVerifiableCredential" in named:
        return "enveloped"
    if "proof" in document:
        return "data_integrity"
    if "payload" in document and ("signatures" in document or "signature" in document):
        return "jws_json"
    if "w3id.org/openbadges" in context:
        return "open_badges_2"
    return "unsecured" if "VerifiableCredential" in named or "/credentials/v" in context else None

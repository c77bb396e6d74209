"""What a file is, by its first bytes: what it is called, and what a browser says of it, is no evidence."""

import re
from typing import Literal

from verifier.errors import CannotOpen

__all__ = ["Kind", "is_document", "kind_of"]

Kind = Literal["pdf", "png", "jpeg", "webp", "svg"]

# Up to here readers look for the beginning of a PDF (ISO 32000-1, annex H), and we for the root of an SVG.
BEGINNING = 1024
BEGINNING_OF_SVG = 64 * 1024
BEFORE_ROOT = (
    rb"(?:\xef\xbb\xbf)?+(?:\s++|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*+(?:\[.*?\]\s*+)?+>)*+"  # never tried twice
)
SVG = re.compile(BEFORE_ROOT + rb"<(?:[\w.-]++:)?+svg[\s/>]", re.DOTALL)

# What is known and not read: the bytes at the beginning, its name, and the code that says what to do (`CannotOpen`).
OTHERS: tuple[tuple[re.Pattern[bytes], str, str], ...] = tuple(
    (re.compile(signature, re.DOTALL), name, code)
    for signature, name, code in (
        (rb".{4}ftyp(?:heic|heix|hevc|hevx|heim|heis|mif1|msf1)", "HEIC", "save_as_jpeg"),
        (rb".{4}ftyp(?:avif|avis)", "AVIF", "save_as_jpeg"),
        (rb"II\*\0|MM\0\*|II\+\0|MM\0\+", "TIFF", "save_as_jpeg"),
        (rb"GIF8[79]a", "GIF", "save_as_jpeg"),
        (rb"BM.{4}\0{4}", "BMP", "save_as_jpeg"),
        (rb"\0\0\0\x0cJXL \r\n\x87\n|\xff\x0a", "JPEG XL", "save_as_jpeg"),
        (rb"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000", "save_as_jpeg"),
        (rb"8BPS", "Photoshop", "save_as_jpeg"),
        (rb"PK\x03\x04.{26}(?:\[Content_Types\]|_rels/|docProps/|word/|xl/|ppt/)", "Office", "save_as_pdf"),
        (rb"PK\x03\x04.{26}mimetypeapplication/(?:vnd\.oasis|epub)", "OpenDocument", "save_as_pdf"),
        (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Office", "save_as_pdf"),
        (rb"\{\\rtf", "RTF", "save_as_pdf"),
        (rb"%!PS", "PostScript", "save_as_pdf"),
        (rb"PK(?:\x03\x04|\x05\x06)", "ZIP", "unpack"),
        (rb"\x1f\x8b", "gzip", "unpack"),
        (rb"7z\xbc\xaf\x27\x1c", "7z", "unpack"),
        (rb"Rar!\x1a\x07", "RAR", "unpack"),
        (rb"\xfd7zXZ\0|\x28\xb5\x2f\xfd|BZh[1-9]1AY", "archive", "unpack"),
        (rb".{4}ftyp", "MP4", "no_document"),
        (rb"\x1aE\xdf\xa3", "WebM", "no_document"),
        (rb"RIFF.{4}(?:AVI |WAVE)", "AVI or WAV", "no_document"),
        (rb"ID3|OggS|fLaC", "sound", "no_document"),
        (rb"\x7fELF|MZ.{58}[\0-\xff]{2}\0\0", "program", "no_document"),
    )
)
ANY_OTHER = re.compile(b"|".join(b"(?:%b)" % signature.pattern for signature, _, _ in OTHERS), re.DOTALL)
WHAT_TO_DO = {
    "save_as_jpeg": "Pictures of this kind are not read: save it as JPEG or PNG, or take a screenshot of it.",
    "save_as_pdf": "Files of this kind are not read: hand in the PDF as its issuer made it.",
    "unpack": "Archives are not opened: unpack it and hand in the file inside.",
    "no_document": "This is not a certificate: hand in its PDF, or a picture of it.",
}


def is_document(data: bytes) -> bool:
    """Whether `data` is to be opened as a document: one that we read, or one of which `kind_of` says what to do instead."""
    return _readable(data) is not None or _other(data) is not None


def kind_of(data: bytes) -> Kind:
    """What the file is. Raises `CannotOpen` with a sentence that says what to do if it is of a kind that is not read."""
    kind = _readable(data)
    if kind is not None:
        return kind
    name, code = _other(data) or ("no kind that is known", "no_document")
    raise CannotOpen(f"The file is {name}. {WHAT_TO_DO[code]}", code)


def _readable(data: bytes) -> Kind | None:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    if SVG.match(data[:BEGINNING_OF_SVG]):
        return "svg"
    return "pdf" if b"%PDF-" in data[:BEGINNING] else None


def _other(data: bytes) -> tuple[str, str] | None:
    beginning = data[:BEGINNING]
    if not ANY_OTHER.match(beginning):  # most are texts, which are told from all of them at once
        return None
    return next((name, code) for signature, name, code in OTHERS if signature.match(beginning))

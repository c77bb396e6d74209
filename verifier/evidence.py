"""What someone handed in: a token, a code, an address, a QR code's text, or a PDF with a token. Nothing is believed yet."""

import re
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from credential import code as codes
from credential.errors import MalformedCode
from verifier.documents.child import open_document
from verifier.documents.opened import Opened
from verifier.errors import CannotOpen
from verifier.formats import NAMES, other_format, other_format_of_bytes

__all__ = ["LARGEST", "Evidence", "is_document", "read_evidence"]

LARGEST = 20 * 1024 * 1024
LONGEST_TEXT = 64 * 1024
TOKEN = re.compile(r"[\w-]+\.[\w-]+\.[\w-]*=*")
ALMOST_A_CODE = re.compile(r"(?=.*\d)[A-Za-z]{2,6}[\s-]?[\w\s-]{1,30}")
LONGEST_HOST = 80  # three parts and shorter than that may be a host, such as www.example.com
PAGE_OF_A_CODE = re.compile(r"/v/[^/?]+(/check)?/?(\?.*)?$")
LOOKS_LIKE_TOKEN = re.compile(r"e[wy][\w=\s-]*\.")  # what an opening { becomes in base64url


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Exactly one of `token`, `code` and `problem` is set. `document` is what was opened, where it was a document.

    `digits` stand beside a code: the text of a QR code, which holds the whole token (`credential.qr`).
    `problem` is a reason code of the verdict, `detail` a sentence for people where there is more to say, `fault` the code of
    a format that we cannot check.
    """

    token: str | None = None
    code: str | None = None
    digits: str | None = field(default=None, repr=False)
    problem: str | None = None
    detail: str | None = None
    fault: str | None = None
    document: Opened | None = field(default=None, repr=False)


def read_evidence(data: bytes) -> Evidence:
    """Find out what `data` is by its content, whatever it is called. Opening a PDF waits for a child process."""
    if len(data) > LARGEST:
        return Evidence(problem="too_large", detail=f"{len(data):,} bytes; at most {LARGEST:,} are read")
    if is_document(data):
        return _pdf(data)
    try:
        text = data.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        return _unsupported(other_format_of_bytes(data)) or Evidence(problem="not_recognised")
    if not text:
        return Evidence(problem="nothing_given")
    if len(text) > LONGEST_TEXT:
        return Evidence(problem="too_large", detail=f"{len(text):,} characters; at most {LONGEST_TEXT:,} are read")
    if unsupported := _unsupported(other_format(text)):
        return unsupported
    if found := _qr(text):
        return found
    if LOOKS_LIKE_TOKEN.match(text) or (len(text) > LONGEST_HOST and TOKEN.fullmatch(text)):
        return Evidence(token="".join(text.split()))  # mail programs break a token into lines
    return _code(text)


def is_document(data: bytes) -> bool:
    """Whether `data` is a PDF, which readers recognise within the first kilobyte (ISO 32000-1, annex H)."""
    return b"%PDF-" in data[:1024]


def _unsupported(fault: str | None) -> Evidence | None:
    return Evidence(problem="unsupported_format", detail=NAMES[fault], fault=fault) if fault else None


def _qr(text: str) -> Evidence | None:
    """What a certificate's QR code holds: the page of a code at some verifier, and behind the # the token in digits."""
    address, _, fragment = "".join(text.split()).partition("#")  # mail programs break it into lines
    if not PAGE_OF_A_CODE.search(address) or not any(map(str.isdigit, fragment)):
        return None
    found = _code(address)
    return replace(found, digits=fragment) if found.code else found


def _code(text: str) -> Evidence:
    """A code as typed, or the address of a credential or of a verifier's page. The address's host is never asked."""
    if "/" in text:  # an address, with its scheme or without
        try:
            text = urlsplit(text if "://" in text else f"https://{text}").path
        except ValueError:
            return Evidence(problem="not_recognised")
        parts = [part for part in text.split("/") if part and part != "check"]
        text = re.sub(r"\.(pdf|jwt|json|png)$", "", parts[-1]) if parts else ""
    try:
        return Evidence(code=codes.parse(text))
    except MalformedCode as error:
        if not ALMOST_A_CODE.fullmatch(text):
            return Evidence(problem="not_recognised")
        return Evidence(problem="mistyped_code", detail=str(error))


def _pdf(data: bytes) -> Evidence:
    try:
        opened = open_document(data)
    except CannotOpen as error:
        return Evidence(problem="cannot_open", detail=str(error))
    tokens = {token.strip() for token in opened.attached if TOKEN.fullmatch(token.strip())}
    if len(tokens) > 1:
        return Evidence(problem="several_credentials", document=opened)
    if not tokens:
        return Evidence(problem="no_credential_inside", document=opened)
    return Evidence(token=tokens.pop(), document=opened)

"""What someone handed in: a token, a code, an address, a QR code's text, or a document that holds one of these.

Nothing is believed yet. In a document the credential is looked for where its issuer put it: attached, else in the QR code
that can be seen on it, else under the code in its text.
"""

import re
import unicodedata
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from hashlib import sha256
from urllib.parse import urlsplit

import msgspec

from credential import code as codes
from credential.errors import MalformedCode
from verifier.documents.child import open_document
from verifier.documents.kinds import is_document
from verifier.documents.opened import Opened
from verifier.errors import CannotOpen
from verifier.formats import NAMES, other_format, other_format_of_bytes

__all__ = ["LARGEST", "Evidence", "read_bytes", "read_evidence", "read_text"]

LARGEST = 20 * 1024 * 1024
LONGEST_TEXT = 64 * 1024
WHITE = "\t\n\v\f\r\x1c\x1d\x1e\x1f "  # of ASCII, as `str.split` has it
TOKEN = re.compile(r"[\w-]+\.[\w-]+\.[\w-]*=*", re.ASCII)  # ASCII: \w is then found several times as fast
ALMOST_A_CODE = re.compile(r"(?=.*\d)[A-Za-z]{2,6}[\s-]?[\w\s-]{1,30}")
LONGEST_HOST = 80  # three parts and shorter than that may be a host, such as www.example.com
PAGE_OF_A_CODE = re.compile(r"/v/[^/?]+(/check)?/?(\?.*)?$")
LOOKS_LIKE_TOKEN = re.compile(r"e[wy][\w=\s-]*\.")  # what an opening { becomes in base64url
PRINTED_CODE = re.compile(r"(?<![\w-])[A-Z]{2,6}-[0-9A-Z]{4}(?:-?[0-9A-Z]{4}){3}(?![\w-])")


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Exactly one of `token`, `code` and `problem` is set. `document` is what was opened, where it was a document.

    `digits` stand beside a code: the text of a QR code, which holds the whole token (`credential.qr`). `host` is where the
    address leads that the code was in, with its port; it is never asked. `sha256` is that of the exact file, in hex.
    `problem` is a reason code of the verdict, `detail` a sentence for people where there is more to say, `fault` the code of
    a format that we cannot check, or of why a document was not opened.
    """

    token: str | None = None
    code: str | None = None
    digits: str | None = None
    host: str | None = None
    sha256: str | None = None
    problem: str | None = None
    detail: str | None = None
    fault: str | None = None
    document: Opened | None = None


def read_evidence(data: bytes) -> Evidence:
    """Find out what `data` is by its content, whatever it is called. Opening a PDF waits for a child process."""
    return _document(data) if is_document(data) else read_bytes(data)


def read_bytes(data: bytes) -> Evidence:
    """Find out what `data` is, of which it is known that it is no document."""
    if len(data) > LARGEST:
        return _too_large(data)
    try:
        return read_text(data.removeprefix(BOM_UTF8).decode())
    except UnicodeDecodeError:
        return _unsupported(other_format_of_bytes(data)) or Evidence(problem="not_recognised")


def read_text(text: str) -> Evidence:
    """Find out what a text is: what somebody typed or pasted, or what a QR code holds."""
    text = text.strip()
    if not text:
        return Evidence(problem="nothing_given")
    if len(text) > LONGEST_TEXT:
        return Evidence(problem="too_large", detail=f"{len(text):,} characters; at most {LONGEST_TEXT:,} are read")
    if unsupported := _unsupported(other_format(text)):
        return unsupported
    if found := _qr(text):
        return found
    if LOOKS_LIKE_TOKEN.match(text) or (len(text) > LONGEST_HOST and TOKEN.fullmatch(text)):
        return Evidence(token=_in_one_line(text))
    return _code(text)


def _in_one_line(text: str) -> str:
    """Without white space: mail programs break what is long into lines."""
    if text.isascii() and not any(map(text.__contains__, WHITE)):  # ten times as fast as to take it apart
        return text
    return "".join(text.split())


def _unsupported(fault: str | None) -> Evidence | None:
    return Evidence(problem="unsupported_format", detail=NAMES[fault], fault=fault) if fault else None


def _qr(text: str) -> Evidence | None:
    """What a certificate's QR code holds: the page of a code at some verifier, and behind the # the token in digits."""
    if "#" not in text:
        return None
    address, _, fragment = _in_one_line(text).partition("#")
    if not PAGE_OF_A_CODE.search(address) or not any(map(str.isdigit, fragment)):
        return None
    found = _code(address)
    return msgspec.structs.replace(found, digits=fragment) if found.code else found


def _code(text: str) -> Evidence:
    """A code as typed, or the address of a credential or of a verifier's page. The address's host is never asked."""
    host = None
    if "/" in text:  # an address, with its scheme or without
        try:
            address = urlsplit(text if "://" in text else f"https://{text}")
        except ValueError:
            return Evidence(problem="not_recognised")
        host = address.netloc.lower() or None
        parts = [part for part in address.path.split("/") if part and part != "check"]
        text = re.sub(r"\.(pdf|jwt|json|png)$", "", parts[-1]) if parts else ""
    try:
        return Evidence(code=codes.parse(text), host=host)
    except MalformedCode as error:
        if not ALMOST_A_CODE.fullmatch(text):
            return Evidence(problem="not_recognised")
        return Evidence(problem="mistyped_code", detail=str(error))


def _too_large(data: bytes) -> Evidence:
    return Evidence(problem="too_large", detail=f"{len(data):,} bytes; at most {LARGEST:,} are read")


def _document(data: bytes) -> Evidence:
    if len(data) > LARGEST:
        return _too_large(data)
    try:
        opened = open_document(data)
    except CannotOpen as error:
        return Evidence(problem="cannot_open", detail=str(error), fault=error.code)
    found = _credential_in(opened)
    hashed = None if opened.kind == "picture" else sha256(data).hexdigest()
    return msgspec.structs.replace(found, document=opened, sha256=hashed)


def _credential_in(opened: Opened) -> Evidence:
    for place in (_attached(opened.attached), map(read_text, opened.codes), _codes_in(opened.lines)):
        found = sorted((each for each in place if each.problem is None), key=lambda each: each.digits is None)
        if len({each.token or each.code for each in found}) > 1:
            return Evidence(problem="several_credentials")
        if found:
            return found[0]
    return Evidence(problem="no_credential_inside", fault="picture" if opened.kind == "picture" else None)


def _attached(texts: Iterable[str]) -> Iterator[Evidence]:
    tokens = {text.strip() for text in texts}
    return (Evidence(token=token) for token in tokens if TOKEN.fullmatch(token))


def _codes_in(pages: Iterable[Iterable[str]]) -> Iterator[Evidence]:
    """The codes that can be read in the text of a document; what only looks like one is none."""
    for line in (line for page in pages for line in page):
        for printed in PRINTED_CODE.findall(unicodedata.normalize("NFKC", line)):
            yield _code(printed)

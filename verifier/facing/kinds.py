"""What was handed in, in one word for logs and metrics. Says nothing of its content and opens nothing."""

from verifier.documents import kinds
from verifier.errors import CannotOpen
from verifier.evidence import read_bytes

__all__ = ["kind_of"]

LONG = 300  # bytes: what is longer is no code, and is told apart by how it begins


def kind_of(given: bytes, *, document: bool) -> str:
    """One of pdf, png, jpeg, webp, svg, token, qr, code, nothing and other. `document`: what `is_document` says."""
    if document:
        try:
            return kinds.kind_of(given)
        except CannotOpen:
            return "other"
    text = given[: 2 * LONG].strip()
    if len(text) <= LONG:
        return _short(text)
    if text.startswith((b"ey", b"ew")):
        return "token"
    return "qr" if b"/v/" in text and b"#" in text else "other"


def _short(text: bytes) -> str:
    if not text:
        return "nothing"
    evidence = read_bytes(text)
    if evidence.token:
        return "token"
    if evidence.digits:
        return "qr"
    return "code" if evidence.code or evidence.problem == "mistyped_code" else "other"

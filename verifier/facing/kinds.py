"""What was handed in, in one word for logs and metrics. Says nothing of its content and opens nothing."""

from verifier.evidence import is_document, read_evidence

__all__ = ["kind_of"]

PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"RIFF", "webp"),
    (b"<svg", "svg"),
    (b"<?xml", "svg"),
)
LONGEST_TEXT = 64 * 1024


def kind_of(given: bytes) -> str:
    """One of pdf, png, jpeg, webp, svg, token, qr, code, nothing and other."""
    if is_document(given) and b"%PDF-" in given[:1024]:
        return "pdf"
    start = given[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    for signature, kind in PICTURES:
        if start.startswith(signature):
            return kind
    if not start:
        return "nothing" if len(given) <= 64 else "other"
    if len(given) > LONGEST_TEXT or is_document(given):
        return "other"
    if start.startswith(b"eyJ") and b"." in given:  # most of what comes, and not to be read twice
        return "token"
    evidence = read_evidence(given)
    if evidence.token:
        return "token"
    if evidence.digits:
        return "qr"
    return "code" if evidence.code or evidence.problem == "mistyped_code" else "other"

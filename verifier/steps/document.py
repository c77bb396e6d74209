"""Step 6: does the document show what was signed, and does it lead where its issuer leads?"""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from msgspec import UNSET

from credential import qr
from credential.errors import CredentialError
from credential.reader import UnverifiedToken
from credential.wording import Wording
from verifier.claims import code_of, comparable
from verifier.comparison import differences, pages_of_others
from verifier.directory import KnownIssuer
from verifier.documents.opened import Opened
from verifier.errors import Unreachable
from verifier.evidence import Evidence, read_text
from verifier.findings import Findings
from verifier.published import Published
from verifier.steps.hosts import LONGEST_DETAIL, Hosts
from verifier.verdict import Document, Trace

__all__ = ["document", "exact_file", "leads_elsewhere"]

AS_ISSUED: Literal["as_issued"] = "as_issued"


def leads_elsewhere(evidence: Evidence, hosts: Hosts, findings: Findings) -> bool:
    """Whether the address that was handed in leads to a forger's verifier, whatever genuine credential it carries.

    It is looked at whatever becomes of the other steps: this is what a person has to hear first.
    """
    trace = hosts.trace(evidence.host)
    if trace:
        findings.document = Document(shows="differs", traces=(trace,))
        findings.failed("document", "leads_elsewhere", trace.detail, code=trace.code)
    return trace is not None


async def exact_file(token: UnverifiedToken, issuer: KnownIssuer, evidence: Evidence, published: Published) -> str:
    """What the issuer says of these very bytes: `as_issued`, `file_not_known`, or `issuer_unreachable` for nothing."""
    code = code_of(token.claims)
    if code is None or evidence.sha256 is None:
        return "file_not_known"
    try:
        return AS_ISSUED if await published.knows_file(issuer, code, evidence.sha256) else "file_not_known"
    except Unreachable:
        return "issuer_unreachable"


def document(
    token: UnverifiedToken,
    version: dict[str, Any] | None,
    evidence: Evidence,
    hosts: Hosts,
    findings: Findings,
    *,
    said: str | None,
) -> None:
    """Compare the document, where there is one. `said`: what the issuer says of the `exact_file`, None where nobody asked.

    Bytes that the issuer knows need no comparing; of those that it does not know, a text that matches is not enough.
    """
    if said == AS_ISSUED:
        findings.document = Document(shows=AS_ISSUED, sha256=evidence.sha256 or UNSET)
        findings.passed("document")
        return
    renditions = comparable(token.claims, version or {}) if evidence.document else ()
    if evidence.document and not renditions:
        findings.not_checked("document", "document_not_compared", "A certificate of this kind cannot be compared here.")
        return
    found = _shown(evidence, token, renditions, hosts, complete=version is not None)
    if found.shows == "text_matches" and version is None:  # translations stand on it too, and could have been edited
        findings.not_checked("document", "document_not_compared", "The achievement's translations cannot be fetched.")
        found = Document(shows="not_compared", sha256=found.sha256)
    elif found.shows == "differs":
        findings.failed("document", "document_differs")
    elif said:
        findings.not_checked("document", "document_not_confirmed", code=said)
    elif found.shows == "text_matches":
        findings.passed("document")
    else:
        findings.neutral("document")
    findings.document = found


def _shown(
    evidence: Evidence, token: UnverifiedToken, renditions: Sequence[Wording], hosts: Hosts, *, complete: bool
) -> Document:
    """Compare the document of the evidence with what was signed, in each of the `renditions` that it may be.

    Pictures are for people to compare, and so is a scan: pages without any text that nothing is attached to. Where the
    renditions are not `complete`, because translations could not be fetched, what else the document says is not held
    against it.
    """
    opened = evidence.document
    sha256 = evidence.sha256 or UNSET
    if opened is None:
        return Document(shows="not_compared", sha256=sha256)
    compared = opened.kind == "pdf" and (any(opened.lines) or bool(opened.attached))
    printed = hosts.right() | {read_text(text).host or "" for text in (*opened.codes, *opened.links)}
    found = differences(opened, renditions, printed, complete=complete) if compared else ()
    others = pages_of_others(opened, renditions, printed) if compared else ()
    extra = (Trace(code="extra_page", page=number) for number in others)
    traces = (*opened.traces, *extra, *_led(opened, token, hosts))
    if found or traces:
        return Document(shows="differs", differences=found, traces=tuple(dict.fromkeys(traces)), sha256=sha256)
    return Document(shows="text_matches" if compared else "not_compared", sha256=sha256)


def _led(opened: Opened, token: UnverifiedToken, hosts: Hosts) -> Iterator[Trace]:
    """Where the QR codes and the links of a document lead, if not to this very credential at an address of its issuer's."""
    if opened.kind == "picture":  # of a desk, on which other things lie
        return
    for text in opened.codes:
        if not _is_this(text, token):
            yield Trace(code="qr_of_another", detail=_named(text))
        elif trace := hosts.trace(read_text(text).host):
            yield trace
    for link in opened.links:
        if not _is_this(link, token) or hosts.trace(read_text(link).host):
            yield Trace(code="link_elsewhere", detail=_named(link))


def _named(text: str) -> str:
    """A stranger's address without what is packed behind it: for people to read."""
    return text.partition("#")[0][:LONGEST_DETAIL]


def _is_this(text: str, token: UnverifiedToken) -> bool:
    """Whether what a QR code or a link holds is this credential: the token, or its code and the signature beside it."""
    found = read_text(text)
    if found.token:
        return found.token == token.text
    if found.code is None or found.code != code_of(token.claims):
        return False
    try:
        return found.digits is None or qr.signature_in(found.digits) == token.signature
    except CredentialError:
        return False

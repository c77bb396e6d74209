"""Step 6: does the document show what was signed, and does it lead where its issuer leads?"""

from typing import Any, Literal

from msgspec import UNSET

from credential.reader import UnverifiedToken
from verifier.claims import code_of, comparable
from verifier.directory import KnownIssuer
from verifier.errors import Unreachable
from verifier.evidence import Evidence
from verifier.findings import Findings
from verifier.published import Published
from verifier.steps.shown import Hosts, shown
from verifier.verdict import Document

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
    found = shown(evidence, token, renditions, hosts, complete=version is not None)
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

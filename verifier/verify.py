"""The procedure. Its steps are numbered here as in every verdict:

1. Find the token: as given, attached to the document, packed in its QR code, or published under the code.
2. Is its issuer in the directory?
3. Is it signed by a key that this issuer publishes?
4. Is it in force now, by its own dates?
5. Does a fresh, signed status list say that it still stands?
6. Does the document show what was signed, and lead where its issuer leads?

Nothing is fetched for a token before step 2 passed, and then only from that issuer. In step 1 only the service is asked
that the code's tag names in the directory: for the token, or for the dictionary that its QR code was packed with. A step
that could not be made leaves the verdict `unchecked`: silence is never consent.
"""

import os
from datetime import datetime
from functools import lru_cache

import anyio
import anyio.to_thread
import msgspec

from verifier.claims import signed_claims
from verifier.directory import Directory
from verifier.documents.kinds import is_document
from verifier.evidence import Evidence, read_bytes, read_evidence, read_text
from verifier.findings import Findings
from verifier.published import Published
from verifier.steps.authentic import is_authentic, known_issuer
from verifier.steps.document import document, exact_file, leads_elsewhere
from verifier.steps.find import find_token
from verifier.steps.hosts import Hosts
from verifier.steps.standing import in_force, status
from verifier.verdict import SHA256, Issuer, Verdict

__all__ = ["CORES", "verify", "verify_file"]

CORES = os.cpu_count() or 1  # asked of the system only once: each answer costs more than a counter


async def verify(
    given: bytes,
    directory: Directory,
    published: Published,
    now: datetime,
    *,
    own_url: str = "",
    ask_issuer: bool = False,
) -> Verdict:
    """Verify whatever was handed in, as of `now`. A refusal is an answer: nothing is raised for bad input.

    `own_url` is this verifier's address, where it has one, to which certificates may lead. `ask_issuer`: whether to ask
    the issuer if it made this exact file, which tells it that somebody has it.
    """
    evidence = await _read(given)
    return await _verified(evidence, directory, published, now, own_url=own_url, ask_issuer=ask_issuer)


async def verify_file(
    code: str, sha256: str, directory: Directory, published: Published, now: datetime, *, own_url: str = ""
) -> Verdict:
    """Verify the credential of a code, and ask its issuer whether it made the file with this SHA-256 (in hex)."""
    evidence = msgspec.structs.replace(read_text(code), sha256=sha256 if SHA256.fullmatch(sha256) else None)
    return await _verified(evidence, directory, published, now, own_url=own_url, ask_issuer=True)


async def _verified(
    evidence: Evidence, directory: Directory, published: Published, now: datetime, *, own_url: str, ask_issuer: bool
) -> Verdict:
    findings = Findings(now)
    token = await find_token(evidence, directory, published, findings)  # 1
    issuer = known_issuer(token, directory, findings) if token else None  # 2
    hosts = Hosts(own=own_url, issuer=issuer, known=directory.known_hosts)
    elsewhere = leads_elsewhere(evidence, hosts, findings)
    if token is None or issuer is None or not await is_authentic(token, issuer, published, findings):  # 3
        return findings.verdict()
    version = await published.achievement_version(issuer, token.claims.get("relatedResource"))
    names, listed_by = await published.profile_names(issuer), dict(issuer.listed_by)
    findings.issuer = Issuer(id=issuer.id, name=names or listed_by, since=issuer.since, listed_by=listed_by)
    findings.credential = signed_claims(token.claims, version or {}, legacy=token.legacy)
    in_force(token.claims, now, findings)  # 4
    await status(token.claims, issuer, published, findings)  # 5
    if not elsewhere:  # 6
        said = await exact_file(token, issuer, evidence, published) if ask_issuer else None
        document(token, version, evidence, hosts, findings, said=said)
    return findings.verdict()


async def _read(given: bytes) -> Evidence:
    """A document takes a process of up to 1 GiB, so as many are open at a time as there are cores; texts never wait."""
    if is_document(given):
        return await anyio.to_thread.run_sync(read_evidence, given, limiter=_line_of_documents())
    return read_bytes(given)


@lru_cache
def _line_of_documents() -> anyio.CapacityLimiter:
    return anyio.CapacityLimiter(CORES)

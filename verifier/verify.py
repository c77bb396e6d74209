"""The procedure. Its steps are numbered here as in every verdict:

1. Find the token: as given, attached to the document, or published under the code.
2. Is its issuer in the directory?
3. Is it signed by a key that this issuer publishes?
4. Is it in force now, by its own dates?
5. Does a fresh, signed status list say that it still stands?
6. Does the document show what was signed?

Nothing is fetched for a token before step 2 passed, and then only from that issuer. A step that could not be made leaves
the verdict `unchecked`: silence is never consent.
"""

import os
from datetime import datetime
from functools import lru_cache
from typing import Any

import anyio
import anyio.to_thread

from credential import proof, reader
from credential import status as status_list
from credential.errors import BadSignature, CredentialError, MalformedToken, UnsupportedAlgorithm
from credential.reader import UnverifiedToken
from credential.wording import wording
from verifier.claims import code_of, in_our_shape, signed_claims
from verifier.directory import Directory, KnownIssuer
from verifier.document import differences
from verifier.errors import NotPublished, Unreachable
from verifier.evidence import Evidence, is_document, read_evidence
from verifier.findings import Findings
from verifier.published import SKEW, Published
from verifier.verdict import Document, Issuer, Verdict

__all__ = ["verify"]


async def verify(given: bytes, directory: Directory, published: Published, now: datetime) -> Verdict:
    """Verify whatever was handed in, as of `now`. A refusal is an answer: nothing is raised for bad input."""
    findings = Findings(now)
    evidence = await _read(given)
    token = await _find_token(evidence, directory, published, findings)  # 1
    issuer = _known_issuer(token, directory, findings) if token else None  # 2
    if token is None or issuer is None or not await _signature(token, issuer, published, findings):  # 3
        return findings.verdict()
    claims = token.claims
    version = await published.achievement_version(issuer, claims.get("relatedResource"))
    findings.issuer = Issuer(id=issuer.id, name=dict(issuer.names), since=issuer.since)
    findings.credential = signed_claims(claims, version or {})
    _in_force(claims, now, findings)  # 4
    await _status(claims, issuer, published, findings)  # 5
    _document(claims, version, evidence, findings)  # 6
    return findings.verdict()


async def _read(given: bytes) -> Evidence:
    """A document takes a process of up to 1 GiB, so as many are open at a time as there are cores; texts never wait."""
    if is_document(given):
        return await anyio.to_thread.run_sync(read_evidence, given, limiter=_line_of_documents())
    return read_evidence(given)


@lru_cache
def _line_of_documents() -> anyio.CapacityLimiter:
    return anyio.CapacityLimiter(os.cpu_count() or 1)


async def _find_token(
    evidence: Evidence, directory: Directory, published: Published, findings: Findings
) -> UnverifiedToken | None:
    if evidence.problem:
        findings.not_checked("token", evidence.problem, evidence.detail)
        return None
    text = evidence.token or ""
    if evidence.code:
        service = directory.service_of(evidence.code.split("-")[0])
        if service is None:
            findings.not_checked("token", "unknown_issuer", evidence.code.split("-")[0])
            return None
        try:
            text = await published.token_of(service, evidence.code)
        except NotPublished:
            findings.not_checked("token", "not_published", service.service)
            return None
        except Unreachable as error:
            findings.not_checked("token", "issuer_unreachable", str(error))
            return None
    try:
        token = reader.read(text)
        reader.registered_claims(token.claims)
        _is_an_achievement(token.claims)
        if evidence.code and code_of(token.claims) != evidence.code:
            raise MalformedToken("The issuer answered with the credential of another code.")
    except MalformedToken as error:
        findings.failed("token", error.code, str(error))
        return None
    findings.passed("token")
    return token


def _is_an_achievement(claims: dict[str, Any]) -> None:
    """OB 3.0 §8.2: the same issuer signs other things too, endorsements and lists, which say nothing of a learner."""
    types = claims.get("type")
    if not isinstance(types, list) or not {"OpenBadgeCredential", "AchievementCredential"} & {
        str(kind) for kind in types
    }:
        raise MalformedToken("The token is not an Open Badges credential.")


def _known_issuer(token: UnverifiedToken, directory: Directory, findings: Findings) -> KnownIssuer | None:
    issuer = directory.issuers.get(token.claimed_issuer)
    if issuer is None:
        findings.not_checked("known_issuer", "unknown_issuer", token.claimed_issuer[:200])
    else:
        findings.passed("known_issuer", directory.changed)
    return issuer


async def _signature(token: UnverifiedToken, issuer: KnownIssuer, published: Published, findings: Findings) -> bool:
    if token.claimed_algorithm.lower() == "none":
        findings.failed("signature", UnsupportedAlgorithm.code, "The token is not signed at all.")
        return False
    try:
        key = await published.key(issuer, token.claimed_kid)
        if key is None:
            findings.failed("signature", "unknown_key", token.claimed_kid[:300])
            return False
        proof.verify(token, key)
    except Unreachable as error:
        findings.not_checked("signature", "keys_unavailable", str(error))
        return False
    except (BadSignature, UnsupportedAlgorithm) as error:
        findings.failed("signature", error.code, str(error))
        return False
    findings.passed("signature")
    return True


def _in_force(claims: dict[str, Any], now: datetime, findings: Findings) -> None:
    # `registered_claims` has compared nbf and exp with the dates, so these are whole seconds that agree with them.
    if claims["nbf"] > (now + SKEW).timestamp():
        findings.failed("in_force", "not_yet_valid", str(claims["validFrom"]))
    elif "exp" in claims and claims["exp"] <= now.timestamp():
        findings.failed("in_force", "expired", str(claims["validUntil"]))
    else:
        findings.passed("in_force")


async def _status(claims: dict[str, Any], issuer: KnownIssuer, published: Published, findings: Findings) -> None:
    entry = claims.get("credentialStatus")
    if entry is None:
        findings.not_checked("status", "no_status")
        return
    try:
        if not isinstance(entry, dict) or entry.get("type") != "BitstringStatusListEntry":
            raise Unreachable("Its status is of a kind that we do not read.")
        url, index = entry.get("statusListCredential"), entry.get("statusListIndex")
        if entry.get("statusPurpose") != "revocation" or not issuer.may_fetch(url):
            raise Unreachable("Its status is for another purpose or at an address that is not its issuer's.")
        if not isinstance(index, str) or not index.isascii() or not index.isdigit() or len(index) > 10:
            raise Unreachable("Its status has no readable index.")
        found = await published.status_list(issuer, str(url), "revocation")
        revoked = status_list.is_set(found.bits, int(index))
    except (Unreachable, CredentialError) as error:
        findings.not_checked("status", "status_unavailable", str(error))
        return
    if revoked:
        findings.failed("status", "revoked", as_of=found.as_of)
    else:
        findings.passed("status", as_of=found.as_of)


def _document(claims: dict[str, Any], version: dict[str, Any] | None, evidence: Evidence, findings: Findings) -> None:
    if evidence.document is None:
        findings.neutral("document")
        return
    if not in_our_shape(claims):
        findings.not_checked("document", "document_not_compared", "A certificate of this kind cannot be compared here.")
        return
    found = differences(evidence.document, wording(claims, version or {}))
    if found:
        findings.document = Document(shows="differs", differences=found)
        findings.failed("document", "document_differs")
    elif version is None:  # its translations stand on the certificate too, and could have been edited
        findings.not_checked("document", "document_not_compared", "The achievement's translations cannot be fetched.")
    else:
        findings.document = Document(shows="text_matches")
        findings.passed("document")

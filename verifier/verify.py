"""The procedure. Its steps are numbered here as in every verdict:

1. Find the token: as given, attached to the document, packed in its QR code, or published under the code.
2. Is its issuer in the directory?
3. Is it signed by a key that this issuer publishes?
4. Is it in force now, by its own dates?
5. Does a fresh, signed status list say that it still stands?
6. Does the document show what was signed?

Nothing is fetched for a token before step 2 passed, and then only from that issuer. In step 1 only the service is asked
that the code's tag names in the directory: for the token, or for the dictionary that its QR code was packed with. A step
that could not be made leaves the verdict `unchecked`: silence is never consent.
"""

import os
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import anyio
import anyio.to_thread

from credential import code as codes
from credential import did, legacy, proof, qr, reader
from credential import status as status_list
from credential.confirmed import signing_input_sha256
from credential.errors import (
    BadSignature,
    CredentialError,
    MalformedToken,
    UnsupportedAlgorithm,
    UnsupportedFormat,
)
from credential.jwks import PublicKey
from credential.reader import UnverifiedToken
from verifier import formats
from verifier.claims import code_of, comparable, signed_claims
from verifier.comparison import differences
from verifier.directory import Directory, KnownIssuer
from verifier.errors import NotPublished, Unreachable
from verifier.evidence import Evidence, is_document, read_evidence
from verifier.findings import Findings
from verifier.published import Published
from verifier.published.lists import SKEW, StatusList, entry_of
from verifier.verdict import Document, Issuer, Verdict

__all__ = ["verify", "verify_file"]


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
    findings.credential = signed_claims(claims, version or {}, legacy=token.legacy)
    _in_force(claims, now, findings)  # 4
    await _status(claims, issuer, published, findings)  # 5
    _document(claims, version, evidence, findings)  # 6
    return findings.verdict()


async def verify_file(
    code: str, sha256: str, directory: Directory, published: Published, now: datetime, *, own_url: str = ""
) -> Verdict:
    """Verify the credential of `code` and ask its issuer whether it made the file of this SHA-256 (hex)."""
    return await verify(code.encode(), directory, published, now)


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
        findings.not_checked("token", evidence.problem, evidence.detail, code=evidence.fault)
        return None
    try:
        text = evidence.token or await _text_behind(evidence, directory, published, findings)
        if text is None:
            return None
        token = _read_token(text)
        if evidence.code and code_of(token.claims) != evidence.code:
            raise MalformedToken("What was found is the credential of another code.", "code_of_another")
    except MalformedToken as error:
        findings.failed("token", error.code, str(error), code=error.fault)
        return None
    except UnsupportedFormat as error:
        findings.not_checked("token", error.code, formats.NAMES[error.fault], code=error.fault)
        return None
    findings.passed("token")
    return token


async def _text_behind(
    evidence: Evidence, directory: Directory, published: Published, findings: Findings
) -> str | None:
    """The token of a code: out of the digits of its QR code where they are there, else as its issuer publishes it."""
    assert evidence.code is not None
    tag = codes.tag_of(evidence.code)
    service = directory.service_of(tag)
    if service is None:
        findings.not_checked("token", "unknown_issuer", tag)
        return None
    if evidence.digits:
        return await _unpacked(evidence.digits, service, published, findings)
    try:
        return await published.token_of(service, evidence.code)
    except NotPublished:
        findings.not_checked("token", "not_published", service.service)
    except Unreachable as error:
        findings.not_checked("token", "issuer_unreachable", str(error))
    return None


async def _unpacked(digits: str, service: KnownIssuer, published: Published, findings: Findings) -> str | None:
    try:
        return qr.unpack(digits, await published.dictionary(service, qr.dictionary_named(digits)))
    except Unreachable as error:
        findings.not_checked("token", "dictionary_unavailable", str(error), code=error.fault)
    return None


def _read_token(text: str) -> UnverifiedToken:
    """The token with its claims in the words of the second data model, in which the registered claims agree."""
    token = reader.read(text)
    if legacy.is_legacy(token.claims):
        token = replace(token, claims=legacy.as_version_2(token.claims), legacy=True)
    reader.registered_claims(token.claims, optional=token.legacy or token.header.get("typ") == "vc+jwt")
    _is_an_achievement(token.claims)
    return token


def _is_an_achievement(claims: dict[str, Any]) -> None:
    """OB 3.0 §8.2: the same issuer signs other things too, endorsements and lists, which say nothing of a learner."""
    types = claims.get("type")
    if not {"OpenBadgeCredential", "AchievementCredential"} & set(
        map(str, types if isinstance(types, list) else [types])
    ):
        raise MalformedToken("The token is not an Open Badges credential.", "not_an_achievement")


def _known_issuer(token: UnverifiedToken, directory: Directory, findings: Findings) -> KnownIssuer | None:
    issuer = directory.issuer(token.claimed_issuer)
    if issuer is None and token.claimed_issuer.startswith("did:") and not token.claimed_issuer.startswith(did.METHODS):
        method = ":".join(token.claimed_issuer.split(":")[:2])
        findings.not_checked("known_issuer", "unsupported_format", method[:40], code="did_method")
    elif issuer is None:
        findings.not_checked("known_issuer", "unknown_issuer", token.claimed_issuer[:200])
    else:
        findings.passed("known_issuer", directory.changed)
    return issuer


async def _signature(token: UnverifiedToken, issuer: KnownIssuer, published: Published, findings: Findings) -> bool:
    """Whether to go on: the signature is good, or good as far as the pinned keys can tell."""
    if token.claimed_algorithm.lower() == "none":
        findings.failed("signature", UnsupportedAlgorithm.code, "The token is not signed at all.")
        return False
    try:
        key = await published.key(issuer, token)
        if key is None:
            _no_key(token, issuer, findings)
            return False
        proof.verify(token, key)
    except Unreachable as error:
        findings.not_checked("signature", "keys_unavailable", str(error), code=error.fault or "key_set_unreachable")
        return False
    except (BadSignature, UnsupportedAlgorithm) as error:
        findings.failed("signature", error.code, str(error))
        return False
    # Only now, so that an edited token is known to be one even while the issuer is out of reach.
    return await _key_state(token, key, issuer, published, findings)


def _no_key(token: UnverifiedToken, issuer: KnownIssuer, findings: Findings) -> None:
    kid = token.claimed_kid
    if token.claimed_key is not None:
        findings.failed("signature", "malformed_token", "Its header carries a key of its own.", code="embedded_key")
    elif not kid:
        findings.failed("signature", "malformed_token", "Its header names no key.", code="header_names_no_key")
    else:
        code = None if issuer.may_own(kid) else "key_of_another_issuer"
        findings.failed("signature", "unknown_key", kid[:300], code=code)


async def _key_state(
    token: UnverifiedToken, key: PublicKey, issuer: KnownIssuer, published: Published, findings: Findings
) -> bool:
    try:
        compromised = await published.is_compromised(issuer, key.kid)
    except Unreachable as error:
        findings.not_checked("signature", "keys_unavailable", str(error), code="key_state_unknown")
        return True
    if not compromised:
        findings.passed("signature")
        return True
    try:
        confirmed = await published.is_confirmed(issuer, key.kid, signing_input_sha256(token.text))
    except Unreachable:
        confirmed = False
    if confirmed:
        findings.passed("signature", "The issuer confirms what this compromised key signed.", code="confirmed")
    else:
        findings.not_checked("signature", "key_compromised", key.kid[:300], code="confirmation_missing")
    return confirmed


def _in_force(claims: dict[str, Any], now: datetime, findings: Findings) -> None:
    # `registered_claims` has compared nbf and exp with the dates: where both are there, they are the same moments.
    begins = claims["nbf"] if "nbf" in claims else reader.seconds(claims.get("validFrom"))
    ends = claims["exp"] if "exp" in claims else reader.seconds(claims.get("validUntil"))
    if begins is not None and begins > (now + SKEW).timestamp():
        findings.failed("in_force", "not_yet_valid", str(claims.get("validFrom", begins)))
    elif ends is not None and ends <= now.timestamp():
        findings.failed("in_force", "expired", str(claims.get("validUntil", ends)))
    else:
        findings.passed("in_force")


async def _status(claims: dict[str, Any], issuer: KnownIssuer, published: Published, findings: Findings) -> None:
    if claims.get("credentialStatus") is None:
        findings.not_checked("status", "no_status")
        return
    try:
        entry = entry_of(claims["credentialStatus"])
        if not issuer.may_fetch(entry.url):
            raise Unreachable("Its status list stands at an address that is not its issuer's.", "status_elsewhere")
        found = await published.status_list(issuer, str(entry.url))
        revoked = status_list.is_set(found.bits, entry.index)
    except (Unreachable, CredentialError) as error:
        findings.not_checked("status", "status_unavailable", str(error), code=error.fault or "status_unreachable")
        return
    if revoked:
        await _revoked(claims, issuer, published, findings, found)
    else:
        findings.passed("status", as_of=found.as_of)


async def _revoked(
    claims: dict[str, Any], issuer: KnownIssuer, published: Published, findings: Findings, found: StatusList
) -> None:
    findings.revocation = await published.revocation(issuer, claims.get("id"))
    reason = "superseded" if findings.revocation.superseded_by else "revoked"
    findings.failed("status", reason, findings.revocation.reason, as_of=found.as_of)


def _document(claims: dict[str, Any], version: dict[str, Any] | None, evidence: Evidence, findings: Findings) -> None:
    if evidence.document is None:
        findings.neutral("document")
        return
    renditions = comparable(claims, version or {})
    if not renditions:
        findings.not_checked("document", "document_not_compared", "A certificate of this kind cannot be compared here.")
        return
    found = differences(evidence.document, renditions, complete=version is not None)
    if found:
        findings.document = Document(shows="differs", differences=found)
        findings.failed("document", "document_differs")
    elif version is None:  # its translations stand on the certificate too, and could have been edited
        findings.not_checked("document", "document_not_compared", "The achievement's translations cannot be fetched.")
    else:
        findings.document = Document(shows="text_matches")
        findings.passed("document")

"""Step 1: find the token. What is missing of it is asked of the one service that the code's tag names."""

from typing import Any

import msgspec

from credential import code as codes
from credential import legacy, qr, reader
from credential.errors import MalformedToken, UnsupportedFormat
from credential.reader import UnverifiedToken
from verifier import formats
from verifier.claims import code_of
from verifier.directory import Directory, KnownIssuer
from verifier.errors import NotPublished, Unreachable
from verifier.evidence import Evidence
from verifier.findings import Findings
from verifier.published import Published

__all__ = ["find_token"]


async def find_token(
    evidence: Evidence, directory: Directory, published: Published, findings: Findings
) -> UnverifiedToken | None:
    """The token of the evidence, well-formed and in the words of the second data model; None where there is none."""
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
        token = msgspec.structs.replace(token, claims=legacy.as_version_2(token.claims), legacy=True)
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

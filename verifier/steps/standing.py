"""Steps 4 and 5: is the credential in force by its own dates, and does its issuer say that it still stands?"""

from datetime import datetime
from typing import Any

from credential import reader
from credential import status as status_list
from credential.errors import CredentialError
from verifier.directory import KnownIssuer
from verifier.errors import Unreachable
from verifier.findings import Findings
from verifier.published import Published
from verifier.published.lists import SKEW, StatusList, entry_of

__all__ = ["in_force", "status"]


def in_force(claims: dict[str, Any], now: datetime, findings: Findings) -> None:
    """Step 4: is `now` between its dates, give or take what the clocks of issuer and verifier may differ by?"""
    # `registered_claims` has compared nbf and exp with the dates: where both are there, they are the same moments.
    begins = claims["nbf"] if "nbf" in claims else reader.seconds(claims.get("validFrom"))
    ends = claims["exp"] if "exp" in claims else reader.seconds(claims.get("validUntil"))
    if begins is not None and begins > (now + SKEW).timestamp():
        findings.failed("in_force", "not_yet_valid", str(claims.get("validFrom", begins)))
    elif ends is not None and ends <= now.timestamp():
        findings.failed("in_force", "expired", str(claims.get("validUntil", ends)))
    else:
        findings.passed("in_force")


async def status(claims: dict[str, Any], issuer: KnownIssuer, published: Published, findings: Findings) -> None:
    """Step 5: does a fresh, signed list of its issuer's say that it was not revoked?"""
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

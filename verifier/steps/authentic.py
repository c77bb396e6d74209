"""Steps 2 and 3: is the issuer in the directory, and did a key sign that this issuer publishes and has not lost?"""

from credential import did, proof
from credential.confirmed import signing_input_sha256
from credential.errors import BadSignature, UnsupportedAlgorithm
from credential.jwks import PublicKey
from credential.reader import UnverifiedToken
from verifier.directory import Directory, KnownIssuer
from verifier.errors import Unreachable
from verifier.findings import Findings
from verifier.published import Published

__all__ = ["is_authentic", "known_issuer"]


def known_issuer(token: UnverifiedToken, directory: Directory, findings: Findings) -> KnownIssuer | None:
    """The issuer that the token claims to be from, where the directory knows it."""
    issuer = directory.issuer(token.claimed_issuer)
    if issuer is None and token.claimed_issuer.startswith("did:") and not token.claimed_issuer.startswith(did.METHODS):
        method = ":".join(token.claimed_issuer.split(":")[:2])
        findings.not_checked("known_issuer", "unsupported_format", method[:40], code="did_method")
    elif issuer is None:
        findings.not_checked("known_issuer", "unknown_issuer", token.claimed_issuer[:200])
    else:
        findings.passed("known_issuer", directory.changed)
    return issuer


async def is_authentic(token: UnverifiedToken, issuer: KnownIssuer, published: Published, findings: Findings) -> bool:
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

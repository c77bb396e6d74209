"""What an issuer says of a key that was compromised: "these of its signatures are mine", signed with a sound key.

Whoever stole the key can sign what the issuer never did, and date it back. The issuer knows what it recorded, and publishes
the hashes of those signing inputs, a list for each first two digits, so that asking tells it next to nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from credential import reader
from credential.confirmed import TYP
from credential.errors import CredentialError, MalformedKey, MalformedToken
from verifier.directory import KnownIssuer
from verifier.errors import Unreachable
from verifier.published.fetch import Fetcher
from verifier.published.keys import Keys
from verifier.published.memory import Memory
from verifier.verdict import SHA256

__all__ = ["Confirmations"]

KEPT_FOR = timedelta(minutes=5)
MEMBERS = {"iss", "kid", "prefix", "sha256", "iat"}
VALID_FOR = timedelta(hours=24)
AHEAD = timedelta(minutes=5)
LAST_SEGMENT = re.compile(r"[A-Za-z0-9_-]{1,200}")


@dataclass(frozen=True)
class Confirmation:
    """The confirmed hashes of one prefix, as the issuer signed them at `at`."""

    hashes: frozenset[str]
    at: datetime

    def holds(self, digest: str, now: datetime) -> bool:
        """Whether `digest` is confirmed by a list that is at most 24 hours old at `now`."""
        return digest in self.hashes and now - VALID_FOR <= self.at <= now + AHEAD


class Confirmations:
    """The confirmations that one verifier process knows."""

    def __init__(self, fetcher: Fetcher, memory: Memory, keys: Keys) -> None:
        self._fetcher = fetcher
        self._memory = memory
        self._keys = keys

    async def holds(self, issuer: KnownIssuer, kid: str, digest: str) -> bool:
        """Whether the issuer confirms, under a sound key, what `kid` signed: the signing input's SHA-256, in hex."""
        url = _address_of(issuer, kid, digest)
        if url is None:
            return False

        async def fetch() -> Confirmation:
            body = await self._fetcher.get(url, "application/jwt")
            try:
                text = body.decode("ascii", "replace").strip()
                token = reader.read(text, longest=reader.LONGEST_STATUS_TOKEN, types=(TYP,))
                if token.header.keys() != {"alg", "kid", "typ"}:
                    raise MalformedKey("Its header has other members than alg, kid and typ.")
                await self._keys.require_sound_signature(issuer, token)
                return _confirmation_of(token.claims, issuer, kid, digest[:2])
            except CredentialError as error:
                raise Unreachable(f"{url} cannot be believed: {error}", "confirmation_missing") from error

        found: Confirmation = (await self._memory.once(url, KEPT_FOR, fetch)).value
        return found.holds(digest, self._memory.clock())


def _address_of(issuer: KnownIssuer, kid: str, digest: str) -> str | None:
    """Where the issuer would confirm what `kid` signed; None where that is no address of its own."""
    name = kid.rsplit("/", 1)[-1]
    url = f"{issuer.id}/keys/{name}/confirmed/{digest[:2]}"
    return url if LAST_SEGMENT.fullmatch(name) and issuer.may_fetch(url) else None


def _confirmation_of(claims: Mapping[str, Any], issuer: KnownIssuer, kid: str, prefix: str) -> Confirmation:
    """The confirmation in verified claims. Raises `MalformedToken` when it is about another key, issuer or prefix."""
    hashes, at = claims.get("sha256"), claims.get("iat")
    right = claims.get("iss") == issuer.id and claims.get("kid") == kid and claims.get("prefix") == prefix
    if claims.keys() != MEMBERS or not right or not isinstance(hashes, list) or type(at) is not int:
        raise MalformedToken("The confirmation is about something else.", "claims_disagree")
    if not all(isinstance(digest, str) and SHA256.fullmatch(digest) for digest in hashes):
        raise MalformedToken("The confirmation holds what is no hash.", "claims_disagree")
    try:
        return Confirmation(frozenset(hashes), datetime.fromtimestamp(at, UTC))
    except (ValueError, OverflowError, OSError) as error:
        raise MalformedToken("The confirmation has no date.", "claims_date") from error

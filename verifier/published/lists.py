"""A credential's entry in a status list, and the list that stands at its address (Bitstring Status List v1.0)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from credential import reader, status
from credential.errors import CredentialError, MalformedStatusList
from verifier.directory import KnownIssuer
from verifier.errors import Unreachable
from verifier.published.fetch import Fetcher
from verifier.published.keys import Keys
from verifier.published.memory import Lines, Memory, Recent, Vain

__all__ = ["REVOCATION", "SKEW", "Entry", "Lists", "StatusList", "entry_of", "list_of"]

KEPT_FOR = status.TTL
MOST_LISTS = 100_000  # of which the newest date is remembered
STATUS_FAULTS = {"bad_signature": "status_bad_signature", "unsupported_algorithm": "status_bad_signature"}
REVOCATION = "revocation"
SKEW = timedelta(minutes=5)  # between the clocks of issuer and verifier
LONGEST_INDEX = 10  # digits; the largest list that we read has 33 million entries


class Entry(msgspec.Struct, frozen=True):
    """Where a credential's bit stands: the list's address, not yet known to be its issuer's, and the index."""

    url: object
    index: int


@dataclass(frozen=True)
class StatusList:
    """A list that is what it must be. `as_of` is when the issuer signed it, `until` the end of its validity.

    `text` is the signed token that it came in, where it was fetched.
    """

    bits: bytes
    as_of: datetime
    until: datetime
    text: str = ""


class Lists:
    """The status lists that one verifier process knows."""

    def __init__(self, fetcher: Fetcher, memory: Memory, keys: Keys) -> None:
        self._fetcher = fetcher
        self._memory = memory
        self._keys = keys
        self._vain = Vain(memory.clock)
        self._lines = Lines()
        self._newest: Recent[datetime] = Recent(MOST_LISTS)  # a list that goes back in time is not believed

    async def at(self, issuer: KnownIssuer, url: str) -> StatusList:
        """The issuer's list at `url`, fetched within five minutes and valid now. Raises `Unreachable` where it is not."""
        name = _name(issuer, url)

        async def fetch() -> StatusList:
            body = await self._fetcher.get(url, "application/vc+jwt")
            try:
                text = body.decode("ascii", "replace").strip()
                token = reader.read(text, longest=reader.LONGEST_STATUS_TOKEN)
                if token.claimed_issuer != issuer.id:
                    raise MalformedStatusList("It is not from the credential's issuer.", "status_other_issuer")
                await self._keys.require_sound_signature(issuer, token)
                found = list_of(token.claims, url, self._memory.clock(), self._newest.get(name))
            except CredentialError as error:
                fault = error.fault if isinstance(error, MalformedStatusList) else STATUS_FAULTS.get(error.code)
                raise Unreachable(
                    f"The status list {url} cannot be believed: {error}", fault or "status_malformed"
                ) from error
            self._newest.put(name, found.as_of)
            return replace(found, text=text)

        found: StatusList = (await self._memory.once(name, KEPT_FOR, fetch)).value
        if found.until <= self._memory.clock():
            raise Unreachable(f"The status list {url} has expired.", "status_expired")
        return found

    async def named(self, issuer: KnownIssuer, url: str) -> StatusList:
        """As `at`, for somebody who names a list and shows no signed credential that does.

        Anyone can make up an address. So an issuer, or its platform, is asked for a list that was never seen one at a time,
        and after some vain questions within a minute not at all.
        """
        if _name(issuer, url) in self._newest:
            return await self.at(issuer, url)
        whom = issuer.platform or issuer.id
        async with self._lines.turn(whom):
            if self._vain.are_enough(whom):
                raise Unreachable(f"{whom} was asked for other lists in vain.")
            try:
                return await self.at(issuer, url)
            except Unreachable:
                self._vain.add(whom)
                raise


def _name(issuer: KnownIssuer, url: str) -> str:
    """Under the issuer's name too: whether the list is the credential's issuer's own is checked when it is fetched."""
    return f"{issuer.id} status {url}"


def entry_of(credential_status: object) -> Entry:
    """Read a `credentialStatus` (§2.1). Raises `MalformedStatusList` where it is of a kind that we do not read."""
    alone = isinstance(credential_status, list) and len(credential_status) == 1
    entry = credential_status[0] if alone and isinstance(credential_status, list) else credential_status
    if not isinstance(entry, dict) or entry.get("type") != "BitstringStatusListEntry":
        raise MalformedStatusList("Its status is of a kind that we do not read.", "status_not_supported")
    if entry.get("statusPurpose") != REVOCATION or entry.get("statusSize", 1) != 1:
        raise MalformedStatusList("Its status is not one bit for revocation.", "status_not_supported")
    index = entry.get("statusListIndex")
    if not isinstance(index, str) or not index.isascii() or not index.isdigit() or len(index) > LONGEST_INDEX:
        raise MalformedStatusList("Its status has no readable index.", "status_index_out_of_range")
    return Entry(entry.get("statusListCredential"), int(index))


def list_of(claims: Mapping[str, Any], url: str, now: datetime, newest: datetime | None) -> StatusList:
    """The list of verified `claims`, which was fetched from `url`, as of `now` (§3.2, with our own bounds).

    `newest` is when the newest list seen at that address was signed. Raises `MalformedStatusList`.
    """
    subject, types = claims.get("credentialSubject"), claims.get("type")
    if claims.get("id") != url or not isinstance(types, list) or "BitstringStatusListCredential" not in types:
        raise MalformedStatusList("It is another list, or no list.", "status_other_list")
    if not isinstance(subject, dict) or subject.get("statusPurpose") != REVOCATION:
        raise MalformedStatusList("It is for another purpose.", "status_other_purpose")
    as_of, until = _moment(claims.get("validFrom")), _moment(claims.get("validUntil"))
    if as_of > now + SKEW:
        raise MalformedStatusList("It is not valid yet.", "status_from_future")
    if until <= now:
        raise MalformedStatusList("It has expired.", "status_expired")
    if newest and as_of < newest:
        raise MalformedStatusList("It is older than one that was seen before.", "status_rolled_back")
    return StatusList(status.read_list(claims), as_of, until)


def _moment(text: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise MalformedStatusList("It has no readable dates.", "status_malformed") from error
    if moment.tzinfo is None:
        raise MalformedStatusList("Its dates have no time zone.", "status_malformed")
    return moment

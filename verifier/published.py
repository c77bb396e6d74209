"""What known issuers publish, fetched once, kept for as long as it may be, and asked for by many at the same time once.

Keys, status lists and achievement versions do not name a credential; only `token_of` does, and only a check by code uses it.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from credential import document, proof, reader, status
from credential.errors import CredentialError, MalformedStatusList
from credential.jwks import PublicKey, read_key_set
from verifier.directory import KnownIssuer
from verifier.errors import Unreachable
from verifier.fetch import Fetcher

__all__ = ["Published", "StatusList"]

LIST_FOR = status.TTL
KEYS_FOR = timedelta(minutes=5)
KEYS_AGAIN_AFTER = timedelta(seconds=30)  # a flood of unknown key ids costs at most two fetches a minute
FAILURE_FOR = timedelta(seconds=10)
SKEW = timedelta(minutes=5)  # between the clocks of issuer and verifier
MOST_KEPT = 2000
MOST_RELATED = 2


@dataclass(frozen=True)
class StatusList:
    """A list whose signature, purpose and dates were checked. `as_of` is when the issuer signed it."""

    bits: bytes
    as_of: datetime
    until: datetime


@dataclass(frozen=True)
class _Kept:
    at: datetime
    value: Any
    failure: str = ""  # why, in words: an error kept and raised again would hold on to whatever each asker had in hand


class Published:
    """The memory of one verifier process. Every method raises `Unreachable` when it cannot be sure."""

    def __init__(self, fetcher: Fetcher, clock: Callable[[], datetime]) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._under_way: dict[str, asyncio.Lock] = {}
        self._newest: dict[str, datetime] = {}  # per list: a list that goes back in time is not believed

    async def key(self, issuer: KnownIssuer, kid: str) -> PublicKey | None:
        """The issuer's own key of this id: pinned, or published now. None when the issuer has no such key."""
        if kid in issuer.keys or issuer.jwks_uri is None:
            return issuer.keys.get(kid)
        url = issuer.jwks_uri

        async def fetch() -> dict[str, PublicKey]:
            try:
                return read_key_set(reader.read_json(await self._fetcher.get(url)))
            except CredentialError as error:
                raise Unreachable(f"{url} is not a JWK set.") from error

        keys: dict[str, PublicKey] = await self._once(url, KEYS_FOR, fetch)
        if kid not in keys:
            keys = await self._once(url, KEYS_AGAIN_AFTER, fetch)
        return keys.get(kid)

    async def status_list(self, issuer: KnownIssuer, url: str, purpose: str) -> StatusList:
        """The issuer's list at `url`, fresh: fetched within five minutes and valid now."""

        async def fetch() -> StatusList:
            return await self._checked_list(issuer, url, purpose, await self._fetcher.get(url, "application/vc+jwt"))

        # Under the issuer's name too: whether the list is the credential's issuer's own is checked when it is fetched.
        found: StatusList = await self._once(f"{issuer.id} {purpose} {url}", LIST_FOR, fetch)
        if found.until <= self._clock():
            raise Unreachable(f"The status list {url} has expired.")
        return found

    async def achievement_version(self, issuer: KnownIssuer, related: object) -> dict[str, Any] | None:
        """The achievement version that a credential binds by digest: {} when it binds none, None when it cannot be had."""
        bound = False
        for resource in related[:MOST_RELATED] if isinstance(related, list) else []:
            url, digest = (
                (resource.get("id"), resource.get("digestSRI")) if isinstance(resource, dict) else (None, None)
            )
            if not issuer.may_fetch(url) or not isinstance(digest, str):
                continue
            bound = True

            async def fetch(url: str = str(url), digest: str = digest) -> dict[str, Any]:
                body = await self._fetcher.get(url, "application/json")
                if document.digest_sri(body) != digest:
                    raise Unreachable(f"{url} is not what the credential binds.")
                try:
                    return reader.read_json(body)
                except CredentialError as error:
                    raise Unreachable(f"{url} is not JSON.") from error

            try:
                version: dict[str, Any] = await self._once(f"{digest} {url}", timedelta(days=1), fetch)
                return version
            except Unreachable:
                continue
        return None if bound else {}

    async def token_of(self, issuer: KnownIssuer, code: str) -> str:
        """The token that the issuer publishes for a code. Also raises `NotPublished`. Never kept."""
        body = await self._fetcher.get(f"{issuer.service}/credentials/{code}.jwt", "application/vc+jwt")
        return body.decode("ascii", "replace").strip()

    async def _checked_list(self, issuer: KnownIssuer, url: str, purpose: str, body: bytes) -> StatusList:
        """Numbered as in the Bitstring Status List validation algorithm (§3.2), with our own bounds."""
        try:
            token = reader.read(body.decode("ascii", "replace").strip(), longest=reader.LONGEST_STATUS_TOKEN)
            claims = token.claims
            key = await self.key(issuer, token.claimed_kid)
            if token.claimed_issuer != issuer.id or key is None:
                raise MalformedStatusList("It is not from the credential's issuer.")
            proof.verify(token, key)
            subject = claims.get("credentialSubject")
            types = claims.get("type")
            right_kind = isinstance(types, list) and "BitstringStatusListCredential" in types
            right_purpose = isinstance(subject, dict) and subject.get("statusPurpose") == purpose
            if claims.get("id") != url or not right_kind or not right_purpose:
                raise MalformedStatusList("It is another list or for another purpose.")
            as_of, until = _moment(claims.get("validFrom")), _moment(claims.get("validUntil"))
            if not as_of <= self._clock() + SKEW or until <= self._clock():
                raise MalformedStatusList("It is not valid now.")
            if as_of < self._newest.get(f"{issuer.id} {url}", as_of):
                raise MalformedStatusList("It is older than one that was seen before.")
            found = StatusList(status.read_list(claims), as_of, until)
        except CredentialError as error:
            raise Unreachable(f"The status list {url} cannot be believed: {error}") from error
        self._newest[f"{issuer.id} {url}"] = as_of
        return found

    async def _once(self, name: str, keep: timedelta, fetch: Callable[[], Awaitable[Any]]) -> Any:
        """What is kept under `name` and not older than `keep`, else fetched now by one asker for all that wait."""
        lock = self._under_way.setdefault(name, asyncio.Lock())
        try:
            async with lock:
                kept = self._kept.get(name)
                age = self._clock() - kept.at if kept else None
                if kept and age is not None and timedelta(0) <= age < (FAILURE_FOR if kept.failure else keep):
                    if kept.failure:
                        raise Unreachable(kept.failure)
                    return kept.value
                try:
                    value = await fetch()
                except Unreachable as failure:
                    self._keep(name, _Kept(self._clock(), None, str(failure)))
                    raise
                self._keep(name, _Kept(self._clock(), value))
                return value
        finally:
            if not lock.locked():
                self._under_way.pop(name, None)

    def _keep(self, name: str, kept: _Kept) -> None:
        self._kept[name] = kept
        self._kept.move_to_end(name)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)


def _moment(text: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise MalformedStatusList("It has no readable dates.") from error
    if moment.tzinfo is None:
        raise MalformedStatusList("Its dates have no time zone.")
    return moment

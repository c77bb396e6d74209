"""What known issuers publish, fetched once, kept for as long as it may be, and asked for by many at the same time once.

Keys, status lists, achievement versions and dictionaries do not name a credential; only `token_of` does, and only a check by
code uses it.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from credential import document, proof, reader, status
from credential.confirmed import TYP
from credential.errors import BadSignature, CredentialError, MalformedKey, MalformedStatusList
from credential.jwks import PublicKey, read_key, read_key_set, read_states
from credential.reader import UnverifiedToken
from verifier import confirmations
from verifier.confirmations import Confirmation, confirmation_of
from verifier.dictionaries import Dictionaries
from verifier.directory import KnownIssuer
from verifier.errors import Unreachable
from verifier.fetch import Fetcher
from verifier.lists import StatusList, list_of
from verifier.verdict import Revocation

__all__ = ["Published"]

LIST_FOR = status.TTL
KEYS_FOR = timedelta(minutes=5)
CONFIRMATION_FOR = timedelta(minutes=5)
KEY_FETCHES, KEY_FETCHES_IN = 2, timedelta(minutes=1)  # what a flood of unknown key ids costs at most
FAILURE_FOR = timedelta(seconds=10)
MOST_KEPT = 2000
STATUS_FAULTS = {"bad_signature": "status_bad_signature", "unsupported_algorithm": "status_bad_signature"}
LONGEST_SAID = 500  # characters of an issuer's own words about a revocation
MOST_RELATED = 2


@dataclass(frozen=True)
class _KeySet:
    keys: Mapping[str, PublicKey]
    states: Mapping[str, str]


@dataclass(frozen=True)
class _Kept:
    """`number` counts the fetches of this process, in the order in which they were begun."""

    number: int
    at: datetime
    value: Any
    # The words and the fault alone: an error kept and raised again would hold on to whatever each asker had in hand.
    failure: tuple[str, str | None] | None = None


class Published:
    """The memory of one verifier process. Every method raises `Unreachable` when it cannot be sure."""

    def __init__(self, fetcher: Fetcher, clock: Callable[[], datetime]) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._dictionaries = Dictionaries(fetcher, clock)
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._under_way: dict[str, asyncio.Lock] = {}
        self._begun = 0
        self._key_fetches: dict[str, deque[datetime]] = {}
        self._newest: dict[str, datetime] = {}  # per list: a list that goes back in time is not believed

    async def key(self, issuer: KnownIssuer, token: UnverifiedToken) -> PublicKey | None:
        """The issuer's own key that the token names: pinned, or published now. None when the issuer has no such key.

        That it has none is only said of a key set that was asked for after the token came: a set from before could miss a
        new key. Where the set may not be asked for again so soon, `Unreachable` is raised.
        """
        kid = token.claimed_kid
        pinned = _named(issuer.keys, token)
        if pinned or kid in issuer.keys or issuer.jwks_uri is None or not issuer.may_own(kid):
            return pinned
        begun = self._begun
        kept = await self._key_set(issuer, issuer.jwks_uri)
        if _named(kept.value.keys, token) is None and kept.number <= begun:
            kept = await self._key_set(issuer, issuer.jwks_uri, again=True)
        found = _named(kept.value.keys, token)
        if found is None and kept.number <= begun:
            raise Unreachable(f"{issuer.jwks_uri} was asked for a moment ago.", "key_set_just_fetched")
        return found

    async def is_compromised(self, issuer: KnownIssuer, kid: str) -> bool:
        """Whether the issuer said, at most five minutes ago, that somebody else may have this key.

        An issuer without a `jwks_uri` cannot say so: its keys stand in the directory alone.
        """
        if issuer.jwks_uri is None:
            return False
        states = (await self._key_set(issuer, issuer.jwks_uri)).value.states
        return bool(states.get(kid) == "compromised")

    async def is_confirmed(self, issuer: KnownIssuer, kid: str, digest: str) -> bool:
        """Whether the issuer confirms, under a sound key, what a compromised one signed (`signing_input_sha256`)."""
        url = confirmations.address_of(issuer, kid, digest)
        if url is None:
            return False

        async def fetch() -> Confirmation:
            body = await self._fetcher.get(url, "application/jwt")
            try:
                token = reader.read(_ascii(body), longest=reader.LONGEST_STATUS_TOKEN, types=(TYP,))
                if token.header.keys() != {"alg", "kid", "typ"}:
                    raise MalformedKey("Its header has other members than alg, kid and typ.")
                await self._require_sound_signature(issuer, token)
                return confirmation_of(token.claims, issuer, kid, digest[:2])
            except CredentialError as error:
                raise Unreachable(f"{url} cannot be believed: {error}", "confirmation_missing") from error

        found: Confirmation = (await self._once(url, CONFIRMATION_FOR, fetch)).value
        return found.holds(digest, self._clock())

    async def status_list(self, issuer: KnownIssuer, url: str) -> StatusList:
        """The issuer's revocation list at `url`, fresh: fetched within five minutes and valid now."""

        async def fetch() -> StatusList:
            return await self._checked_list(issuer, url, await self._fetcher.get(url, "application/vc+jwt"))

        # Under the issuer's name too: whether the list is the credential's issuer's own is checked when it is fetched.
        found: StatusList = (await self._once(f"{issuer.id} status {url}", LIST_FOR, fetch)).value
        if found.until <= self._clock():
            raise Unreachable(f"The status list {url} has expired.", "status_expired")
        return found

    async def revocation(self, issuer: KnownIssuer, credential_id: object) -> Revocation:
        """What the issuer says of a credential that its list revokes; nothing where it says nothing readable. Never kept.

        The one request that names a credential whose token is at hand, and so only for revoked ones.
        """
        url = f"{credential_id}/status"
        if not issuer.may_fetch(url):
            return Revocation()
        try:
            said = reader.read_json(await self._fetcher.get(url, "application/json"))
        except (Unreachable, CredentialError):
            return Revocation()
        if said.get("revoked") is not True:
            return Revocation()
        members = {name: said.get(name) for name in ("since", "reason", "superseded_by")}
        texts = {n: text for n, text in members.items() if isinstance(text, str) and 0 < len(text) <= LONGEST_SAID}
        return msgspec.convert(texts, Revocation)

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
                version: dict[str, Any] = (await self._once(f"{digest} {url}", timedelta(days=1), fetch)).value
                return version
            except Unreachable:
                continue
        return None if bound else {}

    async def token_of(self, issuer: KnownIssuer, code: str) -> str:
        """The token that the issuer publishes for a code. Also raises `NotPublished`. Never kept."""
        body = await self._fetcher.get(f"{issuer.service}/credentials/{code}.jwt", "application/vc+jwt")
        return _ascii(body)

    async def dictionary(self, issuer: KnownIssuer, id_: str) -> bytes:
        """The dictionary that a QR code of this issuer's service names (`credential.qr.dictionary_id`)."""
        return await self._dictionaries.get(issuer.service, id_)

    async def _checked_list(self, issuer: KnownIssuer, url: str, body: bytes) -> StatusList:
        try:
            token = reader.read(_ascii(body), longest=reader.LONGEST_STATUS_TOKEN)
            if token.claimed_issuer != issuer.id:
                raise MalformedStatusList("It is not from the credential's issuer.", "status_other_issuer")
            await self._require_sound_signature(issuer, token)
            found = list_of(token.claims, url, self._clock(), self._newest.get(f"{issuer.id} {url}"))
        except CredentialError as error:
            fault = error.fault if isinstance(error, MalformedStatusList) else STATUS_FAULTS.get(error.code)
            raise Unreachable(
                f"The status list {url} cannot be believed: {error}", fault or "status_malformed"
            ) from error
        self._newest[f"{issuer.id} {url}"] = found.as_of
        return found

    async def _require_sound_signature(self, issuer: KnownIssuer, token: UnverifiedToken) -> None:
        """Raises `CredentialError` unless a key of the issuer signed the token, and is not known to be compromised."""
        key = await self.key(issuer, token)
        if key is None:
            raise BadSignature("It names no key of the issuer.")
        proof.verify(token, key)
        if await self.is_compromised(issuer, key.kid):
            raise BadSignature("Its key was compromised.")

    async def _key_set(self, issuer: KnownIssuer, url: str, *, again: bool = False) -> _Kept:
        """The issuer's key set, at most five minutes old; with `again` anew, if it was not fetched too often of late."""

        async def fetch() -> _KeySet:
            fetches = self._key_fetches.setdefault(url, deque(maxlen=KEY_FETCHES))
            fetches.append(self._clock())
            try:
                published = reader.read_json(await self._fetcher.get(url))
                return _KeySet(read_key_set(published), read_states(published))
            except CredentialError as error:
                raise Unreachable(f"{url} is not a JWK set: {error}", "key_set_malformed") from error

        def may_be_asked_again() -> bool:
            fetches = self._key_fetches.setdefault(url, deque(maxlen=KEY_FETCHES))
            return again and (len(fetches) < KEY_FETCHES or self._clock() - fetches[0] >= KEY_FETCHES_IN)

        return await self._once(url, KEYS_FOR, fetch, may_be_asked_again)

    async def _once(
        self,
        name: str,
        keep: timedelta,
        fetch: Callable[[], Awaitable[Any]],
        anew: Callable[[], bool] = lambda: False,
    ) -> _Kept:
        """What is kept under `name` and not older than `keep`, else fetched now by one asker for all that wait.

        `anew` is asked when it is this asker's turn: whether to fetch even so.
        """
        begun = self._begun
        lock = self._under_way.setdefault(name, asyncio.Lock())
        try:
            async with lock:
                kept = self._kept.get(name)
                if kept and self._is_fresh(kept, keep) and (kept.number > begun or not anew()):
                    if kept.failure:
                        raise Unreachable(*kept.failure)
                    return kept
                self._begun += 1
                number = self._begun
                try:
                    made = _Kept(number, self._clock(), await fetch())
                except Unreachable as failure:
                    self._keep(name, _Kept(number, self._clock(), None, (str(failure), failure.fault)))
                    raise
                self._keep(name, made)
                return made
        finally:
            if not lock.locked():
                self._under_way.pop(name, None)

    def _is_fresh(self, kept: _Kept, keep: timedelta) -> bool:
        return timedelta(0) <= self._clock() - kept.at < (FAILURE_FOR if kept.failure else keep)

    def _keep(self, name: str, kept: _Kept) -> None:
        self._kept[name] = kept
        self._kept.move_to_end(name)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)


def _named(keys: Mapping[str, PublicKey], token: UnverifiedToken) -> PublicKey | None:
    """The one of `keys` that the token names by its `kid`, or carries with it: a stranger's key is never among them."""
    carried = token.claimed_key
    if carried is None:
        return keys.get(token.claimed_kid)
    try:
        stranger = read_key({**carried, "kid": ""})
    except MalformedKey:
        return None
    kid = token.claimed_kid
    return next((own for name, own in keys.items() if own.key == stranger.key and kid in {"", name}), None)


def _ascii(body: bytes) -> str:
    return body.decode("ascii", "replace").strip()

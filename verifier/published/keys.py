"""The keys of known issuers, pinned or published, and whether one of them was stolen."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from credential import proof, reader
from credential.errors import BadSignature, CredentialError, MalformedKey
from credential.jwks import PublicKey, read_key, read_key_set, read_states
from credential.reader import UnverifiedToken
from verifier.directory import KnownIssuer
from verifier.errors import Unreachable
from verifier.published.fetch import Fetcher
from verifier.published.memory import Found, Lines, Memory, Recent, Vain

__all__ = ["Keys"]

KEYS_FOR = timedelta(minutes=5)
FETCHES, FETCHES_IN = 2, timedelta(minutes=1)  # what a flood of unknown key ids of one issuer costs at most
MOST_SETS = 10_000
MOST_ORGANISATIONS = 200_000  # of one platform


@dataclass(frozen=True)
class _KeySet:
    keys: Mapping[str, PublicKey]
    states: Mapping[str, str]


class Keys:
    """What is known of keys in one verifier process."""

    def __init__(self, fetcher: Fetcher, memory: Memory) -> None:
        self._fetcher = fetcher
        self._memory = memory
        self._fetches: Recent[deque[datetime]] = Recent(MOST_SETS)
        self._vain = Vain(memory.clock)
        self._lines = Lines()
        self._seen: dict[str, Recent[bool]] = {}  # the organisations of each platform that have published keys

    async def key(self, issuer: KnownIssuer, token: UnverifiedToken) -> PublicKey | None:
        """The issuer's own key that the token names: pinned, or published now. None when the issuer has no such key.

        That it has none is only said of a key set that was asked for after the token came: a set from before could miss a
        new key. Where the set may not be asked for again so soon, `Unreachable` is raised.
        """
        kid = token.claimed_kid
        pinned = _named(issuer.keys, token)
        if pinned or kid in issuer.keys or issuer.jwks_uri is None or not issuer.may_own(kid):
            return pinned
        begun = self._memory.begun
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

    async def published(self, issuer: KnownIssuer) -> tuple[tuple[PublicKey, ...], frozenset[str], datetime]:
        """The keys that the issuer publishes, the ids of those that somebody else may have, and when that was fetched.

        Nothing, now, for an issuer without a `jwks_uri`. Raises `Unreachable`.
        """
        if issuer.jwks_uri is None:
            return (), frozenset(), self._memory.clock()
        found = await self._key_set(issuer, issuer.jwks_uri)
        compromised = frozenset(kid for kid, state in found.value.states.items() if state == "compromised")
        return tuple(found.value.keys.values()), compromised, found.at

    async def require_sound_signature(self, issuer: KnownIssuer, token: UnverifiedToken) -> None:
        """Raises `CredentialError` unless a key of the issuer signed the token, and is not known to be compromised."""
        key = await self.key(issuer, token)
        if key is None:
            raise BadSignature("It names no key of the issuer.")
        proof.verify(token, key)
        if await self.is_compromised(issuer, key.kid):
            raise BadSignature("Its key was compromised.")

    def seen_of(self, platform: str) -> int:
        """How many organisations of a platform have published keys since this process began."""
        return len(self._seen.get(platform, ()))

    async def _key_set(self, issuer: KnownIssuer, url: str, *, again: bool = False) -> Found:
        """The issuer's key set, at most five minutes old; with `again` anew, if it was not fetched too often of late.

        Anyone can make up an organisation of a platform. So a platform is asked for one that never answered before one at
        a time, and after some vain questions within a minute not at all; those that did answer are asked as ever.
        """
        if not issuer.platform or url in self._seen.get(issuer.platform, ()):
            return await self._fetched(url, again=again)
        async with self._lines.turn(issuer.platform):
            if self._memory.has(url, KEYS_FOR):
                return await self._fetched(url, again=again)
            if self._vain.are_enough(issuer.platform):
                raise Unreachable(f"{issuer.platform} was asked for other organisations in vain.", "key_set_not_asked")
            try:
                found = await self._fetched(url, again=again)
            except Unreachable:
                self._vain.add(issuer.platform)
                raise
            self._seen.setdefault(issuer.platform, Recent(MOST_ORGANISATIONS)).put(url, True)
            return found

    async def _fetched(self, url: str, *, again: bool) -> Found:
        async def fetch() -> _KeySet:
            self._fetches.put(url, self._fetches.get(url) or deque(maxlen=FETCHES))
            self._fetches[url].append(self._memory.clock())
            try:
                published = reader.read_json(await self._fetcher.get(url))
                return _KeySet(read_key_set(published), read_states(published))
            except CredentialError as error:
                raise Unreachable(f"{url} is not a JWK set: {error}", "key_set_malformed") from error

        def may_be_asked_again() -> bool:
            fetches = self._fetches.get(url) or deque()
            return again and (len(fetches) < FETCHES or self._memory.clock() - fetches[0] >= FETCHES_IN)

        return await self._memory.once(url, KEYS_FOR, fetch, may_be_asked_again)


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

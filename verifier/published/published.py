"""Everything that known issuers publish, in one place to ask."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from credential.jwks import PublicKey
from credential.reader import UnverifiedToken
from verifier.directory import KnownIssuer
from verifier.published.confirmations import Confirmations
from verifier.published.credentials import Credentials
from verifier.published.dictionaries import Dictionaries
from verifier.published.fetch import Fetcher
from verifier.published.keys import Keys
from verifier.published.lists import Lists, StatusList
from verifier.published.memory import Memory
from verifier.published.profiles import Profiles
from verifier.published.versions import Versions
from verifier.verdict import Revocation

__all__ = ["Published"]


class Published:
    """The memory of one verifier process. A method raises `Unreachable` when it cannot be sure, unless it says otherwise."""

    def __init__(self, fetcher: Fetcher, clock: Callable[[], datetime]) -> None:
        memory = Memory(clock)
        self._keys = Keys(fetcher, memory)
        self._confirmations = Confirmations(fetcher, memory, self._keys)
        self._lists = Lists(fetcher, memory, self._keys)
        self._profiles = Profiles(fetcher, memory)
        self._versions = Versions(fetcher, memory)
        self._dictionaries = Dictionaries(fetcher, clock)
        self._credentials = Credentials(fetcher)

    async def key(self, issuer: KnownIssuer, token: UnverifiedToken) -> PublicKey | None:
        """The issuer's own key that the token names: pinned, or published now. None when the issuer has no such key."""
        return await self._keys.key(issuer, token)

    async def is_compromised(self, issuer: KnownIssuer, kid: str) -> bool:
        """Whether the issuer said, at most five minutes ago, that somebody else may have this key."""
        return await self._keys.is_compromised(issuer, kid)

    async def is_confirmed(self, issuer: KnownIssuer, kid: str, digest: str) -> bool:
        """Whether the issuer confirms, under a sound key, what a compromised one signed (`signing_input_sha256`)."""
        return await self._confirmations.holds(issuer, kid, digest)

    async def keys(self, issuer: KnownIssuer) -> tuple[tuple[PublicKey, ...], frozenset[str], datetime]:
        """What the issuer publishes of its keys: the keys, the ids of those that were compromised, and when it said so."""
        return await self._keys.published(issuer)

    async def status_list(self, issuer: KnownIssuer, url: str) -> StatusList:
        """The issuer's revocation list at `url`, fresh: fetched within five minutes and valid now."""
        return await self._lists.at(issuer, url)

    async def list_named(self, issuer: KnownIssuer, url: str) -> StatusList:
        """As `status_list`, for who names it without a signed credential: after vain questions it is not asked for."""
        return await self._lists.named(issuer, url)

    async def profile_names(self, issuer: KnownIssuer) -> dict[str, str]:
        """The issuer's names per language: the directory's, or what a platform publishes of one of its organisations.

        {} where the platform's word cannot be had; nothing is raised. To be asked once the signature was good.
        """
        return await self._profiles.names(issuer)

    async def achievement_version(self, issuer: KnownIssuer, related: object) -> dict[str, Any] | None:
        """The achievement version that a credential binds by digest: {} when it binds none, None when it cannot be had."""
        return await self._versions.bound(issuer, related)

    async def dictionary(self, issuer: KnownIssuer, id_: str) -> bytes:
        """The dictionary that a QR code of this issuer's service names (`credential.qr.dictionary_id`)."""
        return await self._dictionaries.get(issuer.service, id_)

    async def token_of(self, issuer: KnownIssuer, code: str) -> str:
        """The token that the issuer publishes for a code. Also raises `NotPublished`. Never kept."""
        return await self._credentials.token_of(issuer, code)

    async def knows_file(self, issuer: KnownIssuer, code: str, sha256: str) -> bool:
        """Whether the issuer gave out a file with this hash, in hex, for the credential with this code. Never kept."""
        return await self._credentials.knows_file(issuer, code, sha256)

    async def revocation(self, issuer: KnownIssuer, credential_id: object) -> Revocation:
        """What the issuer says of a credential that its list revokes; nothing where it says nothing. Never kept."""
        return await self._credentials.revocation(issuer, credential_id)

    def organisations_seen(self, platform: KnownIssuer) -> int:
        """How many organisations of a platform have published keys since this process began."""
        return self._keys.seen_of(platform.id)

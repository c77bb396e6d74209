"""The versions of achievements that credentials bind by digest: they never change."""

from datetime import timedelta
from typing import Any

from credential import document, reader
from credential.errors import CredentialError
from verifier.directory import KnownIssuer
from verifier.errors import Unreachable
from verifier.published.fetch import Fetcher
from verifier.published.memory import Memory

__all__ = ["Versions"]

KEPT_FOR = timedelta(days=1)
MOST_RELATED = 2


class Versions:
    """The versions that one verifier process knows."""

    def __init__(self, fetcher: Fetcher, memory: Memory) -> None:
        self._fetcher = fetcher
        self._memory = memory

    async def bound(self, issuer: KnownIssuer, related: object) -> dict[str, Any] | None:
        """The one that a credential's `relatedResource` binds: {} when it binds none, None when it cannot be had."""
        resources = related[:MOST_RELATED] if isinstance(related, list) else []
        known = False
        for each in resources:
            url, digest = (each.get("id"), each.get("digestSRI")) if isinstance(each, dict) else (None, None)
            if issuer.may_fetch(url) and isinstance(digest, str):
                known = True
                try:
                    return await self._version(str(url), digest)
                except Unreachable:
                    continue
        return None if known else {}

    async def _version(self, url: str, digest: str) -> dict[str, Any]:
        async def fetch() -> dict[str, Any]:
            body = await self._fetcher.get(url, "application/json")
            if document.digest_sri(body) != digest:
                raise Unreachable(f"{url} is not what the credential binds.")
            try:
                return reader.read_json(body)
            except CredentialError as error:
                raise Unreachable(f"{url} is not JSON.") from error

        version: dict[str, Any] = (await self._memory.once(f"{digest} {url}", KEPT_FOR, fetch)).value
        return version

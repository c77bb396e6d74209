"""The names of a platform's organisations, as the platform publishes them in their profiles (OB 3.0 §B.1.17).

The directory vouches for the platform, and the platform for these names: they are shown beside its own, never alone.
"""

import re
from collections.abc import Iterator
from datetime import timedelta

from credential import reader
from credential.errors import CredentialError
from credential.wording import script_language
from verifier.directory import KnownIssuer
from verifier.errors import Unreachable
from verifier.published.fetch import Fetcher
from verifier.published.memory import Memory

__all__ = ["Profiles"]

NAMES_FOR = timedelta(hours=1)
LONGEST_NAME = 200
MOST_NAMES = 10
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}")


class Profiles:
    """The names that one verifier process knows."""

    def __init__(self, fetcher: Fetcher, memory: Memory) -> None:
        self._fetcher = fetcher
        self._memory = memory

    async def names(self, issuer: KnownIssuer) -> dict[str, str]:
        """The issuer's names per language: the directory's, or its platform's word for it; {} where that is not to be had.

        The language is "" where nothing tells it.
        """
        if not issuer.listed_by:
            return dict(issuer.names)

        async def fetch() -> dict[str, str]:
            try:
                said = reader.read_json(await self._fetcher.get(issuer.id, "application/ld+json, application/json"))
            except CredentialError as error:
                raise Unreachable(f"{issuer.id} is not JSON.") from error
            names = dict(_names(said.get("name")))
            if said.get("id") != issuer.id or not names:
                raise Unreachable(f"{issuer.id} is not the profile of an organisation with a name.")
            return names

        try:
            names: dict[str, str] = (await self._memory.once(f"names {issuer.id}", NAMES_FOR, fetch)).value
        except Unreachable:
            return {}
        return names


def _names(said: object) -> Iterator[tuple[str, str]]:
    """A text, or texts with their languages (VCDM 2.0 §11.1). What no line of a page can hold is passed over."""
    for one in (said if isinstance(said, list) else [said])[:MOST_NAMES]:
        text, language = (one.get("@value"), one.get("@language")) if isinstance(one, dict) else (one, None)
        if isinstance(text, str) and text.strip() and len(text) <= LONGEST_NAME and text.isprintable():
            yield (
                language if isinstance(language, str) and LANGUAGE.fullmatch(language) else script_language(text),
                text,
            )

"""The dictionaries of QR codes, as issuer services publish them: each is named by its hash and so never changes.

Anyone can write a QR code that names a dictionary which does not exist. So a service is asked for one at a time, and after
some vain questions within a minute not at all; what is known goes on working.
"""

from collections.abc import Callable
from datetime import datetime

from credential.qr import LONGEST_DICTIONARY, dictionary_id
from verifier.errors import Unreachable
from verifier.published.fetch import Fetcher
from verifier.published.memory import Lines, Recent, Vain

__all__ = ["Dictionaries"]

MOST_KEPT = 500  # of at most 32 KiB each


class Dictionaries:
    """The memory of one verifier process."""

    def __init__(self, fetcher: Fetcher, clock: Callable[[], datetime]) -> None:
        self._fetcher = fetcher
        self._kept: Recent[bytes] = Recent(MOST_KEPT)
        self._vain = Vain(clock)
        self._lines = Lines()

    async def get(self, service: str, id_: str) -> bytes:
        """The dictionary `id_` (`credential.qr.dictionary_id`) of a service of the directory. Raises `Unreachable`."""
        url = f"{service}/dictionaries/{id_}"
        if url in self._kept:
            self._kept.move_to_end(url)
        else:
            async with self._lines.turn(service):
                if url not in self._kept:
                    self._kept.put(url, await self._fetched(service, url, id_))
        return self._kept[url]

    async def _fetched(self, service: str, url: str, id_: str) -> bytes:
        if self._vain.are_enough(service):
            raise Unreachable(f"{service} was asked for other dictionaries in vain.", "dictionary_not_asked")
        try:
            content = await self._fetcher.get(url, "application/octet-stream")
            if len(content) > LONGEST_DICTIONARY or dictionary_id(content) != id_:
                raise Unreachable(f"{url} is not the dictionary of that name.", "dictionary_malformed")
        except Unreachable as error:
            self._vain.add(service)
            raise Unreachable(str(error), error.fault or "dictionary_unreachable") from error
        return content

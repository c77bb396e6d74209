"""The dictionaries of QR codes, as issuer services publish them: each is named by its hash and so never changes.

Anyone can write a QR code that names a dictionary which does not exist. So a service is asked for one at a time, and after
some vain questions within a minute not at all; what is known goes on working.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from datetime import datetime, timedelta

from credential.qr import LONGEST_DICTIONARY, dictionary_id
from verifier.errors import Unreachable
from verifier.fetch import Fetcher

__all__ = ["Dictionaries"]

MOST_KEPT = 500  # of at most 32 KiB each
VAIN, VAIN_IN = 5, timedelta(minutes=1)  # what a flood of names that nobody knows costs a service at most


class Dictionaries:
    """The memory of one verifier process."""

    def __init__(self, fetcher: Fetcher, clock: Callable[[], datetime]) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._vain: dict[str, deque[datetime]] = {}
        self._under_way: dict[str, asyncio.Lock] = {}

    async def get(self, service: str, id_: str) -> bytes:
        """The dictionary `id_` (`credential.qr.dictionary_id`) of a service of the directory. Raises `Unreachable`."""
        url = f"{service}/dictionaries/{id_}"
        if url in self._kept:
            self._kept.move_to_end(url)
            return self._kept[url]
        lock = self._under_way.setdefault(service, asyncio.Lock())
        try:
            async with lock:
                return self._kept.get(url) or await self._fetched(service, url, id_)
        finally:
            if not lock.locked():
                self._under_way.pop(service, None)

    async def _fetched(self, service: str, url: str, id_: str) -> bytes:
        vain = self._vain.setdefault(service, deque(maxlen=VAIN))
        if len(vain) == VAIN and self._clock() - vain[0] < VAIN_IN:
            raise Unreachable(f"{service} was asked for other dictionaries in vain.", "dictionary_not_asked")
        try:
            content = await self._fetcher.get(url, "application/octet-stream")
            if len(content) > LONGEST_DICTIONARY or dictionary_id(content) != id_:
                raise Unreachable(f"{url} is not the dictionary of that name.", "dictionary_malformed")
        except Unreachable as error:
            vain.append(self._clock())
            raise Unreachable(str(error), error.fault or "dictionary_unreachable") from error
        self._kept[url] = content
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return content

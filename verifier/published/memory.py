"""What was fetched of late: whoever asks while it is under way waits for the one who asked first."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from verifier.errors import Unreachable

__all__ = ["Found", "Lines", "Memory", "Recent", "Vain"]

FAILURE_FOR = timedelta(seconds=10)
VAIN, VAIN_IN = 5, timedelta(minutes=1)
MOST_KEPT = 2000
Thing = TypeVar("Thing")


class Recent(OrderedDict[str, Thing]):
    """The `most` things that were put in last, by name."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def put(self, name: str, thing: Thing) -> None:
        """Put in, or put in front again."""
        self[name] = thing
        self.move_to_end(name)
        while len(self) > self.most:
            self.popitem(last=False)


class _Line(asyncio.Lock):
    askers = 0


class Lines:
    """Whoever wants the same stands in one line; a line that nobody stands in is forgotten."""

    def __init__(self) -> None:
        self._lines: dict[str, _Line] = {}

    def has(self, name: str) -> bool:
        """Whether anybody stands in the line of that name."""
        return name in self._lines

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """Wait for one's turn in the line of that name."""
        line = self._lines.setdefault(name, _Line())
        line.askers += 1
        try:
            async with line:
                yield
        finally:
            line.askers -= 1
            if not line.askers:
                del self._lines[name]


class Vain:
    """The questions that somebody was asked in vain: what a flood of names that nobody knows costs them at most."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._asked: dict[str, deque[datetime]] = {}

    def add(self, whom: str) -> None:
        """Another question was asked in vain."""
        self._asked.setdefault(whom, deque(maxlen=VAIN)).append(self._clock())

    def are_enough(self, whom: str) -> bool:
        """Whether so many were within the last minute that no other is asked yet."""
        asked = self._asked.get(whom)
        return asked is not None and len(asked) == VAIN and self._clock() - asked[0] < VAIN_IN


@dataclass(frozen=True)
class Found:
    """What was found, or that nothing was. `number` counts the fetches of this process in the order they were begun."""

    number: int
    at: datetime
    value: Any
    # The words and the fault alone: an error kept and raised again would hold on to whatever each asker had in hand.
    failure: tuple[str, str | None] | None = None


class Memory:
    """The memory of one verifier process."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.begun = 0
        self._found: Recent[Found] = Recent(MOST_KEPT)
        self._lines = Lines()

    async def once(
        self,
        name: str,
        keep: timedelta,
        fetch: Callable[[], Awaitable[Any]],
        anew: Callable[[], bool] = lambda: False,
    ) -> Found:
        """What is kept under `name` and not older than `keep`, else fetched now by one asker for all that wait.

        `anew` is asked when it is this asker's turn: whether to fetch even so. Raises `Unreachable` where the fetch did.
        """
        begun = self.begun
        kept = self._kept(name, keep)
        if kept and not self._lines.has(name) and not anew():  # it would be this asker's turn at once
            return _sound(kept)
        async with self._lines.turn(name):
            kept = self._kept(name, keep)
            if kept and (kept.number > begun or not anew()):
                return _sound(kept)
            self.begun += 1
            number = self.begun
            try:
                made = Found(number, self.clock(), await fetch())
            except Unreachable as failure:
                self._found.put(name, Found(number, self.clock(), None, (str(failure), failure.fault)))
                raise
            self._found.put(name, made)
            return made

    def has(self, name: str, keep: timedelta) -> bool:
        """Whether something is kept under `name` that nothing must be fetched for; a failure to fetch is something."""
        return self._kept(name, keep) is not None

    def _kept(self, name: str, keep: timedelta) -> Found | None:
        """What is kept under `name` and fresh."""
        found = self._found.get(name)
        fresh = found and timedelta(0) <= self.clock() - found.at < (FAILURE_FOR if found.failure else keep)
        return found if fresh else None


def _sound(found: Found) -> Found:
    if found.failure:
        raise Unreachable(*found.failure)
    return found

"""What a pile may still have: time, bytes unpacked, tables and codes. One for each pile, used by several threads at once."""

from collections.abc import Iterable, Iterator
from threading import Lock
from time import monotonic
from typing import TypeVar

from verifier.piles.item import LARGEST_PILE, NotOpened

__all__ = ["MOST_CODES", "MOST_TABLES", "SECONDS", "Allowance"]

SECONDS = 600  # for a pile, from when it has come
MOST_TABLES = 10  # each can take a process some seconds
MOST_CODES = 200  # for each, somebody else's service is asked for a token
Thing = TypeVar("Thing")


class Allowance:
    """What is left of it; the time runs from when this is made."""

    def __init__(self, size: int = LARGEST_PILE) -> None:
        self._until = monotonic() + SECONDS
        self._size = size
        self._tables = MOST_TABLES
        self._codes = MOST_CODES
        self._lock = Lock()

    def end(self) -> None:
        """There is no more time: nobody waits for this pile any longer."""
        self._until = 0

    def while_in_time(self, things: Iterable[Thing]) -> Iterator[Thing]:
        """One after the other. Raises `NotOpened` in the place of the next one when time is over."""
        for thing in things:
            self.require_time()
            yield thing

    def require_time(self) -> None:
        """Raises `NotOpened` when time is over."""
        if monotonic() >= self._until:
            raise NotOpened("out_of_time")

    def take(self, size: int) -> None:
        """Take so many bytes. Raises `NotOpened` when there are not so many left."""
        with self._lock:
            self._size -= size
            if self._size < 0:
                raise NotOpened("too_large_together")

    def takes_table(self) -> bool:
        """Whether one more table may be read."""
        with self._lock:
            self._tables -= 1
            return self._tables >= 0

    def take_code(self) -> None:
        """Take one code, of which the token is asked for. Raises `NotOpened` when there is none left."""
        with self._lock:
            self._codes -= 1
            if self._codes < 0:
                raise NotOpened("too_many_codes")

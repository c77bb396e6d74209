"""What was compiled, as the drawing processes of a service share it: one of them compiles a kind, all draw with it.

Here are bytes alone: the service hands them on and never reads them.
"""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Annotated

import msgspec

__all__ = ["Made", "Shelf"]

MOST = 100  # documents of others, of some 50 KB each
MOST_BYTES = 1024**2  # of one that is shared; with a large logo it may have more


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A document that was compiled, or why none can be; kinds have names that are the same in every process."""

    kind: str
    number: int
    content: Annotated[bytes, msgspec.Meta(max_length=MOST_BYTES)]


class Shelf:
    """What a process was told of by others, the documents of a kind numbered from 0, and what it has for them."""

    def __init__(self) -> None:
        self._others: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._ours: list[Made] = []

    def take(self, kind: str, number: int) -> bytes | None:
        """What another process made; None where we know of nothing."""
        return self._others.get((kind, number))

    def put(self, kind: str, number: int, content: bytes) -> None:
        """Let the others have it, unless it is too large."""
        if len(content) <= MOST_BYTES:
            self._ours.append(Made(kind=kind, number=number, content=content))

    def tell(self) -> tuple[Made, ...]:
        """What was put since this was last asked."""
        told, self._ours = tuple(self._ours), []
        return told

    def hear(self, made: Iterable[Made]) -> None:
        """Keep what others made; of too much, the latest."""
        self._others |= {(each.kind, each.number): each.content for each in made}
        while len(self._others) > MOST:
            self._others.popitem(last=False)

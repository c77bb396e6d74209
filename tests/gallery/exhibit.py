"""What an exhibit is. Each stands in a file of this folder as a function whose docstring says what the forger did."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from tests.gallery.workshop import NOW, Workshop

__all__ = ["ALL", "DIFFERS", "Exhibit", "Handed", "exhibit"]

DIFFERS = "invalid: document_differs"


@dataclass(frozen=True, kw_only=True)
class Handed:
    """What is handed to the verifier, when, and what else than the issuer's own answers it gets to fetch (None: nothing)."""

    data: bytes
    at: datetime = NOW
    answers: Mapping[str, bytes | None] = field(default_factory=dict)


Made: TypeAlias = bytes | str | Handed


@dataclass(frozen=True, kw_only=True)
class Exhibit:
    """One exhibit. The verifier has to say `expect`, and to find at least these `traces` and differing `fields`.

    `shows` is what it must say of the document, `warns` that the page must warn of the issuer's name, `traces` of several
    alternatives (`a|b`) that one of them is found.
    """

    name: str
    subject: str
    story: str
    make: Callable[[Workshop], Made]
    expect: str
    shows: str | None
    traces: tuple[str, ...]
    fields: frozenset[str]
    warns: bool

    def handed(self, workshop: Workshop) -> Handed:
        """The exhibit as it reaches the verifier."""
        made = self.make(workshop)
        if isinstance(made, Handed):
            return made
        return Handed(data=made.encode() if isinstance(made, str) else made)


ALL: dict[str, Exhibit] = {}


def exhibit(
    expect: str,
    *,
    shows: str | None = None,
    traces: Iterable[str] = (),
    fields: Iterable[str] = (),
    warns: bool = False,
) -> Callable[[Callable[[Workshop], Made]], Callable[[Workshop], Made]]:
    """Put what a function makes into the gallery, under the function's name."""

    def put(make: Callable[[Workshop], Made]) -> Callable[[Workshop], Made]:
        name = make.__name__.replace("_", "-")
        if name in ALL:
            raise ValueError(f"There are two exhibits {name}.")
        ALL[name] = Exhibit(
            name=name,
            subject=make.__module__.rsplit(".", 1)[-1],
            story=" ".join((inspect.getdoc(make) or "").split()),
            make=make,
            expect=expect,
            shows=shows or ("differs" if expect == DIFFERS else None),
            traces=tuple(traces),
            fields=frozenset(fields),
            warns=warns,
        )
        return make

    return put

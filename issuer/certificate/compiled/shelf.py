"""Compiled documents, shared by the processes that draw for one service, so that each is compiled by one of them."""

import os
import pickle
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

from issuer.certificate.compiled.frozen import Frozen

__all__ = ["Shelf"]

MOST = 1000  # files, of some 50 KB each; of more, the oldest go


class Shelf:
    """A folder that nobody else can write to and that lives no longer than its service: what is in it was made by the same
    program with the same libraries and fonts. Without a folder nothing is shared.

    Kinds go by a name that is the same in every process, their documents by numbers from 0. Where the folder cannot be
    written to, each process compiles for itself.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def take(self, kind: str, number: int) -> Frozen | str | None:
        """The document of a kind with that number, or why there is none and will be none; None where nobody tried yet."""
        if self._folder:
            with suppress(OSError):
                taken: Frozen | str = pickle.loads((self._folder / f"{kind}-{number}").read_bytes())  # noqa: S301
                return taken
        return None

    def put(self, kind: str, number: int, document: Frozen | str) -> None:
        """Let others take it."""
        if self._folder:
            with suppress(OSError):
                new = self._folder / f"{os.getpid()}"
                new.write_bytes(pickle.dumps(document))
                new.replace(self._folder / f"{kind}-{number}")
                files = sorted(self._folder.iterdir(), key=lambda file: file.stat().st_mtime)
                for old in files[:-MOST]:
                    old.unlink()

    @contextmanager
    def alone(self, kind: str) -> Iterator[bool]:
        """Whether no other process is compiling that kind; then none will until this ends."""
        with ExitStack() as held:
            alone = True
            if self._folder:
                lock = self._folder / f"{kind}.lock"
                try:
                    flock(held.enter_context(lock.open("wb")), LOCK_EX | LOCK_NB)
                    held.callback(lock.unlink, missing_ok=True)
                except BlockingIOError:
                    alone = False
                except OSError:
                    pass
            yield alone

"""A part of a file, such as one of several uploads that stand in one temporary file behind each other."""

import os
from typing import IO

__all__ = ["MOST_AT_ONCE", "Slice", "TooMuch"]

MOST_AT_ONCE = 32 * 1024 * 1024  # bytes; nothing that is read here needs more


class TooMuch(OSError):
    """More is asked for at once than what is read can need."""


class Slice:
    """Reads from `start` on and never beyond `length` bytes, nor more than `most` at once, whatever it is asked for.

    Slices of one file do not disturb each other: each has a place of its own, also in threads.
    """

    def __init__(self, file: IO[bytes], start: int = 0, length: int | None = None) -> None:
        self._file = file
        self._start = start
        self._length = os.fstat(file.fileno()).st_size - start if length is None else length
        self._at = 0
        self.most = MOST_AT_ONCE

    @property
    def part(self) -> tuple[IO[bytes], int, int]:
        """The file, where the part begins and how long it is, of which another slice can be made."""
        return self._file, self._start, self._length

    def read(self, size: int = -1) -> bytes:
        """Up to so many bytes. Raises `TooMuch` when they are more than `most`."""
        left = max(0, self._length - self._at)
        size = left if size is None or size < 0 else min(size, left)
        if size > self.most:
            raise TooMuch(f"{size:,} bytes at once, and at most {self.most:,} may be needed.")
        data = os.pread(self._file.fileno(), size, self._start + self._at)
        self._at += len(data)
        return data

    def seek(self, place: int, whence: int = os.SEEK_SET) -> int:
        """As of any file."""
        self._at = max(0, place + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._length}[whence])
        return self._at

    def tell(self) -> int:
        """As of any file."""
        return self._at

    def seekable(self) -> bool:
        """It is."""
        return True

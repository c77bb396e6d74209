"""Is WeasyPrint able to start on this machine? Asked before it is imported, so that a person gets one clear line.

WeasyPrint draws text with Pango, a system library that no wheel brings along. Without it, its import prints a banner on
standard output and raises twenty lines of traceback.
"""

import ctypes
import ctypes.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from issuer.errors import Misconfigured

__all__ = ["LibrariesMissing", "exact_names", "missing_libraries", "require_libraries"]

# Each with the file names under which the dynamic linker of Linux, then of macOS, knows it.
NEEDED = {
    "pango-1.0": ("libpango-1.0.so.0", "libpango-1.0.dylib"),
    "pangoft2-1.0": ("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib"),
    "harfbuzz-subset": ("libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib"),
}

_found: set[str] = set()  # asked for every certificate, and what a process has loaded stays loaded


class LibrariesMissing(Misconfigured):
    """Certificates cannot be drawn until system libraries are installed; the message holds the exact line to run."""

    code = "libraries_missing"


def missing_libraries() -> tuple[str, ...]:
    """The names of the needed system libraries that cannot be loaded."""
    _found.update(name for name, files in NEEDED.items() if name not in _found and _loads(name, files))
    return tuple(name for name in NEEDED if name not in _found)


def require_libraries() -> None:
    """Raise `LibrariesMissing`, with the line that installs them, unless all libraries are there."""
    missing = missing_libraries()
    if missing:
        line = "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
        if sys.platform == "darwin":
            line = "brew install pango"
        raise LibrariesMissing(f"Certificates need system libraries ({', '.join(missing)} not found). Run: {line}")


@contextmanager
def exact_names() -> Iterator[None]:
    """On Linux, load libraries by the file names asked for and search no further.

    WeasyPrint asks for each under names that only other systems have, and each search starts a compiler and a linker:
    together as long as all the rest of its import.
    """
    search = ctypes.util.find_library
    if sys.platform == "linux":
        ctypes.util.find_library = lambda name: None  # noqa: ARG005
    try:
        yield
    finally:
        ctypes.util.find_library = search


def _loads(name: str, files: tuple[str, ...]) -> bool:
    # Found by its name as the last resort only: that starts a compiler and a linker.
    return any(map(_opens, files)) or _opens(ctypes.util.find_library(name))


def _opens(file: str | None) -> bool:
    try:
        return file is not None and bool(ctypes.CDLL(file))
    except OSError:
        return False

"""A pile on this machine: a folder with all that is in it, or one file."""

import os
from collections.abc import Collection, Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from verifier.piles.item import is_left_behind
from verifier.piles.reading import Given, is_pile_of_its_own
from verifier.piles.slices import Slice

__all__ = ["given_at", "is_pile"]

MOST_LISTED = 10_000  # files; as many as of a zip


def is_pile(what: str) -> bool:
    """Whether it names a folder, a zip or a table."""
    path = Path(what)
    try:
        return path.is_dir() or (path.is_file() and is_pile_of_its_own(Given(path.name, partial(_opened, path))))
    except (OSError, ValueError):  # no path has a null character, nor more than so many
        return False


def given_at(path: Path, but: Collection[Path] = ()) -> list[Given]:
    """The files `but` some, called by their paths in the folder. No link is followed, and what is no file is not opened."""
    if not path.is_dir():
        return [Given(path.name, partial(_opened, path))]
    left_out = {each.resolve() for each in but}
    files = islice((file for file in _files(path) if file.resolve() not in left_out), MOST_LISTED + 1)
    return [Given(file.relative_to(path).as_posix(), partial(_opened, file)) for file in sorted(files)]


def _files(folder: Path) -> Iterator[Path]:
    for place, _, names in os.walk(folder):
        for name in names:
            file = Path(place, name)
            if not is_left_behind(name) and file.is_file() and not file.is_symlink():
                yield file


def _opened(path: Path) -> Slice:
    return Slice(path.open("rb"))

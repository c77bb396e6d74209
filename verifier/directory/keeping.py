"""The directory of a service that runs: its files may change, and what is wrong never takes the place of what was right.

Best is to write a new file beside the old one and rename it. A file that is cut off and written again in its place does no
harm either: it is not read before it has been left alone for two seconds, and half of it is no JSON.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from verifier.directory.known import Directory
from verifier.directory.reading import files_of, read_directory
from verifier.errors import Misconfigured

__all__ = ["Kept"]

EVERY = timedelta(seconds=2)
AGAIN = timedelta(minutes=1)  # what could not be read is tried again even if nothing seems to have changed
Look = frozenset[tuple[str, int, int, int]]

log = logging.getLogger("verifier")


class Kept:
    """A directory that follows its file or folder. Raises `Misconfigured` when it is not as it must be to begin with.

    `loaded_at` is when what `current` gives was read; `problem` the sentence that says why the newer files are not taken,
    None while there is nothing wrong.
    """

    def __init__(self, path: Path, clock: Callable[[], datetime]) -> None:
        self.path = path
        self.problem: str | None = None
        self._clock = clock
        self._looked = self._tried = self.loaded_at = clock()
        self._seen = _look(path)
        self._directory = read_directory(path)

    def current(self) -> Directory:
        """The newest directory that was right. Looks at the files every two seconds, and only when asked."""
        now = self._clock()
        if abs(now - self._looked) >= EVERY:
            self._looked = now
            self._follow(now)
        return self._directory

    def _follow(self, now: datetime) -> None:
        seen = _look(self.path)
        overdue = self.problem is not None and abs(now - self._tried) >= AGAIN
        if (seen == self._seen and not overdue) or _is_being_written(seen, now):
            return
        self._tried = now
        try:
            found = read_directory(self.path)
        except Misconfigured as error:
            if self.problem != str(error):
                log.warning("The directory of %s is kept: %s", f"{self.loaded_at:%Y-%m-%d %H:%M:%S} UTC", error)
            self._seen, self.problem = seen, str(error)
            return
        if _look(self.path) == seen:  # else it was written while it was read, and is read again at the next look
            self._seen, self._directory, self.loaded_at, self.problem = seen, found, now, None
            log.info("The directory was read anew: %d entries", len(found.listing()))


def _look(path: Path) -> Look:
    """What tells one state of the files from another without reading them: nothing where they cannot be seen."""
    try:
        stats = [(str(each), each.stat()) for each in {path, *files_of(path)}]
    except OSError:
        return frozenset()
    return frozenset((name, stat.st_ino, stat.st_size, stat.st_ctime_ns) for name, stat in stats)


def _is_being_written(seen: Look, now: datetime) -> bool:
    """Whether something was written within the last two seconds, by the file system's own clock."""
    newest = max((changed for *_, changed in seen), default=0) / 1e9
    return 0 <= now.timestamp() - newest < EVERY.total_seconds()

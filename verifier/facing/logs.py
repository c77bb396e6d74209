"""What is written down: one line a request, none of which names a person, a code, a token or an address.

A fault is told by its type and the places it passed through, never by its message: a message can hold what a stranger
handed in. For the same reason nothing is written for other people's libraries but where in them it was.
"""

import logging
import sys
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from time import time
from traceback import extract_tb
from types import TracebackType
from typing import Any

import msgspec

__all__ = ["CONFIG", "Lines", "Readable", "faults", "note"]

OURS = "verifier"
SERVER = "_granian"
MOST_CAUSES = 5
BLANK = vars(logging.LogRecord("", logging.INFO, "", 0, "", None, None))  # a line tells of no thread, file or process


class Lines(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter`."""
        said = {"time": _time(record), "level": record.levelname.lower(), **_said(record)}
        return msgspec.json.encode(said).decode()


class Readable(logging.Formatter):
    """The same for a person at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter`."""
        said = _said(record)
        event, found = said.pop("event"), said.pop("faults", [])
        fields = " ".join(f"{name}={value}" for name, value in said.items())
        lines = [f"{_time(record)[11:19]} {record.levelname.lower():<7} {event} {fields}".rstrip()]
        for fault in found:
            lines += [f"  {fault['type']}", *(f"    {place}" for place in fault["places"])]
        return "\n".join(lines)


def note(logger: logging.Logger, event: str, said: dict[str, Any]) -> None:
    """Write a line as `logger.info` does with what is `said`, but for looking who called: no line of ours tells that."""
    if logger.isEnabledFor(logging.INFO):
        record = logging.LogRecord.__new__(logging.LogRecord)
        record.__dict__ = {**BLANK, "name": logger.name, "msg": event, "created": time(), "said": said}
        logger.handle(record)


def faults(error: BaseException | None) -> list[dict[str, Any]]:
    """An exception and what it arose from: the type of each, and where it passed through as `file:line in function`."""
    found: list[dict[str, Any]] = []
    while error is not None and len(found) < MOST_CAUSES:
        found.append({"type": type(error).__qualname__, "places": _places(error.__traceback__)})
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return found


def _places(traceback: TracebackType | None) -> list[str]:
    return [
        f"{'/'.join(Path(frame.filename).parts[-2:])}:{frame.lineno} in {frame.name}" for frame in extract_tb(traceback)
    ]


def _said(record: logging.LogRecord) -> dict[str, Any]:
    ours = record.name.partition(".")[0] == OURS
    said: dict[str, Any]
    if ours or (record.name == SERVER and not record.exc_info):
        said = {"event": record.getMessage().partition("\n")[0], **getattr(record, "said", {})}
    else:
        said = {"event": "library", "library": record.name, "place": f"{record.module}:{record.lineno}"}
    if record.exc_info and record.exc_info[1]:
        said["faults"] = faults(record.exc_info[1])
    return said


def _time(record: logging.LogRecord) -> str:
    second, part = divmod(record.created, 1)
    return f"{_second(int(second))}.{int(part * 1000):03}Z"


@lru_cache(maxsize=2)  # many lines are of the same one
def _second(since_1970: int) -> str:
    return f"{datetime.fromtimestamp(since_1970, UTC):%Y-%m-%dT%H:%M:%S}"


# For granian, which sets it up in each of its processes.
CONFIG: dict[str, Any] = {
    "formatters": {"chosen": {"()": Readable if sys.stderr.isatty() else Lines}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "chosen", "stream": "ext://sys.stderr"}},
    "root": {"level": "WARNING", "handlers": ["stderr"]},
    "loggers": {OURS: {"level": "INFO"}, SERVER: {"level": "WARNING"}},
}

"""Processor time: so much for each layout, and a process that takes more is ended by the system.

For a certificate one page is laid out; to compile a kind, several, and none of them may take longer than the one. It is
the system that ends it, because a library that loops does not come back to Python.
"""

import resource
import time

__all__ = ["SECONDS", "limit", "renew"]

SECONDS = 5  # for a layout and what is made of it, which takes a tenth of one

_limited = False


def limit() -> None:
    """Let this process take `SECONDS` from now, and as many from each layout's beginning; one that takes more ends."""
    global _limited  # noqa: PLW0603, a limit is the process's
    _limited = True
    renew()


def renew() -> None:
    """Begin to count anew, in a process that is limited."""
    if _limited:
        spent = int(time.process_time())  # the system counts from the process's start
        resource.setrlimit(resource.RLIMIT_CPU, (spent + SECONDS, resource.RLIM_INFINITY))

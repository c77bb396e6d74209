"""Web addresses as strangers write them: which one may be asked at all, and which one lies under which."""

from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

__all__ = ["LOOPBACK", "is_loopback", "is_web_address", "split", "under"]

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
LONGEST = 2000


def split(url: str) -> SplitResult | None:
    """The parts of an address that every reader takes apart in the same way; None for any other.

    A backslash, an @ or a control character is where readers of addresses disagree about which host is meant.
    """
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or any(mark in url for mark in "\\ @"):
        return None
    try:
        parts = urlsplit(url)
        return parts if parts.hostname and parts.port != 0 else None
    except ValueError:
        return None


def is_web_address(url: str) -> bool:
    """Whether it is an https address; http is for this machine only."""
    parts = split(url)
    return parts is not None and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))


def is_loopback(url: str) -> bool:
    """Whether the address is this machine itself, by its literal name."""
    parts = split(url)
    return parts is not None and parts.hostname in LOOPBACK


def under(url: str, prefix: str) -> bool:
    """Whether `url` has the same origin as `prefix` and its path begins with the same whole segments."""
    return len(url) <= LONGEST and _under(url, prefix)


@lru_cache(maxsize=1000)  # all credentials of an achievement name the same few addresses
def _under(url: str, prefix: str) -> bool:
    there, known = split(url), split(prefix)
    if there is None or known is None:
        return False
    if (there.scheme, there.hostname, there.port) != (known.scheme, known.hostname, known.port):
        return False
    segments = there.path.split("/")
    wanted = known.path.rstrip("/").split("/")
    path = there.path.lower()
    dotted = any(segment.replace("%2e", ".") in {".", ".."} for segment in path.split("/"))
    return segments[: len(wanted)] == wanted and not dotted and "%2f" not in path and "%5c" not in path

"""One verification from the command line: everything is fetched anew and nothing is kept."""

import asyncio
from datetime import UTC, datetime

from verifier.directory import Directory
from verifier.evidence import LARGEST
from verifier.published import Published
from verifier.published.fetch import Fetcher
from verifier.verdict import Verdict
from verifier.verify import verify

__all__ = ["MOST_READ", "check_once"]

MOST_READ = LARGEST + 1  # of a file: enough to tell one that is too large


def check_once(given: bytes, directory: Directory, *, ask_issuer: bool = False) -> Verdict:
    """Verify what was given as of now; `ask_issuer` as `verify` takes it."""
    return asyncio.run(_check(given, directory, ask_issuer=ask_issuer))


async def _check(given: bytes, directory: Directory, *, ask_issuer: bool) -> Verdict:
    fetcher = Fetcher()
    try:
        return await verify(given, directory, Published(fetcher, _now), _now(), ask_issuer=ask_issuer)
    finally:
        await fetcher.aclose()


def _now() -> datetime:
    return datetime.now(UTC)

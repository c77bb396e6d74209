"""Verifications from the command line: everything is fetched anew, and nothing is kept when they are done."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from verifier.directory import Directory
from verifier.evidence import LARGEST
from verifier.published import Published
from verifier.published.fetch import Fetcher
from verifier.verdict import Verdict
from verifier.verify import verify

__all__ = ["MOST_READ", "check_once", "checking"]

MOST_READ = LARGEST + 1  # of a file: enough to tell one that is too large
SECONDS = 60  # for one of many


def check_once(given: bytes, directory: Directory, *, ask_issuer: bool = False) -> Verdict:
    """Verify what was given as of now; `ask_issuer` as `verify` takes it."""
    return asyncio.run(_check(given, directory, ask_issuer=ask_issuer))


@asynccontextmanager
async def checking(
    directory: Directory, *, ask_issuer: bool = False
) -> AsyncIterator[Callable[[bytes], Awaitable[Verdict]]]:
    """Verifies one of many after the other, as of now; each raises `TimeoutError` when it takes longer than a minute."""
    async with _fetching() as published:

        async def check(given: bytes) -> Verdict:
            async with asyncio.timeout(SECONDS):
                return await verify(given, directory, published, _now(), ask_issuer=ask_issuer)

        yield check


async def _check(given: bytes, directory: Directory, *, ask_issuer: bool) -> Verdict:
    async with _fetching() as published:
        return await verify(given, directory, published, _now(), ask_issuer=ask_issuer)


@asynccontextmanager
async def _fetching() -> AsyncIterator[Published]:
    fetcher = Fetcher()
    try:
        yield Published(fetcher, _now)
    finally:
        await fetcher.aclose()


def _now() -> datetime:
    return datetime.now(UTC)

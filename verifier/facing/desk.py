"""Where pages and API hand in what they were given: the procedure, within limits, counted."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from time import perf_counter

from anyio.to_thread import run_sync
from litestar.exceptions import ServiceUnavailableException

from verifier.directory import Kept
from verifier.documents.child import codes_on_frame
from verifier.documents.kinds import is_document
from verifier.facing.door import too_often
from verifier.facing.kinds import kind_of
from verifier.facing.metrics import Metrics
from verifier.facing.rates import CODE, DOCUMENT, Rates
from verifier.facing.visit import Visit
from verifier.facing.waiting import Overdue, within
from verifier.published import Published
from verifier.verdict import Verdict
from verifier.verify import CORES, verify, verify_file

__all__ = ["Desk"]

MOST_WAITING = 32  # documents; each waits a tenth of a second for the one before it, and holds up to 20 MiB
SECONDS = 60  # for one answer with all its fetches
MOST_PILES = 2  # at a time: each keeps all cores busy, and stands in line with everyone else for each of its documents
MEANWHILE = 10  # seconds after which what found no room is worth repeating


@dataclass(kw_only=True)
class Desk:
    """Verifies for everyone who comes in at the door."""

    kept: Kept
    published: Published
    clock: Callable[[], datetime]
    rates: Rates
    metrics: Metrics
    own_url: str
    documents: int = 0  # in hand: opened, or waiting for it
    piled: int = 0  # of them those of piles
    piles: int = 0

    async def verify(self, visit: Visit, given: bytes, *, ask_issuer: bool = False) -> Verdict:
        """The verdict on whatever was handed in. Raises Litestar's 429 and 503 when it is too much."""
        document = is_document(given)
        kind = kind_of(given, document=document)
        cost = DOCUMENT if document else CODE if kind == "code" else 0
        asked = partial(self._verify, given, ask_issuer=ask_issuer)
        return await self._within_limits(visit, kind, asked, cost=cost, document=document)

    async def verify_file(self, visit: Visit, code: str, sha256: str) -> Verdict:
        """The verdict on a code's credential; its issuer is asked whether it made the file of this SHA-256."""

        def asked() -> Awaitable[Verdict]:
            return verify_file(code, sha256, self.kept.current(), self.published, self.clock(), own_url=self.own_url)

        return await self._within_limits(visit, "file", asked, cost=CODE)

    async def read_frame(self, visit: Visit, frame: bytes) -> tuple[str, ...]:
        """The texts of the QR codes on a camera's picture. It never waits: the next one is better than one that did.

        Raises `CannotOpen`, and Litestar's 503 when all that opens documents is busy.
        """
        visit.kind = "frame"
        if self.documents - self.piled >= CORES:  # a pile, which may take minutes, keeps nobody from scanning
            raise self._busy("documents")
        self._in_hand(1)
        try:
            return await run_sync(codes_on_frame, frame)
        finally:
            self._in_hand(-1)

    def charge(self, visit: Visit, cost: float) -> None:
        """Take what something costs off the asker's allowance. Raises Litestar's 429 where it is used up."""
        if wait := self.rates.charge(visit.client, cost):
            self.metrics.refused.labels("rate").inc()
            raise too_often(wait)

    @contextmanager
    def pile(self) -> Iterator[None]:
        """Room for a pile that has come, for as long as it is in hand. Raises Litestar's 503 when there is none."""
        self.require_room()
        self.piles += 1
        try:
            yield
        finally:
            self.piles -= 1

    def require_room(self) -> None:
        """Raises Litestar's 503 when there is no room for a pile now, before 200 MiB are sent for nothing."""
        if self.piles >= MOST_PILES:
            raise self._busy("piles")

    async def verify_piled(self, given: bytes) -> Verdict:
        """The verdict on an item of a pile that was let in. Raises `TimeoutError` when it takes too long."""
        began, document = perf_counter(), is_document(given)
        kind = kind_of(given, document=document)
        with self.opening(int(document)):
            async with asyncio.timeout(SECONDS):
                verdict = await self._verify(given)
        self.metrics.answer(verdict, kind, perf_counter() - began)
        return verdict

    @contextmanager
    def opening(self, documents: int = 1) -> Iterator[None]:
        """So many documents of a pile are in hand; a pile that is taken apart, which may open sheets, counts as one."""
        self.piled += documents
        self._in_hand(documents)
        try:
            yield
        finally:
            self.piled -= documents
            self._in_hand(-documents)

    async def _within_limits(
        self,
        visit: Visit,
        kind: str,
        asked: Callable[[], Awaitable[Verdict]],
        *,
        cost: float,
        document: bool = False,
    ) -> Verdict:
        visit.kind = kind
        if cost:
            self.charge(visit, cost)
        if document and self.documents >= MOST_WAITING + CORES:
            raise self._busy("documents")
        began = perf_counter()
        self._in_hand(int(document))
        try:
            verdict = await within(SECONDS, asked())
        except Overdue as error:
            raise self._busy("time") from error
        finally:
            self._in_hand(-int(document))
        self.metrics.answer(verdict, kind, perf_counter() - began)
        visit.verdict, visit.reason = verdict.verdict, verdict.reason
        return verdict

    def _verify(self, given: bytes, *, ask_issuer: bool = False) -> Awaitable[Verdict]:
        return verify(
            given, self.kept.current(), self.published, self.clock(), own_url=self.own_url, ask_issuer=ask_issuer
        )

    def _in_hand(self, more: int) -> None:
        if more:
            self.documents += more
            self.metrics.in_hand(self.documents)

    def _busy(self, limit: str) -> ServiceUnavailableException:
        self.metrics.refused.labels(limit).inc()
        return ServiceUnavailableException(
            "Too much is being verified at the moment.", headers={"Retry-After": str(MEANWHILE)}
        )

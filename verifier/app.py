"""The one place where the verifier is put together."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from anyio.to_thread import run_sync
from litestar import Litestar, Request, Response
from litestar.di import Provide
from litestar.exceptions import HTTPException

from verifier import api, assets, copies, openapi, probes, problems, scan, web
from verifier.directory import Kept
from verifier.documents.child import warm
from verifier.errors import CannotOpen
from verifier.facing.desk import Desk
from verifier.facing.door import Door
from verifier.facing.metrics import CountedFetcher, Metrics
from verifier.facing.rates import Rates
from verifier.piles import api as piles
from verifier.published import Published
from verifier.settings import Settings, settings_from

__all__ = ["create_app"]

log = logging.getLogger("verifier")


def create_app(settings: Settings | None = None, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Litestar:
    """The verifier's application. Raises `verifier.errors.Misconfigured` when the directory is not as it must be."""
    chosen = settings or settings_from()
    kept = Kept(chosen.directory, clock)
    metrics = Metrics(kept)
    fetcher = CountedFetcher(metrics)
    rates = Rates(chosen.rate)
    desk = Desk(
        kept=kept,
        published=Published(fetcher, clock),
        clock=clock,
        rates=rates,
        metrics=metrics,
        own_url=chosen.public_url,
    )

    @asynccontextmanager
    async def connections(app: Litestar) -> AsyncIterator[None]:
        with suppress(CannotOpen):  # /readyz says so
            await run_sync(warm)
        yield
        await fetcher.aclose()

    def fault(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        metrics.faults.inc()
        log.error("A fault of ours", exc_info=error)
        return problems.fault(request)

    given = {
        "settings": chosen, "kept": kept, "desk": desk, "clock": clock, "metrics": metrics, "documents": probes.Documents(),
    }  # fmt: skip
    app = Litestar(
        [
            *api.ROUTES,
            *assets.ROUTES,
            *copies.ROUTES,
            *openapi.ROUTES,
            *piles.ROUTES,
            *probes.ROUTES,
            *scan.ROUTES,
            *web.ROUTES,
        ],
        dependencies={name: _always(thing) for name, thing in given.items()}
        | {"directory": Provide(kept.current, sync_to_thread=False)},
        exception_handlers={HTTPException: problems.refusal, Exception: fault},
        lifespan=[connections],
        openapi_config=None,
        logging_config=None,
    )
    at_once = api.AtOnce(app.asgi_handler, desk, problems.refusal, fault)
    app.asgi_handler = Door(at_once, chosen, rates, metrics, problems.refusal)
    return app


def _always(thing: Any) -> Provide:
    return Provide(lambda: thing, sync_to_thread=False)

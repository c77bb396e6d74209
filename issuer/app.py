"""The one place where the issuer is put together."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import anyio.to_thread
from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide

from issuer import api, probes, web
from issuer.certificate.pool import Pool
from issuer.credentials.issue import finish_intents
from issuer.metrics import Metrics
from issuer.problems import HANDLERS
from issuer.service import open_service
from issuer.settings import Settings, settings_from

__all__ = ["create_app"]

THREADS = 40  # as many as anyio has for the guarded API


def create_app(
    settings: Settings | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    drawing: Pool | None = None,
) -> Litestar:
    """The issuer's application. Raises `issuer.errors.Misconfigured` when something it needs is not there.

    Its drawing processes start and end with it, unless they are lent to it as `drawing`.
    """
    service = open_service(settings or settings_from(), clock, drawing)
    metrics = Metrics(service.drawing)

    @asynccontextmanager
    async def finish_what_a_crash_left(app: Litestar) -> AsyncIterator[None]:
        # The loop's own threads are few; what is published must not wait behind other requests.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))
        if drawing is None:
            service.drawing.start()
        await anyio.to_thread.run_sync(finish_intents, service)
        yield
        if drawing is None:
            service.drawing.close()
        service.database.engine.dispose()

    app = Litestar(
        [*api.ROUTES, *probes.ROUTES, *web.ROUTES],
        dependencies={
            "service": Provide(lambda: service, sync_to_thread=False),
            "metrics": Provide(lambda: metrics, sync_to_thread=False),
        },
        state=State({"metrics": metrics}),  # for what handles errors, which is given no dependencies
        exception_handlers=HANDLERS,
        lifespan=[finish_what_a_crash_left],
        openapi_config=None,
        logging_config=None,
    )
    app.asgi_handler = probes.Counted(app.asgi_handler, metrics)
    return app

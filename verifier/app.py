"""The one place where the verifier is put together."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
from litestar import Litestar, Request, Response
from litestar.di import Provide
from litestar.exceptions import HTTPException, InternalServerException

from verifier import api, web
from verifier.directory import Kept
from verifier.published import Published
from verifier.published.fetch import Fetcher
from verifier.settings import Settings, settings_from

__all__ = ["create_app"]

log = logging.getLogger("verifier")


def create_app(settings: Settings | None = None, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Litestar:
    """The verifier's application. Raises `verifier.errors.Misconfigured` when the directory is not as it must be."""
    chosen = settings or settings_from()
    kept = Kept(chosen.directory, clock)
    fetcher = Fetcher()
    published = Published(fetcher, clock)

    @asynccontextmanager
    async def connections(app: Litestar) -> AsyncIterator[None]:
        yield
        await fetcher.aclose()

    given = {"settings": chosen, "published": published, "clock": clock}
    return Litestar(
        [*api.ROUTES, *web.ROUTES],
        dependencies={name: _always(thing) for name, thing in given.items()}
        | {"directory": Provide(kept.current, sync_to_thread=False)},
        exception_handlers={HTTPException: _http, Exception: _fault},
        lifespan=[connections],
        openapi_config=None,
        logging_config=None,
    )


def _always(thing: Any) -> Provide:
    return Provide(lambda: thing, sync_to_thread=False)


def _http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    return web.refused(request, error) if _is_a_page(request) else _problem(error.status_code, error.detail)


def _fault(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    log.error("A fault of ours", exc_info=error)
    if _is_a_page(request):
        return web.refused(request, InternalServerException())
    return _problem(500, "A fault of ours. Nothing was verified; please try again later.")


def _is_a_page(request: Request[Any, Any, Any]) -> bool:
    return "text/html" in request.headers.get("Accept", "") and not request.url.path.startswith("/api/")


def _problem(status: int, detail: str) -> Response[bytes]:
    """RFC 9457 problem details."""
    body = msgspec.json.encode({"type": "about:blank", "status": status, "detail": detail})
    return Response(body, status_code=status, media_type="application/problem+json")

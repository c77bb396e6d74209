"""The first to see every request and the last to see every answer.

Litestar's own middleware stands behind its routing, so that an address which is not there would pass it by; this stands
in front of all.
"""

import asyncio
import logging
from collections.abc import Callable
from ipaddress import ip_network
from math import ceil
from time import perf_counter
from typing import Any, cast

from litestar import Request, Response
from litestar.enums import ScopeType
from litestar.exceptions import (
    ClientException,
    HTTPException,
    ServiceUnavailableException,
    TooManyRequestsException,
)
from litestar.types import ASGIApp, HTTPReceiveMessage, HTTPScope, Message, Receive, Scope, Send
from litestar.utils import normalize_path

from verifier.facing.clients import client_of, rated_as
from verifier.facing.headers import guarded, guarding_headers
from verifier.facing.hosts import hosts_of
from verifier.facing.logs import note
from verifier.facing.metrics import Metrics
from verifier.facing.rates import ASSET, FRAME, PAGE, PILE, VERIFICATION, Rates
from verifier.facing.visit import Visit
from verifier.settings import Settings

__all__ = ["FRAMES", "PILES", "PROBES", "Door", "TooSlow", "too_often"]

PROBES = frozenset({"/healthz", "/readyz", "/metrics"})  # they come by address, and often
FRAMES = "/scan/frame"  # where a camera's pictures come in
PILES = "/api/piles"  # whose bodies are large, and go to a temporary file
ASSETS = ("/browser/", "/icons/", "/words/")
BODY_SECONDS = 30
SLOWEST = 256 * 1024  # bytes a second: how fast the body of a pile has to come beyond those
MOST_HELD = 256 * 1024 * 1024  # bytes of all bodies that are in memory at a time
MOST_SPOOLED = 408 * 1024 * 1024  # bytes of all piles that are in temporary files: of the two largest that there can be
MEANWHILE = 5  # seconds after which a request that found no room is worth repeating
ELSEWHERE = b"This service does not answer to that name.\n"
FAULT = b"A fault of ours. Nothing was verified; please try again later.\n"

log = logging.getLogger("verifier.requests")
Refuse = Callable[[Request[Any, Any, Any], HTTPException], Response[Any]]


class TooSlow(ClientException):
    """A body did not come in time."""

    status_code = 408


class Door:
    """Lets a request in under an exact Host and within its limits; sees to the headers, the log and the counters."""

    def __init__(self, inside: ASGIApp, settings: Settings, rates: Rates, metrics: Metrics, refuse: Refuse) -> None:
        self._inside = inside
        self._hosts = hosts_of(settings.public_url)
        self._guarding = guarding_headers(settings.public_url)
        self._proxies = tuple(map(ip_network, settings.trusted_proxies))
        self._rates = rates
        self._metrics = metrics
        self._refuse = refuse
        self._held = {"memory": 0, "disk": 0}
        self._warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == ScopeType.HTTP:
            await self._visited(scope, receive, send)

    async def _visited(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        began = perf_counter()
        visit = Visit(self._client(scope))
        visit.begin(scope)
        path = normalize_path(scope["path"])
        where = "disk" if path == PILES else "memory"
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = guarded(message["headers"], self._guarding)
            await send(message)

        try:
            await self._answer(scope, self._measured(receive, visit, where), answer, visit, _cost(scope, path))
        except Exception:  # granian would write its message down
            self._metrics.faults.inc()
            log.exception("fault", extra={"said": {"route": _route(scope)}})
            if not status:
                await _plain(answer, 500, FAULT)
        finally:
            self._held[where] -= visit.held
            self._metrics.request(scope["method"], _route(scope), status)
            if scope["path"] not in PROBES or status >= 400:
                note(log, "request", _line(scope, visit, status, began))

    async def _answer(self, scope: HTTPScope, receive: Receive, answer: Send, visit: Visit, cost: float) -> None:
        if scope["path"] not in PROBES:
            if not self._is_ours(scope):
                self._metrics.refused.labels("host").inc()
                await _plain(answer, 421, ELSEWHERE)
                return
            if wait := self._rates.charge(visit.client, cost):
                self._metrics.refused.labels("rate").inc()
                request: Request[Any, Any, Any] = Request(scope, receive, answer)
                refusal = self._refuse(request, too_often(wait))
                await refusal.to_asgi_response(app=None, request=request)(scope, receive, answer)
                return
        await self._inside(scope, receive, answer)

    def _is_ours(self, scope: HTTPScope) -> bool:
        named = [value for name, value in scope["headers"] if name.lower() == b"host"]
        return len(named) == 1 and named[0].decode("latin-1").lower() in self._hosts

    def _client(self, scope: HTTPScope) -> str:
        peer = scope["client"][0] if scope["client"] else ""
        if not self._proxies and not self._warned and any(n.lower() == b"x-forwarded-for" for n, _ in scope["headers"]):
            self._warned = True
            log.warning(
                "X-Forwarded-For is not believed; VERIFIER_TRUSTED_PROXIES names the proxies whose word counts."
            )
        return rated_as(client_of(peer, scope["headers"], self._proxies))

    def _measured(self, receive: Receive, visit: Visit, where: str) -> Receive:
        """`receive`, with a limit on the time that a body takes and on what all bodies take together `where` they are."""
        deadline = asyncio.get_running_loop().time() + BODY_SECONDS
        complete = False

        async def measured() -> HTTPReceiveMessage:
            nonlocal complete, deadline
            if complete:  # what comes now is the end of the connection, which nobody has to hurry
                return cast("HTTPReceiveMessage", await receive())
            try:
                async with asyncio.timeout_at(deadline) as limit:
                    message = cast("HTTPReceiveMessage", await receive())
            except TimeoutError as error:
                if not limit.expired():
                    raise
                self._metrics.refused.labels("time").inc()
                raise TooSlow(f"The body did not come within {BODY_SECONDS} seconds.") from error
            if message["type"] != "http.request":
                raise ClientException("The connection ended before the body did.")
            complete = not message.get("more_body", False)
            visit.bytes += len(message["body"])
            if where == "disk":
                deadline += len(message["body"]) / SLOWEST
            visit.held += len(message["body"])
            self._held[where] += len(message["body"])
            if self._held[where] > (MOST_SPOOLED if where == "disk" else MOST_HELD):
                self._metrics.refused.labels(where).inc()
                raise ServiceUnavailableException(
                    "Too much is being handed in.", headers={"Retry-After": str(MEANWHILE)}
                )
            return message

        return cast("Receive", measured)


def too_often(wait: float) -> TooManyRequestsException:
    """The refusal of who asked too often; `wait` seconds from now there is room again."""
    seconds = ceil(wait)
    return TooManyRequestsException(
        f"Too many requests from your network. Please try again in {seconds} s.", headers={"Retry-After": str(seconds)}
    )


def _cost(scope: HTTPScope, path: str) -> float:
    """What is charged before it is known what was given."""
    if scope["method"] == "POST":
        return {PILES: PILE, FRAMES: FRAME}.get(path, VERIFICATION)
    return ASSET if scope["path"].startswith(ASSETS) else PAGE


async def _plain(answer: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await answer({"type": "http.response.start", "status": status, "headers": headers})
    await answer({"type": "http.response.body", "body": body, "more_body": False})


def _route(scope: HTTPScope) -> str:
    """The template of the address, never the address: it can hold a code."""
    return str(scope.get("path_template", ""))


def _line(scope: HTTPScope, visit: Visit, status: int, began: float) -> dict[str, Any]:
    said = {
        "method": scope["method"],
        "route": _route(scope),
        "status": status,
        "ms": round((perf_counter() - began) * 1000, 1),
        "bytes": visit.bytes,
    }
    known = (("kind", visit.kind), ("verdict", visit.verdict), ("reason", visit.reason))
    return said | {name: value for name, value in known if value is not None}

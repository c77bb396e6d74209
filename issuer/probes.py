"""What the operator's machines ask: does it live, and what has it counted. And the counting of requests."""

from ipaddress import IPv6Address, ip_address
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from issuer.metrics import CONTENT_TYPE, Metrics

__all__ = ["ROUTES", "Counted", "is_inside"]

FORWARDING = {b"forwarded", b"via", b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip"}


class Counted:
    """An application whose requests are counted, those included that lead nowhere."""

    def __init__(self, inside: ASGIApp, metrics: Metrics) -> None:
        self._inside = inside
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._inside(scope, receive, answer)
        finally:
            # The template of the address and never the address: it can hold a code.
            self._metrics.request(str(scope.get("method", "")), str(scope.get("path_template", "")), status)


@get("/healthz", sync_to_thread=False)
def healthz() -> Response[bytes]:
    """The process answers."""
    return Response(b"ok", media_type="text/plain")


@get("/metrics", sync_to_thread=False)
def metrics(request: Request[Any, Any, Any], metrics: NamedDependency[Metrics]) -> Response[bytes]:
    """The counters, for machines of the operator's own network that ask directly; for all others they are not there."""
    if not is_inside(request):
        raise NotFoundException
    return Response(metrics.text(), headers={"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"})


def is_inside(request: Request[Any, Any, Any]) -> bool:
    """Whether a machine of the operator's own network asks, directly and not for somebody else."""
    client = request.scope["client"]
    if client is None or FORWARDING & {name.lower() for name, _ in request.scope["headers"]}:
        return False
    try:
        address = ip_address(client[0].partition("%")[0])
    except ValueError:  # a socket of the file system has no address
        return False
    address = (isinstance(address, IPv6Address) and address.ipv4_mapped) or address
    return address.is_private or address.is_loopback


ROUTES = [healthz, metrics]

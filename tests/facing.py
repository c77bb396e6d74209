"""The verifier as it faces the internet, in this process: its address, its settings, its routes, and ASGI as it comes."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

from litestar import Litestar
from litestar.routes import HTTPRoute

from tests.small_issuer import SmallIssuer
from verifier.settings import Settings, settings_from

__all__ = ["HOST", "URL", "asgi", "every_route", "settings_with"]

URL = "http://127.0.0.1:8001"
HOST = [(b"host", b"127.0.0.1:8001")]


def settings_with(issuer: SmallIssuer, **more: str) -> Settings:
    return settings_from({"VERIFIER_DIRECTORY": str(issuer.directory), **more})


def every_route(app: Litestar) -> list[tuple[str, str]]:
    return sorted(
        (method, route.path) for route in app.routes if isinstance(route, HTTPRoute) for method in route.methods
    )


def asgi(
    app: Litestar,
    method: str,
    path: str,
    *,
    headers: list[tuple[bytes, bytes]],
    body: list[bytes | None] | None = None,
    leaves: bool = False,
    peer: str = "192.0.2.1",
) -> list[MutableMapping[str, Any]]:
    """What the application sends for a request whose body comes in these parts; None never comes."""
    parts = list(body or [b""])
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not parts:
            return {"type": "http.disconnect"}
        part = parts.pop(0)
        if part is None:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": part, "more_body": bool(parts) or leaves}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "headers": headers, "client": (peer, 1), "server": ("127.0.0.1", 8001), "scheme": "http",
        "http_version": "1.1", "asgi": {"version": "3.0"}, "extensions": {},
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]
    return sent

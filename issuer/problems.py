"""The one place where refusals become HTTP: RFC 9457 problem details with a stable `type`."""

import logging
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

from issuer.errors import (
    Conflict,
    Invalid,
    IssuerError,
    Misconfigured,
    NotAuthorised,
    NotFound,
    NotIssued,
    Unavailable,
)
from keys.errors import KeyringError

__all__ = ["HANDLERS"]

STATUS: dict[type[Exception], int] = {
    Invalid: 422,
    NotFound: 404,
    NotAuthorised: 401,
    Conflict: 409,
    Unavailable: 503,
    Misconfigured: 503,
    NotIssued: 500,
}
TITLES = {
    "invalid": "Some fields cannot be taken",
    "not_found": "Not found",
    "not_authorised": "Not authorised",
    "conflict": "Already recorded with other content",
    "unavailable": "Not available now",
    "misconfigured": "The service is not set up correctly",
    "not_issued": "Not issued",
}
log = logging.getLogger("issuer")


def _problem(status: int, code: str, title: str, detail: str, **more: Any) -> Response[bytes]:
    headers = {"Cache-Control": "no-store"}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if status == 503:
        headers["Retry-After"] = "5"
    body = {"type": f"urn:weizheng:problem:{code}", "title": title, "status": status, "detail": detail, **more}
    return Response(
        msgspec.json.encode(body), status_code=status, headers=headers, media_type="application/problem+json"
    )


def _refused(request: Request[Any, Any, Any], error: IssuerError) -> Response[bytes]:
    more: dict[str, Any] = {}
    if isinstance(error, Invalid):
        more["errors"] = [{"pointer": f"/{_escaped(p.field)}", "detail": p.detail} for p in error.problems]
    if isinstance(error, NotIssued | Misconfigured):
        log.error("%s: %s", error.code, error)
    return _problem(STATUS[type(error)], error.code, TITLES[error.code], str(error), **more)


def _escaped(field: str) -> str:
    """A field's name as a JSON Pointer token (RFC 6901 §3)."""
    return field.replace("~", "~0").replace("/", "~1")


def _keys(request: Request[Any, Any, Any], error: KeyringError) -> Response[bytes]:
    log.error("keys: %s", error)
    return _problem(
        503, "keys_unavailable", "The signing keys are not available", "Nothing was issued. Try again later."
    )


def _http(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    return _problem(error.status_code, "http", error.__class__.__name__, error.detail)


def _fault(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    log.error("A fault of ours", exc_info=error)
    return _problem(500, "fault", "A fault of ours", "Nothing was lost. It is in our log; please try again later.")


HANDLERS: Any = {IssuerError: _refused, KeyringError: _keys, HTTPException: _http, Exception: _fault}

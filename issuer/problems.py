"""The one place where refusals become HTTP: RFC 9457 problem details with a stable `type`."""

import logging
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

from issuer.errors import (
    Conflict,
    FieldProblem,
    Invalid,
    IssuerError,
    Misconfigured,
    NotAuthorised,
    NotFound,
    Unavailable,
)
from keys.errors import KeyringError

__all__ = ["HANDLERS"]

ANSWERS: dict[type[IssuerError], tuple[int, str]] = {
    Invalid: (422, "Some fields cannot be taken"),
    NotFound: (404, "Not found"),
    NotAuthorised: (401, "Not authorised"),
    Conflict: (409, "Already recorded with other content"),
    Unavailable: (503, "Not available now"),
    Misconfigured: (503, "The service is not set up correctly"),
    IssuerError: (500, "A fault of ours"),
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
        more["errors"] = [{"pointer": _pointer(problem), "detail": problem.detail} for problem in error.problems]
    status, title = next(ANSWERS[kind] for kind in type(error).__mro__ if kind in ANSWERS)
    if status >= 500:
        log.error("%s: %s", error.code, error)
    return _problem(status, error.code, title, str(error), **more)


def _pointer(problem: FieldProblem) -> str:
    """Where the problem is as a JSON Pointer (RFC 6901 §3, §5); "" is the whole body."""
    names = filter(None, (problem.field, problem.member))
    return "".join(f"/{name.replace('~', '~0').replace('/', '~1')}" for name in names)


def _keys(request: Request[Any, Any, Any], error: KeyringError) -> Response[bytes]:
    log.error("keys: %s", error)
    return _problem(
        503, "keys_unavailable", "The signing keys are not available", "Nothing was issued. Try again later."
    )


def _http(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    answer = _problem(error.status_code, "http", HTTPStatus(error.status_code).phrase, error.detail)
    answer.headers.update(error.headers or {})  # such as Allow
    return answer


def _fault(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    log.error("A fault of ours", exc_info=error)
    return _problem(500, "fault", "A fault of ours", "Nothing was lost. It is in our log; please try again later.")


HANDLERS: Any = {IssuerError: _refused, KeyringError: _keys, HTTPException: _http, Exception: _fault}

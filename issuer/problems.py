"""The one place where refusals become HTTP: RFC 9457 problem details with a stable `type`."""

import logging
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

from issuer.errors import IssuerError
from issuer.problem import problem, problem_of
from keys.errors import KeyringError

__all__ = ["HANDLERS"]

log = logging.getLogger("issuer")


def _answer(request: Request[Any, Any, Any], body: dict[str, Any]) -> Response[bytes]:
    request.app.state.metrics.problem(body)
    headers = {"Cache-Control": "no-store"}
    if body["status"] == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if body["status"] == 503:
        headers["Retry-After"] = "5"
    return Response(
        msgspec.json.encode(body), status_code=body["status"], headers=headers, media_type="application/problem+json"
    )


def _refused(request: Request[Any, Any, Any], error: IssuerError) -> Response[bytes]:
    body = problem_of(error)
    if body["status"] >= 500:
        log.error("%s: %s", error.code, error)
    return _answer(request, body)


def _keys(request: Request[Any, Any, Any], error: KeyringError) -> Response[bytes]:
    log.error("keys: %s", error)
    return _answer(request, problem_of(error))


def _http(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    answer = _answer(request, problem(error.status_code, "http", HTTPStatus(error.status_code).phrase, error.detail))
    answer.headers.update(error.headers or {})  # such as Allow
    return answer


def _fault(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    log.error("A fault of ours", exc_info=error)
    return _answer(request, problem_of(error))


HANDLERS: Any = {IssuerError: _refused, KeyringError: _keys, HTTPException: _http, Exception: _fault}

"""What cannot be handled, as a page for a person and as a problem for a program; the one place that makes problems."""

from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, InternalServerException
from msgspec import UNSET

from verifier import web
from verifier.problem import PROBLEM, Problem

__all__ = ["fault", "refusal"]


def refusal(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """The answer to a request that cannot be handled: a page for a person, a problem for a program."""
    if _is_a_page(request):
        return web.refused(request, error)
    code = error.extra.get("code", UNSET) if isinstance(error.extra, dict) else UNSET
    body = msgspec.json.encode(Problem(status=error.status_code, detail=error.detail, code=code))
    return Response(body, status_code=error.status_code, media_type=PROBLEM, headers=dict(error.headers or {}))


def fault(request: Request[Any, Any, Any]) -> Response[Any]:
    """The answer when the fault is ours."""
    return refusal(request, InternalServerException("A fault of ours. Nothing was verified; please try again later."))


def _is_a_page(request: Request[Any, Any, Any]) -> bool:
    return "text/html" in request.headers.get("Accept", "") and not request.url.path.startswith("/api/")

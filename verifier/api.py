"""The open API: `POST /api/verify` takes anything and answers 200 with a verdict. A refusal is an answer, not an error."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency

from verifier.directory import Directory
from verifier.evidence import LARGEST
from verifier.form import FORM_OVERHEAD, read_form
from verifier.published import Published
from verifier.verify import verify

__all__ = ["ROUTES"]


@post("/api/verify", request_max_body_size=LARGEST + FORM_OVERHEAD)
async def verify_anything(
    request: Request[Any, Any, Any],
    directory: NamedDependency[Directory],
    published: NamedDependency[Published],
    clock: NamedDependency[Callable[[], datetime]],
) -> Response[bytes]:
    """Verify the body (a token, a code, an address, a PDF) or the multipart field `file`."""
    multipart = request.headers.get("Content-Type", "").lower().startswith("multipart/form-data")
    given = (await read_form(request)).get("file", b"") if multipart else await request.body()
    verdict = await verify(given, directory, published, clock())
    return Response(
        verdict.as_json(), status_code=200, media_type="application/json", headers={"Cache-Control": "no-store"}
    )


@get("/healthz", sync_to_thread=False)
def healthz() -> Response[bytes]:
    """The process answers."""
    return Response(b"ok", media_type="text/plain")


ROUTES = [verify_anything, healthz]

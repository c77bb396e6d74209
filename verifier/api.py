"""The open API: `POST /api/verify` takes anything and answers 200 with a verdict. A refusal is an answer, not an error."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency

from verifier.directory import Directory
from verifier.evidence import LARGEST
from verifier.published import Published
from verifier.verify import verify

__all__ = ["ROUTES"]

MULTIPART_OVERHEAD = 64 * 1024


@post("/api/verify", request_max_body_size=LARGEST + MULTIPART_OVERHEAD)
async def verify_anything(
    request: Request[Any, Any, Any],
    directory: NamedDependency[Directory],
    published: NamedDependency[Published],
    clock: NamedDependency[Callable[[], datetime]],
) -> Response[bytes]:
    """Verify the body (a token, a code, an address, a PDF) or the multipart field `file`."""
    if request.headers.get("Content-Type", "").startswith("multipart/form-data"):
        field = (await request.form()).get("file", b"")
        given = await field.read() if isinstance(field, UploadFile) else str(field).encode()
    else:
        given = await request.body()
    verdict = await verify(given, directory, published, clock())
    return Response(
        verdict.as_json(), status_code=200, media_type="application/json", headers={"Cache-Control": "no-store"}
    )


@get("/healthz", sync_to_thread=False)
def healthz() -> Response[bytes]:
    """The process answers."""
    return Response(b"ok", media_type="text/plain")


ROUTES = [verify_anything, healthz]

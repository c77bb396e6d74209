"""Where a browser that cannot read QR codes sends what its camera sees. Each picture is read once and nothing is kept."""

from typing import Any

import msgspec
from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.exceptions import ClientException

from verifier.errors import CannotOpen
from verifier.evidence import read_text
from verifier.facing.desk import Desk
from verifier.facing.door import FRAMES
from verifier.facing.visit import visit_of

__all__ = ["ROUTES"]

LARGEST = 1024 * 1024


@post(FRAMES, status_code=200, request_max_body_size=LARGEST)
async def read_frame(request: Request[Any, Any, Any], desk: NamedDependency[Desk]) -> Response[bytes]:
    """The text of the QR code on a JPEG of at most 1 MiB, as `{"text": …}`; 204 where none could be read.

    Of several the first that leads to a credential: there may be others on the table.
    """
    try:
        texts = await desk.read_frame(visit_of(request.scope), await request.body())
    except CannotOpen as error:
        raise ClientException(str(error)) from error
    if not texts:
        return Response(b"", status_code=204)
    text = min(texts, key=lambda text: read_text(text).problem is not None)
    return Response(msgspec.json.encode({"text": text}), media_type="application/json")


ROUTES = [read_frame]

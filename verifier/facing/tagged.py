"""What may be kept and asked for again: a strong ETag made of its bytes, and 304 for who has them already."""

from hashlib import sha256
from typing import Any

from litestar import Request, Response

__all__ = ["tagged"]


def tagged(request: Request[Any, Any, Any], content: bytes, media_type: str, *, cache: str) -> Response[bytes]:
    """The answer with `content`, or that the asker has it already. `cache` is its Cache-Control."""
    etag = f'"{sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": cache}
    if etag in request.headers.get("If-None-Match", ""):
        return Response(b"", status_code=304, headers=headers, media_type=media_type)
    return Response(content, headers=headers, media_type=media_type)

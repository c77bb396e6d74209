"""Answers that may be kept: named by an ETag of their content, so that whoever has one asks only whether it changed."""

from hashlib import sha256
from typing import Any

from litestar import Request, Response

__all__ = ["etag_of", "tagged"]


def etag_of(content: bytes) -> str:
    """A strong ETag (RFC 9110 §8.8.3)."""
    return f'"{sha256(content).hexdigest()[:32]}"'


def tagged(
    request: Request[Any, Any, Any], content: bytes, media_type: str, *, cache: str, etag: str = ""
) -> Response[bytes]:
    """The content, or 304 where the request names its ETag. `cache` is what Cache-Control says."""
    etag = etag or etag_of(content)
    headers = {"ETag": etag, "Cache-Control": cache}
    if etag in request.headers.get("If-None-Match", ""):
        return Response(b"", status_code=304, headers=headers, media_type=media_type)
    return Response(content, headers=headers, media_type=media_type)

"""Reads a submitted form in memory: the framework's own reader would write what people upload to the disk."""

from typing import Any

from litestar import Request
from litestar.exceptions import ClientException
from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)

__all__ = ["FORM_OVERHEAD", "read_form"]

MOST_FIELDS = 10
FORM_OVERHEAD = 128 * 1024  # bytes of pasted text and of boundaries around a file


async def read_form(request: Request[Any, Any, Any]) -> dict[str, bytes]:
    """The fields of a `multipart/form-data` body by name; {} for a body of another kind.

    Raises `ClientException` when it is broken, and its subclass for 413 when it exceeds the route's limit.
    """
    kind, options = parse_options_header(request.headers.get("Content-Type", ""))
    if kind != "multipart/form-data":
        return {}
    fields: dict[str, bytearray] = {}
    name = ""
    try:
        with PushMultipartParser(options.get("boundary", ""), max_segment_count=MOST_FIELDS) as parser:
            async for chunk in request.stream():
                for event in parser.parse(chunk) if chunk else ():
                    if isinstance(event, MultipartSegment):
                        name = event.name
                        fields[name] = bytearray()
                    elif event:
                        fields[name] += event
    except (MultipartError, ValueError) as error:
        raise ClientException("The form is broken.") from error
    return {name: bytes(value) for name, value in fields.items()}

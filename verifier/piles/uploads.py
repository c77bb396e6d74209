"""The body of a request with a pile, in a temporary file: one file, or a form of many."""

import re
from dataclasses import dataclass, field
from functools import partial
from typing import IO, Any

from litestar import Request
from litestar.exceptions import ClientException
from litestar.status_codes import HTTP_413_REQUEST_ENTITY_TOO_LARGE
from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    ParserLimitReached,
    PushMultipartParser,
    parse_options_header,
)

from verifier.piles.reading import Given
from verifier.piles.slices import Slice

__all__ = ["LARGEST_BODY", "Uploaded", "uploaded"]

LARGEST_BODY = 200 * 1024 * 1024
MOST_FILES = 10_000
ENDINGS = {"text/csv": ".csv", "text/tab-separated-values": ".tsv"}  # where there is no name that could have one


class TooManyFiles(ClientException):
    """A form has more files than a zip may have."""

    status_code = HTTP_413_REQUEST_ENTITY_TOO_LARGE


@dataclass
class Uploaded:
    """The files of a pile as they came, and the applicant list beside them."""

    files: list[Given] = field(default_factory=list)
    applicants: Given | None = None


async def uploaded(request: Request[Any, Any, Any], file: IO[bytes]) -> Uploaded:
    """Write the body to `file`, an empty one, and say what stands where in it.

    Raises `ClientException` for a form that is broken, and its subclasses for 413.
    """
    kind, options = parse_options_header(request.headers.get("Content-Type", ""))
    if kind == "multipart/form-data":
        return await _form(request, file, options.get("boundary", ""))
    async for chunk in request.stream():
        file.write(chunk)
    file.flush()
    found = Uploaded()
    if file.tell():
        found.files.append(Given(f"pile{ENDINGS.get(kind, '')}", partial(Slice, file)))
    return found


async def _form(request: Request[Any, Any, Any], file: IO[bytes], boundary: str) -> Uploaded:
    found, start = Uploaded(), 0
    segment: MultipartSegment | None = None
    try:
        with PushMultipartParser(boundary, max_segment_count=MOST_FILES) as parser:
            async for chunk in request.stream():
                for event in parser.parse(chunk) if chunk else ():
                    if isinstance(event, MultipartSegment):
                        segment, start = event, file.tell()
                    elif event:
                        file.write(event)
                    elif segment is not None:  # None: the part is complete
                        _take(found, segment, file, start)
    except ParserLimitReached as error:
        raise TooManyFiles(f"The form has more than {MOST_FILES:,} files, or a name that is too long.") from error
    except (MultipartError, ValueError) as error:
        raise ClientException("The form is broken.") from error
    file.flush()
    return found


def _take(found: Uploaded, segment: MultipartSegment, file: IO[bytes], start: int) -> None:
    name = re.sub(r"^(?:\.?/)+", "", segment.filename or "") or f"pile{ENDINGS.get(segment.content_type or '', '')}"
    given = Given(name, partial(Slice, file, start, file.tell() - start))
    if segment.name == "applicants":
        if given.open().part[2]:  # a field that was left empty is no list
            found.applicants = given
    elif segment.name == "file" and (segment.filename or segment.size):
        found.files.append(given)

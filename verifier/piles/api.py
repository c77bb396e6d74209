"""`POST /api/piles`: many certificates at once, a line of JSON for each as soon as it is done."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from tempfile import TemporaryFile
from time import perf_counter
from typing import Any, TypeAlias

import msgspec
from anyio.to_thread import run_sync
from litestar import Request, post
from litestar.di import NamedDependency
from litestar.exceptions import ClientException
from litestar.openapi.datastructures import ResponseSpec
from litestar.types import ASGIApp, Receive, Scope, Send

from verifier.errors import CannotOpen
from verifier.facing.desk import Desk
from verifier.facing.door import PILES
from verifier.facing.visit import visit_of
from verifier.piles.applicants import Applicants
from verifier.piles.item import Item
from verifier.piles.reading import applicants_from, items_of
from verifier.piles.row import Began, Ended, Row, counted, lists_used, settled
from verifier.piles.uploads import LARGEST_BODY, uploaded
from verifier.piles.verifying import SECONDS, verified
from verifier.problem import PROBLEM, Problem

__all__ = ["NDJSON", "ROUTES"]

Line: TypeAlias = Began | Row | Ended
NDJSON = "application/x-ndjson"
FORM_OVERHEAD = 4 * 1024 * 1024  # bytes of boundaries and names around thousands of files
SECONDS_TO_SEND = 120  # beyond those of verifying: who does not read what is sent takes the place of others
REFUSALS = {
    400: "The form, the applicant list or the query is broken.",
    408: "The body came too slowly.",
    413: "The body is larger than 200 MiB.",
    429: "Too many requests from one network; `Retry-After` says in how many seconds there is room again.",
    500: "A fault of ours. Nothing was verified.",
    503: "Too many piles are being verified at the moment; `Retry-After` says when to try again.",
}


@post(
    PILES,
    status_code=200,
    request_max_body_size=LARGEST_BODY + FORM_OVERHEAD,
    operation_id="verifyPile",
    summary="Verify many certificates at once",
    tags=["verify"],
    responses={
        200: ResponseSpec(
            Line,  # type: ignore[arg-type]  # one of several is a type too
            generate_examples=False, media_type=NDJSON, description="Lines of JSON: one that says how many items there are, a row for each as soon as it is done, and "
            "one that says that this was all. Without that last line the answer broke off.",
        ),
        **{status: ResponseSpec(Problem, False, why, PROBLEM) for status, why in REFUSALS.items()},
        421: ResponseSpec(str, False, "The service does not answer to the name in the Host header.", "text/plain"),
    },
)  # fmt: skip
async def verify_pile(request: Request[Any, Any, Any], desk: NamedDependency[Desk]) -> ASGIApp:
    """Verify what is in the body: a zip, a CSV or XLSX of codes, addresses or tokens, or any number of files in a form.

    What was not opened is a row with a problem in the place of a verdict. Nothing that is handed in is kept: it stands in a
    temporary file without a name until it was answered, or until whoever asked goes away.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        visit_of(request).kind = "pile"
        began = perf_counter()
        with desk.pile(), TemporaryFile() as file:
            given = await uploaded(request, file)
            try:
                applicants = await run_sync(applicants_from, given.applicants) if given.applicants else Applicants()
            except CannotOpen as error:
                raise ClientException(str(error)) from error
            items = await run_sync(items_of, given.files)
            await _while_listening(receive, _tell(send, _lines(desk, items, applicants, began)))

    return answer


async def _lines(desk: Desk, items: Sequence[Item], applicants: Applicants, began: float) -> AsyncGenerator[Line, None]:
    yield Began(items=len(items))
    table = []
    async with aclosing(verified(items, desk.verify_piled, applicants)) as rows:
        async for row in rows:
            table.append(row)
            yield row
    table = settled(table)
    yield Ended(counts=counted(table), seconds=round(perf_counter() - began, 3), lists=lists_used(table))


async def _tell(send: Send, lines: AsyncGenerator[Line, None]) -> None:
    headers = [(b"content-type", NDJSON.encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    async with asyncio.timeout(SECONDS + SECONDS_TO_SEND), aclosing(lines):
        async for line in lines:
            await send({"type": "http.response.body", "body": msgspec.json.encode(line) + b"\n", "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _while_listening(receive: Receive, telling: Any) -> None:
    """Tell until all is told or nobody listens any more."""

    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    tasks = [asyncio.create_task(telling), asyncio.create_task(gone())]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        told, _ = await asyncio.gather(*tasks, return_exceptions=True)
    if isinstance(told, Exception):
        raise told


ROUTES = [verify_pile]

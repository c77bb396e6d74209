"""`POST /api/piles`: many certificates at once, a line of JSON for each as soon as it is done."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from functools import partial
from tempfile import TemporaryFile
from time import perf_counter
from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from anyio.to_thread import run_sync
from litestar import Request, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter
from litestar.types import ASGIApp, Receive, Scope, Send
from msgspec import UNSET, UnsetType

from verifier.facing.desk import Desk
from verifier.facing.door import PILES
from verifier.facing.visit import visit_of
from verifier.piles.allowance import SECONDS, Allowance
from verifier.piles.applicants import Applicants
from verifier.piles.item import Item, NotOpened, unopened
from verifier.piles.reading import applicants_from, items_of
from verifier.piles.report import NotTypeset, report
from verifier.piles.row import Began, Ended, ListUsed, Row, counted, lists_used, settled
from verifier.piles.uploads import LARGEST_BODY, Uploaded, uploaded
from verifier.piles.verifying import verified
from verifier.problem import refusals
from verifier.words import DEFAULT, Words, words_in

__all__ = ["NDJSON", "ROUTES"]

log = logging.getLogger("verifier")
Line: TypeAlias = Began | Row | Ended
Lists: TypeAlias = tuple[ListUsed, ...]
NDJSON = "application/x-ndjson"
FORM_OVERHEAD = 4 * 1024 * 1024  # bytes of boundaries and names around thousands of files
SECONDS_TO_SEND = 120  # beyond those of verifying: who does not read what is sent takes the place of others
WithReport = Annotated[bool, QueryParameter(description="Also make a report as PDF, which comes with the last line.")]
Language = Annotated[
    Literal["zh-Hans", "zh-Hant", "en"] | None,
    QueryParameter(description="The language of the report; Chinese otherwise."),
]
ANSWER = (
    "Lines of JSON: one that says how many items there are, a row for each as soon as it is done, and one that says that "
    "this was all. Without that last line the answer broke off."
)
REFUSALS = {
    400: "The form or the query is broken.",
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
            generate_examples=False,
            media_type=NDJSON,
            description=ANSWER,
        ),
        **refusals(REFUSALS),
    },
)
async def verify_pile(
    request: Request[Any, Any, Any],
    desk: NamedDependency[Desk],
    *,
    report: WithReport = False,
    lang: Language = None,
) -> ASGIApp:
    """Verify what is in the body: a zip, a CSV or XLSX of codes, addresses or tokens, or any number of files in a form.

    What was not opened is a row with a problem in the place of a verdict. Nothing that is handed in is kept: it stands in a
    temporary file without a name until it was answered, or until whoever asked goes away.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        visit_of(request.scope).kind = "pile"
        desk.require_room()
        with TemporaryFile() as file:
            given = await uploaded(request, file)
            with desk.pile():  # only now: who sends slowly keeps nobody out
                reporting = partial(_report, desk, words_in(lang or DEFAULT)) if report else None
                await _while_listening(receive, _tell(send, _lines(given, desk, reporting)))

    return answer


async def _lines(
    given: Uploaded, desk: Desk, reporting: Callable[[list[Row], Lists], bytes] | None
) -> AsyncGenerator[Line, None]:
    began, allowance = perf_counter(), Allowance()
    try:
        with desk.opening():
            items, applicants = await run_sync(_taken_apart, given, allowance, abandon_on_cancel=True)
        yield Began(items=len(items))
        table = []
        async with aclosing(verified(items, desk.verify_piled, allowance, applicants)) as rows:
            async for row in rows:
                table.append(row)
                yield row
    finally:
        allowance.end()  # for the thread that still takes apart what nobody waits for any more
    table = settled(table)
    lists = lists_used(table)
    report_on_it: bytes | UnsetType = UNSET
    if reporting:
        try:
            report_on_it = await run_sync(reporting, table, lists)
        except NotTypeset as error:  # the rows stand all the same
            log.error("A fault of ours", exc_info=error)  # noqa: TRY400 - the message of an exception is not for logs
    seconds = round(perf_counter() - began, 3)
    yield Ended(counts=counted(table), seconds=seconds, lists=lists, report=report_on_it)


def _taken_apart(given: Uploaded, allowance: Allowance) -> tuple[list[Item], Applicants]:
    items = items_of(given.files, allowance)
    if given.applicants is None:
        return items, Applicants()
    try:
        return items, applicants_from(given.applicants)
    except NotOpened as error:
        return [unopened(given.applicants.label, error.code), *items], Applicants()


def _report(desk: Desk, words: Words, table: list[Row], lists: Lists) -> bytes:
    return report(table, words, host=desk.own_url, made_at=desk.clock(), lists=lists)


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

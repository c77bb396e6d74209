"""The open API: `POST /api/verify` takes anything and answers 200 with a verdict. A refusal is an answer, not an error."""

from typing import Annotated, Any, cast

from litestar import Request, post
from litestar.di import NamedDependency
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp, HTTPRequestEvent, HTTPScope, Receive, Scope, Send

from verifier.evidence import LARGEST, LONGEST_TEXT
from verifier.facing.desk import Desk
from verifier.form import FORM_OVERHEAD, read_form
from verifier.problem import refusals
from verifier.verdict import Verdict

__all__ = ["ROUTES"]

REFUSALS = {
    400: "The form or the query is broken.",
    408: "The body did not come within 30 seconds.",
    413: "The body is larger than 20 MiB.",
    429: "Too many requests from one network; `Retry-After` says in how many seconds there is room again.",
    500: "A fault of ours. Nothing was verified.",
    503: "Too much is being verified at the moment; `Retry-After` says when to try again.",
}
AskIssuer = Annotated[
    bool,
    QueryParameter(
        description="Also ask the issuer whether this exact file is one that it made. Only then does the issuer learn which "
        "file was asked about; without it a token in hand is verified without naming the credential to anyone."
    ),
]


def short_at_once(app: ASGIApp) -> ASGIApp:
    """Verify what is as short as a text, which most is, without what the framework prepares for a handler: that takes a
    sixth of the time of a token. The same desk gives the same answer.

    A form, a question and what is longer, or as long as nobody said, go on to the handler.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        http = cast("HTTPScope", scope)
        if not _is_short(http):
            await app(scope, receive, send)
            return
        desk: Desk = scope["litestar_app"].state.desk
        given, more = b"", True
        while more:
            message = cast("HTTPRequestEvent", await receive())
            given += message["body"]
            more = message.get("more_body", False)
            if len(given) > LONGEST_TEXT:
                raise RequestEntityTooLarge
        body = (await desk.verify(Request(scope, receive, send), given)).as_json()
        length = str(len(body)).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", length)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    return answer


def _is_short(scope: HTTPScope) -> bool:
    said = dict(scope["headers"])
    length, kind = said.get(b"content-length", b""), said.get(b"content-type", b"")
    alone = not scope["query_string"] and not kind.lower().startswith(b"multipart/")
    return alone and len(length) < 9 and length.isdigit() and int(length) <= LONGEST_TEXT


@post(
    "/api/verify",
    middleware=[short_at_once],
    status_code=200,
    request_max_body_size=LARGEST + FORM_OVERHEAD,
    operation_id="verify",
    summary="Verify a certificate",
    tags=["verify"],
    responses={
        200: ResponseSpec(Verdict, generate_examples=False, description="The verdict."),
        **refusals(REFUSALS),
    },
)
async def verify_anything(
    request: Request[Any, Any, Any], desk: NamedDependency[Desk], *, ask_issuer: AskIssuer = False
) -> ASGIResponse:
    """Verify the body, or the multipart field `file`: a token, a code, an address, the text of a QR code or a document.

    What it is, is found out by its content: the media type only says how the body is packed. Every verdict is answered
    with 200, because a refusal is an answer too.
    """
    multipart = request.headers.get("Content-Type", "").lower().startswith("multipart/form-data")
    given = (await read_form(request)).get("file", b"") if multipart else await request.body()
    verdict = await desk.verify(request, given, ask_issuer=ask_issuer)
    return ASGIResponse(body=verdict.as_json(), media_type="application/json")


ROUTES = [verify_anything]

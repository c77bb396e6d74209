"""The open API: `POST /api/verify` takes anything and answers 200 with a verdict. A refusal is an answer, not an error."""

from collections.abc import Callable
from typing import Annotated, Any, cast

from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp, HTTPRequestEvent, HTTPScope, Receive, Scope, Send

from verifier.evidence import LARGEST, LONGEST_TEXT
from verifier.facing.desk import Desk
from verifier.facing.visit import visit_of
from verifier.form import FORM_OVERHEAD, read_form
from verifier.problem import refusals
from verifier.verdict import Verdict

__all__ = ["ROUTES", "AtOnce"]

PATH = "/api/verify"
Refuse = Callable[[Request[Any, Any, Any], HTTPException], Response[Any]]
Fault = Callable[[Request[Any, Any, Any], Exception], Response[Any]]
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


class AtOnce:
    """Verifies what is as short as a text, which most is, in front of the framework, whose routing and handlers take as long
    as a third of what is read and checked of a token. The same desk gives the same answer, and refuses in the same words.

    A form, a question and what is longer, or as long as nobody said, go on to the handler.
    """

    def __init__(self, inside: ASGIApp, desk: Desk, refuse: Refuse, fault: Fault) -> None:
        self._inside = inside
        self._desk = desk
        self._refuse = refuse
        self._fault = fault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["path"] != PATH or not _is_short(cast("HTTPScope", scope)):
            await self._inside(scope, receive, send)
            return
        scope["path_template"] = PATH
        try:
            body = (await self._desk.verify(visit_of(scope), await _body(receive))).as_json()
        except HTTPException as error:
            request = Request[Any, Any, Any](scope, receive, send)
            refusal = self._refuse(request, error)
        except Exception as error:  # noqa: BLE001 - as the framework has it
            request = Request[Any, Any, Any](scope, receive, send)
            refusal = self._fault(request, error)
        else:
            headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": body, "more_body": False})
            return
        await refusal.to_asgi_response(app=None, request=request)(scope, receive, send)


async def _body(receive: Receive) -> bytes:
    given, more = b"", True
    while more:
        message = cast("HTTPRequestEvent", await receive())
        given += message["body"]
        more = message.get("more_body", False)
        if len(given) > LONGEST_TEXT:
            raise RequestEntityTooLarge
    return given


def _is_short(scope: HTTPScope) -> bool:
    said = dict(scope["headers"]) if scope["method"] == "POST" else {}
    length, kind = said.get(b"content-length", b""), said.get(b"content-type", b"")
    alone = not scope["query_string"] and not kind.lower().startswith(b"multipart/")
    return alone and len(length) < 9 and length.isdigit() and int(length) <= LONGEST_TEXT


@post(
    PATH,
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
    verdict = await desk.verify(visit_of(request.scope), given, ask_issuer=ask_issuer)
    return ASGIResponse(body=verdict.as_json(), media_type="application/json")


ROUTES = [verify_anything]

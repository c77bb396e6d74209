"""The open API: `POST /api/verify` takes anything and answers 200 with a verdict. A refusal is an answer, not an error."""

from typing import Annotated, Any

from litestar import Request, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter
from litestar.response.base import ASGIResponse

from verifier.evidence import LARGEST
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


@post(
    "/api/verify",
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

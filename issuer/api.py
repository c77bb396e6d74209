"""The guarded API: what a platform calls, with `Authorization: Bearer API-KEY`."""

from typing import Any

import anyio.to_thread
import msgspec
from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from credential import code as codes
from issuer.completions import read_completion
from issuer.credentials.certificate import qr_address
from issuer.credentials.issue import issue
from issuer.credentials.revoke import revoke
from issuer.errors import FieldProblem, Invalid
from issuer.organisations import organisation_of_key
from issuer.service import Service
from issuer.tables import Credential

__all__ = ["ROUTES"]

LARGEST_BODY = 64 * 1024


@post("/api/completions", request_max_body_size=LARGEST_BODY)
async def report_completion(request: Request[Any, Any, Any], service: NamedDependency[Service]) -> Response[bytes]:
    """Report a completion: 201 and its new credential, or 200 and the same one again."""
    body = await request.body()

    def act() -> Response[bytes]:
        organisation_id = organisation_of_key(service, _api_key(request))
        issued = issue(service, organisation_id, read_completion(_object(body), service.now()))
        return _answer(service, issued.credential, 201 if issued.new else 200)

    return await anyio.to_thread.run_sync(act)


@post("/api/credentials/{code:str}/revoke", request_max_body_size=LARGEST_BODY)
async def revoke_credential(
    request: Request[Any, Any, Any], service: NamedDependency[Service], code: FromPath[str]
) -> Response[bytes]:
    """Revoke a credential: `{"reason": "…"}`, and optionally `"superseded_by"`, the code of the one that replaces it."""
    body = await request.body()

    def act() -> Response[bytes]:
        organisation_id = organisation_of_key(service, _api_key(request))
        given = _object(body)
        reason, successor = given.get("reason"), given.get("superseded_by")
        if not isinstance(reason, str):
            raise Invalid((FieldProblem("reason", "must be a text"),))
        if not isinstance(successor, str | None):
            raise Invalid((FieldProblem("superseded_by", "must be the code of a credential"),))
        return _answer(service, revoke(service, organisation_id, code, reason, superseded_by=successor), 200)

    return await anyio.to_thread.run_sync(act)


def _api_key(request: Request[Any, Any, Any]) -> str:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def _object(body: bytes) -> dict[str, Any]:
    try:
        given = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Invalid((FieldProblem("", f"The body is not JSON: {error}"),)) from error
    if not isinstance(given, dict):
        raise Invalid((FieldProblem("", "The body must be one JSON object"),))
    return given


def _answer(service: Service, credential: Credential, status: int) -> Response[bytes]:
    address = service.addresses.credential(credential.code)
    answer: dict[str, Any] = {
        "code": codes.printed(credential.code),
        "completion_id": credential.completion_id,
        "credential": address,
        "pdf": f"{address}.pdf",
        "verify": f"{service.settings.verifier_url}/v/{credential.code}",
        "qr": qr_address(service, credential),
        "token": credential.token,
    }
    if credential.revoked_at:
        answer["revoked"] = {"at": credential.revoked_at, "reason": credential.revocation_reason}
    if credential.superseded_by:
        answer["superseded_by"] = service.addresses.credential(credential.superseded_by)
    headers = {"Location": address, "Cache-Control": "no-store"}
    return Response(msgspec.json.encode(answer), status_code=status, headers=headers, media_type="application/json")


ROUTES = [report_completion, revoke_credential]

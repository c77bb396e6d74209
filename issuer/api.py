"""The guarded API: what a platform calls, with `Authorization: Bearer API-KEY`."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from itertools import count, islice
from typing import Any

import anyio.to_thread
import msgspec
from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.response import Stream
from litestar.status_codes import HTTP_413_REQUEST_ENTITY_TOO_LARGE

from credential import code as codes
from issuer.completions import read_completion
from issuer.credentials.certificate import qr_address
from issuer.credentials.cohort import MOST_PROBLEMS, Cohort, batches
from issuer.credentials.issue import issue, issue_all
from issuer.credentials.revoke import revoke
from issuer.errors import FieldProblem, Invalid
from issuer.metrics import Metrics
from issuer.organisations import organisation_of_key
from issuer.problem import problem_of
from issuer.service import Service
from issuer.tables import Credential

__all__ = ["ROUTES"]

LARGEST_BODY = 64 * 1024
LARGEST_COHORT = 16 * 1024 * 1024
MOST_COMPLETIONS = 10_000
LINES_AT_ONCE = 50
log = logging.getLogger("issuer")


@post("/api/completions", request_max_body_size=LARGEST_BODY)
async def report_completion(
    request: Request[Any, Any, Any], service: NamedDependency[Service], metrics: NamedDependency[Metrics]
) -> Response[bytes]:
    """Report a completion: 201 and its new credential, or 200 and the same one again."""
    body = await request.body()

    def act() -> Response[bytes]:
        organisation_id = organisation_of_key(service, _api_key(request))
        issued = issue(service, organisation_id, read_completion(_object(body), service.now()))
        metrics.issued([issued])
        return _answer(service, issued.credential, 201 if issued.new else 200)

    return await anyio.to_thread.run_sync(act)


@post("/api/cohorts", status_code=200, request_max_body_size=None)
async def report_cohort(
    request: Request[Any, Any, Any], service: NamedDependency[Service], metrics: NamedDependency[Metrics]
) -> Stream:
    """Report many completions: a line for each, in order, as soon as it is stored; refused as a whole where one is wrong."""
    organisation_id = await anyio.to_thread.run_sync(organisation_of_key, service, _api_key(request))
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_COHORT:
            raise _too_large()
    cohort = await anyio.to_thread.run_sync(_cohort, service, organisation_id, bytes(body))
    return Stream(
        _lines(service, organisation_id, cohort, metrics),
        headers={"Cache-Control": "no-store"},
        media_type="application/x-ndjson",
    )


def _cohort(service: Service, organisation_id: str, body: bytes) -> Cohort:
    """Every completion of the body, checked; or `Invalid`, with the problems of all."""
    cohort = Cohort(service, organisation_id)
    problems: list[FieldProblem] = []
    numbers = count()
    for batch in batches(_several(body)):
        for found in cohort.take(batch):
            item = next(numbers)
            problems += [replace(each, item=item) for each in found]
        if len(problems) >= MOST_PROBLEMS:
            break
    if problems:
        raise Invalid(tuple(problems[:MOST_PROBLEMS]))
    if not len(cohort):
        raise Invalid((FieldProblem("", "The body must have a completion"),))
    return cohort


def _lines(service: Service, organisation_id: str, cohort: Cohort, metrics: Metrics) -> Iterator[bytes]:
    """The answers of batch after batch, each when it is stored. Where it cannot go on, a problem is the last line."""
    answered = 0
    try:
        for batch in batches(cohort):
            issued = issue_all(service, organisation_id, batch)
            metrics.issued(issued)
            for stored in batches(issued, LINES_AT_ONCE):
                answers = [_told(service, each.credential) | {"status": 201 if each.new else 200} for each in stored]
                yield b"".join(msgspec.json.encode(answer) + b"\n" for answer in answers)
                answered += len(stored)
    except Exception as error:
        problem = problem_of(error)
        metrics.problem(problem)
        if problem["status"] >= 500:
            log.exception("A cohort broke off after %d completions", answered)
        yield msgspec.json.encode(problem | {"index": answered}) + b"\n"


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


def _too_large() -> HTTPException:
    return HTTPException(
        f"A cohort has at most {MOST_COMPLETIONS:,} completions and {LARGEST_COHORT // 2**20} MB; send what is more as "
        "another one.",
        status_code=HTTP_413_REQUEST_ENTITY_TOO_LARGE,
    )


class _Item:
    """One of several completions, whatever it may be."""

    def __init__(self, value: Any) -> None:
        self.value = value


def _several(body: bytes) -> list[Any]:
    """What a JSON array holds, or lines of JSON. Counted while it is read: a small body may hold millions of nothings."""
    numbers = count()

    def counted(kind: type, value: Any) -> _Item:
        if next(numbers) == MOST_COMPLETIONS:
            raise _too_large()
        return _Item(value)

    try:
        if body[:100].lstrip().startswith(b"["):
            return [each.value for each in msgspec.json.decode(body, type=list[_Item], dec_hook=counted)]
        lines = islice(filter(bytes.strip, BytesIO(body)), MOST_COMPLETIONS + 1)
        return [counted(_Item, msgspec.json.decode(line)).value for line in lines]
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise Invalid((FieldProblem("", f"The body is neither a JSON array nor lines of JSON: {error}"),)) from error


def _answer(service: Service, credential: Credential, status: int) -> Response[bytes]:
    answer = _told(service, credential)
    headers = {"Location": answer["credential"], "Cache-Control": "no-store"}
    return Response(msgspec.json.encode(answer), status_code=status, headers=headers, media_type="application/json")


def _told(service: Service, credential: Credential) -> dict[str, Any]:
    """What the platform is told of a credential."""
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
    return answer


ROUTES = [report_completion, report_cohort, revoke_credential]

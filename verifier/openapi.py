"""The API's description (OpenAPI 3.1): made by Litestar from the handlers themselves, and told what it cannot see there."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

import msgspec
from litestar import Litestar, Request, Response, get
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import License

from verifier import api, probes
from verifier.facing.metrics import version_of_ours
from verifier.facing.tagged import tagged
from verifier.findings import STEPS, Findings
from verifier.piles import api as piles
from verifier.piles.item import UNOPENED
from verifier.verdict import TRACES
from verifier.words import Words, words_in

__all__ = ["ROUTES", "document", "reasons"]

ABOUT = (
    "Hand in a token, a code, an address, the text of a QR code, a PDF or a picture; the answer is one verdict: `valid`, "
    "`invalid` or `unchecked`, with the reason and with what each of six numbered steps found. `unchecked` says that "
    "something could not be checked. It is never a mild form of `valid`, nor of `invalid`."
)
# How a body may be packed; what it is, is found out by its content.
BODIES = {
    "text/plain": "A token, a code, an address, or the text of a QR code",
    "application/vc+jwt": "A token",
    "application/pdf": "A certificate",
    "image/png": "A baked badge, a photograph or a scan",
    "image/svg+xml": "A baked badge",
    "image/jpeg": "A photograph or a scan",
    "image/webp": "A photograph or a scan",
    "application/octet-stream": "Any of these",
}
PILES = {
    "application/zip": "A zip of any of these, of which nothing is opened that is packed once more",
    "text/csv": "A table with a code, an address, the text of a QR code or a token in each row, and whose it should be",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "The same as a spreadsheet",
    "application/octet-stream": "Any of these",
}
CODE = "WG-7K4M-9QXT-2D8H-C5RF"
FIELDS = {
    "Verdict.verdict": "The answer in one word. Only `valid` says that everything was checked and nothing is wrong.",
    "Verdict.reason": "Why, as a stable code:\n\n",
    "Verdict.steps": "The six steps in their order, those that were not reached too.",
    "Verdict.issuer": "Who signed it, by the directory; null until the signature is known to be good.",
    "Verdict.credential": "What was signed; null until the signature is known to be good.",
    "Verdict.document": "What the document shows, where one was handed in.",
    "Verdict.checked_at": "The moment the verdict speaks of.",
    "Verdict.revocation": "What the issuer says of a revocation. Only for revoked credentials.",
    "Step.step": "Which of the six.",
    "Step.code": "What was found, more exactly than the reason says it.",
    "Step.detail": "A sentence for people; its wording may change.",
    "Step.as_of": "The moment that the finding speaks of, where it is not now.",
    "Issuer.id": "The issuer's id: an address or a DID.",
    "Issuer.name": "Its legal name in the directory, by language.",
    "Issuer.since": "Since which day it stands in the directory.",
    "Issuer.listed_by": "The platform that vouches for it, by language, where it has no entry of its own.",
    "Identifier.type": "What was hashed: `emailAddress`.",
    "Identifier.hash": "`sha256$` and the SHA-256, in hex, of the address in small letters with the salt behind it.",
    "Identifier.salt": "The salt; it may be empty.",
    "Signed.id": "The credential's id.",
    "Signed.code": "Its code, where it has one.",
    "Signed.names": "The learner's names as signed.",
    "Signed.identifiers": "The learner's e-mail addresses, hashed: who knows one can tell that it is theirs.",
    "Signed.achievement": "What was achieved, by language.",
    "Signed.issuer_name": "How the credential itself calls its issuer; rely on the directory's name.",
    "Signed.facts": "Further signed values, each with its name.",
    "Signed.modules": "The courses that it is made of, as signed.",
    "Signed.skills": "The skills that it names, as signed.",
    "Signed.partners": "Who issued it jointly, as signed.",
    "Signed.period": "When it was studied, as signed.",
    "Signed.legacy": "Whether it has the older form of the W3C's data model 1.1.",
    "Document.shows": "`as_issued`: the issuer made this exact file. `text_matches`: its text says what was signed. "
    "`differs`: it does not. `not_compared`: there was none, or it could not be compared.",
    "Document.differences": "Where signed values and the document part.",
    "Document.traces": "What it bears that no certificate has as its issuer makes it.",
    "Document.sha256": "The SHA-256 of the exact file, in hex.",
    "Difference.field": "Which value.",
    "Difference.signed": "As signed; absent for a text that nobody signed.",
    "Difference.shown": "As the document shows it, where that is known.",
    "Trace.code": "Which trace.",
    "Trace.page": "On which page, from 1.",
    "Trace.detail": "What, in its own words.",
    "Step.result": "`not_checked` also stands where a step did not apply, or was not reached.",
    "Signed.awarded": "When it was awarded.",
    "Signed.valid_from": "From when it is in force.",
    "Signed.valid_until": "Until when; null for ever.",
    "Revocation.since": "Since when.",
    "Revocation.reason": "Why, in the issuer's own words, which nobody signed.",
    "Revocation.superseded_by": "The id of the credential that replaces it.",
    "Began.type": "What kind of line it is.",
    "Began.items": "How many rows there will be.",
    "Row.type": "What kind of line it is.",
    "Row.number": "Its place in the pile, from 1. Rows come in the order in which they are done.",
    "Row.item": "What it is called in the pile: a file's name with its folders, or a row of a table with what it holds.",
    "Row.name_expected": "Whose it should be, by the applicant list, the table, or the name of the file or its folder.",
    "Row.name_matches": "Whether that is a name that was signed; null where there was nothing to compare.",
    "Row.same_as": "The rows before this one that hold the same credential. Each of those is the same as this one, too.",
    "Row.needs_human": "Whether somebody has to look: it is unchecked, differs, was not opened, does not bear the name that "
    "was expected, or was handed in under two names.",
    "Row.verdict": "The verdict, where there is one.",
    "Row.problem": "Why there is none.",
    "Unopened.code": "Why, as a stable code:\n\n"
    + "\n".join(f"- `{code}`: {means}" for code, means in UNOPENED.items()),
    "Unopened.detail": "A sentence for people; its wording may change.",
    "Counts.valid": "How many rows are valid.",
    "Counts.invalid": "How many are invalid.",
    "Counts.unchecked": "How many are unchecked or were not opened.",
    "Counts.needs_human": "How many of all of these somebody has to look at.",
    "ListUsed.issuer": "Whose list it is.",
    "ListUsed.as_of": "The moment that the list speaks of.",
    "Ended.type": "What kind of line it is.",
    "Ended.counts": "The table in four numbers.",
    "Ended.seconds": "How long it took.",
    "Ended.lists": "The status lists that rows were checked against.",
    "Ended.report": "The report as PDF, in base64; only where it was asked for.",
    "Problem.status": "The status of the answer.",
    "Problem.detail": "A sentence for people; its wording may change.",
    "Problem.type": "`about:blank`: the status says it all.",
    "Problem.code": "What is wrong with something that an issuer publishes, as a stable code, where that is why.",
    "Ready.ready": "Whether it can open a document; without a directory it does not even start.",
    "Ready.directory": "Whom it knows.",
    "Ready.documents": "Whether it can open documents.",
    "DirectoryState.issuers": "How many entries the directory has.",
    "DirectoryState.loaded_at": "When it was read.",
    "DirectoryState.changed": "The day the directory was last written.",
    "DirectoryState.problem": "What is wrong with newer files, which are not used; said to the operator's own network only.",
    "DocumentsState.works": "Whether a document could be opened, at most half a minute ago.",
    "DocumentsState.isolation": "What the process that opens a document is kept from on this machine.",
}


def reasons(words: Words) -> dict[str, str]:
    """Every reason that a verdict can have, with what it means."""
    codes = {key.split(".")[1] for key in words.texts if key.startswith("reason.")}
    unsaid = dict.fromkeys(("issuer", "date", "format", "name", "service", "host"), "…")
    # These two are the words for what has none of its own.
    return {code: words.say(f"reason.{code}.means", **unsaid) for code in sorted(codes - {"invalid", "unchecked"})}


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document of what others may call."""
    licence = License("Apache-2.0", identifier="Apache-2.0")
    config = OpenAPIConfig(
        title="Weizheng verifier",
        version=version_of_ours(),
        description=ABOUT,
        license=licence,
        use_handler_docstrings=True,
    )
    absent = {name: Provide(lambda: None, sync_to_thread=False) for name in ("desk", "kept", "documents", "metrics")}
    described = Litestar(
        [*api.ROUTES, *piles.ROUTES, *probes.ROUTES], dependencies=absent, openapi_config=config, logging_config=None
    )
    made = described.openapi_schema.to_schema()
    made["paths"]["/api/verify"]["post"]["requestBody"] = _request_body()
    made["paths"]["/api/piles"]["post"]["requestBody"] = _request_body_of_piles()
    schemas = made["components"]["schemas"]
    _describe(schemas)
    answer = made["paths"]["/api/verify"]["post"]["responses"]["200"]["content"]["application/json"]
    answer["examples"] = {"unknown_issuer": {"summary": "Nobody in the directory", "value": _example()}}
    return made


def _request_body() -> dict[str, Any]:
    content: dict[str, Any] = {kind: {"schema": {"description": what}} for kind, what in BODIES.items()}
    content["text/plain"] |= {"schema": {"type": "string"}, "example": CODE}
    file = {"type": "string", "contentMediaType": "application/octet-stream", "description": "Any of the others."}
    content["multipart/form-data"] = {"schema": {"type": "object", "properties": {"file": file}}}
    return {"description": "At most 20 MiB. Nothing is answered too: `nothing_given`.", "content": content}


def _request_body_of_piles() -> dict[str, Any]:
    content: dict[str, Any] = {kind: {"schema": {"description": what}} for kind, what in PILES.items()}
    file = {"type": "string", "contentMediaType": "application/octet-stream"}
    files = {"type": "array", "items": file, "description": "Any number of them, each with its path as its file name."}
    names = file | {"description": "A table of whose each is: names beside file names or codes."}
    content["multipart/form-data"] = {"schema": {"type": "object", "properties": {"file": files, "applicants": names}}}
    return {"description": "At most 200 MiB and, unpacked, 1,000 items and 500 MiB.", "content": content}


def _describe(schemas: dict[str, Any]) -> None:
    for place, text in FIELDS.items():
        name, _, field = place.partition(".")
        schemas[name]["properties"][field]["description"] = text
    reason = schemas["Verdict"]["properties"]["reason"]
    reason["enum"] = list(reasons(words_in("en")))
    reason["description"] += "\n".join(f"- `{code}`: {means}" for code, means in reasons(words_in("en")).items())
    schemas["Step"]["properties"]["step"]["enum"] = list(STEPS)
    schemas["Unopened"]["properties"]["code"]["enum"] = list(UNOPENED)
    schemas["Trace"]["properties"]["code"]["enum"] = list(TRACES)


def _example() -> Any:
    found = Findings(datetime(2026, 11, 21, 2, 0, tzinfo=UTC))
    found.passed("token")
    found.not_checked("known_issuer", "unknown_issuer", "https://elsewhere.example/issuer")
    return msgspec.json.decode(found.verdict().as_json())


@get("/api/openapi.json", sync_to_thread=False, include_in_schema=False)
def openapi_json(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The document itself. It says nothing of anyone, so whoever has it may keep it and ask whether it changed."""
    return tagged(request, _encoded(), "application/json", cache="no-cache")


@cache
def _encoded() -> bytes:
    return msgspec.json.encode(document())


ROUTES = [openapi_json]

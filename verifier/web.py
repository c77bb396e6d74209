"""What a recruiter opens: the form, the page behind a QR code, and the verdict. Works without scripts, sets no cookies."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import MediaType, Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.exceptions import ClientException, HTTPException
from litestar.params import FromPath
from markupsafe import Markup

from credential import code as codes
from credential.errors import MalformedCode
from verifier import openapi
from verifier.answer import answer_in
from verifier.directory import Directory
from verifier.evidence import LARGEST
from verifier.facing.desk import Desk
from verifier.facing.visit import visit_of
from verifier.findings import Findings
from verifier.form import FORM_OVERHEAD, read_form
from verifier.listing import find_listed
from verifier.settings import Settings
from verifier.verdict import SHA256, Verdict
from verifier.words import LANGUAGES, Words, chosen_language, words_in

__all__ = ["ROUTES", "refused"]

TEMPLATES = Path(__file__).parent.parent / "templates" / "verifier"
PAGES = Environment(
    loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
# What a file chooser offers first; what a file is, is found out by its content.
ACCEPTED = ".pdf,.jwt,.png,.svg,.jpg,.jpeg,.webp,application/pdf,image/png,image/svg+xml,image/jpeg,image/webp"
NO_BREAK = "\N{NO-BREAK SPACE}"
HEADERS = {"Vary": "Accept-Language"}  # what guards every answer stands in verifier/facing/headers.py
Asked = Request[Any, Any, Any]


class _WordsInHtml(Words):
    """The same words as safe HTML; each value is escaped and isolated, so that its writing direction ends with it."""

    def say(self, key: str, **values: str) -> str:
        isolated = {name: Markup("<bdi>{}</bdi>").format(value) for name, value in values.items()}
        return Markup(self.texts[key]).format(**isolated)  # noqa: S704 - the texts are ours, the values escaped

    def day(self, moment: str) -> str:
        return super().day(moment).replace(" ", NO_BREAK)

    def time(self, moment: datetime) -> str:
        return super().time(moment).replace(" ", NO_BREAK)


@get("/", sync_to_thread=False)
def home(request: Asked, settings: NamedDependency[Settings], directory: NamedDependency[Directory]) -> Response[str]:
    """The form."""
    count = str(directory.count)
    # The page says nothing of anyone: the browser may keep it and ask whether it changed.
    return _page(
        request,
        settings,
        "home.html",
        cache="no-cache",
        count=count,
        changed=directory.changed,
        largest=LARGEST,
        accepted=ACCEPTED,
    )


@post("/", status_code=200, request_max_body_size=LARGEST + FORM_OVERHEAD)
async def check_what_was_given(
    request: Asked,
    settings: NamedDependency[Settings],
    desk: NamedDependency[Desk],
    clock: NamedDependency[Callable[[], datetime]],
) -> Response[str]:
    """Verify the file, else the photo, else the text."""
    try:
        form = await read_form(request)
    except HTTPException as error:
        if error.status_code != 413:
            raise
        findings = Findings(clock())
        findings.not_checked("token", "too_large")
        return _verdict(request, settings, findings.verdict(), switch=False, status=413)
    given = form.get("file") or form.get("photo") or form.get("text", b"")
    return _verdict(request, settings, await desk.verify(visit_of(request.scope), given), switch=False)


@get("/scan", sync_to_thread=False)
def scan(request: Asked, settings: NamedDependency[Settings]) -> Response[str]:
    """The camera view. Says nothing of anyone: browsers may keep it."""
    return _page(request, settings, "scan.html", cache="no-cache")


@get("/pile", sync_to_thread=False)
def pile(request: Asked, settings: NamedDependency[Settings]) -> Response[str]:
    """Where many certificates are handed in at once. Its script posts them to `/api/piles`."""
    return _page(request, settings, "pile.html", cache="no-cache")


@get("/v/{code:str}", sync_to_thread=False)
def opened_by_code(
    request: Asked, settings: NamedDependency[Settings], directory: NamedDependency[Directory], code: FromPath[str]
) -> Response[str]:
    """What the QR code opens. Looks nothing up: whoever opens it decides whether the issuer is asked."""
    try:
        parsed = codes.parse(code)
    except MalformedCode:
        return _page(request, settings, "code.html", code=None, any_code=False)
    tag = codes.tag_of(parsed)
    service = directory.service_of(tag)
    return _page(
        request,
        settings,
        "code.html",
        code=parsed,
        any_code=False,
        printed=codes.printed(parsed),
        tag=tag,
        service=_host(service.service) if service else "",
        names=directory.names_of_service(tag),
    )


@get("/v", sync_to_thread=False)
def opened_by_any_code(request: Asked, settings: NamedDependency[Settings]) -> Response[str]:
    """The page of any code, for browsers to keep: it holds none, and its script reads the one in the address."""
    return _page(request, settings, "code.html", cache="no-cache", code=None, any_code=True)


@get("/offline", sync_to_thread=False)
def without_network(request: Asked, settings: NamedDependency[Settings]) -> Response[str]:
    """What a browser shows in place of any other page when there is no network."""
    return _page(request, settings, "offline.html", cache="no-cache")


@get("/v/{code:str}/check")
async def check_code(
    *,
    request: Asked,
    settings: NamedDependency[Settings],
    desk: NamedDependency[Desk],
    clock: NamedDependency[Callable[[], datetime]],
    code: FromPath[str],
) -> Response[str]:
    """Ask the one issuer service that the code's tag names, and verify what it answers."""
    try:
        given = codes.parse(code).encode()
    except MalformedCode:  # only a code is looked up here, whatever else might be read in its place
        findings = Findings(clock())
        findings.not_checked("token", "mistyped_code")
        return _verdict(request, settings, findings.verdict())
    return _verdict(request, settings, await desk.verify(visit_of(request.scope), given))


@get("/api", sync_to_thread=False)
def api_in_words(request: Asked, settings: NamedDependency[Settings]) -> Response[str]:
    """How programs use the verifier, out of the same description that they read."""
    described, reasons = openapi.document(), openapi.reasons(_words(request))
    return _page(
        request,
        settings,
        "api.html",
        cache="no-cache",
        address=settings.public_url,
        described=described,
        reasons=reasons,
    )


@post("/v/{code:str}/file", status_code=200)
async def ask_for_file(
    *,
    request: Asked,
    settings: NamedDependency[Settings],
    desk: NamedDependency[Desk],
    code: FromPath[str],
) -> Response[str]:
    """Ask the issuer whether a file is its own. The file is named by its SHA-256 and stays where it is."""
    sha256_of_file = (await read_form(request)).get("sha256", b"").decode("ascii", "replace")
    try:
        parsed = codes.parse(code)
    except MalformedCode as error:
        raise ClientException("This is no code.") from error
    if not SHA256.fullmatch(sha256_of_file):
        raise ClientException("This is no SHA-256.")
    verdict = await desk.verify_file(visit_of(request.scope), parsed, sha256_of_file)
    return _verdict(request, settings, verdict, switch=False)


@get("/issuers", sync_to_thread=False)
def issuers(
    request: Asked, settings: NamedDependency[Settings], directory: NamedDependency[Directory]
) -> Response[str]:
    """Who is known, and since when."""
    query, page = request.query_params.get("q", ""), request.query_params.get("page", "")
    known = directory.listing(_words(request).language)
    found, count = find_listed(known, query, page), str(len(known))
    return _page(
        request,
        settings,
        "issuers.html",
        cache="no-cache",
        found=found,
        directory_count=count,
        changed=directory.changed,
    )


def _verdict(
    request: Asked, settings: Settings, verdict: Verdict, *, switch: bool = True, status: int = 200
) -> Response[str]:
    """The page of a verdict. `switch`: it can be asked for again in another language, which what was posted cannot."""
    words = _words(request)
    return _page(
        request,
        settings,
        "verdict.html",
        status=status,
        switch=switch,
        again=request.url.path if switch and verdict.verdict == "unchecked" else "",
        answer=answer_in(words, verdict),
        askable=_askable(verdict),
        identifiers=_identifiers(verdict),
        issuer=words.of(verdict.issuer.name) if verdict.issuer else "",
        technical=msgspec.json.format(verdict.as_json(), indent=2).decode(),
    )


def _identifiers(verdict: Verdict) -> str:
    """By what the browser can tell whether an e-mail address is the learner's; "" where it does not matter any more."""
    if verdict.verdict == "invalid" or not verdict.credential or not verdict.credential.identifiers:
        return ""
    return msgspec.json.encode(verdict.credential.identifiers).decode()


def _askable(verdict: Verdict) -> dict[str, str] | None:
    """What names the exact file to its issuer, where it is worth asking whether it is its own."""
    document, signed = verdict.document, verdict.credential
    open_question = document.shows in {"text_matches", "not_compared"} and verdict.verdict != "invalid"
    if not open_question or not document.sha256 or not signed or not signed.code:
        return None
    if any(step.code == "file_not_known" for step in verdict.steps):  # it has been asked and has answered
        return None
    return {"code": codes.parse(signed.code), "sha256": document.sha256}


def _page(
    request: Asked,
    settings: Settings,
    template: str,
    *,
    status: int = 200,
    cache: str = "no-store",
    switch: bool = True,
    **context: Any,
) -> Response[str]:
    words = _words(request)
    spoken = [words_in(language) for language in LANGUAGES] if switch else []
    html = PAGES.get_template(template).render(words=words, spoken=spoken, host=_host(settings.public_url), **context)
    headers = HEADERS | {"Cache-Control": cache, "Content-Language": words.language}
    return Response(html, status_code=status, headers=headers, media_type=MediaType.HTML)


def _words(request: Asked) -> Words:
    language = chosen_language(request.query_params.get("lang"), request.headers.get("Accept-Language", ""))
    return _WordsInHtml(language, words_in(language).texts)


def refused(request: Asked, error: HTTPException) -> Response[str]:
    """The page for a request that cannot be handled: a broken form, an address that is not there, a fault of ours."""
    words = _words(request)
    html = PAGES.get_template("refused.html").render(words=words, spoken=[], host="", status=error.status_code)
    headers = HEADERS | {"Cache-Control": "no-store", "Content-Language": words.language} | dict(error.headers or {})
    return Response(html, status_code=error.status_code, headers=headers, media_type=MediaType.HTML)


def _host(address: str) -> str:
    return urlsplit(address).netloc


ROUTES = [
    Router(
        "/",
        route_handlers=[
            home,
            pile,
            check_what_was_given,
            scan,
            opened_by_code,
            check_code,
            ask_for_file,
            issuers,
            api_in_words,
            opened_by_any_code,
            without_network,
        ],
        exception_handlers={HTTPException: refused},
    )
]

"""What the issuer publishes: profile, keys, achievements, status lists, dictionaries, and each credential in its forms."""

from functools import lru_cache
from hashlib import sha256
from typing import Any

import anyio
import anyio.to_thread
import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from credential import code as codes
from credential import document
from credential.phrases import BILINGUAL
from issuer import achievements, confirmations, organisations
from issuer.credentials import dictionaries, renditions
from issuer.credentials.records import find
from issuer.errors import NotFound
from issuer.page import CSP, STYLE, page
from issuer.service import Service
from issuer.status import signed_list
from issuer.tables import Credential

__all__ = ["ROUTES"]

JWT = "application/vc+jwt"
FILES = {"pdf": "application/pdf", "png": "image/png"}
FOR_EVER = "public, max-age=31536000, immutable"
SOON = "public, max-age=60"
PAGE_HEADERS = {"Vary": "Accept", "Content-Security-Policy": CSP, "X-Content-Type-Options": "nosniff"}


def _published(
    request: Request[Any, Any, Any], content: bytes, media_type: str, cache: str, **headers: str
) -> Response[bytes]:
    """The content with a strong ETag made of its bytes: every process gives the same answer."""
    etag = f'"{sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": cache, "Access-Control-Allow-Origin": "*", **headers}
    if etag in request.headers.get("If-None-Match", ""):
        return Response(b"", status_code=304, headers=headers, media_type=media_type)
    return Response(content, headers=headers, media_type=media_type)


@get("/orgs/{org:str}", sync_to_thread=True)
def profile(request: Request[Any, Any, Any], service: NamedDependency[Service], org: FromPath[str]) -> Response[bytes]:
    """The organisation's Profile (OB 3.0 §B.1.17)."""
    with service.database.reading() as session:
        found = organisations.profile(service, organisations.find(session, org))
    context = {"@context": document.CONTEXT[:2]}
    return _published(request, msgspec.json.encode(context | msgspec.to_builtins(found)), "application/ld+json", SOON)


@get("/orgs/{org:str}/jwks.json", sync_to_thread=True)
def jwks(request: Request[Any, Any, Any], service: NamedDependency[Service], org: FromPath[str]) -> Response[bytes]:
    """All keys that the organisation ever had, with their states."""
    with service.database.reading() as session:
        organisations.find(session, org)
    published = msgspec.json.encode(organisations.published_keys(service, org))
    return _published(request, published, "application/jwk-set+json", SOON)


@get("/orgs/{org:str}/keys/{key_id:str}", sync_to_thread=True)
def key(
    request: Request[Any, Any, Any], service: NamedDependency[Service], org: FromPath[str], key_id: FromPath[str]
) -> Response[bytes]:
    """One bare JWK: what an https `kid` must answer with."""
    with service.database.reading() as session:
        organisations.find(session, org)
    for jwk in organisations.public_jwks(service, org):
        if jwk["kid"] == service.addresses.key(org, key_id):
            return _published(request, msgspec.json.encode(jwk), "application/jwk+json", SOON)
    raise NotFound("There is no such key.")


@get("/orgs/{org:str}/keys/{key_id:str}/confirmed/{prefix:str}", sync_to_thread=True)
def confirmed(
    request: Request[Any, Any, Any],
    service: NamedDependency[Service],
    org: FromPath[str],
    key_id: FromPath[str],
    prefix: FromPath[str],
) -> Response[bytes]:
    """Which credentials of a compromised key the organisation confirms: those whose hash begins with `prefix`."""
    signed = confirmations.confirmed(service, org, key_id, prefix)
    return _published(request, signed.encode(), "application/jwt", SOON)


@get("/orgs/{org:str}/achievements/{slug:str}/{version:int}", sync_to_thread=True)
def achievement(
    request: Request[Any, Any, Any],
    service: NamedDependency[Service],
    org: FromPath[str],
    slug: FromPath[str],
    version: FromPath[int],
) -> Response[bytes]:
    """One version of an achievement, byte for byte as credentials bind it."""
    with service.database.reading() as session:
        found = achievements.find(session, org, slug, version)
    return _published(request, found.document, "application/json", FOR_EVER)


@get("/orgs/{org:str}/status/{list_id:str}", sync_to_thread=True)
def status_list(
    request: Request[Any, Any, Any], service: NamedDependency[Service], org: FromPath[str], list_id: FromPath[str]
) -> Response[bytes]:
    """The signed status list."""
    signed = signed_list(service, org, list_id)
    return _published(request, signed.encode(), JWT, SOON)


@get("/dictionaries/{id_:str}", sync_to_thread=True)
def dictionary(
    request: Request[Any, Any, Any], service: NamedDependency[Service], id_: FromPath[str]
) -> Response[bytes]:
    """What the credentials in some QR codes have in common: bytes to inflate with, not a document to read."""
    with service.database.reading() as session:
        found = dictionaries.find(session, id_)
    return _published(request, found.content, "application/octet-stream", FOR_EVER)


@get("/credentials/{name:str}")
async def credential(
    request: Request[Any, Any, Any], service: NamedDependency[Service], name: FromPath[str]
) -> Response[bytes]:
    """A credential as a page, or as `.jwt`, `.json`, `.pdf` (`?rendition=…`) or `.png`, or as the Accept header asks."""
    stem, _, suffix = name.partition(".")  # a suffix in the route's pattern would not be told from the code
    form = suffix or _asked_form(request.headers.get("Accept", "*/*"))
    if form not in {"jwt", "json", "pdf", "png", "html"}:
        raise NotFound(f"A credential has the forms .jwt, .json, .pdf and .png, not .{suffix[:20]}.")

    if form == "html":
        html = await anyio.to_thread.run_sync(page, service, stem, request.query_params.get("rendition", BILINGUAL))
        return _published(request, html.encode(), "text/html", SOON, **PAGE_HEADERS)

    def look_up() -> Credential:
        with service.database.reading() as session:
            return find(session, stem)

    found = await anyio.to_thread.run_sync(look_up)
    assert found.token is not None
    if form == "jwt":
        return _published(request, found.token.encode(), JWT, SOON, Vary="Accept")
    if form == "json":
        return _published(request, found.document, "application/vc+ld+json", SOON, Vary="Accept")
    rendition = renditions.BADGE
    if form == "pdf":
        rendition = request.query_params.get("rendition", BILINGUAL)
        renditions.check(rendition)
    content = await anyio.to_thread.run_sync(renditions.kept, service, found, rendition)
    if content is None:
        # Who waits for a drawing process stands in a line of their own, never before what verifiers fetch.
        line = _drawing_line(service.drawing.size)
        content = await anyio.to_thread.run_sync(renditions.made, service, found, rendition, limiter=line)
    disposition = f'inline; filename="{renditions.file_name(codes.printed(found.code), rendition)}"'
    return _published(request, content, FILES[form], SOON, **{"Content-Disposition": disposition}, Vary="Accept")


@lru_cache
def _drawing_line(size: int) -> anyio.CapacityLimiter:
    return anyio.CapacityLimiter(size)


@get("/credentials/{code:str}/files/{digest:str}", sync_to_thread=True)
def file(
    request: Request[Any, Any, Any], service: NamedDependency[Service], code: FromPath[str], digest: FromPath[str]
) -> Response[bytes]:
    """Whether a file with this SHA-256 was given out for this credential: which rendition, and when it was made."""
    with service.database.reading() as session:
        found = renditions.recorded(session, find(session, code), digest)
    answer = {"rendition": found.rendition, "made_at": document.moment(found.made_at)}
    return _published(request, msgspec.json.encode(answer), "application/json", FOR_EVER)


@get("/credentials/{code:str}/status", sync_to_thread=True)
def credential_status(
    request: Request[Any, Any, Any], service: NamedDependency[Service], code: FromPath[str]
) -> Response[bytes]:
    """Why and since when a credential was revoked, and which one replaces it."""
    with service.database.reading() as session:
        found = find(session, code)
    answer: dict[str, Any] = {"revoked": found.revoked_at is not None}
    if found.revoked_at:
        answer |= {"since": document.moment(found.revoked_at), "reason": found.revocation_reason}
    if found.superseded_by:
        answer["superseded_by"] = service.addresses.credential(found.superseded_by)
    return _published(request, msgspec.json.encode(answer), "application/json", SOON)


@get("/page.css", sync_to_thread=True)
def style(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The pages' style."""
    return _published(request, STYLE.read_bytes(), "text/css", SOON)


def _asked_form(accept: str) -> str:
    """The first form the client names; a browser and `*/*` get the page."""
    for named in accept.split(","):
        media_type = named.split(";")[0].strip().lower()
        if media_type in {JWT, "application/jwt", "application/vc+ld+json+jwt"}:
            return "jwt"
        if media_type in {"application/json", "application/ld+json", "application/vc+ld+json", "application/vc"}:
            return "json"
        if media_type == "application/pdf":
            return "pdf"
        if media_type == "image/png":
            return "png"
        if media_type in {"text/html", "*/*", "text/*"}:
            return "html"
    return "html"


ROUTES = [
    profile, jwks, key, confirmed, achievement, status_list, dictionary, credential, credential_status, file, style,
]  # fmt: skip

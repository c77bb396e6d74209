"""What a browser needs to verify by itself, from our own address: so no issuer learns who checks its certificates.

The directory, keys, status lists, dictionaries and words name no credential. A browser verifies each of them again. Nothing
is fetched but for issuers of the directory, under their own prefix, and what a stranger makes up is soon not asked for.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException, ServiceUnavailableException
from litestar.params import FromPath

from credential.jwks import written
from verifier.directory import Directory, KnownIssuer
from verifier.errors import Unreachable
from verifier.facing.desk import Desk
from verifier.facing.rates import COPY
from verifier.facing.tagged import tagged
from verifier.facing.visit import visit_of
from verifier.words import LANGUAGES, words_in

__all__ = ["ROUTES"]

JSON = "application/json"
SHORTLY = "public, max-age=60"  # what is kept here is up to five minutes old already
FOR_EVER = "public, max-age=31536000, immutable"
SECONDS = 20  # for one copy; each fetch has its own limit, but several may stand in one line
MEANWHILE = 10  # seconds after which what could not be had is worth another question
DICTIONARY = re.compile(r"[0-9a-f]{16}")
Asked = Request[Any, Any, Any]
Thing = TypeVar("Thing")


@get("/directory", sync_to_thread=False)
def directory_copy(request: Asked, directory: NamedDependency[Directory]) -> Response[bytes]:
    """Whom this verifier knows, with the pinned keys."""
    return tagged(request, directory.as_json, JSON, cache=SHORTLY)


@get("/keys")
async def keys_copy(
    request: Asked, desk: NamedDependency[Desk], directory: NamedDependency[Directory]
) -> Response[bytes]:
    """The keys that ?issuer= publishes now, which of them were compromised, and its names. 404 for an unknown issuer."""
    issuer = _known(request, directory)

    async def had() -> dict[str, Any]:
        keys, compromised, as_of = await desk.published.keys(issuer)
        return {
            "keys": [written(key) for key in keys],
            "compromised": sorted(compromised),
            # Only now, when it is known that there is such an issuer: of a platform, anyone can make one up.
            "names": await desk.published.profile_names(issuer),
            "as_of": as_of.replace(microsecond=0),
        }

    said = await _had(request, desk, had, "key_set_unreachable")
    return tagged(request, msgspec.json.encode(said), JSON, cache=SHORTLY)


@get("/lists")
async def list_copy(
    request: Asked, desk: NamedDependency[Desk], directory: NamedDependency[Directory]
) -> Response[bytes]:
    """The signed status list at ?url= of ?issuer=. 404 for an unknown issuer, and for an address that is not its own."""
    issuer, url = _known(request, directory), request.query_params.get("url", "")
    if not issuer.may_fetch(url):
        raise NotFoundException("This is no address of that issuer.")
    found = await _had(request, desk, lambda: desk.published.list_named(issuer, url), "status_unreachable")
    return tagged(request, found.text.encode(), "application/vc+jwt", cache=SHORTLY)


@get("/dictionaries/{tag:str}/{hash_:str}")
async def dictionary_copy(
    *,
    request: Asked,
    desk: NamedDependency[Desk],
    directory: NamedDependency[Directory],
    tag: FromPath[str],
    hash_: FromPath[str],
) -> Response[bytes]:
    """A dictionary of the service that the tag names. 404 for an unknown tag."""
    service = directory.service_of(tag)
    if service is None or not DICTIONARY.fullmatch(hash_):
        raise NotFoundException("The directory knows no such service, or this is no dictionary's name.")
    content = await _had(request, desk, lambda: desk.published.dictionary(service, hash_), "dictionary_unreachable")
    return tagged(request, content, "application/octet-stream", cache=FOR_EVER)


@get("/words/{language:str}", sync_to_thread=False)
def words_copy(request: Asked, language: FromPath[str]) -> Response[bytes]:
    """Everything that the verifier says to a person, in one language."""
    if language not in LANGUAGES:
        raise NotFoundException(f"The verifier speaks {', '.join(LANGUAGES)}.")
    return tagged(request, msgspec.json.encode(words_in(language).texts), JSON, cache=SHORTLY)


def _known(request: Asked, directory: Directory) -> KnownIssuer:
    issuer = directory.issuer(request.query_params.get("issuer", ""))
    if issuer is None:
        raise NotFoundException("The directory knows no such issuer.")
    return issuer


async def _had(request: Asked, desk: Desk, asked: Callable[[], Awaitable[Thing]], fault: str) -> Thing:
    """What an issuer publishes, charged to who asks. Raises Litestar's 429, and 503 with a fault where it cannot be had."""
    desk.charge(visit_of(request.scope), COPY)
    again = {"Retry-After": str(MEANWHILE)}
    try:
        async with asyncio.timeout(SECONDS):
            return await asked()
    except (Unreachable, TimeoutError) as error:
        code = (error.fault if isinstance(error, Unreachable) else None) or fault
        raise ServiceUnavailableException(str(error), headers=again, extra={"code": code}) from error


ROUTES = [directory_copy, keys_copy, list_copy, dictionary_copy, words_copy]

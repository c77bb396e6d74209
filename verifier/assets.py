"""What pages are made of and a browser may keep: scripts, the style, icons, and the service worker that keeps them.

Everything is read once, when the service starts, and named by its content.
"""

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from verifier.facing.headers import HEADERS
from verifier.facing.tagged import etag_of, tagged
from verifier.words import LANGUAGES, chosen_language, words_in

__all__ = ["ROUTES"]

SCRIPTS = Path(__file__).parent / "browser"
TEMPLATES = Path(__file__).parent.parent / "templates" / "verifier"
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png"}
FOR_A_WHILE = "public, max-age=300"
WORKER = "offline.js"  # served from the root, because a service worker has no say over what does not lie beneath it
# The pages that answer without a network, in each language. The first stands for the pages of all codes and holds none.
SHELLS = ("/v", "/scan", "/offline")
Asked = Request[Any, Any, Any]


@get("/verifier.css", sync_to_thread=False)
def style(request: Asked) -> Response[bytes]:
    """The pages' style."""
    return _asset(request, "/verifier.css")


@get("/hand-in.js", sync_to_thread=False)
def hand_in(request: Asked) -> Response[bytes]:
    """What lets a file be dropped and pasted; the form works without it."""
    return _asset(request, "/hand-in.js")


@get("/browser/{name:str}", sync_to_thread=False)
def script(request: Asked, name: FromPath[str]) -> Response[bytes]:
    """A module of what verifies in the browser."""
    return _asset(request, f"/browser/{name}")


@get("/icons/{name:str}", sync_to_thread=False)
def icon(request: Asked, name: FromPath[str]) -> Response[bytes]:
    """The mark of the app, as SVG and as PNG."""
    return _asset(request, f"/icons/{name}")


@get("/app.webmanifest", sync_to_thread=False)
def manifest(request: Asked) -> Response[bytes]:
    """What makes it installable (Web Application Manifest), in the language of ?lang=."""
    content = msgspec.json.encode(_manifest(chosen_language(request.query_params.get("lang"))))
    return tagged(request, content, "application/manifest+json", cache=FOR_A_WHILE)


@get("/offline.js", sync_to_thread=False)
def worker(request: Asked) -> Response[bytes]:
    """The service worker, which is a new one as soon as anything that it keeps is."""
    content, etag = _worker()
    return tagged(request, content, "text/javascript", cache="no-cache", etag=etag)


def _asset(request: Asked, path: str) -> Response[bytes]:
    """Only what was found at the start has an address: a name never becomes a path."""
    found = _assets().get(path)
    if found is None:
        raise NotFoundException("There is nothing at this address.")
    content, media_type, etag = found
    return tagged(request, content, media_type, cache=FOR_A_WHILE, etag=etag)


@cache
def _assets() -> dict[str, tuple[bytes, str, str]]:
    """Everything under its address: content, media type, ETag."""
    scripts = {f"/browser/{file.name}": file for file in SCRIPTS.glob("*.js") if file.name != WORKER}
    icons = {f"/icons/{file.name}": file for file in (TEMPLATES / "icons").iterdir() if file.suffix in TYPES}
    own = {f"/{name}": TEMPLATES / name for name in ("verifier.css", "hand-in.js")}
    read = {path: (file.read_bytes(), TYPES[file.suffix]) for path, file in sorted((own | scripts | icons).items())}
    return {path: (content, media_type, etag_of(content)) for path, (content, media_type) in read.items()}


@cache
def _worker() -> tuple[bytes, str]:
    """The service worker with what it keeps, and a version that is a hash of all that."""
    files = [file for folder in (SCRIPTS, TEMPLATES) for file in sorted(folder.rglob("*")) if file.is_file()]
    version = sha256(
        str(HEADERS).encode() + b"".join(sha256(file.read_bytes()).digest() for file in files)
    ).hexdigest()[:16]
    said = {
        "VERSION": version,
        "LANGUAGES": LANGUAGES,
        "SHELLS": SHELLS,
        "ASSETS": [*_assets(), *(f"/words/{language}" for language in LANGUAGES)],
    }
    first = "".join(f"const {name} = {msgspec.json.encode(value).decode()};\n" for name, value in said.items())
    content = first.encode() + (SCRIPTS / WORKER).read_bytes()
    return content, etag_of(content)


def _manifest(language: str) -> dict[str, Any]:
    words = words_in(language)
    return {
        "id": "/",
        "name": words.say("page.brand"),
        "short_name": words.say("page.brand"),
        "description": words.say("home.lead"),
        "lang": language,
        "start_url": f"/?lang={language}",
        "scope": "/",
        "display": "minimal-ui",  # the address stays in sight, by which people know the true verifier
        "background_color": "#fdfbf6",
        "theme_color": "#fdfbf6",
        "icons": [
            {"src": "/icons/icon.svg", "sizes": "any", "type": "image/svg+xml"},
            {"src": "/icons/192.png", "sizes": "192x192", "type": "image/png"},
            {"src": "/icons/512.png", "sizes": "512x512", "type": "image/png"},
            {"src": "/icons/maskable.png", "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
        ],
    }


ROUTES = [style, hand_in, script, icon, manifest, worker]

"""The pages of `issuer preview`: every design with every sample, and one certificate with all that is known of it."""

import asyncio
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
from granian.constants import Interfaces
from granian.server.embed import Server
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Litestar, Request, Response, get
from litestar.di import NamedDependency, Provide

from issuer.certificate.design import LARGE
from issuer.errors import IssuerError
from issuer.preview.drawing import Choice, Desk
from issuer.preview.picture import picture

__all__ = ["create_preview", "serve_preview"]

TEMPLATES = Path(__file__).parents[2] / "templates" / "preview"
PAGES = Environment(
    loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
SMALL, LARGE_PICTURE = 480, 1600  # pixels across
Asked = Request[Any, Any, Any]
NAMES = {
    "usual": ("通常", "usual"),
    "level": ("技能等级", "skill level"),
    "bare": ("最简", "bare"),
    "hardest": ("最难", "hardest"),
    "bilingual": ("中英双语", "bilingual"),
    "zh-Hans": ("简体中文", "Simplified Chinese"),
    "zh-Hant": ("繁体中文", "Traditional Chinese"),
    "en": ("英文", "English"),
}


def create_preview(desk: Desk, port: int) -> Litestar:
    """The application, for this machine alone: asked for by another name, as a page of a stranger could, it refuses."""
    return Litestar(
        [gallery, certificate, certificate_pdf, certificate_png, version, style, script],
        dependencies={"desk": Provide(lambda: desk, sync_to_thread=False)},
        exception_handlers={IssuerError: _refused, OSError: _refused},
        allowed_hosts=[f"127.0.0.1:{port}", f"localhost:{port}"],
        openapi_config=None,
        logging_config=None,
    )


def serve_preview(desk: Desk, port: int) -> None:
    """Serve on loopback until interrupted."""
    server = Server(
        create_preview(desk, port),
        address="127.0.0.1",
        port=port,
        interface=Interfaces.ASGI,
        log_enabled=False,
    )
    try:
        asyncio.run(server.serve())
    except KeyboardInterrupt:
        return


@get("/", sync_to_thread=True)
def gallery(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    """Every design with every sample, in one rendition. Each picture is drawn when it comes into view."""
    return _page(request, desk, "gallery.html")


@get("/certificate", sync_to_thread=True)
def certificate(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    """One certificate, or in plain words why there is none."""
    choice = _choice(request, desk)
    try:
        return _page(request, desk, "certificate.html", drawn=desk.draw(choice), wrong="")
    except (IssuerError, OSError) as error:
        return _page(request, desk, "certificate.html", drawn=None, wrong=_sentence(error))


@get("/certificate.pdf", sync_to_thread=True)
def certificate_pdf(request: Asked, desk: NamedDependency[Desk]) -> Response[bytes]:
    """The certificate itself."""
    choice = _choice(request, desk)
    name = f"{Path(choice.design).name}-{choice.sample}-{choice.rendition}.pdf".encode("ascii", "replace").decode()
    disposition = {"Content-Disposition": f'inline; filename="{name.replace(chr(34), "")}"'}
    return Response(desk.draw(choice).pdf, media_type="application/pdf", headers=HEADERS | disposition)


@get("/certificate.png", sync_to_thread=True)
def certificate_png(request: Asked, desk: NamedDependency[Desk], page: int = 1, small: bool = False) -> Response[bytes]:
    """A page of it as a picture."""
    drawn = desk.draw(_choice(request, desk))
    if not 0 < page <= len(drawn.pages):
        return Response(b"There is no such page.", status_code=404, media_type="text/plain", headers=HEADERS)
    png = picture(drawn.pdf, page=page, width=SMALL if small else LARGE_PICTURE)
    return Response(png, media_type="image/png", headers=HEADERS)


@get("/version", sync_to_thread=True)
def version(desk: NamedDependency[Desk]) -> Response[str]:
    """Another text as soon as a file of a design was written: what the pages ask for every second."""
    return Response(desk.version(), media_type="text/plain", headers=HEADERS)


@get("/preview.css", sync_to_thread=True)
def style() -> Response[bytes]:
    """The pages' style."""
    return Response((TEMPLATES / "preview.css").read_bytes(), media_type="text/css", headers=HEADERS)


@get("/preview.js", sync_to_thread=True)
def script() -> Response[bytes]:
    """What draws a page anew when a file was written; without it, reloading does."""
    return Response((TEMPLATES / "preview.js").read_bytes(), media_type="text/javascript", headers=HEADERS)


def _choice(request: Asked, desk: Desk) -> Choice:
    given = {name: value for name, value in request.query_params.items() if name in Choice.__annotations__ and value}
    return Choice(**{"design": desk.designs[0], **given})


def _page(request: Asked, desk: Desk, template: str, **context: Any) -> Response[str]:
    choice = _choice(request, desk)
    html = PAGES.get_template(template).render(
        choice=choice, desk=desk, version=desk.version(), address=partial(_address, choice), named=_named, **context
    )
    return Response(html, media_type="text/html", headers=HEADERS)


def _address(choice: Choice, path: str, **other: Any) -> str:
    """The address of a page for this choice, with some of it replaced."""
    query: Mapping[str, Any] = {**msgspec.to_builtins(choice), **other}
    return f"{path}?{urlencode({name: value for name, value in query.items() if value})}"


def _named(name: str) -> tuple[str, str]:
    """What a sample or a rendition is called in Chinese and in English."""
    if name.startswith(LARGE):
        chinese, english = _named(name.removeprefix(LARGE))
        return f"大字版 · {chinese}", f"large print, {english}"
    return NAMES.get(name, (name, name))


def _sentence(error: Exception) -> str:
    return f"{error.filename}: {error.strerror}" if isinstance(error, OSError) and error.filename else str(error)


def _refused(request: Asked, error: Exception) -> Response[str]:
    return Response(_sentence(error), status_code=422, media_type="text/plain", headers=HEADERS)

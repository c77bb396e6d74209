"""What the operator's machines ask: does it live, can it work, what has it counted."""

import asyncio
from time import monotonic
from typing import Any

import msgspec
from anyio.to_thread import run_sync
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.openapi.datastructures import ResponseSpec

from verifier.directory import Kept
from verifier.documents import child
from verifier.errors import CannotOpen
from verifier.facing.clients import is_inside
from verifier.facing.metrics import CONTENT_TYPE, Metrics

__all__ = ["ROUTES", "Documents", "Ready"]

TRIED_FOR = 30  # seconds: probes come often, and each trial is a process
# One empty page, with the places of its objects as a reader finds them (ISO 32000-1 §7.5.4).
EMPTY = (
    b"%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
    b"2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n"
    b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<<>>>>\nendobj\n"
    b"xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000054 00000 n \n0000000105 00000 n \ntraile"
    b"r\n<</Size 4/Root 1 0 R>>\nstartxref\n180\n%%EOF\n"
)
Asked = Request[Any, Any, Any]


class DirectoryState(msgspec.Struct, frozen=True, kw_only=True):
    """Whom the verifier knows: how many entries, written on which day, read when, and why newer files are not used."""

    issuers: int
    changed: str
    loaded_at: str
    problem: str | None = None


class DocumentsState(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a document can be opened, tried at most half a minute ago, and what its process is kept from."""

    works: bool
    isolation: dict[str, bool]


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the verifier can do its work."""

    ready: bool
    directory: DirectoryState
    documents: DocumentsState


class Documents:
    """Tries now and then whether a document can be opened."""

    def __init__(self) -> None:
        self._found = DocumentsState(works=False, isolation={})
        self._tried: float | None = None
        self._trying = asyncio.Lock()

    async def state(self) -> DocumentsState:
        """As of at most `TRIED_FOR` seconds ago; whoever asks meanwhile waits for the one trial."""
        async with self._trying:
            if self._tried is None or monotonic() - self._tried > TRIED_FOR:
                self._found = await run_sync(_try)
                self._tried = monotonic()
        return self._found


def _try() -> DocumentsState:
    try:
        child.open_document(EMPTY)
        return DocumentsState(works=True, isolation=child.isolation())
    except (CannotOpen, OSError):
        return DocumentsState(works=False, isolation={})


@get(
    "/healthz",
    sync_to_thread=False,
    operation_id="healthz",
    summary="Does the process answer?",
    tags=["operation"],
    responses={200: ResponseSpec(str, False, "It does.", "text/plain")},
)
def healthz() -> Response[bytes]:
    """The process answers."""
    return Response(b"ok", media_type="text/plain")


@get(
    "/readyz",
    operation_id="readyz",
    summary="Can it do its work?",
    tags=["operation"],
    responses={200: ResponseSpec(Ready, False, "It can."), 503: ResponseSpec(Ready, False, "It cannot.")},
)
async def readyz(request: Asked, kept: NamedDependency[Kept], documents: NamedDependency[Documents]) -> Response[bytes]:
    """Whether the verifier can do its work: 200, or 503 when it can open no document.

    What is wrong with the directory is said to the operator's own network only: it can name files.
    """
    directory = kept.current()
    problem = kept.problem and (kept.problem if inside(request) else "It is told to private addresses only.")
    known = DirectoryState(
        issuers=directory.count,
        changed=directory.changed,
        loaded_at=f"{kept.loaded_at:%Y-%m-%dT%H:%M:%SZ}",
        problem=problem,
    )
    opening = await documents.state()
    ready = Ready(ready=opening.works, directory=known, documents=opening)
    return Response(msgspec.json.encode(ready), status_code=200 if ready.ready else 503, media_type="application/json")


@get("/metrics", sync_to_thread=False, include_in_schema=False)
def metrics(request: Asked, metrics: NamedDependency[Metrics]) -> Response[bytes]:
    """The counters, for machines of the operator's own network that ask directly; for all others they are not there."""
    if not inside(request):
        raise NotFoundException
    return Response(metrics.text(), headers={"Content-Type": CONTENT_TYPE})


def inside(request: Asked) -> bool:
    """Whether the operator's own network asks."""
    client = request.scope["client"]
    return client is not None and is_inside(client[0], request.scope["headers"])


ROUTES = [healthz, readyz, metrics]

"""A document from a stranger, opened in a fresh child process with limits, which a warmed server forks for it."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from functools import lru_cache
from threading import Lock

import msgspec

from verifier.documents.kinds import kind_of
from verifier.documents.opened import FRAME, PROBE, Answer, Opened
from verifier.errors import CannotOpen

__all__ = ["codes_on_frame", "isolation", "open_document", "warm"]

SECONDS = 25  # for one document; a child ends itself before (`isolation.limit`), unless its server hangs
LARGEST_ANSWER = 1024 * 1024
PIECE = 64 * 1024
PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}  # large ones: a fresh child pays for each that it touches first
STARTING = 60  # seconds, on a machine that has much else to do; it takes a third of one


def open_document(data: bytes) -> Opened:
    """Open a PDF, a picture or a badge in a child, by what it is and not by what it is called.

    Raises `CannotOpen` when it is damaged, protected, of another kind, too slow or too large for the limits.
    """
    return _opened(kind_of(data), data)


def codes_on_frame(data: bytes) -> tuple[str, ...]:
    """The QR codes on one picture of a camera, a JPEG, looked at only once. Raises `CannotOpen`."""
    if kind_of(data) != "jpeg":
        raise CannotOpen("A camera's picture must be a JPEG.", "no_document")
    return _opened(FRAME, data).codes


def warm() -> None:
    """Start the server now, so that the first document does not wait for it, and see that it answers."""
    isolation()


@lru_cache
def isolation() -> dict[str, bool]:
    """What a child really cannot do on this system: `no_network`, `no_files`, `no_new_rights`; a child has tried."""
    with socket.create_server(("127.0.0.1", 0)) as listening, tempfile.NamedTemporaryFile() as file:
        question = f"{listening.getsockname()[1]}\n{file.name}"
        reached = _ask(PROBE, question.encode()).reached
    return {f"no_{thing}": thing not in reached for thing in ("network", "files", "new_rights")}


def _opened(kind: str, data: bytes) -> Opened:
    answer = _ask(kind, data)
    if answer.opened is None:
        raise CannotOpen(answer.problem, answer.code)
    return answer.opened


def _ask(kind: str, data: bytes) -> Answer:
    for last in (False, True):
        server = SERVER.started()
        try:
            # As JSON: to unpickle what comes from a process that read a stranger's file would be to run it.
            return msgspec.json.decode(server.ask(kind, data), type=Answer)
        except TimeoutError as error:
            SERVER.replace(server)  # children that it has forked go on
            raise CannotOpen("The document took too long to open.", "too_slow") from error
        except (OSError, msgspec.MsgspecError) as error:
            if last or not server.ended():  # the child died, at a limit
                problem = "The document needs more memory or time than one document may have."
                raise CannotOpen(problem, "too_slow") from error
    raise AssertionError


class _Server:
    """One server process. `ask` may be called by many threads at once: each has a child and a connection of its own."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603, our own program
                [sys.executable, "-m", "verifier.documents.server", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # the libraries write warnings about a stranger's file
                env={name: value for name, value in os.environ.items() if not name.startswith("VERIFIER_")} | PAGES,
                start_new_session=True,  # Ctrl-C is for the service, which then ends us
            )
        self._control.settimeout(STARTING)
        with suppress(OSError):
            self._control.recv(1)  # it is ready; if it never is, whoever asks it is told so

    def ended(self, within: float = 0.1) -> bool:
        """Whether it has ended, or does so `within` some seconds: its sockets close a moment before."""
        try:
            self._process.wait(within)
        except subprocess.TimeoutExpired:
            return False
        return True

    def ask(self, kind: str, data: bytes) -> bytes:
        """What a child answers. Raises `OSError`, also when it ends without an answer, and `TimeoutError`."""
        until = time.monotonic() + SECONDS
        mine, theirs = socket.socketpair()
        with mine:
            with theirs:
                socket.send_fds(self._control, [b"\0"], [theirs.fileno()])
            mine.settimeout(SECONDS)
            mine.sendall(f"{kind}\n".encode())
            mine.sendall(data)
            mine.shutdown(socket.SHUT_WR)
            answer = bytearray()
            while len(answer) <= LARGEST_ANSWER:
                mine.settimeout(max(0.001, until - time.monotonic()))
                piece = mine.recv(PIECE)
                if not piece:
                    break
                answer += piece
        if not answer or len(answer) > LARGEST_ANSWER:
            raise ConnectionError("The child gave no answer that can be taken.")
        return bytes(answer)

    def end(self) -> None:
        self._control.close()
        self._process.kill()
        self._process.wait()


class _Servers:
    """The server of this process: started when it is needed, and again when it has died."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._server: _Server | None = None

    def started(self) -> _Server:
        with self._lock:
            if self._server is not None and self._server.ended(within=0):
                self._server.end()
                self._server = None
            if self._server is None:
                self._server = _Server()
            return self._server

    def replace(self, server: _Server) -> None:
        """Whoever asks next gets another one."""
        with self._lock:
            if self._server is server:
                server.end()
                self._server = None


SERVER = _Servers()

"""The processes that draw certificates, so that drawing neither waits for WeasyPrint to load nor delays anything else.

Each asker has a worker to itself. One that dies, hangs or asks for too much is killed and replaced, its asker gets
`NotDrawn`, and nobody else notices; that is why this is no `ProcessPoolExecutor`, where one death breaks all.
"""

import os
import subprocess
import sys
from collections import Counter, OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from multiprocessing import Pipe
from pathlib import Path
from queue import Empty, LifoQueue
from threading import Lock, Timer
from time import perf_counter

import msgspec
from prometheus_client import Histogram

from credential.wording import Wording
from issuer.certificate import PLAIN, Brand, Design, Drawn, LibrariesMissing, TooLong, Undrawable
from issuer.certificate.shelf import Made
from issuer.certificate.worker import ANSWER, READY, Answer, Look, Question, Refusal
from issuer.errors import Misconfigured, Unavailable

__all__ = ["NotDrawn", "Pool"]

STARTING = 120  # seconds; on a new machine the static faces are made first
DRAWING = 60  # seconds for one certificate, as the clock goes; its processor time is limited too, and more narrowly
WAITING = 60  # seconds in the line
WAYS = ("compiled", "laid_out", "refused", "not_drawn")
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
LOOKS = 16  # that a process keeps; each has at most some 600 KB
NEWS = 50  # documents that a process is still to be told of
MOST_BYTES = 64 * 1024**2  # of an answer
ERRORS = {error.__name__: error for error in (LibrariesMissing, Misconfigured, TooLong, Undrawable, OSError)}


class NotDrawn(Unavailable):
    """A certificate took too much time or memory, or none of the processes was free for a minute."""

    code = "not_drawn"


class Pool:
    """Up to `size` processes, by default one a core.

    `cache` is what `render` takes, `fonts` what `use_extra_fonts` does. Every method may be called from any thread.
    `drawn` counts the certificates by how they were drawn. `seconds` is a histogram, for whoever publishes it, of how long
    each asker waited; by `WAYS`, so that it also counts what the worker refused and what was not drawn.
    """

    def __init__(self, cache: Path, fonts: tuple[Path, ...] = (), size: int | None = None) -> None:
        self.size = size or _cores()
        self.drawn: Counter[str] = Counter()
        waited = "How long who asked for a certificate waited for it"
        self.seconds = Histogram("issuer_certificate_seconds", waited, ["way"], buckets=SECONDS, registry=None)
        for way in WAYS:
            self.seconds.labels(way)
        self._told = (cache, *fonts)
        self._lock = Lock()
        self._workers: set[_Worker] = set()
        self._idle: LifoQueue[_Worker] = LifoQueue()  # the last one used has the warmest caches
        self._closed = False

    def start(self) -> None:
        """Start all processes; they warm up by themselves, for some two seconds. Without it, each starts when needed."""
        with self._lock:
            while len(self._workers) < self.size and not self._closed:
                self._idle.put(self._another())

    def render(
        self,
        wording: Wording,
        token: str,
        *,
        verify_url: str,
        issued_at: datetime,
        cache: Path,
        design: Design,
        brand: Brand = PLAIN,
    ) -> bytes:
        """`issuer.certificate.render` in one of the processes: the same PDF, the same errors, or `NotDrawn`."""
        began, way = perf_counter(), "not_drawn"
        try:
            with self._worker() as worker:
                place, look = worker.placed((design, brand))
                question = Question(
                    wording=wording,
                    token=token,
                    verify_url=verify_url,
                    issued_at=issued_at,
                    cache=str(cache),
                    place=place,
                    look=look,
                    news=worker.told(),
                )
                answer = worker.ask(question)
            said = answer.said
            way = said.way if isinstance(said, Drawn) else "refused"
        finally:
            self.seconds.labels(way).observe(perf_counter() - began)
        with self._lock:
            for other in self._workers - {worker}:
                other.news.extend(answer.made)
            if isinstance(said, Drawn):
                self.drawn[said.way] += 1
        if isinstance(said, Drawn):
            return said.pdf
        raise _error(said)

    def close(self) -> None:
        """End all processes now; whoever waits for one gets `NotDrawn`, and so does whoever asks later."""
        with self._lock:
            self._closed = True
            for worker in self._workers:
                worker.kill()

    @contextmanager
    def _worker(self) -> "Iterator[_Worker]":
        """A worker of the caller's own for a while. One that does not finish its work is replaced."""
        worker = self._free()
        if worker.ended:  # since its last certificate
            self._replace(worker)
            worker = self._free()
        try:
            yield worker
        except BaseException:
            self._replace(worker)
            raise
        self._idle.put(worker)

    def _free(self) -> "_Worker":
        with suppress(Empty):
            return self._idle.get_nowait()
        with self._lock:
            if self._closed:
                raise NotDrawn("The service is being stopped. Ask again later.")
            if len(self._workers) < self.size:
                return self._another()
        try:
            return self._idle.get(timeout=WAITING)
        except Empty:
            raise NotDrawn("Too many certificates are asked for at once. Ask again later.") from None

    def _another(self) -> "_Worker":
        worker = _Worker(self._told)
        self._workers.add(worker)
        return worker

    def _replace(self, worker: "_Worker") -> None:
        worker.kill()
        with self._lock:
            if not self._closed:
                self._workers.remove(worker)
                worker = self._another()
            self._idle.put(worker)  # a dead one, when closed: it ends the waiting of whoever waits


class _Worker:
    """One process, which one thread at a time talks to."""

    def __init__(self, told: tuple[Path, ...]) -> None:
        self._connection, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603, our own program
                [sys.executable, "-m", "issuer.certificate.worker", str(theirs.fileno()), *map(str, told)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                # The service's settings hold a passphrase and a database's password.
                env={name: value for name, value in os.environ.items() if not name.startswith("ISSUER_")},
                start_new_session=True,  # Ctrl-C is for the service, which then ends us
            )
        self.news: deque[Made] = deque(maxlen=NEWS)
        self._ready = False
        self._places: OrderedDict[Look, int] = OrderedDict()

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    def placed(self, look: Look) -> tuple[int, Look | None]:
        """Where the process keeps a look; and the look, where it is still to be sent: with the next question."""
        if (known := self._places.get(look)) is not None:
            self._places.move_to_end(look)
            return known, None
        full = len(self._places) == LOOKS
        place = self._places.popitem(last=False)[1] if full else len(self._places)  # of who was longest not asked for
        self._places[look] = place
        return place, look

    def told(self) -> tuple[Made, ...]:
        """The news, with the next question."""
        return tuple(self.news.popleft() for _ in range(len(self.news)))

    def ask(self, question: Question) -> Answer:
        """What `worker.serve` answers. Raises `NotDrawn`; then this process is not to be asked again."""
        began, seconds = perf_counter(), DRAWING if self._ready else STARTING
        late = Timer(seconds, self._process.kill)  # whether it is silent, does not listen or speaks without an end
        late.daemon = True
        late.start()
        try:
            while not self._ready:
                self._ready = self._answer() == READY
            self._connection.send_bytes(msgspec.msgpack.encode(question))
            answer = self._answer()
            if isinstance(answer, str):
                raise EOFError
            return answer
        except (EOFError, OSError, msgspec.MsgspecError) as error:
            if perf_counter() - began >= seconds:
                raise NotDrawn(
                    f"Drawing this certificate took longer than {seconds} seconds and was given up. Ask again later."
                ) from error
            raise NotDrawn(
                "The process that drew this certificate ended: out of time or memory, or with the service. Ask again; if it "
                "happens again, its design asks for too much."
            ) from error
        finally:
            late.cancel()

    def kill(self) -> None:
        """End the process, and wait until it is gone."""
        self._process.kill()
        self._process.wait()

    def _answer(self) -> str | Answer:
        return ANSWER.decode(self._connection.recv_bytes(MOST_BYTES))


def _error(refusal: Refusal) -> Exception:
    """The error that a process told us of."""
    if kind := next((ERRORS[name] for name in refusal.names if name in ERRORS), None):
        error: Exception = kind.__new__(kind, refusal.message)  # whose own `__init__` would make another message
        if isinstance(error, Undrawable):
            error.characters = refusal.characters
    else:
        error = RuntimeError(": ".join((*refusal.names[:1], refusal.message)))
    error.add_note(refusal.traceback)
    return error


def _cores() -> int:
    """How many cores this process may use; only Linux says so."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1

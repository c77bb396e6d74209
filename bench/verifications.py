"""Verifying over HTTP, against what the same server answers when it verifies nothing: `./run bench verifications`."""

import asyncio
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from demo.services import command, free_port, serving

__all__ = ["show"]

DEMO = Path(__file__).parent.parent / "demo"
CONNECTIONS = 16
AT_A_TIME = 4  # documents: twice as many as the cores that open them
SECONDS = 1.0  # of a turn


@dataclass(frozen=True, kw_only=True)
class Load:
    """What is asked, over and over: whole HTTP requests, by how many at a time, and what every answer has to hold."""

    what: str
    requests: tuple[bytes, ...]
    connections: int
    wanted: bytes
    aim: float | None = None
    aim_ms: tuple[str, float] | None = None


@dataclass(frozen=True)
class Turn:
    """The seconds that each request took, and how many were answered in a second."""

    latencies: tuple[float, ...]
    rate: float


class Asker(asyncio.Protocol):
    """One connection that is never idle: the next request goes out when the answer to the last one is all there."""

    def __init__(self, load: Load, first: int, until: float) -> None:
        self.latencies: list[float] = []
        self.over = asyncio.get_running_loop().create_future()
        self._load, self._next, self._until = load, first, until

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask the first time."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._ask()

    def _ask(self) -> None:
        self._received = b""
        self._sent = time.perf_counter()
        self._transport.write(self._load.requests[self._next % len(self._load.requests)])
        self._next += 1

    def data_received(self, data: bytes) -> None:
        """Take a part of an answer."""
        self._received += data
        head, between, body = self._received.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        if not between or len(body) < int(length):
            return
        now = time.perf_counter()
        self.latencies.append(now - self._sent)
        if self._load.wanted not in self._received:
            self.over.set_exception(RuntimeError(f"{self._load.what}: {self._received[:2000]!r}"))
        elif now > self._until:
            self.over.set_result(None)
        else:
            self._ask()
            return
        self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        """A server that goes away ends the measuring."""
        if not self.over.done():
            self.over.set_exception(error or RuntimeError("The server closed the connection."))


async def turn(port: int, load: Load, seconds: float = SECONDS) -> Turn:
    """Ask for about so long."""
    loop = asyncio.get_running_loop()
    begun = time.perf_counter()
    askers = [
        (
            await loop.create_connection(
                partial(Asker, load, number, begun + seconds),
                "127.0.0.1",
                port,
            )
        )[1]
        for number in range(load.connections)
    ]
    await asyncio.gather(*(asker.over for asker in askers))
    latencies = tuple(latency for asker in askers for latency in asker.latencies)
    return Turn(latencies, len(latencies) / (time.perf_counter() - begun))


@contextmanager
def cores(*numbers: int) -> Iterator[None]:
    """What is started here runs on these cores alone, where the system can say so."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {sorted(before)[number % len(before)] for number in numbers})
    yield
    os.sched_setaffinity(0, before)


def show(rounds: int) -> None:
    """Print one table: answers a second, milliseconds, and the ratio to answering without verifying."""
    with TemporaryDirectory() as folder:
        issuer, verifier = free_port(), free_port()
        url = f"http://127.0.0.1:{issuer}"
        environment = {
            "ISSUER_PORT": str(issuer),
            "ISSUER_PUBLIC_URL": url,
            "ISSUER_DATA_DIR": folder,
            "VERIFIER_PORT": str(verifier),
            "VERIFIER_PUBLIC_URL": f"http://127.0.0.1:{verifier}",
            "VERIFIER_DIRECTORY": f"{folder}/directory.json",
            "VERIFIER_RATE": "0",
        }
        log = Path(folder) / "log"
        tokens, pdfs = _issued(Path(folder), environment)
        with cores(1), serving("issuer", url, log, environment):
            by_load = _measured(verifier, log, environment, _loads(tokens, pdfs, verifier), rounds)
    _print(by_load, rounds)


def _issued(folder: Path, environment: dict[str, str]) -> tuple[list[bytes], list[bytes]]:
    command("issuer", "init", str(DEMO / "organisation.toml"), environment=environment)
    command("issuer", "achievement", str(DEMO / "achievements" / "data-analysis.toml"), environment=environment)
    roster = folder / "roster.csv"
    roster.write_text(
        "completion_id,name,romanised_name,email,started_on,completed_on,score\n"
        "1,欧阳雨泽,Ouyang Yuze,a@learner.example,2026-03-02,2026-11-15,88\n"
        "2,周杰,Zhou Jie,b@learner.example,2026-03-02,2026-11-15,91\n"
        "3,阮氏美玲,Nguyễn Thị Mỹ Linh,c@learner.example,2026-03-02,2026-11-15,79\n",
        encoding="utf-8",
    )
    out = folder / "out"
    command(
        "issuer", "issue", str(roster), "--achievement", "data-analysis", "--out", str(out), environment=environment
    )
    (folder / "directory.json").write_text(command("issuer", "directory", environment=environment))
    return [file.read_bytes() for file in out.glob("*.jwt")], [file.read_bytes() for file in out.glob("*.pdf")]


def _loads(tokens: list[bytes], pdfs: list[bytes], port: int) -> tuple[Load, ...]:
    host = f"Host: 127.0.0.1:{port}\r\n"

    def posted(body: bytes, kind: str) -> bytes:
        head = f"POST /api/verify HTTP/1.1\r\n{host}Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        return head.encode() + body

    return (
        Load(
            what="nothing: GET /healthz, one core",
            requests=(f"GET /healthz HTTP/1.1\r\n{host}\r\n".encode(),),
            connections=CONNECTIONS,
            wanted=b"200 OK",
        ),
        Load(
            what="a token, one core",
            requests=tuple(posted(token, "text/plain") for token in tokens),
            connections=CONNECTIONS,
            wanted=b'"verdict":"valid"',
            aim=3500,
            aim_ms=("p99", 10),
        ),
        Load(
            what="a PDF, two cores",
            requests=tuple(posted(pdf, "application/pdf") for pdf in pdfs),
            connections=AT_A_TIME,
            wanted=b'"shows":"text_matches"',
            aim=12,
            aim_ms=("p95", 400),
        ),
    )


def _measured(
    port: int, log: Path, environment: dict[str, str], loads: Sequence[Load], rounds: int
) -> dict[Load, list[Turn]]:
    """Turns of each load in each round, from a server on one core; for documents from another one on two."""
    url = f"http://127.0.0.1:{port}"
    turns: dict[Load, list[Turn]] = {load: [] for load in loads}
    *texts, documents = loads
    with cores(0), serving("verifier", url, log, environment), cores(1):
        for load in texts:
            asyncio.run(turn(port, load, 0.3))  # warm
        for _ in range(rounds):
            for load in texts:
                turns[load].append(asyncio.run(turn(port, load)))
    with serving("verifier", url, log, environment):
        asyncio.run(turn(port, documents, 0.3))
        turns[documents] += [asyncio.run(turn(port, documents, 3 * SECONDS)) for _ in range(rounds)]
    return turns


def _print(by_load: dict[Load, list[Turn]], rounds: int) -> None:
    table = Table(title=f"POST /api/verify over HTTP, medians of {rounds} rounds")
    for heading in ("", "at a time", "a second", "ratio", "p50 ms", "p95 ms", "p99 ms"):
        table.add_column(heading, justify="left" if heading in {"", "what it is"} else "right", no_wrap=True)
    (baseline, *_) = by_load.values()
    for load, turns in by_load.items():
        rate = f"{median(each.rate for each in turns):,.0f}" + (f" (aim {load.aim:,.0f})" if load.aim else "")
        ratio = median(each.rate / base.rate for each, base in zip(turns, baseline, strict=True))
        times = [_times(each.latencies) for each in turns]
        cells = [_cell(load, name, median(each[name] for each in times) * 1e3) for name in ("p50", "p95", "p99")]
        table.add_row(load.what, str(load.connections), rate, "1" if turns is baseline else f"{ratio:.2g}", *cells)
    console = Console(width=130)
    console.print(table)
    on = ", ".join(f"{package} {version(package)}" for package in ("litestar", "granian", "pypdfium2", "pyjwt"))
    console.print(f"The ratio is to the first row: the same server, which verifies nothing for it. {on}.")


def _times(latencies: Sequence[float]) -> dict[str, float]:
    cuts = quantiles(latencies, n=100)
    return {"p50": cuts[49], "p95": cuts[94], "p99": cuts[98]}


def _cell(load: Load, name: str, milliseconds: float) -> str:
    aim = f" (aim {load.aim_ms[1]:g})" if load.aim_ms and load.aim_ms[0] == name else ""
    return f"{milliseconds:,.1f}{aim}"

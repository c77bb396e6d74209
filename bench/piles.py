"""A pile of 200 mixed files over HTTP, against handing in each by itself: `./run bench piles`."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import httpx
import msgspec
from rich.console import Console
from rich.table import Table

from bench.applications import Application, applications, zipped
from bench.office import office

__all__ = ["MOST_ROUNDS", "show"]

MOST_ROUNDS = 5  # each takes half a minute
AIM_SECONDS = 20
AIM_MEGABYTES = 300


class Memory:
    """The most memory that a service was seen to have, by its own counters."""

    def __init__(self, url: str) -> None:
        self.most = 0.0
        self._url = url

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Look while the block runs, some times in a second."""
        over = threading.Event()
        watching = threading.Thread(target=self._watch, args=(over,))
        watching.start()
        try:
            yield
        finally:
            over.set()
            watching.join()

    def _watch(self, over: threading.Event) -> None:
        while not over.wait(0.1):
            lines = httpx.get(f"{self._url}/metrics", timeout=60).text.splitlines()
            found = [float(line.split()[1]) for line in lines if line.startswith("process_resident_memory_bytes ")]
            self.most = max(self.most, *found)


def show(rounds: int) -> None:
    """Print one table: seconds, items a second, the ratio to one by one, and the service's memory."""
    with TemporaryDirectory() as name, office(Path(name)) as desk:
        files = applications(desk.people)
        body = zipped({each.label: each.data for each in files})
        memory = Memory(desk.url)
        times = [_both(desk.url, files, body, memory) for _ in range(min(rounds, MOST_ROUNDS))]
    _print(times, len(files), len(body), memory.most)


def _both(url: str, files: list[Application], body: bytes, memory: Memory) -> tuple[float, float]:
    """The seconds that one by one and that the pile took in one round."""
    with httpx.Client(base_url=url, timeout=600) as client:
        begun = time.perf_counter()
        for each in files:
            client.post("/api/verify", content=each.data)
        alone = time.perf_counter() - begun
        with memory.watched():
            begun = time.perf_counter()
            lines = client.post("/api/piles", content=body).text.splitlines()
            together = time.perf_counter() - begun
    said = {row["item"]: _said(row) for row in map(msgspec.json.decode, lines[1:-1])}
    if said != {each.label: each.says for each in files}:
        raise RuntimeError(f"Not what had to be said: {said}")
    return alone, together


def _said(row: dict[str, dict[str, str]]) -> str:
    return row["problem"]["code"] if "problem" in row else f"{row['verdict']['verdict']}: {row['verdict']['reason']}"


def _print(times: list[tuple[float, float]], files: int, size: int, memory: float) -> None:
    table = Table(title=f"{files} mixed files on {os.cpu_count()} cores, medians of {len(times)} rounds")
    for heading in ("", "seconds", "files a second", "ratio", "memory of the service"):
        table.add_column(heading, justify="left" if not heading else "right", no_wrap=True)
    alone, together = (median(column) for column in zip(*times, strict=True))
    ratio = median(one / other for one, other in times)
    megabytes = f"{memory / 1e6:,.0f} MB (aim {AIM_MEGABYTES})"
    table.add_row("one by one: POST /api/verify", f"{alone:.1f}", f"{files / alone:.1f}", "1", "")
    aim = f"{together:.1f} (aim {AIM_SECONDS})"
    table.add_row(
        f"a zip of {size / 1e6:.0f} MB: POST /api/piles", aim, f"{files / together:.1f}", f"{ratio:.2f}", megabytes
    )
    Console(width=130).print(table)

"""Drawing a certificate, against WeasyPrint as its documentation begins: `./run bench certificates`."""

import json
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.drawing import Drawn, Order
from bench.rounds import ratio
from bench.sample import take_sample

__all__ = ["show"]

AIM, LARGEST = 80, 60_000
COLD = 5  # a new process takes seconds on its own, so it gets fewer rounds
FRAGMENT = str(7**828)  # as many digits as a whole credential takes
EXPLAINED = {
    "plain": "HTML(string=…).write_pdf(): default fetcher, fonts as published in @font-face, no tags, no PDF/A",
    "typst": "bench/certificate.typ, one compiler: same texts, ornaments, QR code, attachment, standards; no seal",
    "tuned": "the layout engine as we use it: PDF/A-3a and PDF/UA-1, the token attached",
    "compiled": "render, once a kind is compiled: the same to the pixel and to the last tag",
}
STARTED = ("plain", "tuned")  # Typst is given the ornaments by our own layout, and would be charged for that


class Process:
    """`bench.drawing` in a process of its own, which draws one certificate each time it is asked."""

    def __init__(self, kind: str, order: Path) -> None:
        self._process = subprocess.Popen(  # noqa: S603, our own program
            [sys.executable, "-m", "bench.drawing", kind, str(order)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def draw(self) -> Drawn:
        """One more certificate."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return Drawn(**json.loads(self._process.stdout.readline()))

    def end(self) -> None:
        """Let the process go."""
        self._process.communicate()


@contextmanager
def processes(order: Path) -> Iterator[dict[str, Process]]:
    """One process for each way of drawing, warmed by one certificate."""
    made = {kind: Process(kind, order) for kind in EXPLAINED}
    for process in made.values():
        process.draw()
    yield made
    for process in made.values():
        process.end()


def cold(kind: str, order: Path) -> float:
    """Seconds of processor time from the start of a new Python to its first certificate."""
    process = Process(kind, order)
    drawn = process.draw()
    process.end()
    return drawn.until_then


def show(rounds: int) -> None:
    """Print one table: milliseconds, the ratio to plain WeasyPrint, bytes and peak memory."""
    with TemporaryDirectory() as folder:
        order = Path(folder) / "order"
        sample = take_sample()
        order.write_bytes(
            pickle.dumps(
                Order(
                    wording=sample.wording,
                    token=sample.token,
                    verify_url=f"https://verify.example/v/{sample.wording.code}#{FRAGMENT}",
                    cache=Path(folder) / "cache",
                )
            )
        )
        with processes(order) as warm:
            drawn = [{kind: process.draw() for kind, process in warm.items()} for _ in range(rounds)]
        first = [{kind: cold(kind, order) for kind in STARTED} for _ in range(min(rounds, COLD))]
    warm_times = {kind: tuple(turn[kind].seconds for turn in drawn) for kind in EXPLAINED}
    cold_times = {kind: tuple(turn[kind] for turn in first) for kind in STARTED}
    table = Table(
        title=f"A certificate with a whole credential in its QR code; processor time, medians of {rounds} rounds"
    )
    for heading in ("", "ms", "ratio", "bytes", "peak MB", "what it is"):
        table.add_column(heading, justify="left" if heading in {"", "what it is"} else "right")
    for kind, what in EXPLAINED.items():
        last = drawn[-1][kind]
        size = f"{last.size:,}" + (f" (aim {LARGEST:,})" if kind == "compiled" else "")
        table.add_row(
            kind,
            *_compared(warm_times, kind, AIM if kind == "compiled" else None),
            size,
            f"{last.peak / 1e6:,.0f}",
            what,
        )
    for kind in STARTED:
        table.add_row(f"{kind}, first", *_compared(cold_times, kind), "", "", "from the start of a new Python")
    console = Console(width=130)
    console.print(table)
    console.print(
        f"All but Typst have the same HTML and pictures; WeasyPrint {version('weasyprint')}; Typst {version('typst')}."
    )


def _compared(times: dict[str, Any], kind: str, aim: float | None = None) -> tuple[str, str]:
    """Milliseconds, and how many times as fast as plain WeasyPrint."""
    taken = f"{median(times[kind]) * 1e3:,.1f}"
    if kind == "plain":
        return taken, "1"
    compared = f"[bold]{ratio(times, 'plain', kind):.1f}[/]"
    return taken, f"{compared} (aim {aim:g})" if aim else compared

"""A whole cohort, from a CSV file to signed credentials and PDF files: `./run bench cohort --learners 10000`."""

import csv
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from bench.names import names
from bench.sample import set_up
from credential.phrases import BILINGUAL
from issuer.credentials.cohort import Cohort, batches
from issuer.credentials.issue import issue, issue_all
from issuer.credentials.renditions import made
from issuer.roster import read_roster
from issuer.service import Service, open_service
from issuer.settings import settings_from

__all__ = ["show"]

ACHIEVEMENT = "ai-literacy"  # in the classic design
SLOW = 100  # learners for what is done one by one
DRAWN = 20  # and whose certificates are drawn one by one
MANY = 100_000
AIM, MOST_MEMORY = 600, 200  # learners a second on two cores of the machine that this was planned on; MB
BASELINES = {
    "issue, in batches": "issue, one by one",
    "issuer issue": "issue, one by one",
    "issuer issue --out": "issue and draw, one by one",
}
EXPLAINED = {
    "issue, one by one": "issue(): recorded, signed, checked and stored; three commits and one core each",
    "issue, in batches": "issue_all(): the same, 500 at a time",
    "issuer issue": "the command from its start to its end: the file read and checked, then as above",
    "issue and draw, one by one": "issue(), then the certificate drawn by one process, kept and recorded",
    "issuer issue --out": "the command: every core draws, files are kept, recorded and written",
}


@dataclass(frozen=True, kw_only=True)
class Measured:
    """How many learners, how long it took by the clock, and the most bytes that each kind of process ever held."""

    learners: int
    seconds: float
    peaks: dict[str, int] = field(default_factory=dict)
    said: str = ""

    @property
    def rate(self) -> float:
        """Learners a second."""
        return self.learners / self.seconds


def show(learners: int) -> None:
    """Print one table: learners a second, the ratio to the same one by one, and the peak memory of each process."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        environment = {"ISSUER_DATA_DIR": name, "ISSUER_PUBLIC_URL": "https://credentials.example"}
        service = open_service(settings_from(environment))
        organisation = set_up(service, ACHIEVEMENT)

        def cohort(kind: str, count: int) -> Cohort:
            return read_roster(service, organisation, _roster(folder / f"{kind}.csv", kind, count))

        def one_by_one() -> None:
            for completion in few:
                issue(service, organisation, completion)

        def in_batches() -> None:
            for batch in batches(all_of_them):
                issue_all(service, organisation, batch)

        def drawn_one_by_one() -> None:
            for completion in very_few:
                made(service, issue(service, organisation, completion).credential, BILINGUAL)

        few, all_of_them, very_few = cohort("few", SLOW), cohort("all", learners), cohort("very-few", DRAWN)
        _prepare(service, organisation, cohort("first", 1))
        measured = {
            "issue, one by one": _timed(one_by_one, SLOW),
            "issue, in batches": _timed(in_batches, learners),
            "issuer issue": _run(environment, learners, _roster(folder / "signed.csv", "signed", learners)),
            "issue and draw, one by one": _timed(drawn_one_by_one, DRAWN),
            "issuer issue --out": _run(
                environment, learners, _roster(folder / "files.csv", "files", learners), "--out", folder / "out"
            ),
        }
        service.drawing.close()
        service.database.engine.dispose()
    _print(measured)


def _roster(file: Path, kind: str, count: int) -> Path:
    """A CSV file of learners of its own."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(("completion_id", "achievement", "name", "email", "started_on", "completed_on", "score"))
        for number, name in enumerate(names(count)):
            address = f"learner{number}@learner.example"
            rows.writerow(
                (f"{kind}-{number}", ACHIEVEMENT, name, address, "2026-03-02", "2026-11-15", 60 + number % 41)
            )
    return file


def _prepare(service: Service, organisation: str, one: Cohort) -> None:
    """Start and warm the drawing process, and make the static faces, before anything is measured."""
    (completion,) = one
    made(service, issue(service, organisation, completion).credential, BILINGUAL)


def _timed(work: Callable[[], None], learners: int) -> Measured:
    begun = time.perf_counter()
    work()
    return Measured(learners=learners, seconds=time.perf_counter() - begun)


def _run(environment: dict[str, str], learners: int, *arguments: object) -> Measured:
    """The command in a process of its own, from its start to its end, whose memory is looked at all the time."""
    begun = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603, our own program
        [Path(sys.executable).with_name("issuer"), "issue", *map(str, arguments)],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    peaks: dict[str, int] = {}
    while process.poll() is None:
        for kind, peak in _peaks(process.pid):
            peaks[kind] = max(peak, peaks.get(kind, 0))
        time.sleep(0.1)
    seconds = time.perf_counter() - begun
    said, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"issuer issue ended with {process.returncode}: {said}")
    return Measured(learners=learners, seconds=seconds, peaks=peaks, said=said)


def _peaks(parent: int) -> list[tuple[str, int]]:
    """The most bytes that the command, and each process that draws for it, held so far; Linux alone tells."""
    found = []
    try:
        children = [pid for file in Path(f"/proc/{parent}/task").glob("*/children") for pid in file.read_text().split()]
        for kind, pid in (("command", parent), *(("drawing", child) for child in children)):
            (line,) = (
                line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM")
            )
            found.append((kind, int(line.split()[1]) * 1024))
    except (OSError, ValueError):  # one has just ended
        pass
    return found


def _print(measured: dict[str, Measured]) -> None:
    table = Table(title="A cohort, from completions to signed credentials and PDF files, by the clock")
    for heading in ("", "learners", "seconds", "a second", "ratio", "peak MB", "what it is"):
        table.add_column(heading, justify="left" if heading in {"", "what it is"} else "right")
    for name, each in measured.items():
        baseline = BASELINES.get(name)
        ratio = f"{each.rate / measured[baseline].rate:.1f}" if baseline else "1"
        peaks = ", ".join(f"{kind} {peak / 1e6:,.0f}" for kind, peak in each.peaks.items())
        rate = f"[bold]{each.rate:,.0f}[/] (aim {AIM})" if name == "issuer issue --out" else f"{each.rate:,.0f}"
        table.add_row(name, f"{each.learners:,}", f"{each.seconds:,.1f}", rate, ratio, peaks, EXPLAINED[name])
    files = measured["issuer issue --out"]
    console = Console(width=140)
    console.print(table)
    console.print(files.said.strip())
    console.print(
        f"{MANY:,} learners at {files.rate:,.0f} a second: {MANY / files.rate / 60:,.0f} minutes on this machine "
        f"({os.cpu_count()} cores). Memory: aim {MOST_MEMORY} MB for each process."
    )

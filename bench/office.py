"""Both services with twenty learners' certificates: what a bench, or a test, of a recruiter's work begins with."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.applications import Learner, learners
from demo.services import free_port, serving

__all__ = ["Office", "office"]


@dataclass(frozen=True)
class Office:
    """A verifier as it is run, without a limit on how often it is asked, and whom it will be asked about."""

    url: str
    directory: Path
    log: Path
    people: list[Learner]


@contextmanager
def office(folder: Path) -> Iterator[Office]:
    """Issue to all learners, and serve the issuer and the verifier while the block runs."""
    issuer, verifier = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
    environment = {
        "ISSUER_PORT": issuer.rpartition(":")[2],
        "ISSUER_PUBLIC_URL": issuer,
        "ISSUER_DATA_DIR": str(folder),
        "VERIFIER_PORT": verifier.rpartition(":")[2],
        "VERIFIER_PUBLIC_URL": verifier,
        "VERIFIER_DIRECTORY": str(folder / "directory.json"),
        "VERIFIER_RATE": "0",
    }
    people = learners(folder, environment)
    log = folder / "verifier.log"
    with (
        serving("issuer", issuer, folder / "issuer.log", environment),
        serving("verifier", verifier, log, environment),
    ):
        yield Office(verifier, folder / "directory.json", log, people)

"""What is counted, for Prometheus. Labels hold our own words only: nothing that a stranger could choose."""

import tomllib
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from verifier.directory import Kept
from verifier.errors import NotPublished, Unreachable
from verifier.published.fetch import Fetcher
from verifier.verdict import Verdict
from verifier.verify import CORES

__all__ = ["CONTENT_TYPE", "CountedFetcher", "Metrics", "version_of_ours"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
METHODS = {"GET", "HEAD", "POST", "OPTIONS"}
# By what an answer is asked to be (`verifier.published`): everything else is a key set or a dictionary.
FETCHED = {"application/vc+jwt": "status_list", "application/jwt": "confirmations", "application/json": "achievement"}

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each, of when it began


class Metrics:
    """The counters of one application, in a registry of its own."""

    def __init__(self, directory: Kept) -> None:
        self._registry = kept = CollectorRegistry()
        ProcessCollector(registry=kept)
        answers = Counter("verifier_verifications", "Answers given", ["verdict", "reason", "kind"], registry=kept)
        seconds = Histogram(
            "verifier_verification_seconds", "How long an answer took", ["kind"], buckets=SECONDS, registry=kept
        )
        self.documents = Gauge("verifier_documents", "Documents being opened or waiting", ["state"], registry=kept)
        self.fetches = Counter("verifier_fetches", "Requests to issuers", ["what", "outcome"], registry=kept)
        requests = Counter("verifier_requests", "Requests", ["method", "route", "status"], registry=kept)
        # What belongs to some labels stays the same: it is found here without a lock.
        self._answers = lru_cache(maxsize=1000)(answers.labels)
        self._seconds = lru_cache(maxsize=1000)(seconds.labels)
        self._requests = lru_cache(maxsize=1000)(requests.labels)
        self.refused = Counter("verifier_refused", "Requests that a limit ended", ["limit"], registry=kept)
        self.faults = Counter("verifier_faults", "Faults of ours", registry=kept)
        issuers = Gauge("verifier_directory_issuers", "Entries of the directory in use", registry=kept)
        issuers.set_function(lambda: directory.current().count)
        loaded = Gauge("verifier_directory_loaded_timestamp_seconds", "When it was read", registry=kept)
        loaded.set_function(lambda: directory.loaded_at.timestamp())  # noqa: PLW0108 - it changes
        problem = Gauge("verifier_directory_problem", "1 when newer files cannot be used", registry=kept)
        problem.set_function(lambda: directory.problem is not None)
        self.in_hand(0)
        Info("verifier_build", "What is running", registry=kept).info({"version": version_of_ours()})

    def request(self, method: str, route: str, status: int) -> None:
        """Count one answered request. `route` is the template, "none" where there is none."""
        self._requests(method if method in METHODS else "other", route or "none", status).inc()

    def answer(self, verdict: Verdict, kind: str, seconds: float) -> None:
        """Count one verdict on what was of that kind."""
        self._seconds(kind).observe(seconds)
        self._answers(verdict.verdict, verdict.reason, kind).inc()

    def in_hand(self, documents: int) -> None:
        """Say how many documents are being opened or waiting for it."""
        opened = min(documents, CORES)
        self.documents.labels("open").set(opened)
        self.documents.labels("waiting").set(documents - opened)

    def text(self) -> bytes:
        """Everything, in Prometheus's text format."""
        return generate_latest(self._registry)


class CountedFetcher(Fetcher):
    """Fetches as any does, and counts what was fetched and how it went."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self._metrics = metrics

    async def get(self, url: str, accept: str = "*/*") -> bytes:
        """See `Fetcher.get`."""
        outcome = "failed"
        try:
            body = await super().get(url, accept)
            outcome = "ok"
        except NotPublished:
            outcome = "not_there"
            raise
        except Unreachable:
            outcome = "unreachable"
            raise
        finally:
            self._metrics.fetches.labels(_what(url, accept), outcome).inc()
        return body


def _what(url: str, accept: str) -> str:
    if "/credentials/" in url:
        return "revocation" if url.endswith("/status") else "credential"
    return "dictionary" if "/dictionaries/" in url else FETCHED.get(accept, "keys")


def version_of_ours() -> str:
    """The version of this software: as installed, else as the project file beside it says; "unknown" where neither is."""
    try:
        return version("weizheng")
    except PackageNotFoundError:
        beside = Path(__file__).parents[2] / "pyproject.toml"
        project = tomllib.loads(beside.read_text(encoding="utf-8")) if beside.exists() else {}
        return str(project.get("project", {}).get("version", "unknown"))

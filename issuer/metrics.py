"""What is counted, for Prometheus. Labels hold our own words only: nothing that a stranger or a learner could choose."""

from collections.abc import Iterable, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, ProcessCollector, disable_created_metrics, generate_latest

from issuer.certificate.pool import Pool
from issuer.credentials.issue import Issued

__all__ = ["CONTENT_TYPE", "Metrics"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
METHODS = {"GET", "HEAD", "POST", "OPTIONS"}
OURS = ("fault", "keys_unavailable", "misconfigured", "not_drawn", "not_issued", "unavailable")  # not the asker's

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each, of when it began


class Metrics:
    """The counters of one application, in a registry of its own, and those of the processes that draw for it."""

    def __init__(self, drawing: Pool) -> None:
        self._registry = kept = CollectorRegistry()
        ProcessCollector(registry=kept)
        kept.register(drawing.seconds)
        self._requests = Counter("issuer_requests", "Requests", ["method", "route", "status"], registry=kept)
        self._credentials = Counter("issuer_credentials", "Completions answered", ["outcome"], registry=kept)
        self._problems = Counter("issuer_problems", "Refusals, and faults of ours", ["code"], registry=kept)
        # What is alerted on begins at 0: its first time is an increase.
        for code in OURS:
            self._problems.labels(code)

    def request(self, method: str, route: str, status: int) -> None:
        """Count one answered request. `route` is the template, "" where there is none; `status` 0 is no answer."""
        self._requests.labels(method if method in METHODS else "other", route or "none", str(status)).inc()

    def issued(self, issued: Iterable[Issued]) -> None:
        """Count what a platform gets for its completions."""
        for each in issued:
            self._credentials.labels("issued" if each.new else "again").inc()

    def problem(self, problem: Mapping[str, Any]) -> None:
        """Count a problem document, by the last part of its type: the code of a refusal."""
        self._problems.labels(problem["type"].rpartition(":")[2]).inc()

    def text(self) -> bytes:
        """Everything, in Prometheus's text format."""
        return generate_latest(self._registry)

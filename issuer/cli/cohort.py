"""How `issuer issue` works through a cohort: what is issued is written by threads while the next batch is issued."""

from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from issuer.cli.progress import Told
from issuer.credentials.cohort import Cohort, batches
from issuer.credentials.folder import Written, write_all
from issuer.credentials.issue import issue_all
from issuer.errors import IssuerError
from issuer.service import Service

__all__ = ["Done", "work"]

WRITTEN_AT_ONCE = 25  # certificates that one thread draws, keeps and records in one transaction; a kill loses these


@dataclass
class Done:
    """What was done for a cohort now; `written`, `kept` and `refused` as in `Written`."""

    new: int = 0
    written: int = 0
    kept: int = 0
    refused: dict[str, IssuerError] = field(default_factory=dict)

    def add(self, written: Written) -> None:
        """Count what one thread wrote."""
        self.written += written.new
        self.kept += written.kept
        self.refused |= written.refused

    def said(self, cohort: int, files: bool, seconds: float, drawn: Counter[str]) -> Iterator[str]:
        """The same in sentences. `drawn` counts certificates by how they were drawn: the slow way is `laid_out`."""
        yield f"{self.new} issued, {cohort - self.new} were issued before."
        if files:
            yield f"{self.written} files written, {self.kept} were there before."
        if total := drawn.total():
            slow = drawn["laid_out"]
            yield f"Certificates drawn: {drawn['compiled']} compiled, {slow} laid out one by one ({slow / total:.1%})."
        if did := self.written if files else self.new:
            yield f"{did / seconds:,.1f} a second."


def work(
    service: Service, organisation_id: str, cohort: Cohort, *, names: tuple[str, ...], out: Path | None, told: Told
) -> Done:
    """Issue batch after batch, while threads write what is issued. Only some batches are ever in memory."""
    done = Done()
    threads = service.drawing.size + 1  # one more than can draw: for what is done between two drawings
    writing: deque[Future[Written]] = deque()

    def wait_for(count: int) -> None:
        while len(writing) > count:
            written = writing.popleft().result()
            done.add(written)
            told.did("Written", written.new + written.kept + len(written.refused))

    # Whatever breaks this off closes the drawing processes first, so that nobody waits for what is still to be drawn.
    with ThreadPoolExecutor(threads) as writers, closing(service.drawing):
        for batch in batches(cohort):
            issued = issue_all(service, organisation_id, batch)
            done.new += sum(each.new for each in issued)
            told.did("Issued", len(issued))
            if out:
                for part in batches([each.credential for each in issued], WRITTEN_AT_ONCE):
                    wait_for(2 * threads)
                    writing.append(writers.submit(write_all, service, part, names, out))
        wait_for(0)
    return done

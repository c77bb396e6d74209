"""Commands that issue credentials and take them back."""

import sys
from collections import Counter, deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from credential import code as codes
from credential.phrases import BILINGUAL
from issuer.certificate import require_libraries
from issuer.cli.acting import progress_on, say, the_organisation, the_service
from issuer.cli.progress import Told
from issuer.credentials import renditions
from issuer.credentials.cohort import MOST_PROBLEMS, Cohort, batches
from issuer.credentials.folder import Written, has_all, write_all
from issuer.credentials.issue import issue_all
from issuer.credentials.revoke import revoke
from issuer.errors import IssuerError
from issuer.roster import read_roster
from issuer.service import Service

__all__ = ["issue_file", "revoke_code"]

WRITTEN_AT_ONCE = 20  # certificates that one thread draws, keeps and records in one transaction
INTERRUPTED = 130


@dataclass
class Done:
    """What a run of `issuer issue` did."""

    new: int = 0
    written: int = 0
    kept: int = 0
    refused: dict[str, IssuerError] = field(default_factory=dict)

    def add(self, written: Written) -> None:
        """Count what one thread wrote."""
        self.written += written.new
        self.kept += written.kept
        self.refused |= written.refused


def issue_file(
    file: Annotated[Path, typer.Argument(help="A CSV file (UTF-8) with one completion a row.")],
    achievement: Annotated[
        str | None, typer.Option(help="The achievement's short name, where the file has no such column.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check every row and issue nothing.")] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Write each certificate (.pdf) and token (.jwt) here. Without it, credentials are signed and stored, and "
            "each certificate is drawn when it is first asked for."
        ),
    ] = None,
    rendition: Annotated[
        list[str] | None,
        typer.Option(
            help=f"Which certificate; may be given again. {', '.join(renditions.RENDITIONS)}; or badge (.png)."
        ),
    ] = None,
) -> None:
    """Issue a whole roster. One bad row and nothing of the file is issued; the same file again issues nothing twice.

    Whatever interrupts it, the same command again goes on where it was.
    """
    wanted = tuple(dict.fromkeys(rendition or (BILINGUAL,)))
    for name in wanted:
        if name != renditions.BADGE:
            renditions.check(name)
    service = the_service()
    organisation = the_organisation(service)
    cohort = read_roster(service, organisation.id, file, achievement)
    if dry_run:
        say.print(f"{len(cohort)} rows are good. Nothing was issued (--dry-run).")
        return
    if out:
        require_libraries()  # before anything is issued
        out.mkdir(parents=True, exist_ok=True)
    if before := sum(has_all(out, code, wanted) for code in cohort.issued) if out else len(cohort.issued):
        print(f"Going on: {before:,} of {len(cohort):,} were done.", file=sys.stderr)
    steps = {"Issued": len(cohort)} | ({"Written": len(cohort) * len(wanted)} if out else {})
    try:
        with Told(steps, progress_on) as told:
            done = _issue(service, organisation.id, cohort, names=wanted, out=out, told=told)
    except KeyboardInterrupt:
        print("issuer: Interrupted. The same command again goes on from here.", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None
    say.print(f"{done.new} issued, {len(cohort) - done.new} were issued before.")
    if out:
        say.print(f"{done.written} files written, {done.kept} were there before.")
    say.print(f"{told.rate():,.1f} a second.{_share(service.drawing.drawn)}")
    for name, refusal in [*done.refused.items()][:MOST_PROBLEMS]:
        print(f"issuer: {name}: {refusal}", file=sys.stderr)
    if done.refused:
        print(f"issuer: {len(done.refused)} files could not be drawn. All credentials are issued.", file=sys.stderr)
        raise typer.Exit(1)


def _issue(
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


def _share(drawn: Counter[str]) -> str:
    """How many certificates could not be filled into a compiled design, of those that were drawn now."""
    if not drawn.total():
        return ""
    slow = drawn["laid_out"]
    return f" {slow} of {drawn.total()} certificates were laid out one by one ({slow / drawn.total():.1%})."


def revoke_code(
    code: Annotated[str, typer.Argument(help="The code printed on the certificate.")],
    reason: Annotated[str, typer.Option(help="Why; whoever holds the credential can read it.")],
    superseded_by: Annotated[str | None, typer.Option(help="The code of the credential that replaces it.")] = None,
) -> None:
    """Revoke a credential. Verifiers see it within five minutes; it cannot be taken back."""
    service = the_service()
    revoked = revoke(service, the_organisation(service).id, code, reason, superseded_by=superseded_by)
    say.print(
        f"{codes.printed(revoked.code)} was revoked on {revoked.revoked_at:%Y-%m-%d %H:%M} UTC: {revoked.revocation_reason}"
    )
    if revoked.superseded_by:
        say.print(f"It is replaced by {codes.printed(revoked.superseded_by)}.")

"""Commands that issue credentials and take them back."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from credential import code as codes
from credential.phrases import BILINGUAL
from issuer.certificate import require_libraries
from issuer.cli.acting import progress_on, say, the_organisation, the_service
from issuer.cli.cohort import work
from issuer.cli.progress import Told
from issuer.credentials import renditions
from issuer.credentials.cohort import MOST_PROBLEMS
from issuer.credentials.folder import has_all
from issuer.credentials.revoke import revoke
from issuer.roster import read_roster

__all__ = ["issue_file", "revoke_code"]

INTERRUPTED = 130  # as shells say


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
            done = work(service, organisation.id, cohort, names=wanted, out=out, told=told)
    except KeyboardInterrupt:
        print("issuer: Interrupted. The same command again goes on from here.", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None
    for line in done.said(len(cohort), out is not None, told.seconds, service.drawing.drawn):
        say.print(line)
    for name, refusal in [*done.refused.items()][:MOST_PROBLEMS]:
        print(f"issuer: {name}: {refusal}", file=sys.stderr)
    if done.refused:
        print(f"issuer: {len(done.refused)} files could not be drawn. All credentials are issued.", file=sys.stderr)
        raise typer.Exit(1)


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

"""Commands that issue credentials and take them back."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from credential import code as codes
from credential.phrases import BILINGUAL
from issuer.certificate import require_libraries
from issuer.cli.acting import progress_on, say, the_organisation, the_service
from issuer.credentials import renditions
from issuer.credentials.issue import issue
from issuer.credentials.revoke import revoke
from issuer.roster import read_roster
from issuer.service import Service
from issuer.tables import Credential

__all__ = ["issue_file", "revoke_code"]

Row = TypeVar("Row")


def issue_file(
    file: Annotated[Path, typer.Argument(help="A CSV file (UTF-8) with one completion a row.")],
    achievement: Annotated[
        str | None, typer.Option(help="The achievement's short name, where the file has no such column.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check every row and issue nothing.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write each certificate (.pdf) and token (.jwt) here.")] = None,
    rendition: Annotated[
        list[str] | None,
        typer.Option(
            help=f"Which certificate; may be given again. {', '.join(renditions.RENDITIONS)}; or badge (.png)."
        ),
    ] = None,
) -> None:
    """Issue a whole roster. One bad row and nothing of the file is issued; the same file again issues nothing twice."""
    wanted = tuple(dict.fromkeys(rendition or (BILINGUAL,)))
    for name in wanted:
        if name != renditions.BADGE:
            renditions.check(name)
    service = the_service()
    organisation = the_organisation(service)
    completions = read_roster(service, organisation.id, file, achievement)
    if dry_run:
        say.print(f"{len(completions)} rows are good. Nothing was issued (--dry-run).")
        return
    new = 0
    drawn = []
    if out:
        require_libraries()  # before anything is issued
        out.mkdir(parents=True, exist_ok=True)
    # Whatever breaks this off closes the drawing processes first, so that nobody waits for what is still to be drawn.
    with ThreadPoolExecutor(service.drawing.size) as askers, closing(service.drawing):
        for completion in _with_progress(completions, "Issuing"):
            issued = issue(service, organisation.id, completion)
            new += issued.new
            if out:
                drawn += [askers.submit(_write, service, issued.credential, name, out) for name in wanted]
        for each in _with_progress(tuple(drawn), "Drawing"):
            each.result()
    say.print(f"{new} issued, {len(completions) - new} were issued before.")


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


def _write(service: Service, credential: Credential, rendition: str, folder: Path) -> None:
    """Write one rendition of the certificate, and the token."""
    content = renditions.made(service, credential, rendition)
    (folder / renditions.file_name(credential.code, rendition)).write_bytes(content)
    (folder / f"{credential.code}.jwt").write_text(credential.token or "")


def _with_progress(rows: tuple[Row, ...], label: str) -> Iterable[Row]:
    """The rows, with a bar on standard error when that is a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=progress_on, disable=not progress_on.is_terminal) as bar:
        yield from bar.track(rows, description=label)

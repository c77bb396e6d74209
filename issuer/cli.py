"""The command line of the issuer."""

import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from urllib.parse import urlencode

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from credential import code as codes
from credential.phrases import BILINGUAL
from issuer import confirmations, doctor, organisations
from issuer.achievements import publish
from issuer.certificate import LARGE_PRINT, designs, prepare_faces, require_libraries
from issuer.credentials import renditions
from issuer.credentials.issue import issue
from issuer.credentials.revoke import revoke
from issuer.descriptions.organisation import read_organisation
from issuer.descriptions.reading import toml_file
from issuer.errors import Conflict, Invalid, IssuerError, Misconfigured
from issuer.preview.drawing import Choice, Desk
from issuer.preview.picture import picture
from issuer.preview.web import serve_preview
from issuer.roster import read_roster
from issuer.service import Service, open_service
from issuer.serving import no_core_dumps, serve_until_stopped, usable_port
from issuer.settings import settings_from
from issuer.tables import Credential, Organisation
from keys.errors import KeyringError

__all__ = ["main"]

HELP = """微证 Weizheng issuer: signs course completions as Open Badges 3.0 credentials and makes their certificates.

First time:  issuer init ORGANISATION.toml,  then  issuer achievement ACHIEVEMENT.toml,  then  issuer serve.

Settings come from the environment: ISSUER_PUBLIC_URL (the address that stands in every credential: choose it once),
ISSUER_HOST and ISSUER_PORT (127.0.0.1, 8000), ISSUER_DATA_DIR (var/issuer) and within it by default ISSUER_KEYS_DIR,
ISSUER_CACHE_DIR, ISSUER_DATABASE_URL (SQLite; or postgresql://…) and ISSUER_FILES_URL (a folder; or s3://bucket/folder
with AWS_ACCESS_KEY_ID and its kin), ISSUER_KEY_PASSPHRASE or ISSUER_KEY_PASSPHRASE_FILE (without one, a machine key
guards the keys), VERIFIER_PUBLIC_URL (the address that QR codes open), ISSUER_EXTRA_FONTS (font files for rare
characters and more scripts: docs/fonts.md).
"""
Row = TypeVar("Row")
app = typer.Typer(help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
keys = typer.Typer(help="The organisation's signing keys.", no_args_is_help=True)
app.add_typer(keys, name="keys")
say = Console(highlight=False, soft_wrap=True, markup=False)  # an operator's text is no markup
progress_on = Console(stderr=True)

PINNED = "Verifiers whose entry has no jwks_uri need the new entry: issuer directory"
MAY_BEGIN_WITH_A_HYPHEN = {"ignore_unknown_options": True}  # one thumbprint in 64 does
Key = Annotated[str, typer.Argument(help="The key's thumbprint, as `issuer keys list` shows it.")]
File = Annotated[Path, typer.Argument(help="A TOML file; see demo/ for one to start from.")]


def main() -> None:
    """Run a command; a refusal is one clear sentence on standard error and exit code 1."""
    try:
        app()
    except Invalid as error:
        for problem in error.problems:
            print(f"issuer: {problem.name}: {problem.detail}", file=sys.stderr)
        sys.exit(1)
    except (IssuerError, KeyringError) as error:
        print(f"issuer: {error}", file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        print(f"issuer: {error.filename or 'the machine'}: {error.strerror}", file=sys.stderr)
        sys.exit(1)


@app.command()
def init(file: File) -> None:
    """Set up an organisation: its record, its first signing key and an API key, which is shown this once."""
    service = _service()
    with service.database.reading() as session:
        if known := organisations.listed(session):
            raise Conflict(
                f"There is already an organisation, {known[0].id}, and this version serves one. For another API key: "
                "issuer api-key"
            )
    described = toml_file(file)
    read_organisation(described, file.parent)
    print("Preparing the fonts (some seconds, once on a machine) …", file=sys.stderr)
    prepare_faces(service.settings.cache_dir)  # before anything is made: whoever breaks off here has lost nothing
    organisation = organisations.create(service, described, file.parent)
    key = organisations.make_api_key(service, organisation, "made by init")
    say.print(f"Organisation {organisation.id} ({organisation.names['zh-Hans']}) is ready.")
    say.print(f"Profile   {service.addresses.organisation(organisation.id)}")
    say.print(f"API key   {key}")
    say.print("Keep the API key now: only its hash is stored. Next: issuer achievement FILE.toml")


@app.command()
def organisation(file: File) -> None:
    """Change the look, the signatories and the url. What is published keeps its own until it is published again."""
    service = _service()
    changed = organisations.change(service, _organisation(service).id, toml_file(file), file.parent)
    say.print(f"Organisation {changed.id} ({changed.names['zh-Hans']}) has the look, signatories and url of {file}.")
    say.print("Achievements take them over when they are published again: issuer achievement FILE.toml")


@app.command()
def achievement(files: Annotated[list[Path], typer.Argument(help="TOML files, one achievement each.")]) -> None:
    """Publish achievements; a changed one becomes a new version, and credentials already issued keep theirs."""
    service = _service()
    organisation = _organisation(service)
    for file in files:
        published = publish(service, organisation.id, toml_file(file))
        say.print(service.addresses.achievement(organisation.id, published.slug, published.version))


@app.command("issue")
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
    service = _service()
    organisation = _organisation(service)
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


@app.command("revoke")
def revoke_code(
    code: Annotated[str, typer.Argument(help="The code printed on the certificate.")],
    reason: Annotated[str, typer.Option(help="Why; whoever holds the credential can read it.")],
    superseded_by: Annotated[str | None, typer.Option(help="The code of the credential that replaces it.")] = None,
) -> None:
    """Revoke a credential. Verifiers see it within five minutes; it cannot be taken back."""
    service = _service()
    revoked = revoke(service, _organisation(service).id, code, reason, superseded_by=superseded_by)
    say.print(
        f"{codes.printed(revoked.code)} was revoked on {revoked.revoked_at:%Y-%m-%d %H:%M} UTC: {revoked.revocation_reason}"
    )
    if revoked.superseded_by:
        say.print(f"It is replaced by {codes.printed(revoked.superseded_by)}.")


@keys.command("list")
def list_keys() -> None:
    """Show every key: its state, since when, from when on it signs, and its thumbprint."""
    service = _service()
    keyring, now = service.keyrings.of(_organisation(service).id), service.now()
    for key in keyring.keys:  # no table: a thumbprint must stand whole in a narrow window, to be copied
        stands = keyring.standing(key, now)
        say.print(f"{key.id}  {key.alg}")
        say.print(f"    {stands.state} since {_minute(stands.since)} UTC, signs from {_minute(key.signs_from)} UTC on")


@keys.command()
def rotate(
    at_once: Annotated[bool, typer.Option("--now", help="Sign with it at once, before verifiers know it.")] = False,
    algorithm: Annotated[
        Literal["ES256", "RS256"] | None, typer.Option(help="By default that of the key that signs now.")
    ] = None,
) -> None:
    """Publish a new signing key, which takes over 15 minutes later by itself. What the old key signed stays valid."""
    service = _service()
    keyring = service.keyrings.of(_organisation(service).id).rotate(service.now(), algorithm=algorithm, at_once=at_once)
    if waiting := keyring.waiting(service.now()):
        say.print(f"Key {waiting.id} is published and signs from {_minute(waiting.signs_from)} UTC on.")
    else:
        say.print(f"Signing with {keyring.active(service.now()).id} from now on.")
    say.print(PINNED)


@keys.command(context_settings=MAY_BEGIN_WITH_A_HYPHEN)
def compromised(key: Key) -> None:
    """Say that someone else may hold a key. It cannot be taken back; verifiers doubt all it signed until you confirm it."""
    service = _service()
    keyring = service.keyrings.of(_organisation(service).id).mark_compromised(key, service.now())
    marked = keyring.standing(keyring.find(key), service.now())
    say.print(f"Key {key} is compromised since {_minute(marked.since)} UTC. Its private half was deleted.")
    say.print(f"Signing with {keyring.active(service.now()).id}.")
    say.print(f"Confirm what we issued with it: issuer keys confirm {key}")
    say.print(PINNED)


@keys.command(context_settings=MAY_BEGIN_WITH_A_HYPHEN)
def confirm(
    key: Key,
    until: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"],
            help="Only what was issued before this moment (UTC); by default before the key was marked compromised.",
        ),
    ] = None,
) -> None:
    """Confirm, under the key that signs now, every credential in our database that a compromised key signed."""
    service = _service()
    with progress_on.status("Confirming …"):
        count = confirmations.confirm(
            service, _organisation(service).id, key, until.replace(tzinfo=UTC) if until else None
        )
    say.print(f"{count} credentials of {key} are confirmed.")


@app.command("api-key")
def api_key(label: Annotated[str, typer.Option(help="What it is for.")] = "made by hand") -> None:
    """Make another API key, good for a year and shown this once."""
    service = _service()
    say.print(organisations.make_api_key(service, _organisation(service), label))


@app.command()
def directory(
    *,
    platform: Annotated[
        bool, typer.Option("--platform", help="One entry for every organisation of this service; no key is pinned.")
    ] = False,
) -> None:
    """Print the directory entry by which a verifier knows this issuer, its keys pinned."""
    service = _service()
    made = organisations.platform_entry if platform else organisations.directory_entry
    entry = made(service, _organisation(service))
    print(msgspec.json.format(msgspec.json.encode({"issuers": [entry]}), indent=2).decode())


@app.command()
def serve() -> None:
    """Run the service until it is stopped."""
    no_core_dumps()  # before any key is in memory; the workers inherit it
    settings = settings_from()
    service = open_service(settings)
    _organisation(service)
    service.database.engine.dispose()
    serve_until_stopped(settings)


@app.command()
def preview(
    design: Annotated[str | None, typer.Argument(help="A design's name, or the folder of one.")] = None,
    *,
    sample: Annotated[str, typer.Option(help="usual, level, bare or hardest.")] = "usual",
    rendition: Annotated[
        str, typer.Option(help="bilingual, zh-Hans, zh-Hant or en; with large- before it, in large print.")
    ] = BILINGUAL,
    achievement: Annotated[Path | None, typer.Option(help="Show this achievement instead of the sample's.")] = None,
    organisation: Annotated[Path | None, typer.Option(help="Show this organisation instead of the sample's.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write one certificate here, as .pdf or .png, and end.")] = None,
    port: Annotated[int, typer.Option(help="The port of the pages; 0 is a free one.")] = 0,
) -> None:
    """Look at a design with sample texts before it is used: as pages that follow its files, or as one file (--out)."""
    require_libraries()
    folder = Path(design) if design is not None and design not in (*designs(), LARGE_PRINT) else None
    if folder and not folder.is_dir():
        raise Misconfigured(f"There is no design and no folder {design}; the designs are {', '.join(designs())}.")
    desk = Desk(cache=settings_from().cache_dir, folder=folder, organisation=organisation, achievement=achievement)
    chosen = {"design": str(folder) if folder else design or desk.designs[0], "sample": sample, "rendition": rendition}
    if not out:
        port = usable_port("127.0.0.1", port)
        page = f"certificate?{urlencode(chosen)}" if design else ""
        say.print(f"Preview   http://127.0.0.1:{port}/{page}   (Ctrl-C ends it)")
        serve_preview(desk, port)
    elif out.suffix in {".pdf", ".png"}:
        drawn = desk.draw(Choice(**chosen))
        out.write_bytes(drawn.pdf if out.suffix == ".pdf" else picture(drawn.pdf, width=1600))
        for remark in drawn.remarks:
            print(f"issuer: the layout engine remarks: {remark}", file=sys.stderr)
    else:
        raise Misconfigured(f"A certificate is written as .pdf or .png, not as {out.name}.")


@app.command("doctor")
def examine() -> None:
    """Check the machine, the settings, the keys and the database, and say what to mend."""
    findings = doctor.examine()
    for finding in findings:
        mark = Text("✓", "green") if finding.good else Text("✗", "red")
        say.print(mark, f"{finding.subject}: {finding.detail}")
    if not all(finding.good for finding in findings):
        raise typer.Exit(1)


def _service() -> Service:
    return open_service(settings_from(), clock=lambda: datetime.now(UTC))


def _organisation(service: Service) -> Organisation:
    with service.database.reading() as session:
        return organisations.the_only_one(session)


def _write(service: Service, credential: Credential, rendition: str, folder: Path) -> None:
    """Write one rendition of the certificate, and the token."""
    content = renditions.made(service, credential, rendition)
    (folder / renditions.file_name(credential.code, rendition)).write_bytes(content)
    (folder / f"{credential.code}.jwt").write_text(credential.token or "")


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _with_progress(rows: tuple[Row, ...], label: str) -> Iterable[Row]:
    """The rows, with a bar on standard error when that is a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=progress_on, disable=not progress_on.is_terminal) as bar:
        yield from bar.track(rows, description=label)

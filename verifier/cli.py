"""The command line of the verifier. What verifies and what serves is imported only when it is needed: `--help` is quick,
and so is each child process that opens a document, because it imports this module again.
"""

import os
import re
import sys
from dataclasses import replace
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer

from verifier.answer import answer_in
from verifier.errors import SOFTWARE, Misconfigured
from verifier.settings import DIRECTORIES, Settings, settings_from
from verifier.terminal import writable, write
from verifier.words import chosen_language, words_in

__all__ = ["main"]

HELP = """微证 Weizheng verifier: says whether a certificate is valid, not valid, or could not be checked, and why.

To serve the page that recruiters open:  verifier serve

To check one certificate here:  verifier check certificate.pdf

To check a folder or a zip of them, or a table of codes:  verifier check applications/ --csv checked.csv

Settings come from the environment: VERIFIER_DIRECTORY (the JSON file, or the folder of them, of the issuers you trust;
var/directory.json, else the demo's var/demo/directory.json), VERIFIER_HOST and VERIFIER_PORT (127.0.0.1, 8001),
VERIFIER_PUBLIC_URL (the address under which people reach it; http://127.0.0.1:8001), VERIFIER_TRUSTED_PROXIES (the networks
whose X-Forwarded-For is believed; none), VERIFIER_RATE (verifications a second for one address, saved up for a minute; 1, 0
for no limit).
"""
CHECK = """Check a certificate: a PDF, a photo or scan of a print, a badge or token file, a code such as
WG-7K4M-9QXT-2D8H-C5RF, an address, what a QR code holds, a token, or - to read standard input.

A folder, a zip, or a table (CSV or XLSX) of codes, addresses or tokens is a pile: each of its certificates is a row.

Exit codes: 0 valid, 1 not valid, 2 could not be checked; of a pile 1 if any is not valid, 2 if any could not be
checked or needs a human; 64 the command itself was wrong, 70 a fault of
ours.
"""
EXITS = {"valid": 0, "invalid": 1, "unchecked": 2}
USAGE = 64  # EX_USAGE of sysexits.h; 2 would say that a credential could not be checked

app = typer.Typer(help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

What = Annotated[
    str, typer.Argument(metavar="WHAT", help="A file, a folder, a code, an address, a token, or - for standard input.")
]
Json = Annotated[bool, typer.Option("--json", help="Print the verdict as JSON.")]
Language = Annotated[
    Literal["zh-Hans", "zh-Hant", "en"] | None,
    typer.Option(help="The language of the answer; otherwise that of the environment."),
]
AskIssuer = Annotated[
    bool,
    typer.Option(
        "--ask-issuer", help="Ask the issuer too whether this exact file is its own; it then learns that you have it."
    ),
]
Csv = Annotated[Path | None, typer.Option("--csv", metavar="OUT", help="Write the rows of a pile to a CSV file.")]
Report = Annotated[Path | None, typer.Option(metavar="OUT.pdf", help="Write a report on a pile, as PDF.")]
ApplicantList = Annotated[
    Path | None,
    typer.Option(
        "--applicants",
        metavar="FILE",
        help="A CSV or XLSX of whose each of a pile is: names beside file names or codes.",
    ),
]
DirectoryFile = Annotated[
    Path | None,
    typer.Option("--directory", metavar="FILE", help="The file or folder to use in place of VERIFIER_DIRECTORY."),
]


def main() -> None:
    """Run a command. What a user did wrong is one sentence on standard error, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without Chinese must not hide the verdict
    try:
        sys.exit(app(standalone_mode=False))
    except typer.TyperException as error:
        if message := error.format_message():  # without a command there is none: the help was printed
            print(f"verifier: {writable(message)} See verifier --help.", file=sys.stderr)
        sys.exit(USAGE)
    except typer.Abort:
        sys.exit(130)
    except Exception as error:  # noqa: BLE001 - exit code 1 says "not valid", which a fault of ours must never say
        print(f"verifier: a fault of ours, nothing was checked ({type(error).__name__}: {error})", file=sys.stderr)
        sys.exit(SOFTWARE)


@app.command()
def serve() -> None:
    """Serve the verifier's pages and its API until stopped."""
    from verifier.directory import read_directory  # noqa: PLC0415 - see above
    from verifier.serving import require_port, serve_until_stopped  # noqa: PLC0415

    try:
        settings = _settings(None)
        known = read_directory(settings.directory).count
        require_port(settings)
        print(
            f"verifier: serving {settings.public_url}; issuers known: {known} ({settings.directory})", file=sys.stderr
        )
        serve_until_stopped(settings)
    except Misconfigured as error:
        print(f"verifier: {error}", file=sys.stderr)
        raise typer.Exit(1) from error


@app.command(help=CHECK)
def check(
    what: What,
    *,
    as_json: Json = False,
    language: Language = None,
    directory: DirectoryFile = None,
    ask_issuer: AskIssuer = False,
    to_csv: Csv = None,
    report: Report = None,
    applicants: ApplicantList = None,
) -> None:
    """Check one certificate, or a pile of them."""
    from verifier.checking import MOST_READ, check_once  # noqa: PLC0415 - see above
    from verifier.directory import read_directory  # noqa: PLC0415
    from verifier.piles.folder import is_pile  # noqa: PLC0415

    words = words_in(language or chosen_language(_locale()))
    if is_pile(what):
        from verifier.piles.cli import Asked, check_pile  # noqa: PLC0415

        asked = Asked(
            path=Path(what), applicants=applicants, csv=to_csv, report=report, as_json=as_json, ask_issuer=ask_issuer
        )
        try:
            raise typer.Exit(check_pile(asked, read_directory(_settings(directory).directory), words))
        except Misconfigured as error:
            _refuse(str(error))
    if to_csv or report or applicants:
        _refuse("--csv, --report and --applicants are for a folder, a zip or a table.")
    given = _given(what, MOST_READ)
    try:
        verdict = check_once(given, read_directory(_settings(directory).directory), ask_issuer=ask_issuer)
    except Misconfigured as error:
        _refuse(str(error))
    if as_json:
        sys.stdout.buffer.write(verdict.as_json() + b"\n")
    else:
        write(words, answer_in(words, verdict))
    raise typer.Exit(EXITS[verdict.verdict])


def _given(what: str, most: int) -> bytes:
    """The bytes that `what` names or is, at most `most` of a file."""
    if not what.strip():
        _refuse("Name a file, a code, an address or a token, or - for standard input.")
    if what == "-":
        return sys.stdin.buffer.read(most)
    path = Path(what)
    try:
        if path.exists():
            with path.open("rb") as file:
                return file.read(most)
    except OSError as error:
        if not _text_of_its_own(what):
            _refuse(f"{what[:200]} cannot be read: {error.strerror}.")
    except ValueError:  # no path has a null character
        pass
    if not _text_of_its_own(what) and (os.sep in what or re.search(r"\.[A-Za-z0-9]{2,5}$", what)):
        _refuse(f"There is no file {what[:200]}.")
    return os.fsencode(what)


def _text_of_its_own(what: str) -> bool:
    """Whether it is an address, a QR code's text or a token, which have slashes and dots but are no paths."""
    return what.startswith(("http:", "https:", "eyJ")) or bool(re.search(r"/v/[^/]+#\d", what))


def _settings(directory: Path | None) -> Settings:
    settings = settings_from()
    if directory:
        return replace(settings, directory=directory)
    if settings.directory == DIRECTORIES[1] and not os.environ.get("VERIFIER_DIRECTORY"):
        print(
            f"verifier: using the demo's directory {settings.directory}; set VERIFIER_DIRECTORY to yours.",
            file=sys.stderr,
        )
    return settings


def _locale() -> str:
    named = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return named.replace("_", "-").partition(".")[0]


def _refuse(sentence: str) -> NoReturn:
    print(f"verifier: {writable(sentence)}", file=sys.stderr)
    raise typer.Exit(USAGE)

"""The command line of the verifier. What verifies and what serves is imported only when it is needed: `--help` is quick,
and so is each child process that opens a document, because it imports this module again.
"""

import os
import re
import sys
import unicodedata
from dataclasses import replace
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text as Styled

from credential.wording import Text
from verifier.answer import Answer, answer_in
from verifier.errors import Misconfigured
from verifier.settings import DIRECTORIES, Settings, settings_from
from verifier.words import Words, chosen_language, words_in

__all__ = ["main"]

HELP = """微证 Weizheng verifier: says whether a certificate is valid, not valid, or could not be checked, and why.

To serve the page that recruiters open:  verifier serve

To check one certificate here:  verifier check certificate.pdf

Settings come from the environment: VERIFIER_DIRECTORY (the JSON file, or the folder of them, of the issuers you trust;
var/directory.json, else the demo's var/demo/directory.json), VERIFIER_HOST and VERIFIER_PORT (127.0.0.1, 8001),
VERIFIER_PUBLIC_URL (the address under which people reach it; http://127.0.0.1:8001).
"""
CHECK = """Check a certificate: a PDF, a photo or scan of a print, a badge or token file, a code such as
WG-7K4M-9QXT-2D8H-C5RF, an address, what a QR code holds, a token, or - to read standard input.

Exit codes: 0 valid, 1 not valid, 2 could not be checked, 64 the command itself was wrong, 70 a fault of
ours.
"""
EXITS = {"valid": 0, "invalid": 1, "unchecked": 2}
SOFTWARE = 70  # EX_SOFTWARE of sysexits.h
USAGE = 64  # EX_USAGE of sysexits.h; 2 would say that a credential could not be checked
COLOURS = {"valid": "green", "invalid": "red", "unchecked": "yellow"}
SYMBOLS = {"valid": "✓", "invalid": "✗", "unchecked": "?", "passed": "✓", "failed": "✗", "not_checked": "–"}
# What could move the cursor or turn the writing around: a signed name must not redraw the verdict above it.
UNWRITTEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")

app = typer.Typer(help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

What = Annotated[
    str, typer.Argument(metavar="WHAT", help="A file, a code, an address, a token, or - for standard input.")
]
Json = Annotated[bool, typer.Option("--json", help="Print the verdict as JSON.")]
Language = Annotated[
    Literal["zh-Hans", "en"] | None, typer.Option(help="The language of the answer; otherwise that of the environment.")
]
AskIssuer = Annotated[
    bool,
    typer.Option(
        "--ask-issuer", help="Ask the issuer too whether this exact file is its own; it then learns that you have it."
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
            print(f"verifier: {_writable(message)} See verifier --help.", file=sys.stderr)
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
) -> None:
    """Check one certificate."""
    from verifier.checking import MOST_READ, check_once  # noqa: PLC0415 - see above
    from verifier.directory import read_directory  # noqa: PLC0415

    given = _given(what, MOST_READ)
    try:
        verdict = check_once(given, read_directory(_settings(directory).directory), ask_issuer=ask_issuer)
    except Misconfigured as error:
        _refuse(str(error))
    if as_json:
        sys.stdout.buffer.write(verdict.as_json() + b"\n")
    else:
        words = words_in(language or chosen_language(_locale()))
        _write(words, answer_in(words, verdict))
    raise typer.Exit(EXITS[verdict.verdict])


def _given(what: str, most: int) -> bytes:
    """The bytes that `what` names or is, at most `most` of a file."""
    if not what.strip():
        _refuse("Name a file, a code, an address or a token, or - for standard input.")
    if what == "-":
        return sys.stdin.buffer.read(most)
    path = Path(what)
    try:
        if path.is_dir():
            _refuse(f"{what} is a folder. Name one file in it.")
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
    print(f"verifier: {_writable(sentence)}", file=sys.stderr)
    raise typer.Exit(USAGE)


def _write(words: Words, answer: Answer) -> None:
    console = Console(highlight=False, markup=False, emoji=False)
    colour = COLOURS[answer.verdict]
    console.print()
    console.print(Styled(f" {SYMBOLS[answer.verdict]} {answer.word} ", style=f"bold reverse {colour}"))
    console.print(_writable(answer.means), style=colour)
    console.print(_writable(answer.next))
    if answer.differences:
        console.print()
        console.print(words.say("verdict.differences"), style="bold")
        console.print(_grid([(row.label, _said(row.texts), "") for row in answer.differences]))
    if answer.rows:
        console.print()
        if answer.warning:
            console.print(_writable(answer.warning), style="yellow")
        console.print(_grid([(row.label, _said(row.texts), row.note) for row in answer.rows]))
    console.print()
    console.print(words.say("verdict.steps"), style="bold")
    steps = Grid.grid(padding=(0, 1))
    for number, found in enumerate(answer.steps, 1):
        said = Styled(_writable(found.text))
        if found.note:
            said.append(f"\n{_writable(found.note)}", style="dim")
        steps.add_row(f" {number}", Styled(SYMBOLS[found.result], style=_step_colour(answer, found.result)), said)
    console.print(steps)
    console.print()
    console.print(f"{answer.checked_at} {words.say('verdict.reason', reason=answer.reason)}", style="dim")


def _step_colour(answer: Answer, result: str) -> str:
    """As on the page: green belongs to a valid credential alone."""
    if result == "passed":
        return "green" if answer.verdict == "valid" else "default"
    return "red" if result == "failed" else "dim"


def _said(texts: tuple[Text, ...]) -> str:
    return " · ".join(text.text for text in texts)


def _grid(rows: list[tuple[str, str, str]]) -> Padding:
    grid = Grid.grid(padding=(0, 2))
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column(overflow="fold")
    for label, value, note in rows:
        said = Styled(_writable(value), style="bold")
        if note:
            said.append(f"{chr(10) if value else ''}{_writable(note)}", style="dim not bold")
        grid.add_row(label, said)
    return Padding(grid, (0, 0, 0, 1))


def _writable(text: str) -> str:
    return UNWRITTEN.sub("\N{REPLACEMENT CHARACTER}", unicodedata.normalize("NFC", text))

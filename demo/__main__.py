"""Plays the walk from top to bottom: set up, issue, verify, forge, and a table of what each got.

Exits 0 when every line of the table is as it should be, else 1. Without `--once` the services then go on serving.
"""

import argparse
import csv
import json
import os
import re
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpcore
from rich.console import Console
from rich.progress import track

from demo import forgeries
from demo.lines import Line, tables
from demo.services import Stopped, command, free_port, port_is_free, serving

HERE = Path(__file__).parent
VAR = Path("var/demo")
DIRECTORY = VAR / "directory.json"
CERTIFICATES = VAR / "certificates"
API_KEY = VAR / "api-key"
say = Console(highlight=False)


@dataclass(frozen=True)
class Places:
    """Where the two services are."""

    issuer_port: int
    verifier_port: int

    @property
    def issuer(self) -> str:
        """The issuer's address."""
        return f"http://127.0.0.1:{self.issuer_port}"

    @property
    def verifier(self) -> str:
        """The verifier's address."""
        return f"http://127.0.0.1:{self.verifier_port}"

    @property
    def environment(self) -> dict[str, str]:
        """The settings of both services."""
        return {
            "ISSUER_PORT": str(self.issuer_port),
            "ISSUER_PUBLIC_URL": self.issuer,
            "ISSUER_DATA_DIR": str(VAR / "issuer"),
            "ISSUER_CACHE_DIR": "var/cache",
            "VERIFIER_PORT": str(self.verifier_port),
            "VERIFIER_PUBLIC_URL": self.verifier,
            "VERIFIER_DIRECTORY": str(DIRECTORY),
        }


def main() -> int:
    """Play the demo; the exit code says whether everything was as it should be."""
    parser = argparse.ArgumentParser(prog="./run demo", description="The whole walk with two real services over HTTP.")
    parser.add_argument("--once", action="store_true", help="exit when the table is printed instead of serving on")
    once = parser.parse_args().once
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the services are stopped too
    try:
        places = Places(_port("ISSUER_PORT", 8000), _port("VERIFIER_PORT", 8001))
        api_key = _set_up(places)
        lines = _play(places, api_key)
        for table in tables(lines):
            say.print(table)
        say.print(f"{len(list(CERTIFICATES.glob('*.pdf')))} certificates and their tokens are in {CERTIFICATES}")
        wrong = sum(not line.right for line in lines)
        if wrong:
            say.print(f"[red]{wrong} of {len(lines)} lines are not as they should be.[/]")
            return 1
        if not once:
            with _issuer(places), _verifier(places):
                say.print(f"\nready   issuer {places.issuer}   verifier {places.verifier}", soft_wrap=True)
                say.print(f"        the API key is in {API_KEY}; Ctrl-C stops")
                signal.pause()
        return 0
    except Stopped as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


def _port(name: str, default: int) -> int:
    text = os.environ.get(name, str(default))
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 0 < int(text) < 65536:
        raise Stopped(f"{name} must be a number from 1 to 65535, not {text!r}.")
    if not port_is_free(int(text)):
        raise Stopped(f"Port {text} is in use. Stop the program that has it, or choose another: {name}=9000 ./run demo")
    return int(text)


def _set_up(places: Places) -> str:
    """A fresh organisation with its achievements. Gives the API key."""
    say.print("[bold]1  Set up[/]  微光学院 Glimmer Academy, its signing key and four achievements")
    shutil.rmtree(VAR, ignore_errors=True)
    CERTIFICATES.mkdir(parents=True)
    printed = command("issuer", "init", str(HERE / "organisation.toml"), environment=places.environment)
    files = sorted(str(file) for file in (HERE / "achievements").glob("*.toml"))
    command("issuer", "achievement", *files, environment=places.environment)
    DIRECTORY.write_text(command("issuer", "directory", environment=places.environment))
    api_key = next(line.split()[-1] for line in printed.splitlines() if line.startswith("API key"))
    API_KEY.touch(mode=0o600)
    API_KEY.write_text(api_key)
    return api_key


def _play(places: Places, api_key: str) -> list[Line]:
    lines: list[Line] = []
    with _issuer(places):
        issued = _issue(places, api_key, lines)
        with _verifier(places):
            _verify(places, issued, lines)
        say.print("[bold]4  Forge[/]   what forged and withdrawn ones get from a verifier with cold caches")
        revoked, expired = issued[-1]["token"], _expiring(places, api_key)
        _call("POST", f"{issued[-1]['credential'].replace('/credentials', '/api/credentials')}/revoke",
              {"reason": "演示：成绩核实有误"}, api_key)  # fmt: skip
        with _cold_verifier(places) as ask:
            _gallery(issued[1], issued[0], ask, lines)
            lines.append(Line("revoked by the issuer", ("invalid: revoked",), (ask(revoked.encode()),)))
            lines.append(Line("past its validUntil", ("invalid: expired",), (ask(expired.encode()),)))
    with _cold_verifier(places) as ask:
        answer = ask(issued[0]["token"].encode())
        lines.append(
            Line("status list out of reach: the issuer is stopped", ("unchecked: status_unavailable",), (answer,))
        )
    return lines


def _issue(places: Places, api_key: str, lines: list[Line]) -> list[dict[str, Any]]:
    """Report the roster through the API; write each certificate and token. The last row cannot be drawn and is refused."""
    say.print("[bold]2  Issue[/]   the roster through POST /api/completions")
    with (HERE / "roster.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    issued = []
    for row in track(rows, "   signing and drawing", console=say, disable=not say.is_terminal, transient=True):
        status, answer = _call("POST", f"{places.issuer}/api/completions", _completion(row), api_key)
        if status != 201:
            lines.append(
                Line(f"{row['name']} {answer['errors'][0]['detail']}", ("refused: 422",), (f"refused: {status}",))
            )
            continue
        code = answer["credential"].rsplit("/", 1)[-1]
        (CERTIFICATES / f"{code}.jwt").write_text(answer["token"])
        (CERTIFICATES / f"{code}.pdf").write_bytes(httpcore.request("GET", answer["pdf"]).content)
        issued.append({**answer, "name": row["name"], "file": CERTIFICATES / f"{code}.pdf"})
    return issued


def _completion(row: dict[str, str]) -> dict[str, Any]:
    """A row of the roster as the API takes it: its columns `scores.MODULE` are members of one field."""
    scores = {column.removeprefix("scores."): cell for column, cell in row.items() if column.startswith("scores.")}
    return {**{column: cell for column, cell in row.items() if "." not in column}, "scores": scores}


def _verify(places: Places, issued: list[dict[str, Any]], lines: list[Line]) -> None:
    say.print("[bold]3  Verify[/]  each certificate by its PDF and by its QR code over HTTP")
    ask = _asker(places.verifier)
    for each in track(issued, "   verifying", console=say, disable=not say.is_terminal, transient=True):
        got = (ask(each["file"].read_bytes()), ask(each["qr"].encode()))
        lines.append(Line(each["name"], ("valid, text matches", "valid"), got, each["code"]))


def _gallery(genuine: dict[str, Any], other: dict[str, Any], ask: Callable[[bytes], str], lines: list[Line]) -> None:
    token, pdf = genuine["token"], genuine["file"].read_bytes()
    forged = [
        ("payload edited: one letter of the name", "invalid: bad_signature", forgeries.edited_payload(token).encode()),
        ("alg: none", "invalid: unsupported_algorithm", forgeries.unsigned(token).encode()),
        ("signed with another key", "invalid: bad_signature", forgeries.another_key(token).encode()),
        ("another key, embedded as jwk", "invalid: malformed_token", forgeries.embedded_jwk(token).encode()),
        ("PDF edited: the name", "invalid: document_differs", forgeries.edited_pdf(pdf, genuine["name"])),
        (
            "QR code with the code of one and the credential of another",
            "invalid: malformed_token",
            forgeries.swapped_qr(genuine["qr"], other["qr"]).encode(),
        ),
        (
            "QR code that leads to a clone of the verifier",
            "invalid: leads_elsewhere",
            forgeries.cloned_host(genuine["qr"]).encode(),
        ),
        ("issuer not in the directory", "unchecked: unknown_issuer", forgeries.unknown_issuer(token).encode()),
        ("a code with one character wrong", "unchecked: mistyped_code", _mistyped(genuine["code"]).encode()),
    ]
    for what, expected, given in forged:
        lines.append(Line(what, (expected,), (ask(given),)))
    # Whether the changed digit is found in what is compressed or by the signature is chance.
    word, _, _ = ask(forgeries.changed_digit(genuine["qr"]).encode()).partition(":")
    lines.append(Line("QR code with one digit changed", ("invalid",), (word,)))


def _mistyped(code: str) -> str:
    return code[:-1] + ("Y" if code.endswith("Z") else "Z")


def _expiring(places: Places, api_key: str) -> str:
    """A genuine credential that is valid for two seconds, which have passed."""
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=2)
    _, answer = _call(
        "POST",
        f"{places.issuer}/api/completions",
        {
            "completion_id": "2026-expired",
            "achievement": "elderly-care",
            "name": "孙倩",
            "level": "五级/初级工",
            "completed_on": "2026-11-06",
            "valid_until": until.isoformat(),
        },
        api_key,
    )
    time.sleep(max(0, (until - datetime.now(UTC)).total_seconds()))
    token: str = answer["token"]
    return token


@contextmanager
def _issuer(places: Places) -> Iterator[None]:
    with serving("issuer", places.issuer, VAR / "issuer.log", places.environment):
        yield


@contextmanager
def _verifier(places: Places) -> Iterator[None]:
    with serving("verifier", places.verifier, VAR / "verifier.log", places.environment):
        yield


@contextmanager
def _cold_verifier(places: Places) -> Iterator[Callable[[bytes], str]]:
    """A verifier that has fetched nothing yet, and how to ask it."""
    cold = Places(places.issuer_port, free_port())
    with _verifier(cold):
        yield _asker(cold.verifier)


def _asker(verifier: str) -> Callable[[bytes], str]:
    """Asks a verifier and words its verdict for the table."""

    def ask(given: bytes) -> str:
        answer = httpcore.request("POST", f"{verifier}/api/verify", content=given)
        verdict = json.loads(answer.content)
        shows = verdict["document"]["shows"]
        if verdict["verdict"] != "valid":
            return f"{verdict['verdict']}: {verdict['reason']}"
        return "valid" if shows == "not_compared" else f"valid, {shows.replace('_', ' ')}"

    return ask


def _call(method: str, url: str, body: dict[str, Any], api_key: str) -> tuple[int, dict[str, Any]]:
    headers = [("Authorization", f"Bearer {api_key}"), ("Content-Type", "application/json")]
    answer = httpcore.request(method, url, headers=headers, content=json.dumps(body).encode())
    return answer.status, json.loads(answer.content)


if __name__ == "__main__":
    sys.exit(main())

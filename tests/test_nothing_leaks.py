"""A thousand certificates are verified: neither the logs, nor the counters, nor the issuer learn whose they were."""

import base64
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from credential import code as codes
from credential import qr, reader
from demo.services import free_port, serving
from tests.conftest import pdf_with
from tests.small_issuer import DICTIONARY, SmallIssuer

MANY, QRS, PDFS = 1000, 300, 24
pytestmark = pytest.mark.timeout(600)  # where other work keeps the machine busy
SURNAMES = "欧阳司马上官诸葛东方皇甫尉迟公孙慕容宇文长孙"


@dataclass
class Person:
    """Whose certificate it is, and what of it must not be found anywhere."""

    name: str
    code: str
    token: str
    secrets: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def people(small_issuer: SmallIssuer) -> list[Person]:
    return [person(small_issuer, number) for number in range(MANY)]


def person(issuer: SmallIssuer, number: int) -> Person:
    issuer.code = codes.new("WG")
    name = f"{SURNAMES[number % 11 * 2 :][:2]}{chr(0x4E00 + number)}{chr(0x5E00 + number)} Lin{number}z"
    token = issuer.token(name=name)
    _, payload, signature = token.split(".")
    return Person(
        name,
        issuer.code,
        token,
        [name, f"Lin{number}z", issuer.code, codes.printed(issuer.code), payload[-60:], signature],
    )


@dataclass
class Verifier:
    """One that runs, and what it left behind."""

    url: str
    log: Path
    answers: list[str]
    asked: list[str]
    counted: str


@pytest.fixture(scope="module")
def verifier(
    people: list[Person], small_issuer: SmallIssuer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Verifier]:
    """A verifier as it is run, to which a thousand certificates were handed: tokens, QR codes and PDFs in turn."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    log = tmp_path_factory.mktemp("verifier") / "log"
    settings = {"VERIFIER_PORT": str(port), "VERIFIER_DIRECTORY": str(small_issuer.directory), "VERIFIER_RATE": "0"}
    with serving("verifier", url, log, settings), httpx.Client(base_url=url, timeout=60) as client:
        small_issuer.asked.clear()
        answers = []
        for number, whose in enumerate(people):
            if number < PDFS:
                given = pdf_with(whose.token)
            elif number < PDFS + QRS:
                given = qr_of(whose).encode()
            else:
                given = whose.token.encode()
            if number % 7:
                answer = client.post("/api/verify", content=given).json()
                answers.append(f"{answer['verdict']}: {answer['reason']}")
            else:  # as a person does, on the page
                page = client.post("/", files={"file": (f"{whose.name}.pdf", given)}, headers={"Accept": "text/html"})
                assert page.status_code == 200 and whose.name.split()[0] in page.text
        counted = client.get("/metrics").text
        yield Verifier(url, log, answers, list(small_issuer.asked), counted)


def test_all_of_them_were_really_verified(verifier: Verifier) -> None:
    by_pdf = [answer for number, answer in enumerate(verifier.answers) if number < PDFS * 6 // 7]
    assert set(by_pdf) == {"invalid: document_differs"}  # their one page is blank
    assert set(verifier.answers[PDFS:]) == {"valid: ok"}
    counted = [line for line in verifier.counted.splitlines() if line.startswith("verifier_verifications_total{")]
    assert sum(float(line.split()[-1]) for line in counted) == MANY


def test_the_issuer_learns_that_somebody_asks_and_not_about_whom(verifier: Verifier) -> None:
    kinds = {path.split("/")[1] for path in verifier.asked}
    assert kinds <= {"orgs", "dictionaries"}
    assert len(verifier.asked) <= 10  # everything is fetched once and kept
    assert all(path.startswith(("/orgs/glimmer/status/", "/dictionaries/")) for path in verifier.asked)


def test_neither_logs_nor_counters_hold_a_name_a_code_or_a_token(verifier: Verifier, people: list[Person]) -> None:
    log = verifier.log.read_text()
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert len([line for line in lines if line["event"] == "request"]) >= MANY
    for text in (log, verifier.counted):
        found = [secret for whose in people for secret in whose.secrets if secret in text]
        assert found == []


def test_a_line_holds_nothing_but_what_is_listed(verifier: Verifier) -> None:
    lines = [json.loads(line) for line in verifier.log.read_text().splitlines() if line.startswith("{")]
    known = {"time", "level", "event", "method", "route", "status", "ms", "bytes", "kind", "verdict", "reason"}
    assert {name for line in lines for name in line} <= known
    assert "127.0.0.1" not in str(lines)


def test_the_search_would_find_what_leaks(people: list[Person]) -> None:
    for whose in people[:: MANY // 10]:
        said = f'{{"path": "/v/{whose.code}", "given": "{whose.token}", "name": "{whose.name}"}}'
        assert sum(secret in said for secret in whose.secrets) >= 5


def test_nobody_is_asked_about_what_is_unsigned_or_from_an_unknown_issuer(
    verifier: Verifier, small_issuer: SmallIssuer, tmp_path: Path
) -> None:
    small_issuer.asked.clear()
    canary = Canary()
    try:
        stranger = SmallIssuer(tmp_path)
        stranger.server.shutdown()
        stranger.id = f"http://127.0.0.1:{canary.port}/orgs/glimmer"
        stranger.url = f"http://127.0.0.1:{canary.port}"
        for given, word in (
            (stranger.token(), "unchecked: unknown_issuer"),
            (unsigned(small_issuer.token()), "invalid: unsupported_algorithm"),
            (small_issuer.token()[:-8] + "AAAAAAAA", "invalid: bad_signature"),
            (f"https://127.0.0.1:{canary.port}/v/QQ-000000000000000M", "unchecked: unknown_issuer"),
        ):
            for data in (given.encode(), *([pdf_with(given)] if given.startswith("ey") else [])):
                answer = httpx.post(f"{verifier.url}/api/verify", content=data, timeout=60).json()
                assert f"{answer['verdict']}: {answer['reason']}" == word
        assert canary.connections == 0
        assert small_issuer.asked == []
    finally:
        canary.close()


class Canary:
    """Listens and counts who connects."""

    def __init__(self) -> None:
        self.connections = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            connection.close()

    def close(self) -> None:
        self._socket.close()


def test_the_canary_hears_who_connects() -> None:
    canary = Canary()
    with pytest.raises(httpx.HTTPError):
        httpx.get(f"http://127.0.0.1:{canary.port}/")
    canary.close()
    assert canary.connections == 1


def qr_of(whose: Person) -> str:
    return f"https://verify.example/v/{whose.code}#{qr.pack(reader.read(whose.token), DICTIONARY)}"


def unsigned(token: str) -> str:
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).rstrip(b"=").decode()
    return f"{header}.{token.split('.')[1]}.{token.split('.')[2]}"

"""Many completions at once: what holds for one holds for each, whatever interrupts them and whoever else reports them."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from rich.console import Console
from sqlalchemy import select

from credential import proof, reader
from credential.jwks import read_key_set
from demo.services import command
from issuer import api, organisations
from issuer.certificate import TooLong
from issuer.certificate.pool import WAYS
from issuer.cli.cohort import Done
from issuer.cli.progress import Told
from issuer.completions import Completion
from issuer.credentials import issue as act
from issuer.credentials.certificate import certificate
from issuer.credentials.cohort import batches
from issuer.credentials.folder import write_all
from issuer.credentials.issue import finish_intents, issue, issue_all
from issuer.credentials.renditions import kept, made
from issuer.errors import Conflict, Invalid, NotIssued
from issuer.service import Service, open_service
from issuer.settings import settings_from
from issuer.tables import Credential, File, StatusIndex, StatusList
from tests.conftest import CACHE, COMPLETION, Clock
from tests.postgresql import Postgresql, both_databases

DEMO = Path(__file__).parent.parent / "demo"
# The command as it is, but that fewer certificates are drawn between two transactions: the drawing takes the time.
TWO_AT_ONCE = "from issuer.cli import cohort, main; cohort.WRITTEN_AT_ONCE = 2; main()"


class Crash(BaseException):
    """The process dies here."""


def dies(*arguments: Any, **named: Any) -> Any:
    raise Crash


def cohort_of(completion: Completion, count: int, first: int = 0) -> list[Completion]:
    """So many completions, whose ids are numbers."""
    return [msgspec.structs.replace(completion, completion_id=f"{first + number}") for number in range(count)]


def stored(service: Service) -> dict[str, Credential]:
    with service.database.reading() as session:
        return {each.completion_id: each for each in session.scalars(select(Credential))}


def indexes(service: Service) -> list[tuple[str, int]]:
    return [(each.list_id, each.list_index) for each in stored(service).values()]


@both_databases
def test_a_batch_is_issued_in_order_and_each_token_verifies(service: Service, completion: Completion) -> None:
    cohort = cohort_of(completion, 60)
    issued = issue_all(service, "glimmer", cohort)
    assert [each.credential.completion_id for each in issued] == [each.completion_id for each in cohort]
    assert all(each.new for each in issued)
    assert len(set(indexes(service))) == 60
    keys = read_key_set(organisations.published_keys(service, "glimmer"))
    for each in issued:
        token = reader.read(each.credential.token or "")
        proof.verify(token, keys[token.claimed_kid])
        assert token.claims["credentialSubject"]["identifier"][0]["identityHash"] == COMPLETION["name"]
        assert each.credential.issued_at == service.now()


@both_databases
def test_a_batch_reported_again_among_new_ones_gives_the_same_credentials(
    service: Service, completion: Completion
) -> None:
    before = issue_all(service, "glimmer", cohort_of(completion, 5))
    first = {each.credential.completion_id: each.credential.token for each in before}
    again = issue_all(service, "glimmer", cohort_of(completion, 8, first=2))
    assert [each.new for each in again] == [False] * 3 + [True] * 5
    assert [each.credential.token for each in again[:3]] == [first["2"], first["3"], first["4"]]
    assert issue(service, "glimmer", cohort_of(completion, 1)[0]).credential.token == first["0"]


@both_databases
def test_a_conflict_in_the_middle_of_a_batch_is_named_and_nothing_of_the_batch_is_recorded(
    service: Service, completion: Completion
) -> None:
    issue(service, "glimmer", msgspec.structs.replace(completion, completion_id="3", score="1"))
    with pytest.raises(Conflict, match="Completion 3 was reported before"):
        issue_all(service, "glimmer", cohort_of(completion, 6))
    assert stored(service).keys() == {"3"}
    with service.database.reading() as session:
        assert len(session.scalars(select(StatusIndex)).all()) == 1


def test_one_completion_that_cannot_be_issued_stops_its_batch_before_anything_is_recorded(
    service: Service, completion: Completion
) -> None:
    cohort = cohort_of(completion, 4)
    cohort[2] = msgspec.structs.replace(cohort[2], valid_until=service.now())
    with pytest.raises(Invalid, match="future"):
        issue_all(service, "glimmer", cohort)
    assert stored(service) == {}


@both_databases
def test_a_batch_may_cross_from_one_status_list_into_the_next(
    service: Service, completion: Completion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("issuer.status.FULLEST", 30)
    issue_all(service, "glimmer", cohort_of(completion, 70))
    with service.database.reading() as session:
        taken = {each.id: each.taken for each in session.scalars(select(StatusList))}
    assert sorted(taken.values()) == [10, 30, 30]
    assert Counter(list_id for list_id, _ in set(indexes(service))) == taken


@both_databases
def test_clients_that_report_the_same_cohort_at_once_in_any_order_get_one_credential_each(
    service: Service, completion: Completion
) -> None:
    cohort = cohort_of(completion, 40)
    orders = [cohort, cohort[::-1], cohort[20:] + cohort[:20], cohort[::2] + cohort[1::2]]
    with ThreadPoolExecutor(len(orders)) as clients:
        issued = list(clients.map(lambda order: issue_all(service, "glimmer", order), orders))
    tokens = [{each.credential.completion_id: each.credential.token for each in answer} for answer in issued]
    assert all(each == tokens[0] for each in tokens)
    assert sum(each.new for answer in issued for each in answer) == len(stored(service)) == 40
    assert len(set(indexes(service))) == 40


@both_databases
def test_a_crash_before_signing_leaves_the_intents_of_one_batch_and_the_same_again_finishes_them(
    service: Service, completion: Completion, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    cohort = cohort_of(completion, 10)
    issue_all(service, "glimmer", cohort[:4])
    with monkeypatch.context() as patched, pytest.raises(Crash):
        patched.setattr("credential.proof.sign", dies)
        issue_all(service, "glimmer", cohort)
    intents = stored(service)
    assert [intents[f"{number}"].token is None for number in range(10)] == [False] * 4 + [True] * 6
    restarted = open_service(service.settings, clock)
    issued = issue_all(restarted, "glimmer", cohort)
    assert not any(each.new for each in issued)
    assert [each.credential.document for each in issued] == [intents[f"{number}"].document for number in range(10)]
    assert finish_intents(restarted) == []


def test_a_crash_after_some_of_a_batch_were_checked_gives_out_none_and_the_next_start_finishes_all(
    service: Service, completion: Completion, monkeypatch: pytest.MonkeyPatch
) -> None:
    check, signed = act._check, list[str]()

    def checks_three_and_dies(service: Service, intent: Credential, token: str) -> None:
        signed.append(token)
        if len(signed) > 3:
            raise Crash
        check(service, intent, token)

    with monkeypatch.context() as patched, pytest.raises(Crash):
        patched.setattr(act, "_check", checks_three_and_dies)
        issue_all(service, "glimmer", cohort_of(completion, 8))
    assert not any(each.token for each in stored(service).values())
    finished = {each.token for each in finish_intents(service)}
    assert (len(finished), set(signed) <= finished) == (8, True)


def test_a_token_that_fails_our_own_check_keeps_back_itself_and_not_the_others(
    service: Service, completion: Completion, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign = proof.sign

    def signs_one_wrong(document: bytes, signer: Any) -> str:
        token = sign(document, signer)
        return token if json.loads(document)["credentialSubject"]["result"][-1]["value"] != "7" else f"{token[:-4]}AAAA"

    cohort = cohort_of(completion, 6)
    cohort[2] = msgspec.structs.replace(cohort[2], score="7")
    with monkeypatch.context() as patched, pytest.raises(NotIssued):
        patched.setattr("credential.proof.sign", signs_one_wrong)
        issue_all(service, "glimmer", cohort)
    assert [each for each, credential in stored(service).items() if credential.token is None] == ["2"]
    assert all(each.credential.token for each in issue_all(service, "glimmer", cohort))


# The files


def test_files_are_those_that_are_kept_and_only_what_is_not_there_and_whole_is_written(
    service: Service, completion: Completion, tmp_path: Path
) -> None:
    credentials = [each.credential for each in issue_all(service, "glimmer", cohort_of(completion, 3))]
    given_out = made(service, credentials[0], "en")
    first = write_all(service, credentials, ("en",), tmp_path)
    assert (first.new, first.kept, first.refused) == (3, 0, {})
    files = [tmp_path / f"{each.code}.en.pdf" for each in credentials]
    assert files[0].read_bytes() == given_out
    files[1].write_bytes(files[1].read_bytes()[:1000])
    (tmp_path / f"{credentials[2].code}.jwt").unlink()
    before = files[0].stat()
    again = write_all(service, credentials, ("en",), tmp_path)
    assert (again.new, again.kept) == (1, 2)
    assert (files[0].stat().st_mtime_ns, files[0].stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    assert [file.read_bytes() for file in files] == [made(service, each, "en") for each in credentials]
    assert {file.name for file in tmp_path.glob("*.jwt")} == {f"{each.code}.jwt" for each in credentials}
    with service.database.reading() as session:
        assert len(session.scalars(select(File)).all()) == 3


def test_a_certificate_that_cannot_be_drawn_is_named_and_the_others_are_written(
    service: Service, completion: Completion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials = [each.credential for each in issue_all(service, "glimmer", cohort_of(completion, 3))]

    def refuses_one(service: Service, credential: Credential, *rest: Any) -> bytes:
        if credential.completion_id == "1":
            raise TooLong("The name does not fit.")
        return certificate(service, credential, *rest)

    monkeypatch.setattr("issuer.credentials.renditions.certificate", refuses_one)
    written = write_all(service, credentials, ("bilingual",), tmp_path)
    assert (written.new, list(written.refused)) == (2, [f"{credentials[1].code}.pdf"])
    assert len(list(tmp_path.glob("*.pdf"))) == 2
    assert len(list(tmp_path.glob("*.jwt"))) == 3


# The API


def report(issuer: TestClient[Litestar], api_key: str, body: bytes | Sequence[Any]) -> httpx.Response:
    content = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return issuer.post("/api/cohorts", content=content, headers={"Authorization": f"Bearer {api_key}"})


def reported(count: int) -> list[dict[str, Any]]:
    return [{**COMPLETION, "completion_id": f"{number}"} for number in range(count)]


def lines(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.headers["Content-Type"].startswith("application/x-ndjson")
    return [json.loads(line) for line in answer.text.splitlines()]


def test_a_cohort_is_answered_with_a_line_for_each_as_if_reported_one_by_one(
    issuer: TestClient[Litestar], api_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "LINES_AT_ONCE", 3)
    one = issuer.post("/api/completions", json=reported(8)[5], headers={"Authorization": f"Bearer {api_key}"}).json()
    answer = report(issuer, api_key, reported(8))
    assert answer.status_code == 200
    said = lines(answer)
    assert [each.pop("status") for each in said] == [201] * 5 + [200] + [201] * 2
    assert [each["completion_id"] for each in said] == [f"{number}" for number in range(8)]
    assert said[5] == one
    as_lines = b"\n\n".join(msgspec.json.encode(each) for each in reported(8))
    again = lines(report(issuer, api_key, as_lines))
    assert {each.pop("status") for each in again} == {200}
    assert again == said


def test_every_wrong_completion_of_a_cohort_is_told_and_none_is_issued(
    issuer: TestClient[Litestar], api_key: str, service: Service
) -> None:
    issue_before = reported(8)[7]
    report(issuer, api_key, [{**issue_before, "score": "1"}])
    cohort: list[Any] = [*reported(8), reported(1)[0], 5]
    cohort[1]["name"] = ""
    cohort[2]["scores"] = {"a/b": 1}
    cohort[4]["achievement"] = "unknown"
    answer = report(issuer, api_key, cohort)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:weizheng:problem:invalid")
    assert [each["pointer"] for each in answer.json()["errors"]] == [
        "/1/name", "/2/scores/a~1b", "/4/achievement", "/7", "/8/completion_id", "/9",
    ]  # fmt: skip
    assert "reported before" in answer.json()["errors"][3]["detail"]
    assert "completion 1: name: is missing" in answer.json()["detail"]
    assert stored(service).keys() == {"7"}


@pytest.mark.parametrize(
    "body", [b"", b" \n ", b"[]", b"[", b"{", b"null", b"\xff", b"[" * 100_000, b'[{"a":"\xff"}]', b"[1,2", b"{}\n]"]
)
def test_a_body_that_is_no_cohort_is_422(issuer: TestClient[Litestar], api_key: str, body: bytes) -> None:
    assert report(issuer, api_key, body).status_code == 422


@pytest.mark.parametrize("body", [b"[" + b"0," * 10_000 + b"0]", b"{}\n" * 10_001, b" " * (16 * 2**20) + b"[]"])
def test_a_cohort_beyond_its_limits_is_413_and_says_them(
    issuer: TestClient[Litestar], api_key: str, body: bytes
) -> None:
    answer = report(issuer, api_key, body)
    assert answer.status_code == 413
    assert "10,000 completions and 16 MB" in answer.json()["detail"]


def test_a_cohort_without_an_api_key_is_401(issuer: TestClient[Litestar]) -> None:
    assert report(issuer, "wz_a_b", reported(1)).status_code == 401


def test_a_cohort_that_breaks_off_ends_with_a_problem_and_reported_again_it_goes_on(
    issuer: TestClient[Litestar], api_key: str, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = service.settings.keys_dir / "glimmer"
    monkeypatch.setattr(api, "batches", lambda everything, size=4: batches(everything, size))
    sign, signed = proof.sign, list[str]()

    def takes_the_keys_away(document: bytes, signer: Any) -> str:
        signed.append(sign(document, signer))
        if len(signed) == 6:
            folder.rename(folder.with_name("away"))
        return signed[-1]

    monkeypatch.setattr("credential.proof.sign", takes_the_keys_away)
    said = lines(report(issuer, api_key, reported(10)))
    assert [each["status"] for each in said] == [201] * 4 + [503]
    assert (said[-1]["type"], said[-1]["index"]) == ("urn:weizheng:problem:keys_unavailable", 4)
    folder.with_name("away").rename(folder)
    again = lines(report(issuer, api_key, reported(10)))
    assert [each["status"] for each in again] == [200] * 8 + [201] * 2
    assert [each["token"] for each in again[:4]] == [each["token"] for each in said[:4]]
    assert len(set(indexes(service))) == 10


# The command


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Of an issuer with an organisation and an achievement."""
    made = {"ISSUER_DATA_DIR": str(tmp_path / "issuer"), "ISSUER_CACHE_DIR": str(CACHE)}
    command("issuer", "init", str(DEMO / "organisation.toml"), environment=made)
    command("issuer", "achievement", str(DEMO / "achievements/data-analysis.toml"), environment=made)
    return made


def roster(tmp_path: Path, count: int) -> Path:
    file = tmp_path / "roster.csv"
    rows = "".join(f"{number},data-analysis,王芳,2026-11-15\n" for number in range(count))
    file.write_text(f"completion_id,achievement,name,completed_on\n{rows}", encoding="utf-8")
    return file


def started(environment: dict[str, str], *arguments: object) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", TWO_AT_ONCE, "issue", *map(str, arguments)],
        env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def whole(environment: dict[str, str], count: int) -> Service:
    """Every row has one credential, with a status index of its own."""
    service = open_service(settings_from(environment))
    issued = stored(service)
    assert issued.keys() == {f"{number}" for number in range(count)}
    assert all(each.token for each in issued.values())
    assert len(set(indexes(service))) == count
    with service.database.reading() as session:
        assert len(session.scalars(select(StatusIndex)).all()) == count
    return service


def stopped_with_files(environment: dict[str, str], out: Path, end: signal.Signals, *arguments: object) -> str:
    """Start the command, end it as soon as it has written another certificate, and give what it said."""
    before = len(list(out.glob("*.pdf")))
    process = started(environment, *arguments, "--out", out)
    ends = time.monotonic() + 100
    while len(list(out.glob("*.pdf"))) <= before and process.poll() is None and time.monotonic() < ends:
        time.sleep(0.01)
    process.send_signal(end)
    _, told = process.communicate(timeout=60)
    assert process.returncode == (130 if end == signal.SIGINT else -end), told
    return told


@pytest.mark.timeout(300)
def test_killed_five_times_and_started_again_every_row_has_one_credential_and_one_certificate(
    environment: dict[str, str], tmp_path: Path
) -> None:
    count = 30
    file, out = roster(tmp_path, count), tmp_path / "out"
    for _ in range(5):
        stopped_with_files(environment, out, signal.SIGKILL, file)
    so_far = {each.name: each.stat().st_mtime_ns for each in out.glob("*.pdf")}
    assert 5 <= len(so_far) < count
    said, told = (last := started(environment, file, "--out", out)).communicate(timeout=200)
    assert last.returncode == 0, told
    assert re.search(rf"Going on: \d+ of {count} were done\.", told)
    assert f"{count - len(so_far)} files written, {len(so_far)} were there before." in said
    assert so_far.items() <= {each.name: each.stat().st_mtime_ns for each in out.glob("*.pdf")}.items()
    service = whole(environment, count)
    codes = {each.code for each in stored(service).values()}
    for suffix in ("pdf", "jwt"):
        assert {each.stem for each in out.glob(f"*.{suffix}")} == codes
    with service.database.reading() as session:
        assert Counter(session.scalars(select(File.code))) == Counter(codes)
    for each in stored(service).values():
        assert (out / f"{each.code}.pdf").read_bytes() == kept(service, each, "bilingual")


def test_ctrl_c_says_that_the_same_command_goes_on(environment: dict[str, str], tmp_path: Path) -> None:
    told = stopped_with_files(environment, tmp_path / "out", signal.SIGINT, roster(tmp_path, 30))
    assert ("The same command again goes on" in told, "Traceback" in told) == (True, False), told


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_two_processes_that_issue_the_same_roster_at_once_issue_it_once(
    environment: dict[str, str], tmp_path: Path, postgresql: Postgresql, database: str
) -> None:
    file = roster(tmp_path, 700)
    with postgresql.database() as url:
        if database == "postgresql":
            environment |= {"ISSUER_DATABASE_URL": url, "ISSUER_DATA_DIR": str(tmp_path / "other")}
            command("issuer", "init", str(DEMO / "organisation.toml"), environment=environment)
            command("issuer", "achievement", str(DEMO / "achievements/data-analysis.toml"), environment=environment)
        both = [started(environment, file) for _ in range(2)]
        said = [process.communicate(timeout=120) for process in both]
        assert [process.returncode for process in both] == [0, 0], said
        assert sum(int(out.partition(" issued")[0]) for out, _ in said) == 700
        whole(environment, 700).database.engine.dispose()


def test_batches_are_all_there_is_in_order() -> None:
    assert list(batches(range(7), 3)) == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(batches([], 3)) == []


# What it says meanwhile


def told_on(console: Console, seconds: Sequence[float]) -> None:
    """Ten pieces of two steps, one after the other, at these moments."""
    now = [0.0]
    with Told({"Issued": 10, "Written": 10}, console, lambda: now[0]) as told:
        for moment in seconds:
            now[0] = moment
            told.did("Issued", 1)
            told.did("Written", 1)


def test_what_is_no_terminal_gets_a_line_every_ten_seconds() -> None:
    told_on(Console(file=(said := StringIO()), width=40), [4 * number for number in range(1, 11)])
    assert said.getvalue().splitlines() == [
        "Issued 3 of 10, Written 2 of 10; 0.2 a second, 0:00:48 left",
        "Issued 6 of 10, Written 5 of 10; 0.2 a second, 0:00:24 left",
        "Issued 9 of 10, Written 8 of 10; 0.2 a second, 0:00:09 left",
    ]


def test_a_terminal_gets_a_bar_with_rate_and_time_left() -> None:
    told_on(
        Console(file=(said := StringIO()), width=100, force_terminal=True), [0.1 * number for number in range(1, 11)]
    )
    last = re.sub(r"\x1b\[[^a-zA-Z]*[a-zA-Z]", "", said.getvalue()).splitlines()[-2:]
    for line, step in zip(last, ("Issued", "Written"), strict=True):
        assert re.search(rf"{step} .*10/10 +10/s +0:00:00", line), line


def test_the_share_of_certificates_that_were_laid_out_one_by_one_is_said() -> None:
    done = Done(new=100, written=99, refused={})
    assert list(done.said(120, files=True, seconds=3, drawn=Counter(compiled=75, laid_out=25))) == [
        "100 issued, 20 were issued before.",
        "99 files written, 0 were there before.",
        "Certificates drawn: 75 compiled, 25 laid out one by one (25.0%).",
        "33.0 a second.",
    ]
    assert list(Done().said(120, files=False, seconds=3, drawn=Counter())) == ["0 issued, 120 were issued before."]
    none, each = (list(done.said(120, files=True, seconds=3, drawn=Counter({way: 9})))[2] for way in WAYS[:2])
    assert none == "Certificates drawn: 9 compiled, 0 laid out one by one (0.0%)."
    assert each == "Certificates drawn: 0 compiled, 9 laid out one by one (100.0%)."

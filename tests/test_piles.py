"""A pile over HTTP and from the command line: right row by row, within limits, and nothing of it is left anywhere."""

import asyncio
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from PIL import Image

from bench.applications import STRANGER, Application, applications, zipped
from bench.office import Office, office
from bench.piles import Memory
from credential import code as codes
from tests.conftest import pdf_with
from tests.facing import HOST, asgi
from tests.small_issuer import SmallIssuer
from tests.test_verifier_cli import run
from verifier.app import create_app
from verifier.facing import desk, door
from verifier.facing.desk import Desk
from verifier.piles import allowance, api, report
from verifier.piles.allowance import Allowance
from verifier.piles.row import Row, compared, counted, settled
from verifier.piles.table import as_csv
from verifier.piles.verifying import AT_A_TIME
from verifier.settings import settings_from
from verifier.verdict import Verdict
from verifier.verify import CORES, verify
from verifier.words import words_in

URL = "http://127.0.0.1:8001"
MEGABYTE = 1024 * 1024
SOME = 50  # of the pile, where all of it would show no more


@pytest.fixture(scope="module")
def monday(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with office(tmp_path_factory.mktemp("office")) as opened:
        yield opened


@pytest.fixture(scope="module")
def pile(monday: Office) -> list[Application]:
    """What a recruiter finds on Monday morning."""
    return applications(monday.people)


def lines_of(answer: httpx.Response) -> list[dict[str, Any]]:
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-ndjson"), answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


def rows_of(answer: httpx.Response) -> list[Row]:
    """The settled table; the lines around it say how much there is in it."""
    first, *rows, last = lines_of(answer)
    table = settled(msgspec.convert(rows, list[Row]))
    assert first == {"type": "began", "items": len(rows)}
    assert [row.number for row in table] == list(range(1, len(rows) + 1))
    assert last["counts"] == msgspec.to_builtins(counted(table))
    return table


def metrics_of(app: Litestar) -> str:
    """What is counted, as told to a machine of the own network."""
    return bytes(asgi(app, "GET", "/metrics", headers=HOST, peer="10.0.0.1")[1]["body"]).decode()


def said(row: Row) -> str:
    return row.problem.code if row.problem else f"{row.word}: {row.verdict.reason if row.verdict else ''}"


@pytest.mark.timeout(900)  # twenty certificates are drawn and two hundred files opened
def test_a_pile_of_two_hundred_mixed_files_is_right_row_by_row(monday: Office, pile: list[Application]) -> None:
    body = zipped({each.label: each.data for each in pile})
    answer = httpx.post(f"{monday.url}/api/piles", content=body, timeout=600)
    table = rows_of(answer)
    assert len(table) == 200
    expected = {each.label: (each.says, each.name_matches) for each in pile}
    assert {row.item: (said(row), row.name_matches) for row in table} == expected
    by_label = {row.item: row for row in table}
    numbers = {row.number: row.item for row in table}
    first, standing = monday.people[0], monday.people[:10]
    # All that hold one credential know of each other, and its code was handed in for a stranger too: each needs a human.
    same = {numbers[number] for number in by_label[f"{first.name}.pdf"].same_as}
    assert {f"{first.name}/证书.pdf", f"{first.name}_照片.jpg", f"编号/{first.name}.txt"} < same
    assert f"{STRANGER}_{first.code}.pdf" in same
    assert all(by_label[f"{each.name}.jwt"].needs_human for each in standing)
    # Of others several forms are no reason to look.
    assert (
        by_label[f"{monday.people[12].name}.jwt"].same_as and not by_label[f"{monday.people[12].name}.jwt"].needs_human
    )
    assert {row.needs_human for row in table if said(row).startswith("unchecked") or row.problem} == {True}
    (used,) = lines_of(answer)[-1]["lists"]
    assert used["issuer"].endswith("/orgs/glimmer")


@pytest.mark.timeout(900)
def test_the_command_line_and_the_api_give_the_same_table(
    monday: Office, pile: list[Application], tmp_path: Path
) -> None:
    files = {each.label: each.data for each in pile[:SOME]}
    (tmp_path / "pile.zip").write_bytes(zipped(files))
    answer = httpx.post(f"{monday.url}/api/piles?report=true", content=zipped(files), timeout=600)
    assert msgspec.json.decode(answer.content.splitlines()[-1])["report"].startswith("JVBERi")  # %PDF in base64
    out = ("--csv", str(tmp_path / "out.csv"), "--report", str(tmp_path / "out.pdf"))
    ran = run("check", str(tmp_path / "pile.zip"), *out, directory=monday.directory)
    assert ran.returncode == 1
    assert (tmp_path / "out.csv").read_bytes().decode() == as_csv(rows_of(answer), words_in("zh-Hans"))
    assert (tmp_path / "out.pdf").read_bytes().startswith(b"%PDF")


def test_neither_names_nor_codes_of_a_pile_are_written_down(monday: Office) -> None:
    written = [monday.log.read_text(), httpx.get(f"{monday.url}/metrics").text]
    httpx.post(f"{monday.url}/api/piles", content=monday.people[0].code, headers={"Content-Type": "text/csv"})
    written += [monday.log.read_text(), httpx.get(f"{monday.url}/metrics").text]
    assert '"route":"/api/piles","status":200' in written[2]
    for learner in monday.people:
        for secret in (learner.name, learner.code, learner.token[-40:], "证书.pdf"):
            assert not any(secret in text for text in written)


@pytest.mark.timeout(600)
def test_a_body_of_two_hundred_megabytes_is_never_in_memory(monday: Office) -> None:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_STORED) as archive:
        for number in range(10):
            archive.writestr(f"{number}.pdf", os.urandom(19 * MEGABYTE))
    memory = Memory(monday.url)
    with memory.watched():
        table = rows_of(httpx.post(f"{monday.url}/api/piles", content=body.getvalue(), timeout=600))
    assert {said(row) for row in table} == {"unchecked: not_recognised"}
    assert 0 < memory.most < 300e6


def test_a_body_beyond_the_limit_is_not_read(monday: Office) -> None:
    def dripping() -> Iterator[bytes]:
        for _ in range(230):
            yield bytes(MEGABYTE)

    try:
        answer = httpx.post(f"{monday.url}/api/piles", content=dripping(), timeout=60)
    except httpx.WriteError:  # it was refused while it was still being sent
        return
    assert answer.status_code == 413


@pytest.fixture
def app(small_issuer: SmallIssuer) -> Litestar:
    return create_app(settings_from({"VERIFIER_DIRECTORY": str(small_issuer.directory)}))


@pytest.fixture
def client(app: Litestar) -> Iterator[TestClient[Litestar]]:
    with TestClient(app, base_url=URL) as made:
        yield made


def test_several_files_come_with_their_paths_and_an_applicant_list(
    client: TestClient[Litestar], small_issuer: SmallIssuer
) -> None:
    files = [
        ("file", ("bewerbungen/a.jwt", small_issuer.token(name="张三").encode())),
        ("file", ("bewerbungen/b.jwt", small_issuer.token(name="李四").encode())),
        ("file", ("codes.csv", small_issuer.code.encode())),
        ("file", ("more.zip", zipped({"c.jwt": small_issuer.token(name="王五").encode()}))),
        ("applicants", ("list.csv", "文件,姓名\na.jwt,张三\nB.JWT,赵六\n".encode())),
    ]
    table = rows_of(client.post("/api/piles", files=files))
    assert [(row.item, row.name_expected, row.name_matches) for row in table] == [
        ("bewerbungen/a.jwt", "张三", True),
        ("bewerbungen/b.jwt", "赵六", False),
        (f"1: {small_issuer.code}", None, None),
        ("c.jwt", None, None),
    ]


def test_an_applicant_list_that_cannot_be_used_is_a_row_of_its_own(client: TestClient[Litestar]) -> None:
    files = [("file", ("a.txt", b"x")), ("applicants", ("list.csv", b"nothing"))]
    table = rows_of(client.post("/api/piles", files=files))
    assert [(row.item, said(row)) for row in table] == [
        ("list.csv", "no_names"),
        ("a.txt", "unchecked: not_recognised"),
    ]


def test_one_credential_under_two_names_needs_a_human_and_under_one_it_does_not(
    client: TestClient[Litestar], small_issuer: SmallIssuer
) -> None:
    token = small_issuer.token(name="张三").encode()
    table = rows_of(client.post("/api/piles", content=zipped({"张三.jwt": token, "张三/x.jwt": token, "y.jwt": token})))
    assert [(row.same_as, row.needs_human) for row in table] == [((2, 3), False), ((1, 3), False), ((1, 2), False)]
    table = rows_of(client.post("/api/piles", content=zipped({"张三.jwt": token, "李四.jwt": token})))
    assert [(row.same_as, row.needs_human) for row in table] == [((2,), True), ((1,), True)]


def test_a_first_pile_passes_with_the_rate_that_is_set_by_default_and_a_third_does_not(
    client: TestClient[Litestar], small_issuer: SmallIssuer
) -> None:
    body = "\n".join([small_issuer.code] * 200)
    answers = [client.post("/api/piles", content=body, headers={"Content-Type": "text/csv"}) for _ in range(3)]
    assert {row.word for row in rows_of(answers[0])} == {"valid"}
    assert [answer.status_code for answer in answers] == [200, 200, 429]


@pytest.mark.parametrize("path", ["/api/piles/", "//api/piles", "/api//piles"])
def test_a_pile_costs_as_much_by_whatever_path_the_router_takes(client: TestClient[Litestar], path: str) -> None:
    answers = [client.post(f"{URL}{path}", content=b"x").status_code for _ in range(3)]
    assert answers[-1] == 429


def test_a_credential_under_more_names_than_anyone_writes_needs_a_human_and_no_comparing() -> None:
    rows = [Row(number=n, item="x", name_expected=f"李{' ' * n}娜", needs_human=False) for n in range(1, 23)]
    assert not compared(rows[0], rows[1:21]).needs_human
    assert compared(rows[0], rows[1:]).needs_human


def test_a_third_pile_at_a_time_is_told_to_come_again(
    client: TestClient[Litestar], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "MOST_PILES", 0)
    answer = client.post("/api/piles", content=b"x")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    monkeypatch.undo()
    assert client.post("/api/piles", content=b"x").status_code == 200


def test_who_sends_slowly_keeps_nobody_out(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "MOST_PILES", 1)

    async def visits() -> list[int]:
        slow, quick = Leaving(b"x", None, b"x"), Leaving(b"x")
        sending = asyncio.create_task(slow.visit(app))
        await slow.stalled.wait()
        await quick.visit(app)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        return [message["status"] for message in quick.sent if "status" in message]

    assert asyncio.run(visits()) == [200]


def test_a_pile_that_finds_no_room_when_it_has_come_is_told_to_come_again(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = Leaving(b"x", b"x")

    async def receive(receive: Any = late.receive) -> dict[str, Any]:
        if len(late.parts) == 1:
            monkeypatch.setattr(desk, "MOST_PILES", 0)
        got: dict[str, Any] = await receive()
        return got

    late.receive = receive  # type: ignore[method-assign]
    asyncio.run(late.visit(app))
    assert (late.sent[0]["status"], dict(late.sent[0]["headers"])[b"retry-after"]) == (503, b"10")


def test_the_files_of_all_piles_together_have_a_limit(
    app: Litestar, client: TestClient[Litestar], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "MOST_SPOOLED", 1000)
    statuses = [client.post("/api/piles", content=content).status_code for content in (bytes(900), bytes(1100), b"x")]
    assert statuses[:2] == [200, 503]
    assert 'verifier_refused_total{limit="disk"} 1.0' in metrics_of(app)


def test_the_documents_of_a_pile_are_counted_with_all_others(
    app: Litestar, client: TestClient[Litestar], small_issuer: SmallIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_it: Desk = app.dependencies["desk"].dependency()  # type: ignore[union-attr]
    seen: dict[bool, set[int]] = {True: set(), False: set()}

    async def noting(given: bytes, *arguments: Any, **named: Any) -> Verdict:
        seen[given.startswith(b"%PDF")].add(at_it.documents)
        return await verify(given, *arguments, **named)

    monkeypatch.setattr(desk, "verify", noting)
    pdf = pdf_with(small_issuer.token())
    assert {said(row) for row in rows_of(client.post("/api/piles", content=zipped({"a.pdf": pdf, "b.pdf": pdf})))}
    client.post("/api/piles", content=zipped({"a.jwt": small_issuer.token().encode()}))
    assert seen[True] <= {1, 2} and seen[True] and seen[False] == {0}
    assert (at_it.documents, at_it.piled) == (0, 0)


def test_while_piles_open_documents_others_wait_in_line_and_a_camera_does_not(
    app: Litestar, client: TestClient[Litestar], small_issuer: SmallIssuer
) -> None:
    at_it: Desk = app.dependencies["desk"].dependency()  # type: ignore[union-attr]
    picture = io.BytesIO()
    Image.new("L", (64, 64)).save(picture, "JPEG")
    with at_it.opening(1000):
        assert f'verifier_documents{{state="waiting"}} {1000.0 - CORES}' in metrics_of(app)
        assert client.post("/scan/frame", content=picture.getvalue()).status_code == 204
        assert client.post("/api/verify", content=pdf_with(small_issuer.token())).status_code == 503
    assert client.post("/api/verify", content=pdf_with(small_issuer.token())).status_code == 200


def test_an_item_that_takes_too_long_or_a_fault_of_ours_ends_no_pile(
    client: TestClient[Litestar], small_issuer: SmallIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = zipped({"a": small_issuer.token().encode(), "b": b"x"})
    monkeypatch.setattr(desk, "SECONDS", 0)
    assert {said(row) for row in rows_of(client.post("/api/piles", content=body))} >= {"too_slow"}
    monkeypatch.setattr(desk, "kind_of", lambda *_, **__: 1 // 0)
    assert [said(row) for row in rows_of(client.post("/api/piles", content=body))] == ["fault", "fault"]


def test_a_pile_whose_report_cannot_be_made_is_told_to_the_end(
    client: TestClient[Litestar], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "SECONDS", 0)
    answer = client.post("/api/piles?report=true", content=b"x")
    assert [said(row) for row in rows_of(answer)] == ["unchecked: not_recognised"]
    assert "report" not in lines_of(answer)[-1]


def test_what_is_left_when_time_is_over_says_so(client: TestClient[Litestar], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance, "SECONDS", 0)
    table = rows_of(client.post("/api/piles", content=zipped({"a": b"x", "b": b"y"})))
    assert [said(row) for row in table] == ["out_of_time"]  # before it was looked into


def test_what_is_left_when_time_is_over_between_two_items_says_so(
    client: TestClient[Litestar], small_issuer: SmallIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = Allowance()

    async def verifying(*arguments: Any, **named: Any) -> Verdict:
        left.end()
        return await verify(*arguments, **named)

    monkeypatch.setattr(api, "Allowance", lambda: left)
    monkeypatch.setattr(desk, "verify", verifying)
    body = zipped({str(n): small_issuer.token().encode() for n in range(20)})
    words = [said(row) for row in rows_of(client.post("/api/piles", content=body))]
    assert set(words) == {"valid: ok", "out_of_time"} and words.count("valid: ok") <= AT_A_TIME


def test_of_many_codes_no_more_are_asked_for_than_an_issuer_can_bear(
    client: TestClient[Litestar], small_issuer: SmallIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(allowance, "MOST_CODES", 5)
    small_issuer.asked.clear()
    hidden = {f"{n}.txt": f"https://x.example/v/{small_issuer.code}?{'x' * 400}".encode() for n in range(4)}
    tokens = {f"{n}.jwt": small_issuer.token().encode() for n in range(3)}
    files = hidden | tokens | {"codes.txt": small_issuer.code.encode(), "qr.txt": small_issuer.qr().encode()}
    table = rows_of(client.post("/api/piles", files=[
        ("file", ("more.zip", zipped(files))), ("file", ("codes.csv", "\n".join([small_issuer.code] * 10).encode()))
    ]))  # fmt: skip
    beyond = [row for row in table if said(row) == "too_many_codes"]
    assert small_issuer.asked.count(f"/credentials/{small_issuer.code}.jwt") == 5
    assert (len(table), len(beyond)) == (19, 10) and all(row.needs_human for row in beyond)
    assert not any(row.item.endswith(".jwt") or row.item == "qr.txt" for row in beyond)


class Leaving:
    """A client of whom parts come, and who goes away when so many lines were sent, or nothing comes any more."""

    def __init__(self, *parts: bytes | None, lines: int = 1000) -> None:
        self.parts = list(parts)
        self.left, self.stalled = asyncio.Event(), asyncio.Event()
        self.lines = lines
        self.sent: list[MutableMapping[str, Any]] = []

    async def receive(self) -> dict[str, Any]:
        if self.parts:
            part = self.parts.pop(0)
            if part is None:
                self.stalled.set()
                await asyncio.Event().wait()
            return {"type": "http.request", "body": part, "more_body": bool(self.parts)}
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: MutableMapping[str, Any]) -> None:
        self.sent.append(message)
        if len(self.sent) > self.lines:
            self.left.set()
            await asyncio.sleep(0.05)

    async def visit(self, app: Litestar) -> None:
        scope = {
            "type": "http", "method": "POST", "path": "/api/piles", "raw_path": b"/api/piles", "query_string": b"",
            "root_path": "", "headers": [(b"host", b"127.0.0.1:8001")], "client": ("192.0.2.1", 1), "scheme": "http",
            "server": ("127.0.0.1", 8001), "http_version": "1.1", "asgi": {"version": "3.0"}, "extensions": {},
        }  # fmt: skip
        await app(scope, self.receive, self.send)  # type: ignore[arg-type]


def temporary_files(folder: Path) -> list[str]:
    """Those in a folder, also without a name, that this process has open."""
    links = []
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            links.append(descriptor.readlink().as_posix())
        except OSError:  # the one that is read for this
            continue
    return [link for link in links if link.startswith(str(folder))] + [str(file) for file in folder.iterdir()]


def test_when_a_client_goes_away_nothing_more_is_verified_and_no_temporary_file_is_left(
    app: Litestar, small_issuer: SmallIssuer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not Path("/proc/self/fd").exists():
        pytest.skip("Only Linux tells what a process has open.")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    seen: list[list[str]] = []

    async def visits() -> None:
        leaving = Leaving(zipped({str(n): small_issuer.token().encode() for n in range(500)}), lines=3)
        watching = asyncio.create_task(leaving.visit(app))
        while not watching.done():
            seen.append(temporary_files(tmp_path))
            await asyncio.sleep(0)
        await watching
        assert 3 < len(leaving.sent) < 400
        assert leaving.sent[0]["status"] == 200 and not any(b'"ended"' in m.get("body", b"") for m in leaving.sent)

    asyncio.run(visits())
    assert any(seen), "it was never there, so that it is gone says nothing"
    assert all(" (deleted)" in link for links in seen for link in links)
    assert temporary_files(tmp_path) == []
    with TestClient(app, base_url=URL) as client:  # and there is room for the next
        assert client.post("/api/piles", content=b"x").status_code == 200


def test_the_body_of_a_pile_may_take_its_time_as_long_as_it_comes(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "BODY_SECONDS", 0.05)
    for slowest, status in ((door.SLOWEST, 408), (1, 200)):  # bytes a second
        monkeypatch.setattr(door, "SLOWEST", slowest)
        client = Leaving(b"x" * 1000, b"y" * 1000)

        async def slowly(receive: Any = client.receive) -> dict[str, Any]:
            await asyncio.sleep(0.04)
            got: dict[str, Any] = await receive()
            return got

        client.receive = slowly  # type: ignore[method-assign]
        asyncio.run(client.visit(app))
        assert client.sent[0]["status"] == status


def test_a_folder_without_a_certificate_to_check_is_no_success(small_issuer: SmallIssuer, tmp_path: Path) -> None:
    (tmp_path / "pile").mkdir()
    assert run("check", str(tmp_path / "pile"), directory=small_issuer.directory).returncode == 2


def test_the_exit_code_of_a_pile_is_that_of_its_worst(small_issuer: SmallIssuer, tmp_path: Path) -> None:
    folder = tmp_path / "pile"
    folder.mkdir()
    for name, data, code in (
        ("欧阳雨泽.jwt", small_issuer.token(), 0),
        ("王芳.jwt", small_issuer.token(), 2),  # another's
        ("x.jwt", small_issuer.token(index=7), 1),
    ):
        (folder / name).write_text(data)
        ran = run("check", str(folder), directory=small_issuer.directory)
        assert (ran.returncode, ran.stderr) == (code, "")
    assert "欧阳雨泽.jwt" in ran.stdout and "无效" in ran.stdout


def test_what_is_written_into_the_folder_is_no_part_of_the_pile(small_issuer: SmallIssuer, tmp_path: Path) -> None:
    (tmp_path / "欧阳雨泽.jwt").write_text(small_issuer.token())
    (tmp_path / "list.csv").write_text("name,file\n欧阳雨泽,欧阳雨泽.jwt\n", encoding="utf-8")
    out = ("--csv", str(tmp_path / "out.csv"), "--applicants", str(tmp_path / "list.csv"))
    for _ in range(2):
        assert run("check", str(tmp_path), *out, directory=small_issuer.directory).returncode == 0
    assert (tmp_path / "out.csv").read_bytes().count(b"\r\n") == 2


def test_the_json_of_a_pile_is_that_of_the_api(small_issuer: SmallIssuer, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(f"name,code\n张三,{small_issuer.code}\n", encoding="utf-8")
    ran = run("check", str(tmp_path / "list.csv"), "--json", directory=small_issuer.directory)
    began, row, ended = map(json.loads, ran.stdout.splitlines())
    assert (began["items"], row["name_expected"], row["name_matches"]) == (1, "张三", False)
    assert ended["counts"] == {"valid": 1, "invalid": 0, "unchecked": 0, "needs_human": 1}


def test_what_belongs_to_piles_is_refused_for_one_certificate(small_issuer: SmallIssuer, tmp_path: Path) -> None:
    out = str(tmp_path / "out.csv")
    assert run("check", codes.new("WG"), "--csv", out, directory=small_issuer.directory).returncode == 64
    (tmp_path / "list.csv").write_text("x")
    for wrong in (("--csv", str(tmp_path / "no" / "out.csv")), ("--applicants", str(tmp_path / "list.csv"))):
        ran = run("check", str(tmp_path), *wrong, directory=small_issuer.directory)
        assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (64, "", 1)

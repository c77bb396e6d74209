"""What a verifier that faces the internet owes: headers on every answer, an exact Host, and limits."""

import asyncio
import io
import json
import logging
import socket
import sys
from collections.abc import Iterator, MutableMapping
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx
import pikepdf
import pytest
from litestar import Litestar, get
from litestar.routes import HTTPRoute
from litestar.testing import TestClient

from demo.services import free_port, serving
from tests.conftest import Clock
from tests.small_issuer import SmallIssuer
from verifier.app import create_app
from verifier.errors import Misconfigured
from verifier.facing import desk, door, rates
from verifier.facing.clients import client_of, is_inside, rated_as
from verifier.facing.hosts import hosts_of
from verifier.facing.kinds import kind_of
from verifier.facing.logs import Lines, Readable
from verifier.facing.rates import Rates
from verifier.settings import Settings, settings_from
from verifier.words import words_in

URL = "http://127.0.0.1:8001"
ON_EVERY_ANSWER = {
    "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "server": "",
    "x-content-type-options": "nosniff",
}
# What may be kept, because it says nothing of anyone; everything else is no-store, new routes too.
MAY_BE_KEPT = {
    ("GET", "/"): "no-cache",
    ("GET", "/api"): "no-cache",
    ("GET", "/api/openapi.json"): "no-cache",
    ("GET", "/verifier.css"): "public, max-age=300",
    ("GET", "/hand-in.js"): "public, max-age=300",
    ("GET", "/issuers"): "no-cache",
}


def settings_with(issuer: SmallIssuer, **more: str) -> Settings:
    return settings_from({"VERIFIER_DIRECTORY": str(issuer.directory), **more})


@pytest.fixture
def app(small_issuer: SmallIssuer) -> Litestar:
    return create_app(settings_with(small_issuer))


@pytest.fixture
def client(app: Litestar) -> Iterator[TestClient[Litestar]]:
    with TestClient(app, base_url=URL, raise_server_exceptions=False) as made:
        yield made


def every_route(app: Litestar) -> list[tuple[str, str]]:
    return sorted(
        (method, route.path) for route in app.routes if isinstance(route, HTTPRoute) for method in route.methods
    )


def is_guarded(answer: httpx.Response, kept: str = "no-store") -> None:
    assert {name: answer.headers.get(name) for name in ON_EVERY_ANSWER} == ON_EVERY_ANSWER
    assert answer.headers["permissions-policy"].startswith("camera=(self), ")
    assert "microphone=()" in answer.headers["permissions-policy"]
    assert answer.headers["cache-control"] == kept
    assert "set-cookie" not in answer.headers


def test_every_route_answers_with_the_guarding_headers(app: Litestar, client: TestClient[Litestar]) -> None:
    routes = every_route(app)
    assert set(MAY_BE_KEPT) <= set(routes)
    for method, path in routes:
        answer = client.request(method, path.replace("{code:str}", "WG-0000-0000-0000-000D"))
        is_guarded(answer, MAY_BE_KEPT.get((method, path), "no-store"))
        if etag := answer.headers.get("etag"):
            again = client.request(method, path, headers={"If-None-Match": etag})
            assert again.status_code == 304
            is_guarded(again, MAY_BE_KEPT[method, path])


@pytest.mark.parametrize("accepted", ["text/html", "application/json"])
def test_every_refusal_has_them_too_as_a_page_and_as_a_problem(
    app: Litestar, client: TestClient[Litestar], accepted: str
) -> None:
    @get("/fault", sync_to_thread=False)
    def fault() -> None:
        raise ZeroDivisionError

    app.register(fault)
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    for method, path, status, headers in (
        ("GET", "/nowhere", 404, {}),
        ("PUT", "/", 405, {}),
        ("GET", "/metrics", 404, {}),
        ("GET", "/fault", 500, {}),
        ("GET", "/", 421, {"Host": "elsewhere.example"}),
        ("POST", "/api/verify", 400, broken),
    ):
        answer = client.request(method, path, headers={"Accept": accepted} | headers)
        assert answer.status_code == status
        is_guarded(answer)
        kind = "text/plain" if status == 421 else "text/html" if accepted == "text/html" else "application/problem+json"
        kind = "application/problem+json" if path.startswith("/api/") else kind
        assert answer.headers["content-type"].split(";")[0] == kind
        assert "Zero" not in answer.text


def test_browsers_are_told_to_stay_with_https_where_the_public_address_is_https(small_issuer: SmallIssuer) -> None:
    app = create_app(settings_with(small_issuer, VERIFIER_PUBLIC_URL="https://verify.example"))
    with TestClient(app, base_url="https://verify.example") as client:
        assert client.get("/nowhere").headers["strict-transport-security"] == "max-age=31536000"
    with TestClient(create_app(settings_with(small_issuer)), base_url=URL) as client:
        assert "strict-transport-security" not in client.get("/").headers


@pytest.mark.parametrize(
    ("public_url", "ours", "others"),
    [
        ("http://127.0.0.1:8001", {"127.0.0.1:8001", "localhost:8001", "[::1]:8001"}, {"127.0.0.1", "localhost:80"}),
        ("https://verify.example", {"verify.example", "verify.example:443"}, {"verify.example:80", "verify.example."}),
        ("https://verify.example:8443", {"verify.example:8443"}, {"verify.example", "localhost:8443"}),
        ("http://[::1]:8001", {"[::1]:8001", "localhost:8001"}, {"::1:8001"}),
    ],
)
def test_only_the_public_addresses_host_is_answered_to(public_url: str, ours: set[str], others: set[str]) -> None:
    hosts = hosts_of(public_url)
    assert ours <= hosts and not others & hosts


@pytest.mark.parametrize("host", ["127.0.0.1:8001", "LOCALHOST:8001", "127.0.0.1", "127.0.0.1:8001, x", "x:8001", ""])
def test_another_host_is_misdirected_but_for_probes(client: TestClient[Litestar], host: str) -> None:
    ours = host.lower() in hosts_of(URL)
    assert client.get("/", headers={"Host": host}).status_code == (200 if ours else 421)
    assert client.post("/api/verify", content=b"x", headers={"Host": host}).status_code == (200 if ours else 421)
    assert client.get("/healthz", headers={"Host": "10.0.0.7"}).status_code == 200


def test_two_hosts_are_misdirected(app: Litestar) -> None:
    sent = asgi(app, "GET", "/", headers=[(b"host", b"127.0.0.1:8001"), (b"host", b"127.0.0.1:8001")])
    assert sent[0]["status"] == 421


def test_an_allowance_is_saved_up_spent_and_comes_back() -> None:
    now = 0.0
    kept = Rates(1, lambda: now)
    assert [kept.charge("a", 20) for _ in range(3)] == [0, 0, 0]
    assert kept.charge("a", 2) == 2
    assert kept.charge("b", 2) == 0
    now = 1.5
    assert kept.charge("a", 2) == 0.5
    now = 2
    assert kept.charge("a", 2) == 0
    now = 10_000
    assert kept.charge("a", 60) == 0 and kept.charge("a", 0.1) > 0
    assert Rates(0).charge("a", 1e9) == 0


def test_the_memory_of_rates_is_bounded_and_forgets_who_asked_longest_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "MOST_KEPT", 2)
    kept = Rates(1, lambda: 0)
    for who in "abca":
        assert kept.charge(who, 40) == 0
    assert kept.charge("c", 40) > 0
    assert len(kept._kept) == 2


@pytest.mark.parametrize(
    ("given", "verifications"),
    [(b"eyJh.e30.YQ", 6), (b"WG-0000-0000-0000-000D", 3), (b"%PDF-1.7 no document", 2)],
    ids=["text", "code", "document"],
)
def test_who_asks_too_often_is_told_when_to_come_back(
    small_issuer: SmallIssuer, given: bytes, verifications: int
) -> None:
    app = create_app(settings_with(small_issuer, VERIFIER_RATE="0.1"))
    with TestClient(app, base_url=URL) as client:
        for _ in range(verifications):
            assert client.post("/api/verify", content=given).status_code == 200
        refused = client.post("/api/verify", content=given)
        page = client.post("/", files={"file": ("x", given)}, headers={"Accept": "text/html", "Accept-Language": "en"})
        assert (refused.status_code, page.status_code) == (429, 429)
        assert 0 < int(refused.headers["retry-after"]) <= 30
        assert refused.headers["content-type"] == "application/problem+json"
        assert page.headers["content-type"].startswith("text/html") and "wait a minute" in page.text
        is_guarded(refused)
        is_guarded(page)
        assert client.get("/healthz").status_code == 200


def test_a_limit_can_be_left_to_others(small_issuer: SmallIssuer) -> None:
    app = create_app(settings_with(small_issuer, VERIFIER_RATE="0"))
    with TestClient(app, base_url=URL) as client:
        assert {client.post("/api/verify", content=b"x").status_code for _ in range(200)} == {200}


@pytest.mark.parametrize("setting", ["-1", "fast", "0.01", "1e3", "nan"])
def test_a_rate_that_is_none_is_refused(setting: str) -> None:
    with pytest.raises(Misconfigured, match="VERIFIER_RATE"):
        settings_from({"VERIFIER_RATE": setting})


@pytest.mark.parametrize("setting", ["10.0.0.1/8", "proxy.example", "10.0.0.0/8;::1"])
def test_a_network_that_is_none_is_refused(setting: str) -> None:
    with pytest.raises(Misconfigured, match="VERIFIER_TRUSTED_PROXIES"):
        settings_from({"VERIFIER_TRUSTED_PROXIES": setting})


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("192.0.2.9", "203.0.113.5", "192.0.2.9"),  # nobody's word is taken
        ("10.0.0.1", "203.0.113.5", "203.0.113.5"),
        ("10.0.0.1", "198.51.100.7, 203.0.113.5", "203.0.113.5"),  # the left one may be made up
        ("10.0.0.1", "198.51.100.7, 203.0.113.5, 10.0.0.2", "203.0.113.5"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "203.0.113.5, rubbish", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("::ffff:10.0.0.1", "2001:db8::5", "2001:db8::5"),
        ("", "203.0.113.5", "unknown"),
    ],
)
def test_only_trusted_proxies_say_who_asks(peer: str, forwarded: str, client: str) -> None:
    trusted = tuple(map(ip_network, settings_from({"VERIFIER_TRUSTED_PROXIES": "10.0.0.0/8, ::1"}).trusted_proxies))
    first, _, rest = forwarded.partition(",")
    headers = [(b"x-forwarded-for", text.encode()) for text in (first, rest) if text]
    assert client_of(peer, headers, trusted) == client


def test_a_home_of_ipv6_shares_one_allowance() -> None:
    assert rated_as("2001:db8:1:2:3::4") == rated_as("2001:db8:1:2:ffff::1") != rated_as("2001:db8:1:3::4")
    assert rated_as("192.0.2.1") != rated_as("192.0.2.2")


@pytest.mark.parametrize(
    ("peer", "headers", "inside"),
    [
        ("127.0.0.1", [], True),
        ("::1", [], True),
        ("10.1.2.3", [], True),
        ("fd00::1", [], True),
        ("203.0.113.5", [], True),  # documentation addresses lead nowhere
        ("8.8.8.8", [], False),
        ("2001:4860::1", [], False),
        ("127.0.0.1", [(b"X-Forwarded-For", b"8.8.8.8")], False),
        ("127.0.0.1", [(b"forwarded", b"for=8.8.8.8")], False),
        ("unix", [], False),
    ],
)
def test_metrics_are_for_machines_of_the_own_network(
    peer: str, headers: list[tuple[bytes, bytes]], inside: bool
) -> None:
    assert is_inside(peer, headers) == inside


def bodies_read(app: Litestar) -> list[tuple[str, str]]:
    """Each route that reads a body, with a kind of body that it reads; pages read forms alone."""
    paths = [
        path.replace("{code:str}", "WG-0000-0000-0000-000D") for method, path in every_route(app) if method == "POST"
    ]
    form = "multipart/form-data; boundary=x"
    return [("/api/verify", "application/pdf"), *((path, form) for path in paths)]


def test_a_body_that_drips_is_ended(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "BODY_SECONDS", 0.05)
    for path, kind in bodies_read(app):
        sent = asgi(app, "POST", path, headers=[*HOST, (b"content-type", kind.encode())], body=[b"--x\r\n", None])
        assert sent[0]["status"] == 408


def test_a_body_whose_sender_left_is_no_fault_of_ours(app: Litestar) -> None:
    sent = asgi(app, "POST", "/api/verify", headers=HOST, body=[b"%PDF-"], leaves=True)
    assert sent[0]["status"] == 400


def test_all_bodies_together_have_a_limit(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "MOST_HELD", 1000)
    for _ in range(3):  # what was held is let go
        assert asgi(app, "POST", "/api/verify", headers=HOST, body=[b"x" * 900, b""])[0]["status"] == 200
        sent = asgi(app, "POST", "/api/verify", headers=HOST, body=[b"x" * 900, b"x" * 900, b""])
        assert sent[0]["status"] == 503
        assert dict(sent[0]["headers"])[b"retry-after"] == b"5"


def test_a_document_that_finds_no_room_is_told_so_and_a_token_needs_none(
    app: Litestar, client: TestClient[Litestar], small_issuer: SmallIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "MOST_WAITING", -1000)
    refused = client.post("/api/verify", content=pdf_with(small_issuer.token()))
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "10")
    assert "document" not in refused.json()
    assert client.post("/api/verify", content=small_issuer.token()).json()["verdict"] == "valid"
    page = client.post("/", files={"file": ("x.pdf", b"%PDF-")}, headers={"Accept-Language": "en"})
    assert page.status_code == 503 and words_in("en").say("page.busy") in page.text
    monkeypatch.undo()
    assert client.post("/api/verify", content=pdf_with(small_issuer.token())).status_code == 200


def test_a_verification_as_a_whole_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "SECONDS", 0.05)
    issuer = SmallIssuer(tmp_path)
    issuer.server.shutdown()  # it still accepts connections, and answers none
    try:
        with TestClient(create_app(settings_with(issuer)), base_url=URL) as client:
            answer = client.post("/api/verify", content=issuer.token())
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    finally:
        issuer.server.server_close()


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (b"%PDF-1.7", "pdf"),
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"\xff\xd8\xff\xe0", "jpeg"),
        (b"RIFF....WEBP", "webp"),
        (b"\xef\xbb\xbf <svg>", "svg"),
        (b"WG-7K4M-9QXT-2D8H-C5RF", "code"),
        (b"https://issuer.example/credentials/WG-0000-0000-0000-000D", "code"),
        (b"https://verify.example/v/WG-0000-0000-0000-000D#123", "qr"),
        (b"eyJhbGciOiJFUzI1NiJ9.e30.YQ", "token"),
        (b" \n", "nothing"),
        (b"\x00\xff" * 99, "other"),
        (b"Ouyang Yuze", "other"),
        (b"x" * 70_000, "other"),
    ],
)
def test_what_was_given_is_told_in_one_word(given: bytes, kind: str) -> None:
    assert kind_of(given) == kind


def test_a_fault_is_written_down_without_what_a_stranger_handed_in() -> None:
    try:
        try:
            json.loads("欧阳雨泽")
        except ValueError as error:
            raise RuntimeError("WG-7K4M-9QXT-2D8H-C5RF") from error
    except RuntimeError:
        record = logging.LogRecord("verifier.x", logging.ERROR, __file__, 1, "fault", None, sys.exc_info())
    said = json.loads(Lines().format(record))
    assert [fault["type"] for fault in said["faults"]] == ["RuntimeError", "JSONDecodeError"]
    assert any("json/decoder.py:" in place for place in said["faults"][1]["places"])
    for text in (str(said), Readable().format(record)):
        assert "欧阳雨泽" not in text and "WG-" not in text and "RuntimeError" in text


def test_what_libraries_say_is_not_written_down_but_that_they_said_something() -> None:
    record = logging.LogRecord("asyncio", logging.ERROR, "/x/base_events.py", 7, "Task %s", ("WG-7K4M",), None)
    said = json.loads(Lines().format(record))
    assert (said["library"], said["place"]) == ("asyncio", "base_events:7")
    assert "WG-7K4M" not in str(said)


def test_a_fault_behind_the_door_is_ours_and_counted(app: Litestar, caplog: pytest.LogCaptureFixture) -> None:
    @get("/fault", sync_to_thread=False)
    def fault() -> None:
        raise ZeroDivisionError("欧阳雨泽")

    app.register(fault)
    with TestClient(app, base_url=URL, raise_server_exceptions=False) as client:
        assert client.get("/fault").status_code == 500
    written = [json.loads(Lines().format(record)) for record in caplog.records if record.name.startswith("verifier")]
    assert [said["event"] for said in written if said["level"] == "error"] == ["A fault of ours"]
    assert "欧阳雨泽" not in str(written)


@pytest.fixture(scope="module")
def served(small_issuer: SmallIssuer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A verifier as it is run, and where it writes."""
    port = free_port()
    log = tmp_path_factory.mktemp("verifier") / "log"
    settings = {"VERIFIER_PORT": str(port), "VERIFIER_DIRECTORY": str(small_issuer.directory)}
    with serving("verifier", f"http://127.0.0.1:{port}", log, settings):
        yield f"http://127.0.0.1:{port}", log


def test_no_body_beyond_the_limit_is_read_whether_it_says_its_length_or_not(
    app: Litestar, served: tuple[str, Path]
) -> None:
    def dripping() -> Iterator[bytes]:
        for _ in range(30):
            yield bytes(1024 * 1024)

    for path, kind in bodies_read(app):
        if path == door.PILES:  # which may be larger (tests/test_piles.py)
            continue
        for content in (bytes(30 * 1024 * 1024), dripping()):
            try:
                answer = httpx.post(served[0] + path, content=content, headers={"Content-Type": kind}, timeout=30)
            except httpx.WriteError:  # it was refused while it was still being sent
                continue
            assert answer.status_code in {400, 413}  # of zeros no form can be made


def test_the_counters_tell_what_happened(served: tuple[str, Path], small_issuer: SmallIssuer) -> None:
    httpx.post(f"{served[0]}/api/verify", content=small_issuer.token())
    httpx.post(f"{served[0]}/api/verify", content=small_issuer.token(index=7))
    httpx.get(f"{served[0]}/v/{small_issuer.code}")
    said = httpx.get(f"{served[0]}/metrics", headers={"Host": "10.0.0.7:9090"}).text
    for line in (
        'verifier_verifications_total{kind="token",reason="ok",verdict="valid"} 1.0',
        'verifier_verifications_total{kind="token",reason="revoked",verdict="invalid"} 1.0',
        'verifier_verification_seconds_count{kind="token"} 2.0',
        'verifier_fetches_total{outcome="ok",what="status_list"} 1.0',
        'verifier_requests_total{method="GET",route="/v/{code}",status="200"} 1.0',
        "verifier_directory_issuers 1.0",
        "verifier_directory_problem 0.0",
        'verifier_documents{state="waiting"} 0.0',
    ):
        assert line in said
    assert "verifier_build_info{version=" in said
    assert httpx.get(f"{served[0]}/metrics", headers={"X-Forwarded-For": "8.8.8.8"}).status_code == 404


def test_readiness_is_told_with_what_it_stands_on(served: tuple[str, Path]) -> None:
    answer = httpx.get(f"{served[0]}/readyz", timeout=30)
    assert answer.status_code == 200
    said = answer.json()
    assert said["ready"] and said["documents"]["works"] and said["directory"]["issuers"] == 1


def test_what_is_wrong_with_a_newer_directory_is_told_inside_and_counted(
    small_issuer: SmallIssuer, tmp_path: Path
) -> None:
    file = tmp_path / "directory.json"
    file.write_bytes(small_issuer.directory.read_bytes())
    now = Clock()
    now.now = datetime.now(UTC)
    app = create_app(settings_from({"VERIFIER_DIRECTORY": str(file)}), now)
    with TestClient(app, base_url=URL) as client:
        assert client.get("/readyz").json()["directory"]["problem"] is None
        file.write_text("{")
        now.move(seconds=10)
        answer = client.get("/readyz")
    said = answer.json()["directory"]
    assert (answer.status_code, said["issuers"]) == (200, 1)
    assert said["problem"] and str(tmp_path) not in said["problem"]  # this client is nobody of ours
    inside = json.loads(asgi(app, "GET", "/readyz", headers=HOST, peer="10.0.0.1")[1]["body"])
    assert str(file) in inside["directory"]["problem"]
    counted = asgi(app, "GET", "/metrics", headers=HOST, peer="10.0.0.1")[1]["body"]
    assert b"verifier_directory_problem 1.0" in counted and b"verifier_directory_issuers 1.0" in counted


def test_a_websocket_is_not_opened(served: tuple[str, Path]) -> None:
    host, _, port = served[0].removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(
            b"GET / HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n" % f"{host}:{port}".encode()
        )
        assert not connection.recv(100).startswith(b"HTTP/1.1 101")


HOST = [(b"host", b"127.0.0.1:8001")]


def asgi(
    app: Litestar,
    method: str,
    path: str,
    *,
    headers: list[tuple[bytes, bytes]],
    body: list[bytes | None] | None = None,
    leaves: bool = False,
    peer: str = "192.0.2.1",
) -> list[MutableMapping[str, Any]]:
    """What the application sends for a request whose body comes in these parts; None never comes."""
    parts = list(body or [b""])
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not parts:
            return {"type": "http.disconnect"}
        part = parts.pop(0)
        if part is None:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": part, "more_body": bool(parts) or leaves}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "headers": headers, "client": (peer, 1), "server": ("127.0.0.1", 8001), "scheme": "http",
        "http_version": "1.1", "asgi": {"version": "3.0"}, "extensions": {},
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]
    return sent


def pdf_with(token: str) -> bytes:
    with pikepdf.new() as document:
        document.add_blank_page()
        document.attachments["credential.jwt"] = token.encode()
        written = io.BytesIO()
        document.save(written)
        return written.getvalue()

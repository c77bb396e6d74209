"""What is handed in is bounded: in bytes, in time, and all of it together."""

import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from tests.conftest import pdf_with
from tests.facing import HOST, URL, asgi, every_route, settings_with
from tests.small_issuer import SmallIssuer
from verifier.app import create_app
from verifier.facing import desk, door
from verifier.words import words_in


def bodies_read(app: Litestar) -> list[tuple[str, str]]:
    """Each route that reads a body, with a kind of body that it reads; pages read forms alone."""
    paths = [
        path.replace("{code:str}", "WG-0000-0000-0000-000D") for method, path in every_route(app) if method == "POST"
    ]
    form = "multipart/form-data; boundary=x"
    return [("/api/verify", "application/pdf"), *((path, form) for path in paths)]


def test_a_body_that_drips_is_ended(verifier_app: Litestar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "BODY_SECONDS", 0.05)
    for path, kind in bodies_read(verifier_app):
        sent = asgi(
            verifier_app, "POST", path, headers=[*HOST, (b"content-type", kind.encode())], body=[b"--x\r\n", None]
        )
        assert sent[0]["status"] == 408


def test_a_body_whose_sender_left_is_no_fault_of_ours(verifier_app: Litestar) -> None:
    sent = asgi(verifier_app, "POST", "/api/verify", headers=HOST, body=[b"%PDF-"], leaves=True)
    assert sent[0]["status"] == 400


def test_all_bodies_together_have_a_limit(verifier_app: Litestar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "MOST_HELD", 1000)
    for _ in range(3):  # what was held is let go
        assert asgi(verifier_app, "POST", "/api/verify", headers=HOST, body=[b"x" * 900, b""])[0]["status"] == 200
        sent = asgi(verifier_app, "POST", "/api/verify", headers=HOST, body=[b"x" * 900, b"x" * 900, b""])
        assert sent[0]["status"] == 503
        assert dict(sent[0]["headers"])[b"retry-after"] == b"5"


def test_no_body_beyond_the_limit_is_read_whether_it_says_its_length_or_not(
    verifier_app: Litestar, verifier: str
) -> None:
    def dripping() -> Iterator[bytes]:
        for _ in range(30):
            yield bytes(1024 * 1024)

    for path, kind in bodies_read(verifier_app):
        if path == door.PILES:  # which may be larger (tests/test_piles.py)
            continue
        for content in (bytes(30 * 1024 * 1024), dripping()):
            try:
                answer = httpx.post(verifier + path, content=content, headers={"Content-Type": kind}, timeout=30)
            except httpx.WriteError:  # it was refused while it was still being sent
                continue
            assert answer.status_code in {400, 413}  # of zeros no form can be made


def test_a_document_that_finds_no_room_is_told_so_and_a_token_needs_none(
    verifier_client: TestClient[Litestar],
    small_issuer: SmallIssuer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(desk, "MOST_WAITING", -1000)
    refused = verifier_client.post("/api/verify", content=pdf_with(small_issuer.token()))
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "10")
    assert "document" not in refused.json()
    assert verifier_client.post("/api/verify", content=small_issuer.token()).json()["verdict"] == "valid"
    page = verifier_client.post("/", files={"file": ("x.pdf", b"%PDF-")}, headers={"Accept-Language": "en"})
    assert page.status_code == 503 and words_in("en").say("page.busy") in page.text
    monkeypatch.undo()
    assert verifier_client.post("/api/verify", content=pdf_with(small_issuer.token())).status_code == 200


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


def test_a_websocket_is_not_opened(verifier: str) -> None:
    host, _, port = verifier.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(
            b"GET / HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n" % f"{host}:{port}".encode()
        )
        assert not connection.recv(100).startswith(b"HTTP/1.1 101")

"""What the verifier tells those who run it, and nobody else."""

import json
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from litestar.testing import TestClient

from tests.conftest import Clock
from tests.facing import HOST, URL, asgi
from tests.small_issuer import SmallIssuer
from verifier.app import create_app
from verifier.facing.clients import is_inside
from verifier.settings import settings_from


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


def test_the_counters_tell_what_happened(verifier: str, small_issuer: SmallIssuer) -> None:
    httpx.post(f"{verifier}/api/verify", content=small_issuer.token())
    httpx.post(f"{verifier}/api/verify", content=small_issuer.token(index=7))
    httpx.get(f"{verifier}/v/{small_issuer.code}")
    said = httpx.get(f"{verifier}/metrics", headers={"Host": "10.0.0.7:9090"}).text
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
    assert httpx.get(f"{verifier}/metrics", headers={"X-Forwarded-For": "8.8.8.8"}).status_code == 404


def test_readiness_is_told_with_what_it_stands_on(verifier: str) -> None:
    answer = httpx.get(f"{verifier}/readyz", timeout=30)
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

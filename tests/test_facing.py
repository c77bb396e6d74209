"""What a verifier that faces the internet owes: headers on every answer, and an exact Host."""

import httpx
import pytest
from litestar import Litestar, get
from litestar.testing import TestClient

from tests.facing import HOST, URL, asgi, every_route, settings_with
from tests.small_issuer import SmallIssuer
from verifier.app import create_app
from verifier.facing.desk import Desk
from verifier.facing.hosts import hosts_of

ON_EVERY_ANSWER = {
    "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "form-action 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
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
    ("GET", "/app.webmanifest"): "public, max-age=300",
    ("GET", "/directory"): "public, max-age=60",
    ("GET", "/offline"): "no-cache",
    ("GET", "/offline.js"): "no-cache",
    ("GET", "/scan"): "no-cache",
    ("GET", "/v"): "no-cache",
    ("GET", "/verifier.css"): "public, max-age=300",
    ("GET", "/hand-in.js"): "public, max-age=300",
    ("GET", "/issuers"): "no-cache",
    ("GET", "/pile"): "no-cache",
}


def is_guarded(answer: httpx.Response, kept: str = "no-store") -> None:
    assert {name: answer.headers.get(name) for name in ON_EVERY_ANSWER} == ON_EVERY_ANSWER
    assert answer.headers["permissions-policy"].startswith("camera=(self), ")
    assert "microphone=()" in answer.headers["permissions-policy"]
    assert answer.headers["cache-control"] == kept
    assert "set-cookie" not in answer.headers


def test_every_route_answers_with_the_guarding_headers(
    verifier_app: Litestar, verifier_client: TestClient[Litestar]
) -> None:
    routes = every_route(verifier_app)
    assert set(MAY_BE_KEPT) <= set(routes)
    for method, path in routes:
        answer = verifier_client.request(method, path.replace("{code:str}", "WG-0000-0000-0000-000D"))
        is_guarded(answer, MAY_BE_KEPT.get((method, path), "no-store"))
        if etag := answer.headers.get("etag"):
            again = verifier_client.request(method, path, headers={"If-None-Match": etag})
            assert again.status_code == 304
            is_guarded(again, MAY_BE_KEPT[method, path])


@pytest.mark.parametrize("accepted", ["text/html", "application/json"])
def test_every_refusal_has_them_too_as_a_page_and_as_a_problem(
    verifier_app: Litestar, verifier_client: TestClient[Litestar], accepted: str
) -> None:
    @get("/fault", sync_to_thread=False)
    def fault() -> None:
        raise ZeroDivisionError

    verifier_app.register(fault)
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    for method, path, status, headers in (
        ("GET", "/nowhere", 404, {}),
        ("PUT", "/", 405, {}),
        ("GET", "/metrics", 404, {}),
        ("GET", "/fault", 500, {}),
        ("GET", "/", 421, {"Host": "elsewhere.example"}),
        ("POST", "/api/verify", 400, broken),
    ):
        answer = verifier_client.request(method, path, headers={"Accept": accepted} | headers)
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
def test_another_host_is_misdirected_but_for_probes(verifier_client: TestClient[Litestar], host: str) -> None:
    ours = host.lower() in hosts_of(URL)
    assert verifier_client.get("/", headers={"Host": host}).status_code == (200 if ours else 421)
    assert verifier_client.post("/api/verify", content=b"x", headers={"Host": host}).status_code == (
        200 if ours else 421
    )
    assert verifier_client.get("/healthz", headers={"Host": "10.0.0.7"}).status_code == 200


def test_two_hosts_are_misdirected(verifier_app: Litestar) -> None:
    sent = asgi(verifier_app, "GET", "/", headers=[(b"host", b"127.0.0.1:8001"), (b"host", b"127.0.0.1:8001")])
    assert sent[0]["status"] == 421


def test_what_is_short_is_answered_at_once_as_the_handler_would(
    verifier_client: TestClient[Litestar], small_issuer: SmallIssuer
) -> None:
    token = small_issuer.token()
    for given in (token, f" {token}\n", token[:-4] + "AAAA", "WG-0000-0000-0000-000D", "", "x" * 70_000, "%PDF-"):
        at_once, by_handler = (
            verifier_client.post(f"/api/verify{query}", content=given) for query in ("", "?ask_issuer=false")
        )
        assert at_once.status_code == by_handler.status_code == 200
        assert at_once.json() | {"checked_at": ""} == by_handler.json() | {"checked_at": ""}
        assert sorted(at_once.headers.items()) == sorted(by_handler.headers.items())
        is_guarded(at_once)


def test_what_says_it_is_short_and_is_not_is_refused(verifier_app: Litestar) -> None:
    headers = [*HOST, (b"content-length", b"9")]
    sent = asgi(verifier_app, "POST", "/api/verify", headers=headers, body=[b"x" * 40_000, b"x" * 40_000])
    assert sent[0]["status"] == 413


def test_a_fault_in_what_is_answered_at_once_is_a_problem_too(
    verifier_client: TestClient[Litestar], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Desk, "verify", lambda *_: 1 // 0)
    answer = verifier_client.post("/api/verify", content="WG-0000-0000-0000-000D")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == ["A fault of ours"]
    is_guarded(answer)

"""How often one may ask, and who it is that asks."""

from ipaddress import ip_network

import pytest
from litestar.testing import TestClient

from tests.facing import URL, settings_with
from tests.small_issuer import SmallIssuer
from tests.test_facing import is_guarded
from verifier.app import create_app
from verifier.errors import Misconfigured
from verifier.facing import rates
from verifier.facing.clients import client_of, rated_as
from verifier.facing.rates import Rates
from verifier.settings import settings_from


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

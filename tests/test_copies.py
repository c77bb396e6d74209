"""The same-origin copies of what a browser needs to verify by itself, and the limits on whoever asks for them."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import OKPAlgorithm
from litestar import Litestar
from litestar.testing import TestClient

from credential import proof, qr, reader, status
from credential.jwks import public_jwk, read_key, written
from tests.conftest import Clock
from tests.foreign_issuer import KID, ForeignIssuer
from tests.small_issuer import DICTIONARY, SmallIssuer
from verifier.app import create_app
from verifier.directory import read_directory
from verifier.facing.rates import BURST_SECONDS, COPY, PAGE
from verifier.published import Published
from verifier.published.memory import VAIN
from verifier.settings import Settings
from verifier.words import LANGUAGES, words_in

PUBLIC = "http://127.0.0.1:8001"


@pytest.fixture
def desk(small_issuer: SmallIssuer) -> Iterator[TestClient[Litestar]]:
    """A verifier of its own, which has asked nobody yet and lets everyone ask as often as they like."""
    settings = Settings(host="127.0.0.1", port=8001, public_url=PUBLIC, directory=small_issuer.directory, rate=0)
    small_issuer.asked.clear()
    with TestClient(create_app(settings), base_url=PUBLIC) as client:
        yield client


def list_of(issuer: SmallIssuer) -> dict[str, str]:
    return {"issuer": issuer.id, "url": f"{issuer.id}/status/1"}


def test_the_directory_says_whom_it_knows_with_the_pinned_keys(verifier: str, small_issuer: SmallIssuer) -> None:
    answer = httpx.get(f"{verifier}/directory")
    (known,) = answer.json()["issuers"]
    assert answer.json()["changed"] == read_directory(small_issuer.directory).changed
    assert (known["id"], known["tag"], known["service"]) == (small_issuer.id, "WG", small_issuer.url)
    assert (known["names"]["en"], known["platform"], known["publishes_keys"]) == ("Glimmer Academy", False, False)
    token = reader.read(small_issuer.token())
    proof.verify(token, next(read_key(jwk) for jwk in known["keys"] if jwk["kid"] == token.claimed_kid))


def test_a_platform_is_named_by_what_its_organisations_begin_with(tmp_path: Path) -> None:
    entry = {
        "organisations": "https://p.example/orgs/",
        "name": {"zh-Hans": "万课平台"},
        "url_prefix": "https://p.example/",
        "since": "2026-01-01",
    }
    file = tmp_path / "directory.json"
    file.write_text(json.dumps({"issuers": [entry]}))
    (known,) = json.loads(read_directory(file).as_json)["issuers"]
    assert (known["id"], known["platform"], known["publishes_keys"]) == ("https://p.example/orgs/", True, True)


@pytest.mark.parametrize("private", [ec.SECP256R1(), ec.SECP384R1(), "rsa", "ed25519"])
def test_a_key_of_every_kind_comes_back_as_it_was_read(private: Any) -> None:
    if private == "ed25519":
        jwk = OKPAlgorithm.to_jwk(ed25519.Ed25519PrivateKey.generate().public_key(), as_dict=True)
    elif private == "rsa":
        jwk = public_jwk(rsa.generate_private_key(65537, 2048).public_key())
    else:
        jwk = public_jwk(ec.generate_private_key(private).public_key())
    key = read_key({**jwk, "kid": "k"})
    again = read_key(written(key))
    assert (again.kid, again.alg, again.key) == (key.kid, key.alg, key.key)


def test_an_issuer_that_publishes_no_keys_is_not_asked_for_any(
    desk: TestClient[Litestar], small_issuer: SmallIssuer
) -> None:
    said = desk.get("/keys", params={"issuer": small_issuer.id}).json()
    assert (said["keys"], said["compromised"], said["names"]["en"]) == ([], [], "Glimmer Academy")
    assert abs(datetime.now(UTC) - datetime.fromisoformat(said["as_of"])) < timedelta(minutes=1)
    assert small_issuer.asked == []


def test_published_keys_come_with_those_that_were_compromised(tmp_path: Path, clock: Clock) -> None:
    foreign = ForeignIssuer(clock)
    (known,) = foreign.directory(tmp_path).issuers.values()
    published = Published(foreign, clock)
    keys, compromised, as_of = asyncio.run(published.keys(known))
    assert ([key.kid for key in keys], compromised, as_of) == ([KID], frozenset(), clock())
    foreign.states = {KID: {"state": "compromised", "since": "2026-11-20T00:00:00Z"}}
    clock.move(minutes=6)
    _, compromised, as_of = asyncio.run(published.keys(known))
    assert (compromised, as_of) == (frozenset({KID}), clock())


def test_a_list_is_handed_on_as_it_was_signed(desk: TestClient[Litestar], small_issuer: SmallIssuer) -> None:
    answer = desk.get("/lists", params=list_of(small_issuer))
    assert answer.headers["Content-Type"] == "application/vc+jwt"
    signed = reader.read(answer.text, longest=reader.LONGEST_STATUS_TOKEN)
    proof.verify(signed, next(iter(read_directory(small_issuer.directory).issuers.values())).keys[signed.claimed_kid])
    assert status.is_set(status.read_list(signed.claims), 7)
    assert desk.get("/lists", params=list_of(small_issuer)).text == answer.text
    assert small_issuer.asked == ["/orgs/glimmer/status/1"]


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"issuer": "https://elsewhere.example/orgs/glimmer"},
        {"issuer": "OWN", "url": "https://elsewhere.example/status/1"},
        {"issuer": "OWN", "url": "OWN/../../status#1"},
        {"issuer": "OWN"},
    ],
)
def test_for_who_is_unknown_and_for_other_addresses_nothing_is_fetched(
    desk: TestClient[Litestar], small_issuer: SmallIssuer, query: dict[str, str]
) -> None:
    own = {name: value.replace("OWN", small_issuer.id) for name, value in query.items()}
    answer = desk.get("/lists", params=own)
    assert (answer.status_code, answer.json()["status"]) == (404, 404)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert small_issuer.asked == []


def test_keys_of_who_is_unknown_are_not_to_be_had(desk: TestClient[Litestar]) -> None:
    assert desk.get("/keys", params={"issuer": "https://elsewhere.example"}).status_code == 404
    assert desk.get("/keys").status_code == 404


def test_a_list_that_cannot_be_had_says_why_in_a_code(desk: TestClient[Litestar], small_issuer: SmallIssuer) -> None:
    no_list = {"issuer": small_issuer.id, "url": f"{small_issuer.url}/credentials/{small_issuer.code}.jwt"}
    answer = desk.get("/lists", params=no_list)
    assert (answer.status_code, answer.json()["code"]) == (503, "status_other_list")
    assert answer.headers["Cache-Control"] == "no-store"
    nowhere = {"issuer": small_issuer.id, "url": f"{small_issuer.id}/status/none"}
    assert desk.get("/lists", params=nowhere).json()["code"] == "status_unreachable"


def test_made_up_lists_are_soon_not_asked_for_and_real_ones_still_are(
    desk: TestClient[Litestar], small_issuer: SmallIssuer
) -> None:
    assert desk.get("/lists", params=list_of(small_issuer)).status_code == 200
    small_issuer.asked.clear()
    for number in range(3 * VAIN):
        made_up = {"issuer": small_issuer.id, "url": f"{small_issuer.id}/status/made-up-{number}"}
        assert desk.get("/lists", params=made_up).status_code == 503
    assert len(small_issuer.asked) == VAIN
    assert desk.get("/lists", params=list_of(small_issuer)).status_code == 200
    answer = desk.post("/api/verify", content=small_issuer.token())
    assert answer.json()["verdict"] == "valid"


def test_a_dictionary_never_changes(desk: TestClient[Litestar], small_issuer: SmallIssuer) -> None:
    answer = desk.get(f"/dictionaries/WG/{qr.dictionary_id(DICTIONARY)}")
    assert answer.content == DICTIONARY
    assert "immutable" in answer.headers["Cache-Control"]
    assert desk.get(f"/dictionaries/QQ/{qr.dictionary_id(DICTIONARY)}").status_code == 404
    assert desk.get("/dictionaries/WG/..%2Fdirectory").status_code == 404
    unknown = desk.get(f"/dictionaries/WG/{'0' * 16}")
    assert (unknown.status_code, unknown.json()["code"]) == (503, "dictionary_unreachable")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_are_those_of_the_pages(verifier: str, language: str) -> None:
    assert httpx.get(f"{verifier}/words/{language}").json() == words_in(language).texts


def test_other_languages_have_no_words(verifier: str) -> None:
    assert httpx.get(f"{verifier}/words/de").status_code == 404


@pytest.mark.parametrize("path", ["/directory", "/words/en", "/lists"])
def test_whoever_has_a_copy_asks_only_whether_it_changed(verifier: str, small_issuer: SmallIssuer, path: str) -> None:
    first = httpx.get(verifier + path, params=list_of(small_issuer))
    assert (first.status_code, first.headers["Cache-Control"]) == (200, "public, max-age=60")
    assert "Set-Cookie" not in first.headers
    again = httpx.get(first.request.url, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_who_asks_too_often_is_refused(small_issuer: SmallIssuer) -> None:
    settings = Settings(host="127.0.0.1", port=8001, public_url=PUBLIC, directory=small_issuer.directory, rate=0.1)
    with TestClient(create_app(settings), base_url=PUBLIC) as client:
        path = f"/dictionaries/WG/{qr.dictionary_id(DICTIONARY)}"
        answers = [client.get(path).status_code for _ in range(int(0.1 * BURST_SECONDS / (COPY + PAGE)) + 2)]
    assert answers[0] == 200 and answers[-1] == 429

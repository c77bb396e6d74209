"""Status lists in the procedure: only a fresh list of the issuer's own, rightly signed, says that a credential stands."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from credential import proof, status
from credential.jwks import read_key
from issuer import organisations
from issuer.credentials.revoke import revoke
from issuer.service import Service
from issuer.tables import Credential
from tests.conftest import Ask, Clock, FetcherInProcess, word
from verifier.directory import Directory
from verifier.published import Published


def test_a_status_list_out_of_reach_is_unchecked_and_asked_again_soon(
    ask: Ask, token: str, fetcher: FetcherInProcess, clock: Clock
) -> None:
    fetcher.down = True
    assert word(ask(token)) == "unchecked: status_unavailable"
    fetcher.down = False
    clock.move(seconds=11)
    assert word(ask(token)) == "valid: ok"


def test_a_fresh_list_is_kept_for_five_minutes_and_then_must_be_had_again(
    ask: Ask, token: str, fetcher: FetcherInProcess, clock: Clock
) -> None:
    assert word(ask(token)) == "valid: ok"
    fetcher.down = True
    clock.move(minutes=4)
    assert word(ask(token)) == "valid: ok"
    clock.move(minutes=1)
    assert word(ask(token)) == "unchecked: status_unavailable"


def list_forger(
    service: Service, credential: Credential, fetcher: FetcherInProcess, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., None]:
    """Serves another status list than the issuer's own: made with its key, but wrong in what the test changes."""

    def serve(
        *, now: Any = None, typ: str = "vc+jwt", edit: Callable[[dict[str, Any]], Any] = dict.copy, kid: str = ""
    ) -> None:
        address = service.addresses.status_list("glimmer", credential.list_id)
        issuer = service.addresses.organisation("glimmer")
        claims = json.loads(status.list_document(address, issuer, [], now or service.now()))
        edit(claims)
        signer = service.keyrings.signer("glimmer", service.keyrings.active("glimmer").id)
        forged = proof.sign(json.dumps(claims).encode(), type(signer)(kid or signer.kid, signer.private), typ=typ)

        async def get(url: str, accept: str = "*/*") -> bytes:
            return forged.encode() if url == address else await FetcherInProcess.get(fetcher, url, accept)

        monkeypatch.setattr(fetcher, "get", get)

    return serve


def put(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def edit(claims: dict[str, Any]) -> None:
        *way, last = path.split(".")
        for name in way:
            claims = claims[name]
        claims[last] = value

    return edit


BAD_LISTS: dict[str, dict[str, Any]] = {
    "another purpose": {"edit": put("credentialSubject.statusPurpose", "suspension")},
    "two purposes": {"edit": put("credentialSubject.statusPurpose", ["revocation", "suspension"])},
    "another list": {"edit": put("id", "http://127.0.0.1:8000/orgs/glimmer/status/other")},
    "another issuer": {"edit": put("issuer", "http://127.0.0.1:8000/orgs/other")},
    "another kind of credential": {"edit": put("type", ["VerifiableCredential"])},
    "a type that is a number": {"edit": put("type", 5)},
    "no subject": {"edit": put("credentialSubject", [])},
    "no dates": {"edit": put("validUntil", None)},
    "a date without zone": {"edit": put("validUntil", "2030-01-01T00:00:00")},
    "bits cut off": {"edit": put("credentialSubject.encodedList", "uH4sIAAAA")},
    "a key of nobody": {"kid": "http://127.0.0.1:8000/orgs/glimmer/keys/other"},
    "a typ of another kind": {"typ": "at+jwt"},
}


@pytest.mark.parametrize("wrong", BAD_LISTS.values(), ids=BAD_LISTS.keys())
def test_a_status_list_that_is_not_right_is_never_consent(
    ask: Ask, token: str, service: Service, credential: Credential, fetcher: FetcherInProcess,
    monkeypatch: pytest.MonkeyPatch, wrong: dict[str, Any],
) -> None:  # fmt: skip
    list_forger(service, credential, fetcher, monkeypatch)(**wrong)
    assert word(ask(token)) == "unchecked: status_unavailable"


def test_a_right_list_by_the_same_means_is_believed(
    ask: Ask,
    token: str,
    service: Service,
    credential: Credential,
    fetcher: FetcherInProcess,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    list_forger(service, credential, fetcher, monkeypatch)()
    assert word(ask(token)) == "valid: ok"


@pytest.mark.parametrize("hours", [-25, 1])
def test_a_status_list_of_another_day_is_never_consent(
    ask: Ask, token: str, service: Service, credential: Credential, fetcher: FetcherInProcess,
    monkeypatch: pytest.MonkeyPatch, hours: int,
) -> None:  # fmt: skip
    list_forger(service, credential, fetcher, monkeypatch)(now=service.now() + timedelta(hours=hours))
    assert word(ask(token)) == "unchecked: status_unavailable"


def test_a_list_that_goes_back_in_time_is_not_believed(
    ask: Ask, token: str, service: Service, credential: Credential, fetcher: FetcherInProcess,
    clock: Clock, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    clock.move(hours=2)
    revoke(service, "glimmer", credential.code, "reason")
    assert word(ask(token)) == "invalid: revoked"
    clock.move(minutes=6)
    list_forger(service, credential, fetcher, monkeypatch)(now=service.now() - timedelta(hours=2))
    assert word(ask(token)) == "unchecked: status_unavailable"


@pytest.mark.parametrize("index", ["-1", "131072", "99999999999", "1e3", "٣", 5, None, ""])
def test_a_status_index_out_of_range_is_never_consent(
    ask: Ask, service: Service, credential: Credential, index: Any
) -> None:
    document = json.loads(credential.document)
    document["credentialStatus"]["statusListIndex"] = index
    signer = service.keyrings.signer("glimmer", credential.key_id)
    assert word(ask(proof.sign(json.dumps(document).encode(), signer))) == "unchecked: status_unavailable"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/l",
        "http://127.0.0.1:8000/../etc",
        "http://127.0.0.1:8000@evil.example/l",
        "file:///etc/passwd",
        None,
        {},
    ],
)
def test_a_status_list_elsewhere_is_never_fetched(
    ask: Ask, service: Service, credential: Credential, fetcher: FetcherInProcess, url: Any
) -> None:
    document = json.loads(credential.document)
    document["credentialStatus"]["statusListCredential"] = url
    del document["relatedResource"]
    signer = service.keyrings.signer("glimmer", credential.key_id)
    assert word(ask(proof.sign(json.dumps(document).encode(), signer))) == "unchecked: status_unavailable"
    assert fetcher.asked == ["http://127.0.0.1:8000/orgs/glimmer/jwks.json"]  # for the key's state, nothing else


def test_a_credential_without_a_status_is_unchecked(ask: Ask, service: Service, credential: Credential) -> None:
    document = json.loads(credential.document)
    del document["credentialStatus"]
    signer = service.keyrings.signer("glimmer", credential.key_id)
    assert word(ask(proof.sign(json.dumps(document).encode(), signer))) == "unchecked: no_status"


def test_a_list_of_another_organisation_is_never_consent_whoever_asked_first(
    ask: Ask, service: Service, credential: Credential, directory: Directory
) -> None:
    organisations.create(service, {"id": "other", "tag": "WG", "name": {"zh-Hans": "他校"}})
    with service.database.reading() as session:
        entry = organisations.directory_entry(service, organisations.find(session, "other"))
    keys = {jwk["kid"]: read_key(jwk) for jwk in entry["jwks"]["keys"]}
    other = replace(directory.issuers["http://127.0.0.1:8000/orgs/glimmer"], id=entry["id"], keys=keys)
    directory.issuers[entry["id"]] = other  # type: ignore[index]
    document = json.loads(credential.document)
    document["issuer"]["id"] = document["iss"] = entry["id"]
    active = service.keyrings.active("other").id
    stranger = proof.sign(json.dumps(document).encode(), service.keyrings.signer("other", active))
    assert word(ask(stranger)) == "unchecked: status_unavailable"
    assert word(ask(credential.token or "")) == "valid: ok"
    assert word(ask(stranger)) == "unchecked: status_unavailable"


def test_a_kept_failure_holds_nothing_of_those_who_asked(
    ask: Ask, token: str, fetcher: FetcherInProcess, published: Published
) -> None:
    fetcher.down = True
    for _ in range(3):
        ask(token)
    kept = [entry.failure for entry in published._keys._memory._found.values() if entry.failure]
    assert kept and all(isinstance(part, str | None) for failure in kept for part in failure)

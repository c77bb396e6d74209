"""A stolen key can sign anything at any date. What the issuer did issue with it is confirmed; what the thief made is not."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

import msgspec
import pytest
from joserfc import jwk as foreign_jwk
from joserfc import jws as foreign_jws
from litestar import Litestar
from litestar.testing import TestClient

from credential import proof, reader
from credential.confirmed import signing_input_sha256
from credential.jwks import read_key_set
from issuer import organisations
from issuer.completions import Completion
from issuer.confirmations import confirm, confirmed
from issuer.credentials.issue import issue
from issuer.errors import Conflict
from issuer.service import Service, open_service
from issuer.status import signed_list
from issuer.tables import Credential
from keys.errors import UnknownKey
from keys.keyring import KeySigner
from tests.conftest import Clock


@pytest.fixture
def thief(service: Service, credential: Credential) -> KeySigner:
    """A copy of the key that signed the credential."""
    return service.keyrings.signer("glimmer", credential.key_id)


@pytest.fixture
def stolen(service: Service, credential: Credential, thief: KeySigner, clock: Clock) -> str:
    """The id of that key, marked compromised a minute after it signed the credential."""
    clock.move(minutes=1)
    service.keyrings.of("glimmer").mark_compromised(credential.key_id, service.now())
    return credential.key_id


def listed(issuer: TestClient[Litestar], key_id: str, sha: str) -> dict[str, Any]:
    """The published list for a hash, its signature checked with a library that is not ours and a key that is sound."""
    answer = issuer.get(f"/orgs/glimmer/keys/{key_id}/confirmed/{sha[:2]}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/jwt"), answer.text
    assert answer.headers["ETag"].startswith('"')
    kid = foreign_jws.extract_compact(answer.content).headers()["kid"]
    keys = issuer.get("/orgs/glimmer/jwks.json").json()
    assert keys["states"][kid]["state"] == "active"
    jwk = next(key for key in keys["keys"] if key["kid"] == kid)
    signed = foreign_jws.deserialize_compact(answer.text, foreign_jwk.ECKey.import_key(jwk), algorithms=["ES256"])
    assert signed.headers() == {"alg": "ES256", "kid": kid, "typ": "confirmed+jwt"}
    claims: dict[str, Any] = msgspec.json.decode(signed.payload or b"")
    return claims


def test_the_hash_is_of_what_was_signed_and_not_of_the_signature(token: str) -> None:
    header, payload, signature = token.split(".")
    assert signing_input_sha256(token) == sha256(f"{header}.{payload}".encode()).hexdigest()
    assert signing_input_sha256(f"{header}.{payload}.{signature[::-1]}") == signing_input_sha256(token)


def test_a_recorded_credential_is_found_by_its_hash_and_a_back_dated_forgery_is_not(
    service: Service, credential: Credential, token: str, thief: KeySigner, stolen: str, issuer: TestClient[Litestar]
) -> None:
    forged = proof.sign(credential.document.replace("欧阳雨泽".encode(), "冒名者".encode()), thief)
    published = read_key_set(organisations.published_keys(service, "glimmer"))
    proof.verify(reader.read(forged), published[thief.kid])  # its signature is as good as any
    assert confirm(service, "glimmer", stolen) == 1
    genuine = signing_input_sha256(token)
    assert listed(issuer, stolen, genuine) == {
        "iss": "http://127.0.0.1:8000/orgs/glimmer",
        "kid": thief.kid,
        "prefix": genuine[:2],
        "sha256": [genuine],
        "iat": int(service.now().timestamp()),
    }
    sha = signing_input_sha256(forged)
    assert sha not in listed(issuer, stolen, sha)["sha256"]


def test_the_list_says_when_it_was_signed_and_every_process_gives_the_same(
    service: Service, token: str, stolen: str, issuer: TestClient[Litestar], clock: Clock
) -> None:
    confirm(service, "glimmer", stolen)
    sha = signing_input_sha256(token)
    other = open_service(service.settings, clock)
    assert confirmed(service, "glimmer", stolen, sha[:2]) == confirmed(other, "glimmer", stolen, sha[:2])
    clock.move(days=2)
    assert listed(issuer, stolen, sha)["iat"] == int(clock.now.timestamp())


def test_hashes_are_sorted_and_each_stands_in_the_list_of_its_prefix_only(
    service: Service, completion: Completion, credential: Credential, issuer: TestClient[Litestar], clock: Clock
) -> None:
    tokens = [
        issue(service, "glimmer", msgspec.structs.replace(completion, completion_id=f"more-{number}")).credential.token
        for number in range(300)
    ]
    clock.move(minutes=1)
    service.keyrings.of("glimmer").mark_compromised(credential.key_id, service.now())
    assert confirm(service, "glimmer", credential.key_id) == 301
    found: list[str] = []
    for number in range(256):
        hashes = listed(issuer, credential.key_id, f"{number:02x}")["sha256"]
        assert hashes == sorted(hashes)
        assert all(sha.startswith(f"{number:02x}") for sha in hashes)
        found += hashes
    assert set(found) == {signing_input_sha256(token or "") for token in (*tokens, credential.token)}
    assert len(found) == 301


def test_only_what_was_issued_before_the_moment_is_confirmed(
    service: Service, completion: Completion, credential: Credential, clock: Clock
) -> None:
    clock.move(hours=1)
    middle = service.now()
    issue(service, "glimmer", msgspec.structs.replace(completion, completion_id="later"))
    clock.move(hours=1)
    service.keyrings.of("glimmer").mark_compromised(credential.key_id, service.now())
    assert confirm(service, "glimmer", credential.key_id, middle - timedelta(days=1)) == 0
    assert confirm(service, "glimmer", credential.key_id, middle) == 1
    assert confirm(service, "glimmer", credential.key_id) == 2


def test_confirming_page_by_page_and_again_counts_each_once(
    service: Service, completion: Completion, credential: Credential, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("issuer.confirmations.AT_ONCE", 3)
    for number in range(7):
        issue(service, "glimmer", msgspec.structs.replace(completion, completion_id=f"more-{number}"))
    clock.move(minutes=1)
    service.keyrings.of("glimmer").mark_compromised(credential.key_id, service.now())
    assert confirm(service, "glimmer", credential.key_id) == confirm(service, "glimmer", credential.key_id) == 8


def test_what_a_sound_key_signed_is_not_confirmed(
    service: Service, completion: Completion, credential: Credential, issuer: TestClient[Litestar], clock: Clock
) -> None:
    service.keyrings.of("glimmer").rotate(service.now(), at_once=True)
    newer = issue(service, "glimmer", msgspec.structs.replace(completion, completion_id="newer")).credential
    clock.move(minutes=1)
    service.keyrings.of("glimmer").mark_compromised(credential.key_id, service.now())
    with pytest.raises(Conflict, match="not marked compromised"):
        confirm(service, "glimmer", newer.key_id)
    with pytest.raises(UnknownKey):
        confirm(service, "glimmer", "unknown")
    assert confirm(service, "glimmer", credential.key_id) == 1
    sha = signing_input_sha256(newer.token or "")
    assert sha not in listed(issuer, credential.key_id, sha)["sha256"]


def test_nothing_confirmed_is_404_and_says_nothing_more(
    service: Service, stolen: str, token: str, issuer: TestClient[Litestar]
) -> None:
    prefix = signing_input_sha256(token)[:2]
    url = f"/orgs/glimmer/keys/{stolen}/confirmed"
    assert issuer.get(f"{url}/{prefix}").status_code == 404
    confirm(service, "glimmer", stolen)
    assert issuer.get(f"{url}/{prefix}").status_code == 200
    active = service.keyrings.active("glimmer").id
    for wrong in (f"{url}/{prefix}0", f"{url}/{prefix[0]}", f"{url}/GG", f"{url}/%25%25", url.replace(stolen, active)):
        assert issuer.get(f"{wrong}/{prefix}" if wrong.endswith("confirmed") else wrong).status_code == 404, wrong
    assert issuer.get(f"/orgs/nobody/keys/{stolen}/confirmed/{prefix}").status_code == 404


def test_a_status_list_that_a_compromised_key_signed_is_signed_anew(
    service: Service, credential: Credential, clock: Clock
) -> None:
    old = signed_list(service, "glimmer", credential.list_id)
    assert reader.read(old, longest=reader.LONGEST_STATUS_TOKEN).claimed_kid.endswith(credential.key_id)
    service.keyrings.of("glimmer").rotate(service.now(), at_once=True)
    assert signed_list(service, "glimmer", credential.list_id) == old  # a retired key's list stands
    service.keyrings.of("glimmer").mark_compromised(credential.key_id, service.now())
    new = signed_list(service, "glimmer", credential.list_id)
    active = service.keyrings.active("glimmer").id
    assert reader.read(new, longest=reader.LONGEST_STATUS_TOKEN).claimed_kid.endswith(active)

"""A key takes over in the middle of the work: nothing stops, and nothing is signed that a verifier could not check."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
import pytest
from joserfc import jwk as foreign_jwk
from joserfc import jws as foreign_jws
from litestar import Litestar
from litestar.testing import TestClient

from credential import proof, reader
from credential.jwks import read_key_set
from issuer import achievements, organisations
from issuer.completions import Completion
from issuer.credentials.issue import finish_intents, issue
from issuer.errors import Invalid
from issuer.service import Service, open_service
from issuer.status import signed_list
from issuer.tables import Credential
from keys.errors import KeyringMissing
from keys.kept import CLOCKS_APART, OVERLAP
from keys.keyring import Keyring
from keys.signer import KeySigner
from tests.conftest import ACHIEVEMENT, Clock

MANY = 2000
Report = Callable[[Service, object], Credential]


@pytest.fixture
def report(completion: Completion) -> Report:
    """Issues the credential of a numbered completion."""

    def reported(service: Service, number: object) -> Credential:
        return issue(service, "glimmer", msgspec.structs.replace(completion, completion_id=str(number))).credential

    return reported


def rotate(service: Service, **how: Any) -> Keyring:
    return service.keyrings.of("glimmer").rotate(service.now(), **how)


def key_of(credential: Credential) -> str:
    kid = reader.read(credential.token or "").claimed_kid.rpartition("/")[2]
    assert kid == credential.key_id  # what is recorded is what signed
    return kid


def private_files(service: Service) -> set[str]:
    return {file.stem for file in (service.settings.keys_dir / "glimmer").glob("*.pem")}


def published_states(issuer: TestClient[Litestar]) -> dict[str, Any]:
    states: dict[str, Any] = issuer.get("/orgs/glimmer/jwks.json").json()["states"]
    return {kid.rpartition("/")[2]: state for kid, state in states.items()}


@pytest.mark.timeout(300)
def test_of_two_thousand_credentials_issued_across_a_rotation_each_verifies_and_none_was_signed_too_early(
    service: Service, report: Report, issuer: TestClient[Litestar], clock: Clock
) -> None:
    first_published: dict[str, datetime] = {}
    issued: list[tuple[datetime, Credential]] = []

    def look() -> None:
        for kid in json.loads(issuer.get("/orgs/glimmer/jwks.json").content)["states"]:
            first_published.setdefault(kid.rpartition("/")[2], clock.now)

    look()
    beginning = next(iter(first_published))
    for number in range(MANY):
        if number == 500:
            rotate(service)
            look()
        issued.append((clock.now, report(service, number)))
        clock.move(seconds=1)
    keys = read_key_set(issuer.get("/orgs/glimmer/jwks.json").json())
    signed_with: list[str] = []
    for at, credential in issued:
        token = reader.read(credential.token or "")
        proof.verify(token, keys[token.claimed_kid])
        key_id = key_of(credential)
        signed_with.append(key_id)
        assert key_id == beginning or at - first_published[key_id] >= OVERLAP
    assert len(set(signed_with)) == 2
    assert [signed_with.count(key_id) for key_id in dict.fromkeys(signed_with)] == [1400, 600]
    assert signed_with == sorted(signed_with, key=signed_with.index)  # once it took over, the old one never signs again


def test_two_processes_see_the_same_key_take_over_at_the_same_moment(
    service: Service, report: Report, clock: Clock
) -> None:
    other = open_service(service.settings, clock)
    old = key_of(report(other, 1))
    waiting = rotate(service).waiting(service.now())
    assert waiting
    clock.now += OVERLAP
    clock.move(seconds=-1)
    assert key_of(report(service, 2)) == key_of(report(other, 3)) == old
    clock.move(seconds=1)
    assert key_of(report(other, 4)) == key_of(report(service, 5)) == waiting.id
    assert private_files(service) == {old, waiting.id}  # a process whose clock is late could still want the old one
    clock.now += CLOCKS_APART
    clock.move(seconds=1)
    report(other, 6)
    assert private_files(service) == {waiting.id}
    report(service, 7)  # and finds it deleted
    for process in (service, other):
        with pytest.raises(KeyringMissing):  # from memory, too
            process.keyrings.signer("glimmer", old)


def test_a_process_that_only_publishes_deletes_what_is_spent_too(
    service: Service, credential: Credential, issuer: TestClient[Litestar], clock: Clock
) -> None:
    rotate(service)
    clock.now += OVERLAP + 2 * CLOCKS_APART
    issuer.get("/orgs/glimmer/jwks.json")
    assert credential.key_id not in private_files(service)
    assert len(private_files(service)) == 1


def test_states_are_published_beside_the_keys(
    service: Service, credential: Credential, issuer: TestClient[Litestar], clock: Clock
) -> None:
    old, made = credential.key_id, "2026-11-21T02:00:00Z"
    assert published_states(issuer) == {old: {"state": "active", "since": made}}
    waiting = rotate(service).waiting(service.now())
    assert waiting
    switch = "2026-11-21T02:15:00Z"
    assert published_states(issuer) == {
        waiting.id: {"state": "next", "since": made, "signs_from": switch},
        old: {"state": "active", "since": made},
    }
    clock.now += OVERLAP
    service.keyrings.of("glimmer").mark_compromised(old, service.now())
    assert published_states(issuer) == {
        waiting.id: {"state": "active", "since": switch},
        old: {"state": "compromised", "since": switch},
    }
    with service.database.reading() as session:
        entry = organisations.directory_entry(service, organisations.find(session, "glimmer"))
    assert entry["jwks"] == issuer.get("/orgs/glimmer/jwks.json").json()


def test_an_intent_left_by_a_crash_is_signed_with_the_key_that_is_active_then(
    service: Service, report: Report, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("credential.proof.sign", stopped)
        report(service, 1)
    rotated = rotate(service)
    clock.now += OVERLAP + 2 * CLOCKS_APART
    (finished,) = finish_intents(open_service(service.settings, clock))
    assert key_of(finished) == rotated.keys[0].id
    proof.verify(reader.read(finished.token or ""), keys_of(service)[reader.read(finished.token or "").claimed_kid])


def stopped(*arguments: Any, **named: Any) -> str:
    raise KeyboardInterrupt


def keys_of(service: Service) -> Any:
    return read_key_set(organisations.published_keys(service, "glimmer"))


def test_a_token_that_another_process_signed_with_the_new_key_is_kept_with_that_keys_id(
    service: Service, report: Report, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = open_service(service.settings, clock)
    sign = proof.sign
    in_between: list[Credential] = []

    def slowly(document: bytes, signer: KeySigner, **named: Any) -> str:
        token = sign(document, signer, **named)
        if not in_between:
            in_between.append(service_is_overtaken())
        return token

    def service_is_overtaken() -> Credential:
        with monkeypatch.context() as patched:
            patched.setattr("credential.proof.sign", sign)
            rotate(service, at_once=True)
            return report(other, 1)

    monkeypatch.setattr("credential.proof.sign", slowly)
    late = report(service, 1)
    assert late.token == in_between[0].token
    assert key_of(late) == other.keyrings.active("glimmer").id


def test_a_token_of_the_old_key_stored_after_the_new_one_took_over_is_kept_with_the_old_keys_id(
    service: Service, report: Report, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = open_service(service.settings, clock)
    sign = proof.sign
    old = service.keyrings.active("glimmer").id

    def overtaken(document: bytes, signer: KeySigner, **named: Any) -> str:
        token = sign(document, signer, **named)
        rotate(service, at_once=True)
        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
            patched.setattr("credential.proof.sign", stopped)
            list(finish_intents(other))  # has recorded that the new key will sign, and dies
        return token

    monkeypatch.setattr("credential.proof.sign", overtaken)
    assert key_of(report(service, 1)) == old


def test_a_key_marked_compromised_while_it_signs_gives_nothing_out(
    service: Service, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign = proof.sign
    stolen = service.keyrings.active("glimmer").id

    def too_late(document: bytes, signer: KeySigner, **named: Any) -> str:
        token = sign(document, signer, **named)
        service.keyrings.of("glimmer").mark_compromised(stolen, service.now())
        return token

    monkeypatch.setattr("credential.proof.sign", too_late)
    assert key_of(report(service, 1)) != stolen


def test_an_organisation_that_chose_rs256_issues_what_another_library_verifies(
    service: Service, completion: Completion, issuer: TestClient[Litestar]
) -> None:
    described = {"id": "rsa", "tag": "RS", "name": {"zh-Hans": "石院"}, "algorithm": "RS256"}
    organisations.create(service, described)
    achievements.publish(service, "rsa", ACHIEVEMENT)
    credential = issue(service, "rsa", completion).credential
    assert reader.read(credential.token or "").header["alg"] == "RS256"
    (published,) = issuer.get("/orgs/rsa/jwks.json").json()["keys"]
    assert issuer.get(published["kid"]).json() == published
    assert set(published) == {"alg", "e", "kid", "kty", "n", "use"}
    foreign = foreign_jwk.RSAKey.import_key(published)
    assert foreign.thumbprint() == credential.key_id
    read = foreign_jws.deserialize_compact(credential.token or "", foreign, algorithms=["RS256"])
    assert read.payload == credential.document
    status_list = signed_list(service, "rsa", credential.list_id)
    assert foreign_jws.deserialize_compact(status_list, foreign, algorithms=["RS256"])


def test_an_algorithm_that_we_do_not_sign_with_is_refused(service: Service) -> None:
    with pytest.raises(Invalid, match="algorithm"):
        organisations.create(service, {"id": "x", "tag": "XX", "name": {"zh-Hans": "某校"}, "algorithm": "none"})

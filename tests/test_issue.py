"""The order of effects: nothing lost, nothing twice, whatever happens in between."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from credential import proof, reader
from credential.jwks import read_key
from issuer import achievements, organisations
from issuer.completions import Completion
from issuer.credentials import issue as act
from issuer.credentials.issue import finish_intents, issue
from issuer.credentials.records import find
from issuer.credentials.revoke import revoke
from issuer.errors import Conflict, Invalid, NotFound, NotIssued
from issuer.service import Service, open_service
from issuer.tables import Credential, StatusIndex
from tests.conftest import ACHIEVEMENT, Clock
from tests.postgresql import both_databases

pytestmark = both_databases


class Crash(BaseException):
    """The process dies here."""


def dies(*arguments: Any, **named: Any) -> Any:
    raise Crash


def all_credentials(service: Service) -> list[Credential]:
    with service.database.reading() as session:
        return list(session.scalars(select(Credential)))


def test_an_issued_token_verifies_with_the_published_key(service: Service, completion: Completion) -> None:
    issued = issue(service, "glimmer", completion)
    assert issued.new
    key = service.keyrings.active("glimmer")
    proof.verify(reader.read(issued.credential.token or ""), read_key({**key.jwk, "kid": key.id}))


def test_the_same_completion_again_is_the_same_credential(service: Service, completion: Completion) -> None:
    first, again = issue(service, "glimmer", completion), issue(service, "glimmer", completion)
    assert not again.new
    assert again.credential.token == first.credential.token


def test_other_content_under_a_known_completion_id_is_refused(service: Service, completion: Completion) -> None:
    issue(service, "glimmer", completion)
    with pytest.raises(Conflict, match="reported before"):
        issue(service, "glimmer", msgspec.structs.replace(completion, score="99"))


def test_sixty_four_clients_at_once_get_one_credential(service: Service, completion: Completion) -> None:
    with ThreadPoolExecutor(64) as clients:
        issued = list(clients.map(lambda _: issue(service, "glimmer", completion), range(64)))
    assert len({each.credential.token for each in issued}) == 1
    assert sum(each.new for each in issued) == 1
    assert len(all_credentials(service)) == 1


def test_a_crash_before_signing_leaves_an_intent_that_the_next_start_finishes(
    service: Service, completion: Completion, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched, pytest.raises(Crash):
        patched.setattr("credential.proof.sign", dies)
        issue(service, "glimmer", completion)
    (intent,) = all_credentials(service)
    assert intent.token is None
    clock.move(hours=1)
    restarted = open_service(service.settings, clock)
    (finished,) = finish_intents(restarted)
    assert finished.token
    assert issue(restarted, "glimmer", completion).credential.token == finished.token
    assert finish_intents(restarted) == []


def test_a_crash_between_signing_and_storing_gives_the_same_token_again(
    service: Service, completion: Completion, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed: list[str] = []

    def remembers_and_dies(service: Service, intent: Credential, token: str) -> None:
        signed.append(token)
        raise Crash

    with monkeypatch.context() as patched, pytest.raises(Crash):
        patched.setattr(act, "_check", remembers_and_dies)
        issue(service, "glimmer", completion)
    (finished,) = finish_intents(service)
    assert finished.token == signed[0]


def test_an_unfinished_credential_is_not_found(
    service: Service, completion: Completion, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched, pytest.raises(Crash):
        patched.setattr("credential.proof.sign", dies)
        issue(service, "glimmer", completion)
    (intent,) = all_credentials(service)
    with service.database.reading() as session, pytest.raises(NotFound):
        find(session, intent.code)


def test_an_intent_whose_key_was_retired_meanwhile_is_signed_with_the_new_key(
    service: Service, completion: Completion, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched, pytest.raises(Crash):
        patched.setattr("credential.proof.sign", dies)
        issue(service, "glimmer", completion)
    rotated = service.keyrings.of("glimmer").rotate(service.now(), at_once=True)
    (finished,) = finish_intents(service)
    assert reader.read(finished.token or "").claimed_kid.endswith(rotated.active(service.now()).id)


def test_what_the_old_key_signed_stays_as_it_was_after_rotation(service: Service, credential: Credential) -> None:
    service.keyrings.of("glimmer").rotate(service.now(), at_once=True)
    with service.database.reading() as session:
        assert find(session, credential.code).token == credential.token


def test_a_token_that_fails_our_own_check_is_not_given_out(
    service: Service, completion: Completion, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched, pytest.raises(NotIssued):
        patched.setattr("credential.proof.sign", lambda document, signer: "e30.e30.c2ln")
        issue(service, "glimmer", completion)
    (intent,) = all_credentials(service)
    assert intent.token is None


def test_nothing_is_recorded_for_an_achievement_that_is_not_published(service: Service, completion: Completion) -> None:
    with pytest.raises(Invalid, match="achievement"):
        issue(service, "glimmer", msgspec.structs.replace(completion, achievement="unknown"))
    assert all_credentials(service) == []


def test_a_changed_achievement_is_a_new_version_and_changes_no_credential(
    service: Service, credential: Credential, completion: Completion
) -> None:
    same = achievements.publish(service, "glimmer", ACHIEVEMENT)
    changed = achievements.publish(service, "glimmer", {**ACHIEVEMENT, "name": "数据分析微专业（新版）"})
    assert (same.version, changed.version) == (1, 2)
    newer = issue(service, "glimmer", msgspec.structs.replace(completion, completion_id="2"))
    assert newer.credential.achievement_version == 2
    with service.database.reading() as session:
        assert find(session, credential.code).token == credential.token


def test_indexes_are_random_and_never_taken_twice(service: Service, completion: Completion) -> None:
    for number in range(50):
        issue(service, "glimmer", msgspec.structs.replace(completion, completion_id=str(number)))
    with service.database.reading() as session:
        taken = [row.index for row in session.scalars(select(StatusIndex))]
    assert len(set(taken)) == 50
    assert taken != sorted(taken)
    assert max(taken) - min(taken) > 1000


def test_revoking_sets_when_and_why_once(service: Service, credential: Credential, clock: Clock) -> None:
    first = revoke(service, "glimmer", credential.code.lower(), "成绩有误")
    clock.move(days=1)
    again = revoke(service, "glimmer", credential.code, "another reason")
    assert (again.revoked_at, again.revocation_reason) == (first.revoked_at, "成绩有误")


def test_another_organisation_cannot_revoke(service: Service, credential: Credential) -> None:
    with pytest.raises(NotFound):
        revoke(service, "another", credential.code, "reason")
    with pytest.raises(Invalid, match="reason"):
        revoke(service, "glimmer", credential.code, "\u202e")


def test_what_would_already_have_expired_is_not_issued(service: Service, completion: Completion) -> None:
    expired = msgspec.structs.replace(completion, valid_until=service.now())
    with pytest.raises(Invalid, match="future"):
        issue(service, "glimmer", expired)
    assert all_credentials(service) == []


def test_a_completion_reported_again_after_it_expired_finds_its_credential(
    service: Service, completion: Completion, clock: Clock
) -> None:
    until = clock() + timedelta(days=1)
    first = issue(service, "glimmer", msgspec.structs.replace(completion, valid_until=until))
    clock.move(days=2)
    again = issue(service, "glimmer", msgspec.structs.replace(completion, valid_until=until))
    assert (again.new, again.credential.token) == (False, first.credential.token)


def test_an_achievement_too_long_for_a_token_is_not_published(service: Service) -> None:
    long = {**ACHIEVEMENT, "description": "长" * 1000, "criteria": "长" * 1000, "tags": ["签" * 50] * 10}
    with pytest.raises(Invalid, match="shorten"):
        achievements.publish(service, "glimmer", long)


@pytest.mark.parametrize(
    ("field", "value"),
    [("language", "fr"), ("name", "长" * 101), ("tags", ["a"] * 11), ("type", "Degree"), ("description", "长" * 1001)],
)
def test_an_achievement_that_no_certificate_can_show_is_not_published(service: Service, field: str, value: Any) -> None:
    with pytest.raises(Invalid, match=field):
        achievements.publish(service, "glimmer", {**ACHIEVEMENT, field: value})


def test_texts_that_together_are_too_long_are_refused_before_anything_is_recorded(
    service: Service, completion: Completion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(act, "MOST_BYTES", 1000)
    with pytest.raises(Invalid, match="token"):
        issue(service, "glimmer", completion)
    assert all_credentials(service) == []


def test_an_intent_that_cannot_be_finished_does_not_stop_the_others(
    service: Service, completion: Completion, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in "12":
        with monkeypatch.context() as patched, pytest.raises(Crash):
            patched.setattr("credential.proof.sign", dies)
            issue(service, "glimmer", msgspec.structs.replace(completion, completion_id=number))
    with service.database.writing() as session:
        broken = session.scalars(select(Credential).where(Credential.completion_id == "1")).one()
        broken.document = b"{}"
        session.commit()
    assert [finished.completion_id for finished in finish_intents(service)] == ["2"]


def test_an_interrupted_init_can_be_repeated(service: Service) -> None:
    kept = service.keyrings.make("other", "ES256")
    organisations.create(service, {"id": "other", "tag": "OT", "name": {"zh-Hans": "他校"}})
    assert service.keyrings.of("other").keys == kept.keys

"""Indexes that are never taken twice, and the list that says which are revoked."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import func, select

from credential import reader, status
from issuer.credentials.revoke import revoke
from issuer.service import Service
from issuer.status import FULLEST, signed_list, take_index, take_indexes
from issuer.tables import Credential, StatusIndex, StatusList
from tests.conftest import Clock
from tests.postgresql import both_databases

pytestmark = both_databases


def taken_by(service: Service, batches: list[int]) -> list[tuple[str, int]]:
    """What one worker takes, each batch in its own transaction."""
    taken = []
    for count in batches:
        with service.database.writing() as session:
            taken += take_indexes(session, "glimmer", count, service.now())
            session.commit()
    return taken


def lists(service: Service) -> dict[str, StatusList]:
    with service.database.reading() as session:
        return {each.id: each for each in session.scalars(select(StatusList))}


def valid_from(token: str) -> datetime:
    claims = reader.read(token, longest=reader.LONGEST_STATUS_TOKEN).claims
    return datetime.fromisoformat(claims["validFrom"])


def revoked_in(service: Service, list_id: str) -> set[int]:
    token = signed_list(service, "glimmer", list_id)
    bits = status.read_list(reader.read(token, longest=reader.LONGEST_STATUS_TOKEN).claims)
    return {index for index in range(status.LENGTH) if bits[index // 8] and status.is_set(bits, index)}


@pytest.fixture
def small_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists that are followed by a new one after 50 indexes."""
    monkeypatch.setattr("issuer.status.FULLEST", 50)


@pytest.mark.timeout(300)  # some 25 seconds on a machine that has nothing else to do
def test_of_two_hundred_thousand_indexes_none_is_taken_twice(service: Service) -> None:
    batches = [[1] * 100 + [1000] * 24 + [25_900]] * 4  # singly and in batches small and large, by four workers at once
    with ThreadPoolExecutor(4) as workers:
        taken = [each for some in workers.map(lambda mine: taken_by(service, mine), batches) for each in some]
    assert len(taken) == len(set(taken)) == 200_000
    assert {index for _, index in taken} <= set(range(status.LENGTH))
    known = lists(service)
    assert Counter(list_id for list_id, _ in taken) == {each.id: each.taken for each in known.values()}
    # Each was filled to three quarters before the next was opened.
    assert sorted(each.taken for each in known.values()) == [200_000 - 2 * FULLEST, FULLEST, FULLEST]
    with service.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(StatusIndex)) == 200_000


@pytest.mark.usefixtures("small_lists")
def test_the_next_list_is_opened_when_one_is_full(service: Service) -> None:
    (first,) = {list_id for list_id, _ in taken_by(service, [49, 1])}
    with service.database.writing() as session:
        (second, _) = take_index(session, "glimmer", service.now())
        session.commit()
    assert second != first
    assert {each.taken for each in lists(service).values()} == {50, 1}


def test_an_index_of_a_transaction_that_failed_is_not_counted(service: Service) -> None:
    with service.database.writing() as session:
        take_indexes(session, "glimmer", 5, service.now())
        session.rollback()
    assert taken_by(service, [2])
    assert [each.taken for each in lists(service).values()] == [2]


@pytest.mark.usefixtures("small_lists")
def test_a_session_that_waited_sees_what_others_took_meanwhile(service: Service) -> None:
    with service.database.writing() as session:
        take_indexes(session, "glimmer", 5, service.now())
        session.commit()
        taken_by(service, [45])
        ((next_list, _),) = take_indexes(session, "glimmer", 1, service.now())
        session.commit()
    assert lists(service)[next_list].taken == 1


@pytest.mark.usefixtures("small_lists")
def test_list_ids_tell_nothing(service: Service) -> None:
    taken_by(service, [101])
    assert len({each[:3] for each in lists(service)}) == 3
    assert all(len(each) == 12 for each in lists(service))


def test_exactly_the_revoked_credential_is_in_the_signed_list(service: Service, credential: Credential) -> None:
    assert revoked_in(service, credential.list_id) == set()
    revoke(service, "glimmer", credential.code, "reason")
    assert revoked_in(service, credential.list_id) == {credential.list_index}


def test_a_list_is_signed_once_for_all_who_ask_at_once(service: Service, credential: Credential) -> None:
    revoke(service, "glimmer", credential.code, "reason")

    def ask(number: int) -> str:
        time.sleep(number % 3 / 100)
        return signed_list(service, "glimmer", credential.list_id)

    with ThreadPoolExecutor(16) as clients:
        assert len(set(clients.map(ask, range(32)))) == 1


def test_a_list_never_becomes_older_than_it_was(service: Service, credential: Credential, clock: Clock) -> None:
    first = signed_list(service, "glimmer", credential.list_id)
    clock.move(minutes=-3)  # another process, whose clock is behind
    revoke(service, "glimmer", credential.code, "reason")
    second = signed_list(service, "glimmer", credential.list_id)
    assert second != first
    assert valid_from(second) == valid_from(first)


def test_a_list_signed_by_a_clock_far_ahead_is_signed_again(
    service: Service, credential: Credential, clock: Clock
) -> None:
    clock.move(days=1)
    signed_list(service, "glimmer", credential.list_id)
    clock.move(days=-1)
    assert valid_from(signed_list(service, "glimmer", credential.list_id)) == clock()

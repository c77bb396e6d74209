"""Status lists: an index for each credential, and the signed list that says which are revoked."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from credential import proof
from credential.status import LENGTH, VALID_FOR, list_document
from issuer.database import INSERT
from issuer.errors import NotFound, Unavailable
from issuer.organisations import hold
from issuer.service import Service
from issuer.tables import Credential, StatusIndex, StatusList
from keys.errors import KeyringError

__all__ = ["count_change", "signed_list", "take_index", "take_indexes"]

FULLEST = LENGTH * 3 // 4  # beyond it, random draws hit taken indexes ever more often
SIGN_AGAIN_AFTER = timedelta(hours=12)  # of the 24 for which a list is valid
SKEW = timedelta(minutes=5)  # between the clocks of two processes, and of issuer and verifier
RANDOM = secrets.SystemRandom()


def take_index(session: Session, organisation_id: str, now: datetime) -> tuple[str, int]:
    """A list id and a random index of it that was never taken before, and now is, within the caller's transaction."""
    return take_indexes(session, organisation_id, 1, now)[0]


def take_indexes(session: Session, organisation_id: str, count: int, now: datetime) -> list[tuple[str, int]]:
    """As many at once as a batch needs, in one or more lists. A list that is three quarters full is followed by a new one.

    Other writers of this organisation wait until the caller's transaction ends, so that there is one open list at a time.
    """
    hold(session, organisation_id)
    taken: list[tuple[str, int]] = []
    while len(taken) < count:
        open_list = _open_list(session, organisation_id, now)
        wanted = min(count - len(taken), FULLEST - open_list.taken)
        drawn = [{"list_id": open_list.id, "index": index} for index in RANDOM.sample(range(LENGTH), wanted)]
        # Those that were taken before are passed over: an error would end a PostgreSQL transaction.
        taking = INSERT[session.get_bind().dialect.name](StatusIndex).on_conflict_do_nothing()
        free = session.scalars(taking.returning(StatusIndex.index), drawn).all()
        taken += [(open_list.id, index) for index in free]
        open_list.taken += len(free)
        session.flush()
    return taken


def _open_list(session: Session, organisation_id: str, now: datetime) -> StatusList:
    open_list = session.scalars(
        select(StatusList)
        .where(StatusList.organisation_id == organisation_id, StatusList.taken < FULLEST)
        .order_by(StatusList.created_at)
        .limit(1)
        .execution_options(populate_existing=True)  # as it is now that others wait, not as this session knew it before
    ).first()
    if open_list is None:
        # The id is random, so that a database restored from a backup cannot hand out ids that were already used.
        open_list = StatusList(
            id=secrets.token_urlsafe(9), organisation_id=organisation_id, taken=0, changes=0, created_at=now
        )
        session.add(open_list)
        session.flush()
    return open_list


def count_change(session: Session, list_id: str) -> None:
    """Say that a bit of the list changed: its signed form is made anew when next asked for."""
    session.execute(update(StatusList).where(StatusList.id == list_id).values(changes=StatusList.changes + 1))


def signed_list(service: Service, organisation_id: str, list_id: str) -> str:
    """The list as published, a token: signed once per change and well before it expires, stored, and served to everyone.

    It is also signed anew when the key that signed it turns out to be compromised.
    """
    now = service.now()
    with service.database.reading() as session:
        kept = session.get(StatusList, list_id)
        if kept is None or kept.organisation_id != organisation_id:
            raise NotFound("There is no such status list.")
    try:
        return _fresh(service, kept, now) or _sign(service, organisation_id, list_id, now)
    except (KeyringError, Unavailable):
        # What is stored and unchanged is still true and still valid: better than nothing while the keys are away.
        if still_valid := _unchanged(kept, now, VALID_FOR):
            return still_valid
        raise


def _sign(service: Service, organisation_id: str, list_id: str, now: datetime) -> str:
    with service.database.writing() as session:
        kept = session.get_one(StatusList, list_id, with_for_update=True)
        if fresh := _fresh(service, kept, now):  # another process was quicker
            return fresh
        if kept.signed_at and _in_the_past(kept.signed_at, now):
            # Never older than what was published before: a process that waited here, or whose clock is a little behind,
            # would else sign a list that verifiers must take for a roll-back.
            now = max(now, kept.signed_at)
        revoked = session.scalars(
            select(Credential.list_index).where(Credential.list_id == list_id, Credential.revoked_at.is_not(None))
        )
        addresses = service.addresses
        unsigned = list_document(
            addresses.status_list(organisation_id, list_id), addresses.organisation(organisation_id), revoked, now
        )
        key_id = service.keyrings.active(organisation_id).id
        kept.token = proof.sign(unsigned, service.keyrings.signer(organisation_id, key_id), typ="vc+jwt")
        kept.signed_changes, kept.signed_at, kept.signed_by = kept.changes, now, key_id
        session.commit()
        return kept.token


def _fresh(service: Service, kept: StatusList, now: datetime) -> str | None:
    """The stored token, if nothing was revoked since, it was signed lately, and the key that signed it is sound."""
    token = _unchanged(kept, now, SIGN_AGAIN_AFTER)
    sound = kept.signed_by and not service.keyrings.of(kept.organisation_id).find(kept.signed_by).compromised_at
    return token if sound else None


def _unchanged(kept: StatusList, now: datetime, age: timedelta) -> str | None:
    """The stored token, if nothing was revoked since and it was signed less than `age` ago."""
    if kept.signed_at is None or kept.signed_changes != kept.changes:
        return None
    return kept.token if _in_the_past(kept.signed_at, now) and now - kept.signed_at < age else None


def _in_the_past(signed_at: datetime, now: datetime) -> bool:
    """Whether a list was signed in the past, as far as two clocks agree; no verifier believes one from the future."""
    return signed_at <= now + SKEW

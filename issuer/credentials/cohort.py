"""Many completions at once: all of them are checked before any of them is issued, with a few questions to the database."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from credential import code as codes
from issuer.achievements import AchievementVersion, latest, opened
from issuer.completions import Completion, read_completion
from issuer.errors import Conflict, FieldProblem, Invalid
from issuer.service import Service
from issuer.tables import Credential

__all__ = ["AT_ONCE", "MOST_PROBLEMS", "Cohort", "batches", "check_same", "check_still_ahead"]

AT_ONCE = 500  # completions in one transaction, during which nobody else can record for the organisation
MOST_PROBLEMS = 100  # that are told
Each = TypeVar("Each")
Known = Row[str, str, str, datetime | None]


def batches(everything: Iterable[Each], size: int = AT_ONCE) -> Iterator[list[Each]]:
    """What there is to do, so much of it at once."""
    rest = iter(everything)
    while batch := list(islice(rest, size)):
        yield batch


class Cohort:
    """Completions that could be issued, in order. `issued` are the codes of those that are, since before they were taken.

    They are kept as JSON and read again when they are needed: a hundred thousand take some 30 MB.
    """

    def __init__(self, service: Service, organisation_id: str) -> None:
        self.issued: list[str] = []
        self._service = service
        self._organisation_id = organisation_id
        self._kept: list[bytes] = []
        self._ids: set[str] = set()

    def __len__(self) -> int:
        return len(self._kept)

    def __iter__(self) -> Iterator[Completion]:
        return (msgspec.json.decode(each, type=Completion) for each in self._kept)

    def take(self, given: Sequence[Any]) -> list[tuple[FieldProblem, ...]]:
        """Check a batch and keep what is good of it. Gives the problems of each; one without a field is of all of it."""
        now = self._service.now()
        read = [_read(each, now) for each in given]
        good = [each for each in read if isinstance(each, Completion)]
        with self._service.database.reading() as session:
            known = _known(session, self._organisation_id, [each.completion_id for each in good])
            newest = {
                slug: _newest(session, self._organisation_id, slug) for slug in {each.achievement for each in good}
            }
        problems: list[tuple[FieldProblem, ...]] = []
        for each in read:
            try:
                if isinstance(each, Invalid):
                    raise each
                self._add(each, newest[each.achievement], known.get(each.completion_id), now)
                problems.append(())
            except Invalid as refusal:
                problems.append(refusal.problems)
            except Conflict as refusal:
                problems.append((FieldProblem("", str(refusal)),))
        return problems

    def _add(
        self, completion: Completion, achievement: AchievementVersion | Invalid, before: Known | None, now: datetime
    ) -> None:
        if isinstance(achievement, Invalid):
            raise achievement
        if before is None:
            check_still_ahead(completion, now)
            achievement.check_scores(completion.scores)
        else:
            check_same(completion, before.completion_sha256, before.code)
        if completion.completion_id in self._ids:
            raise Invalid((FieldProblem("completion_id", "is used by an earlier row"),))
        self._ids.add(completion.completion_id)
        self._kept.append(msgspec.json.encode(completion))
        if before and before.issued_at:
            self.issued.append(before.code)


def check_same(completion: Completion, digest: str, code: str) -> None:
    """Raise `Conflict` where the completion was reported, and given `code`, with other content than that of `digest`."""
    if completion.digest != digest:
        raise Conflict(
            f"Completion {completion.completion_id} was reported before with other content; its credential is "
            f"{codes.printed(code)}. To correct it, revoke that credential and report the correction under a new id."
        )


def check_still_ahead(completion: Completion, now: datetime) -> None:
    """Refuse to issue what would already have expired. Raises `Invalid`."""
    if completion.valid_until and completion.valid_until <= now:
        raise Invalid((FieldProblem("valid_until", "is not in the future"),))


def _known(session: Session, organisation_id: str, ids: Sequence[str]) -> dict[str, Known]:
    """What was reported before, by its id."""
    found = session.execute(
        select(Credential.completion_id, Credential.completion_sha256, Credential.code, Credential.issued_at).where(
            Credential.organisation_id == organisation_id, Credential.completion_id.in_(ids)
        )
    )
    return {each.completion_id: each for each in found}


def _newest(session: Session, organisation_id: str, slug: str) -> AchievementVersion | Invalid:
    try:
        return opened(latest(session, organisation_id, slug))
    except Invalid as refusal:
        return refusal


def _read(given: Any, now: datetime) -> Completion | Invalid:
    if not isinstance(given, Mapping):
        return Invalid((FieldProblem("", "must be an object with the fields of a completion"),))
    try:
        return read_completion(given, now)
    except Invalid as refusal:
        return refusal

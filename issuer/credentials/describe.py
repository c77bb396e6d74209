"""From a completion to the document that is signed."""

import secrets
from datetime import UTC, datetime, time
from uuid import uuid4

import msgspec

from credential import document
from credential.wording import title_of
from issuer.achievements import AchievementVersion, opened
from issuer.addresses import Addresses
from issuer.completions import Completion
from issuer.organisations import profile
from issuer.service import Service
from issuer.tables import Achievement, Organisation

__all__ = ["describe"]


def describe(
    service: Service,
    organisation: Organisation,
    achievement: Achievement,
    completion: Completion,
    *,
    code: str,
    list_id: str,
    index: int,
    now: datetime,
) -> bytes:
    """The credential of a completion as the bytes that will be signed, in force from `now`.

    Raises `Invalid` where the completion has a score for what is not a module of the achievement.
    """
    published = opened(achievement)
    published.check_scores(completion.scores)
    issuer = profile(service, organisation)
    address = service.addresses.credential(code)
    subject = _subject(completion, published)
    until = completion.valid_until
    return document.encode(
        document.Credential(
            id=address,
            name=f"{published.name} · {title_of(published.achievement_type, published.in_language)}",
            issuer=issuer,
            valid_from=document.moment(now),
            valid_until=document.moment(until) if until else msgspec.UNSET,
            awarded_date=document.moment(datetime.combine(completion.completed_on, time(), UTC)),
            credential_subject=subject,
            evidence=(document.Evidence(id=completion.evidence),) if completion.evidence else msgspec.UNSET,
            related_resource=(
                document.RelatedResource(id=published.id, digest_sri=document.digest_sri(achievement.document)),
            ),
            credential_status=_status(service.addresses, organisation.id, list_id, index),
            iss=issuer.id,
            jti=address,
            sub=subject.id,
            nbf=int(now.timestamp()),
            exp=int(until.timestamp()) if until else msgspec.UNSET,
        )
    )


def _subject(completion: Completion, achievement: AchievementVersion) -> document.AchievementSubject:
    identifiers = [document.name_identifier(completion.name)]
    if completion.romanised_name:
        identifiers.append(document.name_identifier(completion.romanised_name))
    if completion.email:
        identifiers.append(document.hashed_email(completion.email, secrets.token_hex(16)))
    hours = completion.hours or achievement.hours
    results = {"hours": hours or None, "score": completion.score, "level": completion.level}
    values = {f"{achievement.id}#{name}": value for name, value in results.items() if value}
    values |= {key: completion.scores[name] for name, key in achievement.modules().items() if name in completion.scores}
    started = completion.started_on
    return document.AchievementSubject(
        id=f"urn:uuid:{uuid4()}",
        identifier=tuple(identifiers),
        activity_start_date=document.moment(datetime.combine(started, time(), UTC)) if started else msgspec.UNSET,
        activity_end_date=document.moment(datetime.combine(completion.completed_on, time(), UTC)),
        credits_earned=achievement.credits_available,
        achievement=achievement.embedded(),
        result=tuple(document.Result(result_description=key, value=value) for key, value in values.items())
        or msgspec.UNSET,
    )


def _status(addresses: Addresses, organisation_id: str, list_id: str, index: int) -> document.StatusEntry:
    list_address = addresses.status_list(organisation_id, list_id)
    return document.StatusEntry(
        id=f"{list_address}#{index}", status_list_index=str(index), status_list_credential=list_address
    )

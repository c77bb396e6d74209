"""From a completion to the document that is signed, and what all documents of an achievement version have in common."""

import secrets
from datetime import UTC, datetime, time

import msgspec

from credential import document
from credential.wording import title_of
from issuer.achievements import AchievementVersion, opened
from issuer.addresses import Addresses
from issuer.completions import Completion
from issuer.organisations import profile
from issuer.service import Service
from issuer.tables import Achievement, Organisation

__all__ = ["describe", "skeleton"]


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
    address, issuer = service.addresses.credential(code), profile(service, organisation)
    subject = _subject(completion, published, address, secrets.token_hex(8))
    status = _status(service.addresses, organisation.id, list_id, f"{index}")
    return document.encode(_credential(issuer, achievement, completion, subject, status, address=address, now=now))


def skeleton(addresses: Addresses, achievement: Achievement) -> bytes:
    """A credential of the achievement version with every member that one may have, and nobody's values in them.

    Its dates are the day on which the version was published. The same version makes the same bytes.
    """
    published = opened(achievement)
    day = achievement.created_at
    nobody = Completion(
        completion_id="",
        achievement=achievement.slug,
        name="",
        romanised_name=" ",
        email=" ",
        started_on=day.date(),
        completed_on=day.date(),
        evidence="https://",
        valid_until=day,
    )
    address = addresses.credential("")
    subject = _subject(nobody, published, address, "")
    usual = {result.result_description: result.value for result in subject.result or ()}  # the achievement's own hours
    results = tuple(
        document.Result(result_description=each.id, value=usual.get(each.id, ""))
        for each in published.result_description or ()
    )
    subject = msgspec.structs.replace(subject, result=results)
    status = _status(addresses, achievement.organisation_id, "", "")
    return document.encode(
        _credential(published.creator, achievement, nobody, subject, status, address=address, now=day)
    )


def _credential(
    issuer: document.Profile,
    achievement: Achievement,
    completion: Completion,
    subject: document.AchievementSubject,
    status: document.StatusEntry,
    *,
    address: str,
    now: datetime,
) -> document.Credential:
    awarded = subject.achievement
    until = completion.valid_until
    return document.Credential(
        id=address,
        name=f"{awarded.name} · {title_of(awarded.achievement_type, awarded.in_language)}",
        issuer=issuer,
        valid_from=document.moment(now),
        valid_until=document.moment(until) if until else msgspec.UNSET,
        awarded_date=document.moment(datetime.combine(completion.completed_on, time(), UTC)),
        credential_subject=subject,
        evidence=(document.Evidence(id=completion.evidence),) if completion.evidence else msgspec.UNSET,
        related_resource=(
            document.RelatedResource(id=awarded.id, digest_sri=document.digest_sri(achievement.document)),
        ),
        credential_status=status,
        iss=issuer.id,
        jti=address,
        sub=subject.id,
        nbf=int(now.timestamp()),
        exp=int(until.timestamp()) if until else msgspec.UNSET,
    )


def _subject(
    completion: Completion, achievement: AchievementVersion, address: str, salt: str
) -> document.AchievementSubject:
    identifiers = [document.name_identifier(completion.name)]
    if completion.romanised_name:
        identifiers.append(document.name_identifier(completion.romanised_name))
    if completion.email:
        identifiers.append(document.hashed_email(completion.email, salt))
    hours = completion.hours or achievement.hours
    results = {"hours": hours or None, "score": completion.score, "level": completion.level}
    values = {f"{achievement.id}#{name}": value for name, value in results.items() if value}
    values |= {key: completion.scores[name] for name, key in achievement.modules().items() if name in completion.scores}
    started = completion.started_on
    return document.AchievementSubject(
        id=f"{address}#learner",  # tells nothing of the person, and costs nothing in a QR code
        identifier=tuple(identifiers),
        activity_start_date=document.moment(datetime.combine(started, time(), UTC)) if started else msgspec.UNSET,
        activity_end_date=document.moment(datetime.combine(completion.completed_on, time(), UTC)),
        credits_earned=achievement.credits_available,
        achievement=achievement.embedded(),
        result=tuple(document.Result(result_description=key, value=value) for key, value in values.items())
        or msgspec.UNSET,
    )


def _status(addresses: Addresses, organisation_id: str, list_id: str, index: str) -> document.StatusEntry:
    list_address = addresses.status_list(organisation_id, list_id)
    return document.StatusEntry(
        id=f"{list_address}#{index}", status_list_index=index, status_list_credential=list_address
    )

"""Achievements: what is awarded. Every change makes a new version; a version that was published never changes."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from credential import document
from issuer.errors import FieldProblem, Invalid, NotFound
from issuer.organisations import find as find_organisation
from issuer.organisations import hold, profile
from issuer.service import Service
from issuer.tables import Achievement
from issuer.text import TextRefused, clean, printable

__all__ = ["AchievementVersion", "find", "latest", "publish"]

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
TYPES = ("MicroCredential", "CertificateOfCompletion", "Course", "Certificate")
RESULTS = {"hours": ("ext:LearningHours", "学时"), "score": ("RawScore", "成绩")}
MOST_TEXT = 2000


class Translation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The achievement in another language; `organisation` is filled in when it is published."""

    name: str
    description: str | None = None
    criteria: str | None = None
    organisation: str | None = None


class Described(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An achievement as described in a file."""

    slug: str
    type: str
    name: str
    description: str
    criteria: str
    language: str = "zh-Hans"
    hours: str | None = None
    tags: tuple[str, ...] = ()
    translations: dict[str, Translation] = {}


class AchievementVersion(document.Achievement, frozen=True, kw_only=True, rename="camel", omit_defaults=False):
    """The published document: the Achievement that credentials embed, and what they bind by its digest beside it."""

    creator: document.Profile
    hours: str | msgspec.UnsetType = msgspec.UNSET
    translations: dict[str, Translation]
    signatories: tuple[dict[str, str], ...]

    def embedded(self) -> document.Achievement:
        """The part that stands within a credential."""
        return document.Achievement(**{name: getattr(self, name) for name in document.Achievement.__struct_fields__})


def publish(service: Service, organisation_id: str, given: Mapping[str, Any]) -> Achievement:
    """Publish an achievement, or its next version when something changed. The same content again is the same version."""
    described = read(given)
    with service.database.writing() as session:
        organisation = find_organisation(session, organisation_id)
        hold(session, organisation_id)  # two at once would else make the same version number
        newest = _newest(session, organisation_id, described.slug)
        if newest and _bytes(service, organisation, described, newest.version) == newest.document:
            return newest
        version = newest.version + 1 if newest else 1
        achievement = Achievement(
            organisation_id=organisation_id,
            slug=described.slug,
            version=version,
            document=_bytes(service, organisation, described, version),
            created_at=service.now(),
        )
        session.add(achievement)
        session.commit()
        return achievement


def _bytes(service: Service, organisation: Any, described: Described, version: int) -> bytes:
    address = service.addresses.achievement(organisation.id, described.slug, version)
    translations = {
        language: msgspec.structs.replace(words, organisation=organisation.names.get(language))
        for language, words in described.translations.items()
    }
    published = AchievementVersion(
        id=address,
        achievement_type=described.type,
        name=described.name,
        description=described.description,
        criteria=document.Criteria(id=f"{address}#criteria", narrative=described.criteria),
        in_language=described.language,
        version=str(version),
        tag=described.tags or msgspec.UNSET,
        result_description=tuple(
            document.ResultDescription(id=f"{address}#{key}", name=name, result_type=result_type)
            for key, (result_type, name) in RESULTS.items()
        ),
        creator=profile(service, organisation),
        hours=described.hours or msgspec.UNSET,
        translations=translations,
        signatories=tuple(organisation.signatories),
    )
    return document.encode(published)


def read(given: Mapping[str, Any]) -> Described:
    """The description of an achievement, each text cleaned. Raises `Invalid` with each problem."""
    try:
        described = msgspec.convert(given, Described)
    except msgspec.ValidationError as error:
        raise Invalid((FieldProblem("achievement", str(error)),)) from error
    problems: list[FieldProblem] = []

    def text(field: str, value: str, most: int = MOST_TEXT) -> str:
        try:
            return printable(value, most=most) if field.endswith("name") else clean(value, most=most)
        except TextRefused as refused:
            problems.append(FieldProblem(field, str(refused)))
            return value

    if not SLUG.fullmatch(described.slug):
        problems.append(FieldProblem("slug", "must be small letters, digits and hyphens, such as data-analysis"))
    if described.type not in TYPES:
        problems.append(FieldProblem("type", f"must be one of {', '.join(TYPES)}"))
    if described.hours is not None and not re.fullmatch(r"[1-9]\d{0,4}(\.\d)?", described.hours):
        problems.append(FieldProblem("hours", 'must be a number in quotes, such as "96" or "7.5"'))
    cleaned = msgspec.structs.replace(
        described,
        name=text("name", described.name, 200),
        description=text("description", described.description),
        criteria=text("criteria", described.criteria),
        tags=tuple(text("tags", tag, 50) for tag in described.tags),
        translations={
            language: Translation(
                name=text(f"translations.{language}.name", words.name, 200),
                description=words.description and text(f"translations.{language}.description", words.description),
                criteria=words.criteria and text(f"translations.{language}.criteria", words.criteria),
            )
            for language, words in described.translations.items()
        },
    )
    if problems:
        raise Invalid(tuple(problems))
    return cleaned


def find(session: Session, organisation_id: str, slug: str, version: int) -> Achievement:
    """One published version, or `NotFound`."""
    achievement = session.get(Achievement, (organisation_id, slug, version))
    if achievement is None:
        raise NotFound("There is no such achievement version.")
    return achievement


def latest(session: Session, organisation_id: str, slug: str) -> Achievement:
    """The version that a new completion is issued for, or `Invalid`, which names the completion's field."""
    newest = _newest(session, organisation_id, slug)
    if newest is None:
        advice = "is not published; publish it first with `issuer achievement FILE.toml`"
        raise Invalid((FieldProblem("achievement", advice),))
    return newest


def _newest(session: Session, organisation_id: str, slug: str) -> Achievement | None:
    return session.scalars(
        select(Achievement)
        .where(Achievement.organisation_id == organisation_id, Achievement.slug == slug)
        .order_by(Achievement.version.desc())
        .limit(1)
    ).first()

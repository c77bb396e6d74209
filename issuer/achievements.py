"""Achievements: what is awarded. Every change makes a new version; a version that was published never changes."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from credential import document
from issuer.descriptions.achievement import Described, DescribedAlignment, Translation, read_achievement
from issuer.errors import FieldProblem, Invalid, NotFound
from issuer.looks import keep
from issuer.organisations import find as find_organisation
from issuer.organisations import hold, profile
from issuer.service import Service
from issuer.tables import Achievement, Credential

__all__ = ["AchievementVersion", "find", "latest", "of", "opened", "publish"]

RESULTS = {"hours": ("ext:LearningHours", "学时"), "score": ("RawScore", "成绩"), "level": ("PerformanceLevel", "等级")}
MODULE = "ext:ModuleScore"  # the type of the result that a module has
MOST_BYTES = 6 * 1024  # of what each credential embeds: a token must stay below 16 KiB


class AchievementVersion(document.Achievement, frozen=True, kw_only=True, rename="camel", omit_defaults=False):
    """The published document: the Achievement that credentials embed, and what they bind by its digest beside it."""

    creator: document.Profile
    hours: str | msgspec.UnsetType = msgspec.UNSET
    translations: dict[str, Translation]
    signatories: tuple[dict[str, str], ...]
    partners: tuple[dict[str, str], ...] | msgspec.UnsetType = msgspec.UNSET

    def modules(self) -> dict[str, str]:
        """The id of the result of each module, by the module's own id, in order."""
        results = [each.id for each in self.result_description or () if each.result_type == MODULE]
        return {result.partition("#module-")[2]: result for result in results}

    def check_scores(self, modules: Iterable[str]) -> None:
        """Raise `Invalid` where a completion has a score for what is not a module."""
        known = self.modules()
        has = f"its modules are {', '.join(known)}" if known else "it has none"
        advice = f"is not a module of {self.name}; {has}"
        if unknown := [module for module in modules if module not in known]:
            raise Invalid(tuple(FieldProblem("scores", advice, member=module[:100]) for module in unknown))

    def embedded(self) -> document.Achievement:
        """The part that stands within a credential."""
        return document.Achievement(**{name: getattr(self, name) for name in document.Achievement.__struct_fields__})


def publish(service: Service, organisation_id: str, given: Mapping[str, Any]) -> Achievement:
    """Publish an achievement, or its next version when something changed: its content, or the look it is shown in."""
    described = read_achievement(given)
    with service.database.reading() as session:
        # Before the version is recorded, and not while others wait to write: the store may be far away.
        look = keep(service, find_organisation(session, organisation_id), described.design)
    with service.database.writing() as session:
        organisation = find_organisation(session, organisation_id)
        hold(session, organisation_id)  # two at once would else make the same version number
        newest = _newest(session, organisation_id, described.slug)
        if (
            newest
            and newest.look == look
            and newest.document == _bytes(service, organisation, described, newest.version)
        ):
            return newest
        version = newest.version + 1 if newest else 1
        achievement = Achievement(
            organisation_id=organisation_id,
            slug=described.slug,
            version=version,
            document=_bytes(service, organisation, described, version),
            look=look,
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
        credits_available=described.credits or msgspec.UNSET,
        tag=described.tags or msgspec.UNSET,
        alignment=tuple(map(_alignment, described.alignments)) or msgspec.UNSET,
        result_description=(
            *(
                document.ResultDescription(id=f"{address}#{key}", name=name, result_type=result_type)
                for key, (result_type, name) in RESULTS.items()
            ),
            *(
                document.ResultDescription(id=f"{address}#module-{module.id}", name=module.name, result_type=MODULE)
                for module in described.modules
            ),
        ),
        creator=profile(service, organisation),
        hours=described.hours or msgspec.UNSET,
        translations=translations,
        signatories=tuple(organisation.signatories) if described.signatories is None else described.signatories,
        partners=described.partners or msgspec.UNSET,
    )
    if (size := len(document.encode(published.embedded()))) > MOST_BYTES:
        advice = f"makes {size:,} bytes in each credential, at most {MOST_BYTES:,} fit; shorten the texts"
        raise Invalid((FieldProblem("achievement", advice),))
    return document.encode(published)


def _alignment(described: DescribedAlignment) -> document.Alignment:
    return document.Alignment(
        target_name=described.name,
        target_url=described.url,
        target_framework=described.framework or msgspec.UNSET,
        target_code=described.code or msgspec.UNSET,
        target_type=described.type or msgspec.UNSET,
    )


def opened(achievement: Achievement) -> AchievementVersion:
    """What a published version says."""
    return _opened(achievement.document)


@lru_cache(maxsize=100)
def _opened(document: bytes) -> AchievementVersion:
    return msgspec.json.decode(document, type=AchievementVersion)


def find(session: Session, organisation_id: str, slug: str, version: int) -> Achievement:
    """One published version, or `NotFound`."""
    achievement = session.get(Achievement, (organisation_id, slug, version))
    if achievement is None:
        raise NotFound("There is no such achievement version.")
    return achievement


def of(session: Session, credential: Credential) -> Achievement:
    """The version that a credential was issued for."""
    return find(session, credential.organisation_id, credential.achievement_slug, credential.achievement_version)


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

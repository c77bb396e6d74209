"""What a certificate shows of an achievement is checked before anything is recorded."""

import json
from typing import Any

import pytest

from credential import reader
from issuer import achievements
from issuer.completions import read_completion
from issuer.credentials.issue import issue
from issuer.errors import Invalid
from issuer.looks import look_of
from issuer.service import Service
from tests.conftest import ACHIEVEMENT, COMPLETION, ORGANISATION
from tests.postgresql import both_databases

MODULES = [{"id": "sql", "name": "SQL 与数据库"}, {"id": "python", "name": "Python 程序设计"}]
ENGLISH: dict[str, Any] = {"name": "Data Analysis"}
COURSES = {
    **ACHIEVEMENT,
    "slug": "courses",
    "modules": MODULES,
    "tags": ["统计", "可视化"],
    "partners": [{"zh-Hans": "数据协会", "zh-Hant": "數據協會", "en": "Data Society"}],
    "translations": {
        "en": {**ENGLISH, "modules": ["SQL and Databases", "Programming in Python"], "tags": ["Statistics", "Charts"]},
        "zh-Hant": {"name": "數據分析微專業"},
    },
}


def published(service: Service, **changes: Any) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(achievements.publish(service, "glimmer", {**COURSES, **changes}).document)
    return document


def refusals(service: Service, **changes: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        achievements.publish(service, "glimmer", {**COURSES, **changes})
    with service.database.reading() as session, pytest.raises(Invalid, match="not published"):
        achievements.latest(session, "glimmer", "courses")
    return {problem.field: problem.detail for problem in refused.value.problems}


def test_modules_are_kinds_of_results_and_their_translations_stand_in_the_version(service: Service) -> None:
    version = published(service)
    described = [each for each in version["resultDescription"] if each["resultType"] == "ext:ModuleScore"]
    assert [each["name"] for each in described] == ["SQL 与数据库", "Python 程序设计"]
    assert [each["id"] for each in described] == [f"{version['id']}#module-sql", f"{version['id']}#module-python"]
    english = version["translations"]["en"]
    assert english["modules"] == ["SQL and Databases", "Programming in Python"]
    assert english["tags"] == ["Statistics", "Charts"]
    assert version["translations"]["zh-Hant"] == {"name": "數據分析微專業"}


def test_the_score_of_a_module_is_signed_and_a_missing_one_is_not(service: Service) -> None:
    version = published(service)
    completion = read_completion({**COMPLETION, "achievement": "courses", "scores": {"python": 91.5}}, service.now())
    claims = reader.read(issue(service, "glimmer", completion).credential.token or "").claims
    results = {each["resultDescription"]: each["value"] for each in claims["credentialSubject"]["result"]}
    assert results[f"{version['id']}#module-python"] == "91.5"
    assert f"{version['id']}#module-sql" not in results


def test_partners_stand_beside_the_signatories_and_those_of_the_achievement_sign_instead(service: Service) -> None:
    version = published(service)
    assert version["partners"] == COURSES["partners"]
    assert version["signatories"] == ORGANISATION["signatories"]
    signatories = [{"zh-Hans": "周明 主任", "zh-Hant": "周明 主任", "en": "Zhou Ming, Director"}]
    assert published(service, signatories=signatories)["signatories"] == signatories
    assert published(service, signatories=[])["signatories"] == []


def test_what_is_not_given_leaves_the_version_as_it_always_was(service: Service) -> None:
    with service.database.reading() as session:
        version = json.loads(achievements.latest(session, "glimmer", "data-analysis").document)
    assert "partners" not in version
    assert version["translations"]["en"].keys() == {"name", "criteria", "organisation"}


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"modules": [{"id": f"m{n}", "name": "课"} for n in range(13)]}, "modules", "at most 12"),
        ({"modules": [{"id": "SQL", "name": "课"}]}, "modules", "'SQL'"),
        ({"modules": [MODULES[0], MODULES[0]]}, "modules", "twice"),
        ({"modules": [{"id": "sql", "name": "课" * 31}]}, "modules", "31 characters"),
        ({"modules": [{"id": "sql", "name": "\U000323af"}]}, "modules", "U+323AF"),
        ({"translations": {"en": {**ENGLISH, "modules": ["SQL"]}}}, "translations.en.modules", "1 texts for 2"),
        ({"translations": {"en": {**ENGLISH, "tags": ["a", "b", "c"]}}}, "translations.en.tags", "3 texts for 2"),
        ({"translations": {"en": {**ENGLISH, "tags": ["a", "\u202e"]}}}, "translations.en.tags", "U+202E"),
        ({"translations": {"fr": ENGLISH}}, "translations", "zh-Hans, zh-Hant, en"),
        ({"translations": {"en": {"name": "x" * 101}}}, "translations.en.name", "101 characters"),
        ({"partners": [{"zh-Hans": "会"}] * 3}, "partners", "at most 2"),
        ({"partners": [{"zh": "数据协会"}]}, "partners", "zh-Hans, zh-Hant, en"),
        ({"partners": [{}]}, "partners", "needs a text"),
        ({"partners": [{"en": "x" * 41}]}, "partners", "41 characters"),
        ({"signatories": [{"en": "x"}] * 4}, "signatories", "at most 3"),
        ({"signatories": [{"fr": "x"}]}, "signatories", "'fr'"),
        ({"name": "长" * 500}, "name", "500 characters"),
        ({"language": "fr"}, "language", "zh-Hans, zh-Hant, en"),
        ({"design": "baroque"}, "design", "classic-landscape"),
        ({"design": "../certificates/classic-landscape"}, "design", "must be one of"),
    ],
)  # fmt: skip
def test_what_no_certificate_can_show_is_refused_and_not_recorded(
    service: Service, changes: dict[str, Any], field: str, said: str
) -> None:
    assert said in refusals(service, **changes)[field]


def test_everything_that_is_wrong_is_said_at_once(service: Service) -> None:
    assert refusals(service, name="", partners=[{"fr": "x"}], design="x").keys() == {"name", "partners", "design"}


@both_databases
def test_another_design_is_a_new_version_and_no_design_is_the_classic_one(service: Service) -> None:
    first = achievements.publish(service, "glimmer", COURSES)
    same = achievements.publish(service, "glimmer", {**COURSES, "design": "classic-landscape"})
    other = achievements.publish(service, "glimmer", {**COURSES, "design": "modern-landscape"})
    assert (first.version, same.version, other.version) == (1, 1, 2)
    assert look_of(other).certificate.name == "modern-landscape"

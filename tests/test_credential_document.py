"""What the issuer signs, checked against the specification's own schemas and by readers that we did not write."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwk as foreign_jwk
from joserfc import jwt as foreign_jwt
from jsonschema import Draft201909Validator, Draft202012Validator
from litestar import Litestar
from litestar.testing import TestClient

from credential import reader, wording
from issuer import achievements
from issuer.completions import read_completion
from issuer.credentials.issue import issue
from issuer.errors import Invalid
from issuer.service import Service
from tests.conftest import ACHIEVEMENT, COMPLETION

SCHEMAS = (
    "ob_v3p0_achievementcredential_schema.official-2026-07-04.json",
    "ob_v3p0_achievementcredential_schema.strict.json",
)


SKILL = {
    **ACHIEVEMENT,
    "slug": "skill",
    "type": "ext:SkillLevel",
    "credits": 3.5,
    "modules": [{"id": "sql", "name": "SQL 与数据库"}, {"id": "python", "name": "Python 程序设计"}],
    "alignments": [
        {"name": "数据分析处理工程技术人员", "url": "https://occupations.example/2-02-30-09", "code": "2-02-30-09",
         "framework": "中华人民共和国职业分类大典", "type": "CFItem"},
        {"name": "data analytics", "url": "http://data.europa.eu/esco/skill/1", "framework": "ESCO", "type": "ext:ESCO"},
    ],
}  # fmt: skip


def claims_of(service: Service, **fields: Any) -> dict[str, Any]:
    achievements.publish(service, "glimmer", SKILL)
    completion = read_completion({**COMPLETION, **fields}, service.now())
    return reader.read(issue(service, "glimmer", completion).credential.token or "").claims


@pytest.mark.parametrize("schema", SCHEMAS)
@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"romanised_name": None, "email": None, "started_on": None, "score": None},
        {"hours": 7.5, "valid_until": "2029-11-20T18:00:00Z"},
        {"achievement": "skill", "level": "三级 / 高级工", "evidence": "https://learner.example/report.pdf"},
        {"achievement": "skill", "scores": {"sql": 91, "python": "优秀"}},
    ],
    ids=["everything", "the least", "hours and an end", "level, credits, alignments and evidence", "modules"],
)
def test_a_credential_satisfies_the_official_schema(
    service: Service, conformance: Path, schema: str, fields: dict[str, Any]
) -> None:
    rules = json.loads((conformance / "schemas" / schema).read_text())
    validator = Draft201909Validator if "2019-09" in rules.get("$schema", "") else Draft202012Validator
    errors = [
        f"{error.json_path}: {error.message}" for error in validator(rules).iter_errors(claims_of(service, **fields))
    ]
    assert errors == []


def test_another_library_verifies_the_token_with_the_jwk_that_its_kid_answers_with(
    token: str, issuer: TestClient[Litestar]
) -> None:
    kid = reader.read(token).claimed_kid
    published = issuer.get(kid).json()
    verified = foreign_jwt.decode(token, foreign_jwk.ECKey.import_key(published), algorithms=["ES256"])
    assert list(verified.header) == ["alg", "kid", "typ"]
    assert verified.claims["credentialSubject"]["identifier"][0]["identityHash"] == "欧阳雨泽"


def test_nothing_in_a_credential_is_empty_or_null(service: Service) -> None:
    def walk(part: Any) -> None:
        assert part not in (None, "", [], {})
        for member in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
            walk(member)

    walk(claims_of(service, romanised_name=None, email=None, score=None))


def test_the_registered_claims_say_what_the_credential_says(service: Service) -> None:
    claims = claims_of(service, valid_until="2029-11-20T18:00:00Z")
    reader.registered_claims(claims)
    assert claims["validFrom"] == "2026-11-21T02:00:00Z"
    assert claims["exp"] == 1889892000
    assert isinstance(claims["credentialStatus"], dict)
    assert isinstance(claims["credentialStatus"]["statusListIndex"], str)


def test_the_e_mail_address_is_there_only_for_who_knows_it(service: Service) -> None:
    claims = claims_of(service)
    assert "learner.example" not in json.dumps(claims)
    hashed = next(i for i in claims["credentialSubject"]["identifier"] if i["identityType"] == "emailAddress")
    again = hashlib.sha256(b"ouyang.yuze@learner.example" + hashed["salt"].encode()).hexdigest()
    assert hashed["identityHash"] == f"sha256${again}"


def test_the_achievement_version_is_bound_by_its_digest(service: Service, issuer: TestClient[Litestar]) -> None:
    import base64

    (related,) = claims_of(service)["relatedResource"]
    published = issuer.get(related["id"]).content
    assert related["digestSRI"] == "sha384-" + base64.b64encode(hashlib.sha384(published).digest()).decode()
    assert json.loads(published)["translations"]["en"]["organisation"] == "Glimmer Academy"


def test_level_credits_alignments_and_evidence_stand_in_the_words_of_open_badges(service: Service) -> None:
    claims = claims_of(service, achievement="skill", level="三级", evidence="https://learner.example/report.pdf")
    subject = claims["credentialSubject"]
    assert (subject["creditsEarned"], subject["achievement"]["creditsAvailable"]) == (3.5, 3.5)
    assert subject["achievement"]["alignment"][0]["targetCode"] == "2-02-30-09"
    assert claims["evidence"] == [{"id": "https://learner.example/report.pdf", "type": ["Evidence"]}]
    results = wording.lists(claims, {}, ("zh-Hans",)).results
    assert results == (("level", "三级"), ("hours", "96"), ("score", "88"), ("credits", "3.5"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"credits": -1}, "credits"),
        ({"alignments": [{"name": "x", "url": "javascript:alert(1)"}]}, "url"),
        ({"alignments": [{"name": "x", "url": "https://x.example", "type": "Nonsense"}]}, "type"),
        ({"alignments": [{"name": "x", "url": "https://x.example"}] * 6}, "at most 5"),
        ({"type": "ext:"}, "type"),
    ],
)
def test_what_open_badges_does_not_know_is_not_published(service: Service, change: dict[str, Any], said: str) -> None:
    with pytest.raises(Invalid, match=said):
        achievements.publish(service, "glimmer", {**SKILL, **change})

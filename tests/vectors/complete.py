"""A credential with everything that an issuer of ours may sign, and the achievement version that it binds."""

from base64 import b64encode
from hashlib import sha256, sha384
from typing import Any

from tests.vectors import workshop as w

__all__ = ["VERSION_URL", "complete", "version"]

VERSION_URL = f"{w.ISSUER}/achievements/data-analysis/1"
SALT = "266970cc1f51a14a0c1bd32cebf38880"


def achievement() -> dict[str, Any]:
    return {
        "id": VERSION_URL,
        "type": ["Achievement"],
        "achievementType": "MicroCredential",
        "name": "数据分析微专业",
        "description": "从数据采集到统计建模。",
        "criteria": {"id": f"{VERSION_URL}#criteria", "narrative": "通过期末考核。"},
        "inLanguage": "zh-Hans",
        "version": "1",
        "tag": ["统计"],
        "resultDescription": [
            {
                "id": f"{VERSION_URL}#hours",
                "type": ["ResultDescription"],
                "name": "学时",
                "resultType": "ext:LearningHours",
            },
            {"id": f"{VERSION_URL}#score", "type": ["ResultDescription"], "name": "成绩", "resultType": "RawScore"},
        ],
    }


def version() -> bytes:
    """The published achievement version: the achievement, and what stands beside it."""
    english = {
        "name": "Micro-specialty in Data Analysis",
        "criteria": "Exam passed.",
        "organisation": "Glimmer Academy",
    }
    return w.to_json(
        {
            **achievement(),
            "creator": {"id": w.ISSUER, "type": ["Profile"], "name": "微光学院"},
            "hours": "96",
            "translations": {"en": english},
            "signatories": [{"zh-Hans": "林知远 院长", "en": "Lin Zhiyuan, Dean"}],
        }
    )


def complete() -> dict[str, Any]:
    claims = w.claims()
    email = sha256(f"ouyang.yuze@learner.example{SALT}".encode()).hexdigest()
    hashed = {"type": "IdentityObject", "hashed": True, "salt": SALT, "identityType": "emailAddress"}
    plain = {"type": "IdentityObject", "hashed": False, "identityType": "name"}
    claims["@context"].append("https://purl.imsglobal.org/spec/ob/v3p0/extensions.json")
    claims["issuer"]["url"] = "https://glimmer.example"
    claims["credentialSubject"] = {
        "id": claims["sub"],
        "type": ["AchievementSubject"],
        "identifier": [
            {**plain, "identityHash": "欧阳雨泽"},
            {**plain, "identityHash": "Ouyang Yuze"},
            {**hashed, "identityHash": f"sha256${email}"},
        ],
        "activityStartDate": "2026-03-02T00:00:00Z",
        "activityEndDate": "2026-11-15T00:00:00Z",
        "achievement": achievement(),
        "result": [
            {"type": ["Result"], "resultDescription": f"{VERSION_URL}#hours", "value": "96"},
            {"type": ["Result"], "resultDescription": f"{VERSION_URL}#score", "value": "88"},
        ],
    }
    digest = "sha384-" + b64encode(sha384(version()).digest()).decode()
    schema = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
    ordered = {
        **{name: claims[name] for name in ("@context", "id", "type", "name", "issuer", "validFrom")},
        "validUntil": "2029-11-20T18:00:00Z",
        "awardedDate": claims["awardedDate"],
        "credentialSubject": claims["credentialSubject"],
        "relatedResource": [{"id": VERSION_URL, "digestSRI": digest}],
        "credentialSchema": [{"id": schema, "type": "1EdTechJsonSchemaValidator2019"}],
    }
    return {
        **ordered,
        **{name: claims[name] for name in ("credentialStatus", "iss", "jti", "sub", "nbf")},
        "exp": 1889892000,
    }

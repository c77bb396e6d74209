"""What a design is tried with: sample credentials, worded as signed ones are. Their texts stand in `samples.toml`."""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from credential.phrases import RENDITIONS
from credential.wording import Wording, wording
from issuer.certificate.design import FOLDER

__all__ = ["SAMPLE_CODE", "sample", "sample_names"]

SAMPLE_CODE = "WG-7K4M9QXT2D8HC5RF"
ACHIEVEMENT = "https://issuer.example/achievements/sample/1"
RESULTS = {"hours": "ext:LearningHours", "score": "RawScore", "level": "PerformanceLevel"}


def sample_names() -> tuple[str, ...]:
    """The names of the samples."""
    return tuple(_samples())


def sample(name: str, rendition: str = "bilingual") -> Wording:
    """What a sample says in a rendition of `credential.phrases.RENDITIONS`."""
    given = _samples()[name]
    return wording(_claims(given), _version(given), RENDITIONS[rendition])


@lru_cache
def _samples() -> Mapping[str, dict[str, Any]]:
    return tomllib.loads((FOLDER / "samples.toml").read_text(encoding="utf-8"))


def _claims(given: Mapping[str, Any]) -> dict[str, Any]:
    modules = given.get("modules", ())
    described = [{"id": f"{ACHIEVEMENT}#{key}", "resultType": kind} for key, kind in RESULTS.items()]
    described += [
        {"id": f"{ACHIEVEMENT}#module-{i}", "resultType": "ext:ModuleScore", "name": module["name"]["zh-Hans"]}
        for i, module in enumerate(modules)
    ]
    values = {key: given[key] for key in RESULTS if key in given}
    values |= {f"module-{i}": module["score"] for i, module in enumerate(modules)}
    subject = {
        "identifier": [{"identityType": "name", "hashed": False, "identityHash": name} for name in given["names"]],
        "activityEndDate": f"{given['completed']}T00:00:00Z",
        "achievement": {
            "achievementType": given["type"],
            "name": given["achievement"]["zh-Hans"],
            "inLanguage": "zh-Hans",
            "tag": [skill["zh-Hans"] for skill in given.get("skills", ())],
            "resultDescription": described,
        },
        "result": [{"resultDescription": f"{ACHIEVEMENT}#{key}", "value": value} for key, value in values.items()],
    }
    if "started" in given:
        subject["activityStartDate"] = f"{given['started']}T00:00:00Z"
    if "credits" in given:
        subject["creditsEarned"] = given["credits"]
    claims = {
        "id": f"https://issuer.example/credentials/{SAMPLE_CODE}",
        "issuer": {"name": given["organisation"]["zh-Hans"]},
        "validFrom": "2026-11-21T02:00:00Z",
        "credentialSubject": subject,
    }
    return claims | ({"validUntil": f"{given['until']}T02:00:00Z"} if "until" in given else {})


def _version(given: Mapping[str, Any]) -> dict[str, Any]:
    def in_language(language: str) -> dict[str, Any]:
        lists = {
            "tags": [skill.get(language) for skill in given.get("skills", ())],
            "modules": [module["name"].get(language) for module in given.get("modules", ())],
        }
        texts = {"name": given["achievement"].get(language), "organisation": given["organisation"].get(language)}
        return {key: text for key, text in texts.items() if text} | {
            key: texts for key, texts in lists.items() if all(texts)
        }

    return {
        "translations": {language: in_language(language) for language in ("zh-Hant", "en")},
        "signatories": given.get("signatories", []),
        "partners": given.get("partners", []),
    }

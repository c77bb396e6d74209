"""What a design is tried with: sample credentials, worded as signed ones are. Their texts stand in `samples.toml`."""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from hashlib import shake_256
from typing import Any

from credential.phrases import BILINGUAL, LANGUAGES, RENDITIONS
from credential.wording import Wording, wording
from issuer.certificate.design import FOLDER

__all__ = ["SAMPLE_CODE", "SAMPLE_URL", "sample", "sample_names"]

SAMPLE_CODE = "WG-7K4M9QXT2D8HC5RF"
# What its QR code holds: an address and, as in a real one, some 700 digits behind it.
SAMPLE_URL = f"https://verify.glimmer.example/v/{SAMPLE_CODE}#{int.from_bytes(shake_256(b'sample').digest(290))}"
ACHIEVEMENT = "https://issuer.example/achievements/sample/1"
RESULTS = {"hours": "ext:LearningHours", "score": "RawScore", "level": "PerformanceLevel"}


def sample_names() -> tuple[str, ...]:
    """The names of the samples."""
    return tuple(_samples())


def sample(name: str, rendition: str = BILINGUAL, changed: Mapping[str, Any] | None = None) -> Wording:
    """What a sample says in a rendition of `credential.phrases.RENDITIONS`, with some of its members `changed`.

    They are named as in `samples.toml`; one more, `language`, is that of the texts that are signed.
    """
    given = {"language": "zh-Hans", **_samples()[name], **(changed or {})}
    return wording(_claims(given), _version(given), RENDITIONS[rendition])


@lru_cache
def _samples() -> Mapping[str, dict[str, Any]]:
    return tomllib.loads((FOLDER / "samples.toml").read_text(encoding="utf-8"))


def _claims(given: Mapping[str, Any]) -> dict[str, Any]:
    own = given["language"]
    modules = given.get("modules", ())
    described = [{"id": f"{ACHIEVEMENT}#{key}", "resultType": kind} for key, kind in RESULTS.items()]
    described += [
        {"id": f"{ACHIEVEMENT}#module-{i}", "resultType": "ext:ModuleScore", "name": _in(own, module["name"])}
        for i, module in enumerate(modules)
    ]
    values = {key: given[key] for key in RESULTS if key in given}
    values |= {f"module-{i}": module["score"] for i, module in enumerate(modules)}
    subject = {
        "identifier": [{"identityType": "name", "hashed": False, "identityHash": name} for name in given["names"]],
        "activityEndDate": f"{given['completed']}T00:00:00Z",
        "achievement": {
            "achievementType": given["type"],
            "name": _in(own, given["achievement"]),
            "inLanguage": own,
            "tag": [_in(own, skill) for skill in given.get("skills", ())],
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


def _in(language: str, texts: Mapping[str, str]) -> str:
    return texts.get(language) or texts["zh-Hans"]


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
        "translations": {language: in_language(language) for language in LANGUAGES},
        "signatories": given.get("signatories", []),
        "partners": given.get("partners", []),
    }

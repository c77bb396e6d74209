"""An organisation and an achievement as their files describe them, in the place of a sample's own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from issuer.certificate import PLAIN, Brand
from issuer.descriptions.achievement import Described, read_achievement
from issuer.descriptions.organisation import DescribedOrganisation, read_organisation
from issuer.descriptions.reading import toml_file

__all__ = ["Changes", "changes_of"]

SCORE = "88"  # of every module


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What of a sample is replaced, named as in `samples.toml`, and the brand that it is drawn with."""

    members: Mapping[str, Any] = field(default_factory=dict)
    brand: Brand = PLAIN


def changes_of(organisation: Path | None, achievement: Path | None) -> Changes:
    """What the files change. Raises `Invalid` that names what is wrong with them, and `OSError`."""
    members: dict[str, Any] = {}
    brand = PLAIN
    if organisation:
        described, logo = read_organisation(toml_file(organisation), organisation.parent)
        members |= _of_organisation(described)
        look = described.look
        brand = Brand(ink=look.ink, accent=look.accent, seal=look.seal, logo=logo)
    if achievement:
        members |= _of_achievement(read_achievement(toml_file(achievement)))
    return Changes(members=members, brand=brand)


def _of_organisation(described: DescribedOrganisation) -> dict[str, Any]:
    return {"organisation": described.name, "signatories": described.signatories}


def _of_achievement(described: Described) -> dict[str, Any]:
    """Its hours and credits hold where it says them, as they do for a completion without its own."""
    own = described.language

    def in_languages(place: int, text: str, member: str) -> dict[str, str]:
        lists = {language: getattr(words, member) for language, words in described.translations.items()}
        return {own: text} | {language: texts[place] for language, texts in lists.items() if texts}

    members = {
        "language": own,
        "type": described.type,
        "achievement": {own: described.name}
        | {language: words.name for language, words in described.translations.items()},
        "skills": [in_languages(place, tag, "tags") for place, tag in enumerate(described.tags)],
        "modules": [
            {"name": in_languages(place, module.name, "modules"), "score": SCORE}
            for place, module in enumerate(described.modules)
        ],
        "partners": described.partners,
        "signatories": described.signatories,
        "hours": described.hours,
        "credits": described.credits,
    }
    return {name: value for name, value in members.items() if value is not None}

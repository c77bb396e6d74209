"""An organisation and an achievement as their files describe them, in the place of a sample's own."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from issuer import descriptions, organisations
from issuer.certificate import PLAIN, Brand
from issuer.descriptions import read_description
from issuer.errors import FieldProblem, Invalid

__all__ = ["Changes", "changes_of"]


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What of a sample is replaced, named as in `samples.toml`, and the brand that it is drawn with."""

    members: Mapping[str, Any] = field(default_factory=dict)
    brand: Brand = PLAIN


def changes_of(organisation: Path | None, achievement: Path | None) -> Changes:
    """What the files change. Raises `Invalid` that names what is wrong with them, and `OSError`."""
    members: dict[str, Any] = {}
    if organisation:
        members |= _of_organisation(organisations.read(_toml(organisation)))
    if achievement:
        members |= _of_achievement(read_description(_toml(achievement)))
    return Changes(members=members)


def _of_organisation(described: organisations.Described) -> dict[str, Any]:
    return {"organisation": described.name, "signatories": described.signatories}


def _of_achievement(described: descriptions.Described) -> dict[str, Any]:
    """Its hours and credits hold where it says them, as they do for a completion without its own."""
    own = described.language
    members = {
        "language": own,
        "type": described.type,
        "achievement": {own: described.name}
        | {language: words.name for language, words in described.translations.items()},
        "skills": [{own: tag} for tag in described.tags],
        "hours": described.hours,
        "credits": described.credits,
    }
    return {name: value for name, value in members.items() if value is not None}


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (UnicodeError, tomllib.TOMLDecodeError) as error:
        raise Invalid((FieldProblem(str(file), f"is not TOML: {error}"),)) from error

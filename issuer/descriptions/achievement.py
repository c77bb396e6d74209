"""An achievement as an operator describes it in a file, before it is published."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from credential.phrases import LANGUAGES
from issuer.addresses import NAME, is_web_address
from issuer.certificate.design import CLASSIC, designs
from issuer.descriptions.organisation import MOST_SIGNATORIES
from issuer.descriptions.reading import Reading, converted

__all__ = ["MOST_MODULES", "Described", "DescribedAlignment", "Module", "Translation", "read_achievement"]

EXTENSION = re.compile(r"ext:[A-Za-z0-9._-]{1,60}")  # OB 3.0 §B.2: how its enumerations are extended
TARGETS = ("ceasn:Competency", "ceterms:Credential", "CFItem", "CFRubric", "CTDL")
TYPES = ("MicroCredential", "CertificateOfCompletion", "Course", "Certificate")
LONGEST_NAME = 100  # graphemes
LONGEST_TAG = 50
LONGEST_MODULE = 30
MOST_TEXT = 1000
MOST_TAGS = 10
MOST_MODULES = 12
MOST_ALIGNMENTS = 5
MOST_PARTNERS = 2
MOST_CREDITS = 1000


class Translation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The achievement in another language; `organisation` is filled in when it is published.

    `modules` and `tags` have one text for each of the achievement's own, in order, or none.
    """

    name: str
    description: str | None = None
    criteria: str | None = None
    organisation: str | None = None
    modules: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


class DescribedAlignment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An alignment as described in a file, such as an occupation of 国家职业分类大典 or an ESCO skill."""

    name: str
    url: str
    framework: str | None = None
    code: str | None = None
    type: str | None = None


class Module(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A course within the achievement, which has a score of its own. `id` is what a completion calls it."""

    id: str
    name: str


class Described(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An achievement as described in a file. `signatories`, where given, sign instead of the organisation's."""

    slug: str
    type: str
    name: str
    description: str
    criteria: str
    language: str = "zh-Hans"
    hours: str | None = None
    credits: float | None = None
    tags: tuple[str, ...] = ()
    modules: tuple[Module, ...] = ()
    alignments: tuple[DescribedAlignment, ...] = ()
    partners: tuple[dict[str, str], ...] = ()
    signatories: tuple[dict[str, str], ...] | None = None
    design: str = CLASSIC
    translations: dict[str, Translation] = {}


def read_achievement(given: Mapping[str, Any]) -> Described:
    """The description of an achievement, each text cleaned. Raises `Invalid` with each problem."""
    described = converted(given, Described, "achievement")
    reading = Reading()
    _check(reading, described)
    _check_modules(reading, described.modules)
    _check_alignments(reading, described.alignments)
    _check_translations(reading, described)
    cleaned = _cleaned(reading, described)
    reading.end()
    return cleaned


def _check(reading: Reading, described: Described) -> None:
    if not NAME.fullmatch(described.slug):
        reading.refuse("slug", "must be small letters, digits and hyphens, such as data-analysis")
    if described.type not in TYPES and not EXTENSION.fullmatch(described.type):
        reading.refuse("type", f"must be one of {', '.join(TYPES)} or begin with ext:")
    if described.language not in LANGUAGES:
        reading.refuse("language", f"must be one of {', '.join(LANGUAGES)}")
    if described.hours is not None and not re.fullmatch(r"[1-9]\d{0,4}(\.\d)?", described.hours):
        reading.refuse("hours", 'must be a number in quotes, such as "96" or "7.5"')
    if described.credits is not None and not 0 < described.credits <= MOST_CREDITS:
        reading.refuse("credits", f"must be a number above 0, at most {MOST_CREDITS}")
    if len(described.tags) > MOST_TAGS:
        reading.refuse("tags", f"are at most {MOST_TAGS}")
    if described.design not in (known := designs()):
        reading.refuse("design", f"must be one of {', '.join(known)}, not {described.design[:50]!r}")


def _check_modules(reading: Reading, modules: tuple[Module, ...]) -> None:
    if len(modules) > MOST_MODULES:
        reading.refuse("modules", f"are at most {MOST_MODULES}")
    for module in modules:
        if not NAME.fullmatch(module.id):
            reading.refuse("modules", f"need an id of small letters, digits and hyphens, not {module.id[:50]!r}")
    if len({module.id for module in modules}) < len(modules):
        reading.refuse("modules", "have an id twice")


def _check_alignments(reading: Reading, alignments: tuple[DescribedAlignment, ...]) -> None:
    if len(alignments) > MOST_ALIGNMENTS:
        reading.refuse("alignments", f"are at most {MOST_ALIGNMENTS}")
    for alignment in alignments:
        if not is_web_address(alignment.url):
            reading.refuse("alignments", f"need an http or https url, not {alignment.url[:100]!r}")
        if alignment.type is not None and alignment.type not in TARGETS and not EXTENSION.fullmatch(alignment.type):
            reading.refuse("alignments", f"need a type of {', '.join(TARGETS)} or one with ext:")


def _check_translations(reading: Reading, described: Described) -> None:
    reading.languages("translations", described.translations)
    for language, words in described.translations.items():
        for member, own in (("modules", described.modules), ("tags", described.tags)):
            translated = getattr(words, member)
            if translated and len(translated) != len(own):
                reading.refuse(
                    f"translations.{language}.{member}",
                    f"has {len(translated)} texts for {len(own)} {member}; give one for each, in order, or none",
                )


def _cleaned(reading: Reading, described: Described) -> Described:
    shown, text = reading.shown, reading.text
    signatories = described.signatories
    return msgspec.structs.replace(
        described,
        name=shown("name", described.name, most=LONGEST_NAME),
        description=text("description", described.description, most=MOST_TEXT),
        criteria=text("criteria", described.criteria, most=MOST_TEXT),
        tags=tuple(shown("tags", tag, most=LONGEST_TAG) for tag in described.tags),
        modules=tuple(
            Module(id=module.id, name=shown("modules", module.name, most=LONGEST_MODULE))
            for module in described.modules
        ),
        alignments=tuple(
            msgspec.structs.replace(
                alignment,
                name=text("alignments", alignment.name, most=100),
                framework=alignment.framework and text("alignments", alignment.framework, most=100),
                code=alignment.code and text("alignments", alignment.code, most=50),
            )
            for alignment in described.alignments
        ),
        partners=reading.several_names("partners", described.partners, most=MOST_PARTNERS),
        signatories=signatories and reading.several_names("signatories", signatories, most=MOST_SIGNATORIES),
        translations={
            language: _translation(reading, f"translations.{language}", words)
            for language, words in described.translations.items()
        },
    )


def _translation(reading: Reading, field: str, words: Translation) -> Translation:
    shown, text = reading.shown, reading.text
    return Translation(
        name=shown(f"{field}.name", words.name, most=LONGEST_NAME),
        description=words.description and text(f"{field}.description", words.description, most=MOST_TEXT),
        criteria=words.criteria and text(f"{field}.criteria", words.criteria, most=MOST_TEXT),
        modules=tuple(shown(f"{field}.modules", name, most=LONGEST_MODULE) for name in words.modules),
        tags=tuple(shown(f"{field}.tags", tag, most=LONGEST_TAG) for tag in words.tags),
    )

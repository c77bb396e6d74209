"""An achievement as an operator describes it in a file, before it is published: each text cleaned, each limit kept."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from credential.phrases import LANGUAGES
from issuer.addresses import NAME
from issuer.errors import FieldProblem, Invalid
from issuer.organisations import is_web_address
from issuer.text import TextRefused, clean, printable

__all__ = ["Described", "DescribedAlignment", "Translation", "read_description"]

EXTENSION = re.compile(r"ext:[A-Za-z0-9._-]{1,60}")  # OB 3.0 §B.2: how its enumerations are extended
TARGETS = ("ceasn:Competency", "ceterms:Credential", "CFItem", "CFRubric", "CTDL")
TYPES = ("MicroCredential", "CertificateOfCompletion", "Course", "Certificate")
LONGEST_NAME = 100  # graphemes
MOST_TEXT = 1000
MOST_TAGS = 10
MOST_ALIGNMENTS = 5
MOST_CREDITS = 1000

Clean = Callable[..., str]


class Translation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The achievement in another language; `organisation` is filled in when it is published."""

    name: str
    description: str | None = None
    criteria: str | None = None
    organisation: str | None = None


class DescribedAlignment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An alignment as described in a file, such as an occupation of 国家职业分类大典 or an ESCO skill."""

    name: str
    url: str
    framework: str | None = None
    code: str | None = None
    type: str | None = None


class Described(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An achievement as described in a file."""

    slug: str
    type: str
    name: str
    description: str
    criteria: str
    language: str = "zh-Hans"
    hours: str | None = None
    credits: float | None = None
    tags: tuple[str, ...] = ()
    alignments: tuple[DescribedAlignment, ...] = ()
    translations: dict[str, Translation] = {}


def read_description(given: Mapping[str, Any]) -> Described:
    """The description of an achievement, each text cleaned. Raises `Invalid` with each problem."""
    try:
        described = msgspec.convert(given, Described)
    except msgspec.ValidationError as error:
        raise Invalid((FieldProblem("achievement", str(error)),)) from error
    problems = [*_problems(described), *_alignment_problems(described)]

    def text(field: str, value: str, most: int = MOST_TEXT) -> str:
        try:
            return printable(value, most=most) if field.endswith("name") else clean(value, most=most)
        except TextRefused as refused:
            problems.append(FieldProblem(field, str(refused)))
            return value

    cleaned = _cleaned(described, text)
    if problems:
        raise Invalid(tuple(problems))
    return cleaned


def _problems(described: Described) -> Iterator[FieldProblem]:
    if not NAME.fullmatch(described.slug):
        yield FieldProblem("slug", "must be small letters, digits and hyphens, such as data-analysis")
    if described.type not in TYPES and not EXTENSION.fullmatch(described.type):
        yield FieldProblem("type", f"must be one of {', '.join(TYPES)} or begin with ext:")
    if described.language not in LANGUAGES:
        yield FieldProblem("language", f"must be one of {', '.join(LANGUAGES)}")
    if described.hours is not None and not re.fullmatch(r"[1-9]\d{0,4}(\.\d)?", described.hours):
        yield FieldProblem("hours", 'must be a number in quotes, such as "96" or "7.5"')
    if described.credits is not None and not 0 < described.credits <= MOST_CREDITS:
        yield FieldProblem("credits", f"must be a number above 0, at most {MOST_CREDITS}")
    if len(described.tags) > MOST_TAGS:
        yield FieldProblem("tags", f"are at most {MOST_TAGS}")


def _alignment_problems(described: Described) -> Iterator[FieldProblem]:
    if len(described.alignments) > MOST_ALIGNMENTS:
        yield FieldProblem("alignments", f"are at most {MOST_ALIGNMENTS}")
    for alignment in described.alignments:
        if not is_web_address(alignment.url):
            yield FieldProblem("alignments", f"need an http or https url, not {alignment.url[:100]!r}")
        if alignment.type is not None and alignment.type not in TARGETS and not EXTENSION.fullmatch(alignment.type):
            yield FieldProblem("alignments", f"need a type of {', '.join(TARGETS)} or one with ext:")


def _cleaned(described: Described, text: Clean) -> Described:
    return msgspec.structs.replace(
        described,
        name=text("name", described.name, LONGEST_NAME),
        description=text("description", described.description),
        criteria=text("criteria", described.criteria),
        tags=tuple(text("tags", tag, 50) for tag in described.tags),
        alignments=tuple(
            msgspec.structs.replace(
                alignment,
                name=text("alignments", alignment.name, 100),
                framework=alignment.framework and text("alignments", alignment.framework, 100),
                code=alignment.code and text("alignments", alignment.code, 50),
            )
            for alignment in described.alignments
        ),
        translations={
            language: Translation(
                name=text(f"translations.{language}.name", words.name, LONGEST_NAME),
                description=words.description and text(f"translations.{language}.description", words.description),
                criteria=words.criteria and text(f"translations.{language}.criteria", words.criteria),
            )
            for language, words in described.translations.items()
        },
    )

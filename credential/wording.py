"""The words a person reads: one truth for the certificate that prints them and the verifier that looks for them.

Everything here comes from signed bytes: the credential's own claims, or the achievement version whose digest the
credential carries in `relatedResource` (VCDM 2.0 §5.3). Only the fixed phrases ("This certifies that") are ours.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta, timezone
from itertools import islice
from typing import Any, Generic, NamedTuple, TypeVar

from msgspec import Struct

from credential.code import parse, printed
from credential.errors import MalformedCode
from credential.phrases import BILINGUAL, MONTHS, PHRASES, RENDITIONS, TITLES

__all__ = [
    "Fact",
    "Lists",
    "Section",
    "Text",
    "Wording",
    "lists",
    "script_language",
    "texts_of",
    "title_of",
    "translations_of",
    "wording",
]

RESULTS = {
    "PerformanceLevel": "level",
    "ext:LearningHours": "hours",
    "RawScore": "score",
}  # OB 3.0 ResultType → our phrase
MODULE = "ext:ModuleScore"  # the ResultType of a course within the achievement
SKILL_LEVEL = "ext:SkillLevel"
CHINA = timezone(timedelta(hours=8))
Entry = TypeVar("Entry")
Words = TypeVar("Words")


class Text(Struct, frozen=True, kw_only=True):  # made by the dozen for each verification
    """A text and its language (BCP 47), for the `lang` attribute and the PDF's structure tree."""

    language: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A labelled value such as 学时 Hours 96; `values` is one text per language, or one where all read the same."""

    key: str
    labels: tuple[Text, ...]
    values: tuple[Text, ...]

    @property
    def text(self) -> str:
        """The labels and the value as they are read, one after the other."""
        return " ".join(text.text for text in (*self.labels, *self.values))


@dataclass(frozen=True, kw_only=True)
class Section(Generic[Entry]):
    """A list under a heading. `entries` are facts, or names with one text per language."""

    label: tuple[Text, ...]
    entries: tuple[Entry, ...]


class Lists(NamedTuple):
    """The lists of one rendition, each text by language in its order: results that a certificate shows as `(key, value)`
    (level, hours, score and credits), modules as `(id, name, score)`, skills, partners.
    """

    results: tuple[tuple[str, str], ...]
    modules: tuple[tuple[str, dict[str, str], str], ...]
    skills: tuple[dict[str, str], ...]
    partners: tuple[dict[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Wording:
    """What one rendition of a certificate says, in its languages' order. Every tuple has the main language first.

    Every design shows the fields without a default; `period` and the sections only where they are said and a design has
    a place for them.
    """

    languages: tuple[str, ...]
    document_title: str
    organisation: tuple[Text, ...]
    title: tuple[Text, ...]
    certifies: tuple[Text, ...]
    name: tuple[Text, ...]
    completed: tuple[Text, ...]
    achievement: tuple[Text, ...]
    facts: tuple[Fact, ...]
    signatories: tuple[tuple[Text, ...], ...]
    check: tuple[Text, ...]
    code_label: tuple[Text, ...]
    code: str
    period: Fact | None = None
    transcript: Section[Fact] | None = None
    skills: Section[tuple[Text, ...]] | None = None
    partners: Section[tuple[Text, ...]] | None = None


def wording(
    claims: Mapping[str, Any],
    achievement_version: Mapping[str, Any],
    languages: Sequence[str] = RENDITIONS[BILINGUAL],
) -> Wording:
    """Word the signed `claims`, which must have the shape of `credential.document.Credential`, in `languages`.

    `achievement_version` is the published document that `relatedResource` binds: it holds the translations. It may be
    empty where it could not be fetched; the wording then has the credential's own language only.
    """
    rendition = _Rendition(tuple(languages), achievement_version)
    found = lists(claims, achievement_version, languages)
    subject = claims["credentialSubject"]
    achievement = subject["achievement"]
    own = achievement["inLanguage"]
    names = people(subject)
    if languages[0] == "en":  # who reads English reads the romanised name
        names = names[::-1]
    heading = _titles(achievement.get("achievementType", ""))
    attained = achievement.get("achievementType") == SKILL_LEVEL
    dates = [("issued", claims["validFrom"])]
    if "validUntil" in claims:
        dates.append(("expires", claims["validUntil"]))
    title = rendition.translated(own, achievement["name"], "name")
    return Wording(
        languages=rendition.languages,
        document_title=" · ".join([heading[languages[0]], *names[:1], title[0].text]),
        organisation=rendition.translated(own, claims["issuer"]["name"], "organisation"),
        title=rendition.said(heading),
        certifies=rendition.said(PHRASES["certifies"]),
        name=tuple(Text(language=script_language(name), text=name) for name in names),
        completed=rendition.said(PHRASES["attained" if attained else "completed"]),
        achievement=title,
        facts=(
            *(rendition.fact(key, Text(language="", text=value)) for key, value in found.results),
            *(rendition.fact(key, dated(moment, languages[0])) for key, moment in dates),
        ),
        signatories=tuple(map(rendition.said, signatories_of(achievement_version))),
        check=rendition.said(PHRASES["check"]),
        code_label=rendition.said(PHRASES["code"]),
        code=_code(claims["id"]),
        period=_period(rendition, subject),
        transcript=rendition.section("transcript", tuple(_module(*module) for module in found.modules)),
        skills=rendition.section("skills", tuple(map(_texts, found.skills))),
        partners=rendition.section("partners", tuple(map(_texts, found.partners))),
    )


def lists(claims: Mapping[str, Any], achievement_version: Mapping[str, Any], languages: Sequence[str]) -> Lists:
    """The lists alone of what `wording` says. Of the modules, those that have a score."""
    subject = claims["credentialSubject"]
    achievement = subject["achievement"]
    own = achievement["inLanguage"]
    modules, kinds = [], {}
    for described in achievement.get("resultDescription", ()):
        kind = kinds[described["id"]] = described.get("resultType", "")
        if kind == MODULE:
            modules.append(described)
    scores = {result.get("resultDescription"): result.get("value") for result in subject.get("result", ())}
    scored = [place for place, module in enumerate(modules) if scores.get(module["id"])]
    every = [module["name"] for module in modules] if scored else []  # without scores, as most are, nobody is told them
    names = _listed(own, every, achievement_version, "modules", languages)
    return Lists(
        results=tuple(_results(subject, kinds)),
        modules=tuple((modules[at]["id"], names[at], scores[modules[at]["id"]]) for at in scored),
        skills=_listed(own, achievement.get("tag", ()), achievement_version, "tags", languages),
        partners=tuple(_heard(words, languages) for words in partners_of(achievement_version)),
    )


def _listed(
    own: str, values: Sequence[str], version: Mapping[str, Any], member: str, languages: Sequence[str]
) -> tuple[dict[str, str], ...]:
    """Texts of the credential, which are in the language `own`; each has its translation at the same place."""
    if not values:
        return ()
    others = _lists_of(version, member).items()
    said = {own: values} | {lang: texts for lang, texts in others if lang != own and len(texts) == len(values)}
    heard = _heard(said, languages)
    return tuple(dict(zip(heard, each, strict=True)) for each in zip(*heard.values(), strict=True))


def _heard(words: Mapping[str, Words], languages: Sequence[str]) -> dict[str, Words]:
    """What is said in each of the `languages` that it is said in; in the first it is said in where in none of those."""
    heard = {language: words[language] for language in languages if language in words}
    return heard or dict(islice(words.items(), 1))


def _texts(by_language: Mapping[str, str]) -> tuple[Text, ...]:
    return tuple(Text(language=language, text=text) for language, text in by_language.items())


def _module(id_: str, name: Mapping[str, str], score: str) -> Fact:
    return Fact(key=id_.rpartition("#")[2], labels=_texts(name), values=(Text(language="", text=score),))


@dataclass(frozen=True)
class _Rendition:
    """The languages of one rendition, and the achievement version that holds what is said in them."""

    languages: tuple[str, ...]
    version: Mapping[str, Any]

    def said(self, words: Mapping[str, str]) -> tuple[Text, ...]:
        """The words in each language of this rendition that they are in; in the first they are in where in none of those."""
        return _texts(_heard(words, self.languages))

    def translated(self, own: str, value: str, member: str) -> tuple[Text, ...]:
        """A text of the credential, which is in the language `own`, and what the version says for it in others."""
        others = translations_of(self.version, member)
        return self.said({own: value} | others | {own: value})  # the first of all, and not what the version has for it

    def fact(self, key: str, *values: Text) -> Fact:
        return Fact(key=key, labels=self.said(PHRASES[key]), values=values)

    def section(self, key: str, entries: tuple[Entry, ...]) -> Section[Entry] | None:
        return Section(label=self.said(PHRASES[key]), entries=entries) if entries else None


def _period(rendition: _Rendition, subject: Mapping[str, Any]) -> Fact | None:
    """From when to when the learner studied; None where the completion did not say when it began."""
    if "activityStartDate" not in subject or "activityEndDate" not in subject:
        return None
    language = rendition.languages[0]
    first, last = (dated(subject[member], language).text for member in ("activityStartDate", "activityEndDate"))
    return rendition.fact("period", Text(language=language, text=f"{first} – {last}"))


def texts_of(part: object) -> Iterator[str]:
    """Every text that a certificate of a `Wording`, or a part of one, can show; a fact as one text, so that no value goes
    with another's label.
    """
    match part:
        case Text() | Fact():
            yield part.text
        case Section():
            yield from texts_of((part.label, part.entries))
        case tuple():
            for member in part:
                yield from texts_of(member)
        case Wording():
            yield part.code
            for field in fields(part):
                yield from texts_of(getattr(part, field.name))


def translations_of(achievement_version: Mapping[str, Any], member: str) -> dict[str, str]:
    """Per language, the text that the achievement version gives. What is not of that form is left out."""
    given = _given(achievement_version, member)
    return {language: text for language, text in given if isinstance(text, str) and text}


def _lists_of(achievement_version: Mapping[str, Any], member: str) -> dict[str, list[str]]:
    """Per language, a list of texts that the achievement version gives. What is not of that form is left out."""
    given = _given(achievement_version, member)
    return {
        language: texts
        for language, texts in given
        if isinstance(texts, list) and all(texts) and set(map(type, texts)) <= {str}
    }


def _given(achievement_version: Mapping[str, Any], member: str) -> list[tuple[str, Any]]:
    given = achievement_version.get("translations")
    translations = given.items() if isinstance(given, dict) else ()
    return [(language, words.get(member)) for language, words in translations if isinstance(words, dict)]


def signatories_of(achievement_version: Mapping[str, Any]) -> list[dict[str, str]]:
    """Who signs the certificate, each per language. What is not of that form is left out."""
    return _people_of(achievement_version, "signatories")


def partners_of(achievement_version: Mapping[str, Any]) -> list[dict[str, str]]:
    """With whom it is issued jointly, each per language. What is not of that form is left out."""
    return _people_of(achievement_version, "partners")


def _people_of(achievement_version: Mapping[str, Any], member: str) -> list[dict[str, str]]:
    given = achievement_version.get(member)
    named = [
        {language: text for language, text in who.items() if isinstance(text, str) and text}
        for who in (given if isinstance(given, list) else ())
        if isinstance(who, dict)
    ]
    return [who for who in named if who]


def _code(credential_id: str) -> str:
    """The code as printed, or the id's last part where another issuer numbers otherwise."""
    last = credential_id.rsplit("/", 1)[-1]
    try:
        return printed(parse(last))
    except MalformedCode:
        return last


def title_of(achievement_type: str, language: str) -> str:
    """What a certificate for this type of achievement is called, such as 结业证书."""
    return _titles(achievement_type)[language]


def _titles(achievement_type: str) -> Mapping[str, str]:
    return TITLES.get(achievement_type, TITLES["Certificate"])


def people(subject: Mapping[str, Any]) -> tuple[str, ...]:
    """The learner's names as signed: the name first, a romanised one after it. Hashed identifiers are not names."""
    return tuple(
        entry["identityHash"]
        for entry in subject.get("identifier", ())
        if entry.get("identityType") == "name" and not entry.get("hashed")
    )


def _results(subject: Mapping[str, Any], kinds: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    found = {
        RESULTS.get(kinds.get(result.get("resultDescription"), "")): result.get("value")
        for result in subject.get("result", ())
    }
    for key in RESULTS.values():
        if value := found.get(key):
            yield key, value
    if "creditsEarned" in subject:
        yield "credits", f"{subject['creditsEarned']:g}"


def dated(moment: str, language: str) -> Text:
    """The calendar day in China (UTC+8), where certificates are issued and read: `2026 年 11 月 21 日`."""
    try:
        day = datetime.fromisoformat(moment).astimezone(CHINA)
    except OverflowError:  # the last day of the calendar is no later in China
        day = datetime.fromisoformat(moment)
    if language.startswith("zh"):
        return Text(language=language, text=f"{day.year} 年 {day.month} 月 {day.day} 日")
    return Text(language=language, text=f"{day.day} {MONTHS[day.month - 1]} {day.year}")


def script_language(name: str) -> str:
    """zh-Hans for a name that has a Han character, else unstated: a screen reader then keeps its own voice."""
    return "zh-Hans" if any("\u3400" <= c <= "\u9fff" or ord(c) >= 0x20000 for c in name) else ""

"""The words a person reads: one truth for the certificate that prints them and the verifier that looks for them.

Everything here comes from signed bytes: the credential's own claims, or the achievement version whose digest the
credential carries in `relatedResource` (VCDM 2.0 §5.3). Only the fixed phrases ("This certifies that") are ours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from credential.code import parse, printed
from credential.errors import MalformedCode

__all__ = ["BILINGUAL", "Fact", "Text", "Wording", "title_of", "translations_of", "wording"]

BILINGUAL = ("zh-Hans", "en")

PHRASES: Mapping[str, Mapping[str, str]] = {
    "certifies": {"zh-Hans": "兹证明", "en": "This certifies that"},
    "completed": {"zh-Hans": "已完成全部课程并通过考核", "en": "has completed and passed"},
    "code": {"zh-Hans": "证书编号", "en": "No."},
    "check": {"zh-Hans": "扫码核验，请认准", "en": "Scan, and trust only"},
    "hours": {"zh-Hans": "学时", "en": "Hours"},
    "score": {"zh-Hans": "成绩", "en": "Score"},
    "level": {"zh-Hans": "等级", "en": "Level"},
    "credits": {"zh-Hans": "学分", "en": "Credits"},
    "issued": {"zh-Hans": "颁发日期", "en": "Issued"},
    "expires": {"zh-Hans": "有效期至", "en": "Valid until"},
}
TITLES: Mapping[str, Mapping[str, str]] = {
    "MicroCredential": {"zh-Hans": "结业证书", "en": "Certificate of Completion"},
    "CertificateOfCompletion": {"zh-Hans": "结业证书", "en": "Certificate of Completion"},
    "Course": {"zh-Hans": "课程证书", "en": "Course Certificate"},
    "Certificate": {"zh-Hans": "证书", "en": "Certificate"},
}
RESULTS = {
    "PerformanceLevel": "level",
    "ext:LearningHours": "hours",
    "RawScore": "score",
}  # OB 3.0 ResultType → our phrase
CHINA = timezone(timedelta(hours=8))
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Text:
    """A text and its language (BCP 47), for the `lang` attribute and the PDF's structure tree."""

    language: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A labelled value such as 学时 Hours 96; `values` is one text per language, or one where all read the same."""

    key: str
    labels: tuple[Text, ...]
    values: tuple[Text, ...]


@dataclass(frozen=True, kw_only=True)
class Wording:
    """What one rendition of a certificate says, in its languages' order. Every tuple has the main language first."""

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


def wording(
    claims: Mapping[str, Any], achievement_version: Mapping[str, Any], languages: Sequence[str] = BILINGUAL
) -> Wording:
    """Word the signed `claims`, which must have the shape of `credential.document.Credential`, in `languages`.

    `achievement_version` is the published document that `relatedResource` binds: it holds the translations. It may be
    empty where it could not be fetched; the wording then has the credential's own language only.
    """
    translations = translations_of(achievement_version)
    subject = claims["credentialSubject"]
    achievement = subject["achievement"]
    own = achievement["inLanguage"]
    names = people(subject)
    heading = _titles(achievement.get("achievementType", ""))

    def said(value: str, member: str) -> tuple[Text, ...]:
        known = {lang: words[member] for lang, words in translations.items() if member in words} | {own: value}
        said = tuple(Text(language=lang, text=known[lang]) for lang in languages if lang in known)
        return said or (Text(language=own, text=value),)  # a credential in a language that this rendition has not

    def phrase(words: Mapping[str, str]) -> tuple[Text, ...]:
        return tuple(Text(language=lang, text=words[lang]) for lang in languages if lang in words)

    def fact(key: str, values: tuple[Text, ...]) -> Fact:
        return Fact(key=key, labels=phrase(PHRASES[key]), values=values)

    facts = [fact(key, (Text(language="", text=value),)) for key, value in results(subject)]
    facts.append(fact("issued", (dated(claims["validFrom"], languages[0]),)))
    if "validUntil" in claims:
        facts.append(fact("expires", (dated(claims["validUntil"], languages[0]),)))
    return Wording(
        languages=tuple(languages),
        document_title=" · ".join(
            [heading.get(languages[0], heading["en"]), *names[:1], said(achievement["name"], "name")[0].text]
        ),
        organisation=said(claims["issuer"]["name"], "organisation"),
        title=phrase(heading),
        certifies=phrase(PHRASES["certifies"]),
        name=tuple(Text(language=script_language(name), text=name) for name in names),
        completed=phrase(PHRASES["completed"]),
        achievement=said(achievement["name"], "name"),
        facts=tuple(facts),
        signatories=tuple(
            tuple(Text(language=lang, text=who[lang]) for lang in languages if lang in who)
            for who in signatories_of(achievement_version)
        ),
        check=phrase(PHRASES["check"]),
        code_label=phrase(PHRASES["code"]),
        code=_code(claims["id"]),
    )


def translations_of(achievement_version: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Per language, the texts that the achievement version gives. What is not of that form is left out."""
    given = achievement_version.get("translations")
    return {
        language: {member: text for member, text in words.items() if isinstance(text, str) and text}
        for language, words in (given.items() if isinstance(given, dict) else ())
        if isinstance(words, dict)
    }


def signatories_of(achievement_version: Mapping[str, Any]) -> list[dict[str, str]]:
    """Who signs the certificate, each per language. What is not of that form is left out."""
    given = achievement_version.get("signatories")
    return [
        {language: text for language, text in who.items() if isinstance(text, str) and text}
        for who in (given if isinstance(given, list) else ())
        if isinstance(who, dict)
    ]


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


def results(subject: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The `(key, value)` of each signed result that a certificate shows: level, hours, score and credits."""
    described = {d["id"]: d.get("resultType", "") for d in subject["achievement"].get("resultDescription", ())}
    found = {
        RESULTS.get(described.get(result.get("resultDescription"), "")): result.get("value")
        for result in subject.get("result", ())
    }
    shown = [(key, found[key]) for key in RESULTS.values() if found.get(key)]
    return [*shown, ("credits", f"{subject['creditsEarned']:g}")] if "creditsEarned" in subject else shown


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

"""The page of a credential: all that its certificate says, for phones and screen readers, in each of its renditions."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from credential import document, reader
from credential.phrases import BILINGUAL, LANGUAGES, RENDITIONS
from credential.wording import Text, dated, translations_of, wording
from issuer import achievements
from issuer.credentials.records import find
from issuer.errors import NotFound
from issuer.service import Service
from issuer.tables import Credential

__all__ = ["CSP", "STYLE", "page"]

TEMPLATES = Path(__file__).parent.parent / "templates" / "credential"
STYLE = TEMPLATES / "page.css"
PAGES = Environment(
    loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
CSP = "default-src 'none'; style-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


def page(service: Service, code: str, rendition: str = BILINGUAL) -> str:
    """The page as HTML, its own texts in the language or languages of the rendition as well. Raises `NotFound`."""
    if rendition not in RENDITIONS:
        raise NotFound(f"There is no rendition {rendition[:40]!r} of this page; there are {', '.join(RENDITIONS)}.")
    with service.database.reading() as session:
        found = find(session, code)
        version = msgspec.json.decode(achievements.of(session, found).document)
    assert found.token is not None  # `find` gives no other
    claims = reader.read(found.token).claims
    languages = RENDITIONS[rendition]
    said = _Said(languages)
    return PAGES.get_template("page.html").render(
        words=wording(claims, version, languages),
        said=said,
        rendition=rendition,
        renditions=_named_renditions(languages),
        state=_state(claims, found, service.now()),
        since=said.on("state.since", found.revoked_at) if found.revoked_at else (),
        reason=found.revocation_reason,
        replacement=found.superseded_by and service.addresses.credential(found.superseded_by),
        about=_told(claims, version, languages, "description"),
        criteria=_told(claims, version, languages, "criteria"),
        verify_url=f"{service.settings.verifier_url}/v/{found.code}",
        address=service.addresses.credential(found.code),
    )


class _Said:
    """The page's own texts in the languages of a rendition, the main one first."""

    def __init__(self, languages: tuple[str, ...]) -> None:
        self.languages = languages

    def __call__(self, key: str, **values: str) -> tuple[Text, ...]:
        """The text of `key` in each language; its values are shown strong, escaped and with their own direction."""
        strong = {
            name: Markup('<strong class="{}"><bdi>{}</bdi></strong>').format(name, value)
            for name, value in values.items()
        }
        return tuple(
            Text(language=language, text=Markup(_words(language)[key]).format(**strong))  # noqa: S704, our own texts
            for language in self.languages
        )

    def plain(self, key: str) -> str:
        """All languages in one text, for an attribute."""
        return " ".join(text.text for text in self(key))

    def on(self, key: str, moment: datetime) -> tuple[Text, ...]:
        """The text of `key` and a day behind it, in each language."""
        return tuple(
            Text(language=text.language, text=f"{text.text} {dated(document.moment(moment), text.language).text}")
            for text in self(key)
        )


@cache
def _words(language: str) -> Mapping[str, str]:
    """The page's own texts in one language by dotted key, such as `verify.title`."""
    return dict(_flat(tomllib.loads((TEMPLATES / "words" / f"{language}.toml").read_text(encoding="utf-8"))))


def _flat(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def _named_renditions(languages: tuple[str, ...]) -> dict[str, Text]:
    """What each rendition is called: a language as its own readers call it, both together in the reader's."""
    both = Text(language=languages[0], text=_words(languages[0])["bilingual"])
    return {
        name: Text(language=name, text=_words(name)["language"]) if name in LANGUAGES else both for name in RENDITIONS
    }


def _state(claims: Mapping[str, Any], found: Credential, now: datetime) -> str:
    """`revoked` or `expired`; "" for a credential in force."""
    if found.revoked_at:
        return "revoked"
    until = claims.get("validUntil")
    return "expired" if until and datetime.fromisoformat(until) < now else ""


def _told(
    claims: Mapping[str, Any], version: Mapping[str, Any], languages: tuple[str, ...], member: str
) -> tuple[Text, ...]:
    """The description or the criteria in the rendition's languages, else as signed; () where there are none."""
    achievement = claims["credentialSubject"]["achievement"]
    signed = achievement.get(member)
    own = signed.get("narrative") if isinstance(signed, dict) else signed
    told = translations_of(version, member)
    if own:
        told[achievement["inLanguage"]] = own
    wanted = [language for language in languages if language in told] or [achievement["inLanguage"]]
    return tuple(Text(language=language, text=told[language]) for language in wanted if language in told)

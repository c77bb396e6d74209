"""A verdict in words, as the page and the command line show it. Adds nothing that the verdict does not say."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from msgspec import UnsetType

from credential.wording import Text, script_language
from verifier.verdict import Issuer, Signed, Step, Verdict
from verifier.words import Words

__all__ = ["Answer", "Found", "Row", "answer_in"]

GATES = 3  # token, issuer, signature: where one of them did not let pass, no claims are shown and no step was reached


@dataclass(frozen=True, kw_only=True)
class Row:
    """A labelled signed value, the main text first. `note` is ours."""

    key: str
    label: str
    texts: tuple[Text, ...]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What one step found, in a sentence; `result` as in the verdict."""

    step: str
    result: str
    text: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The verdict for a person: one word, what it means, what to do next, the signed values and the steps."""

    verdict: str
    reason: str
    word: str
    means: str
    next: str
    warning: str
    rows: tuple[Row, ...]
    differences: tuple[Row, ...]
    steps: tuple[Found, ...]
    checked_at: str


def answer_in(words: Words, verdict: Verdict) -> Answer:
    """Put the verdict into words. Claims are there only when the signature was good."""
    signed, issuer = verdict.credential, verdict.issuer
    names = signed.names if signed else ()
    reason = verdict.reason if f"reason.{verdict.reason}.means" in words.texts else verdict.verdict
    known = {
        "issuer": words.of(issuer.name) if issuer else "",
        "name": names[0] if names else "",
        "date": words.day(_turning_point(verdict)),
        "format": _format(words, verdict),
    }
    unnamed = verdict.verdict == "valid" and not names
    return Answer(
        verdict=verdict.verdict,
        reason=verdict.reason,
        word=words.say(f"word.{verdict.verdict}"),
        means=words.say(f"reason.{reason}.means", **known),
        next=words.say(f"reason.{reason}.next_unnamed" if unnamed else f"reason.{reason}.next", **known),
        warning=_warning(words, signed, issuer),
        rows=tuple(_rows(words, signed, issuer)) if signed and issuer else (),
        differences=tuple(
            Row(
                key=found.field,
                label=words.texts.get(f"label.{found.field}", found.field),
                texts=_texts(found.signed or found.shown or ""),
            )
            for found in verdict.document.differences
        ),
        steps=tuple(_found(words, verdict, place, step) for place, step in enumerate(verdict.steps)),
        checked_at=words.say("verdict.checked_at", time=words.time(verdict.checked_at)),
    )


def _turning_point(verdict: Verdict) -> str:
    """The date that an expired credential or one not yet valid turns on."""
    if verdict.credential is None:
        return ""
    return (verdict.credential.valid_until if verdict.reason == "expired" else verdict.credential.valid_from) or ""


def _format(words: Words, verdict: Verdict) -> str:
    """What a format is called that could not be checked."""
    named = next((step for step in verdict.steps if step.code and step.detail), None)
    return words.texts.get(f"format.{named.code}", named.detail or "") if named else words.say("format.other")


def _warning(words: Words, signed: Signed | None, issuer: Issuer | None) -> str:
    if not signed or not issuer:
        return ""
    if not signed.achievement:
        return words.say("verdict.foreign")
    if signed.issuer_name not in issuer.name.values():
        return words.say("note.other_name", name=signed.issuer_name)
    return ""


def _rows(words: Words, signed: Signed, issuer: Issuer) -> Iterator[Row]:
    def row(key: str, *texts: Text, note: str = "") -> Row:
        return Row(key=key, label=words.say(f"label.{key}"), texts=texts, note=note)

    names = chain.from_iterable(map(_texts, signed.names))
    yield row("name", *names, note="" if signed.names else words.say("note.no_name"))
    if signed.achievement:
        yield row("achievement", *_in_order(words, signed.achievement))
    since = words.say("note.since", date=words.day(issuer.since))
    yield row("issuer", *_in_order(words, issuer.name), note=since)
    for key, value in signed.facts:
        yield row(key, *_texts(value))
    if signed.valid_from:
        yield row("issued", *_texts(words.day(signed.valid_from)))
        until = words.day(signed.valid_until) if signed.valid_until else words.say("note.forever")
        yield row("expires", *_texts(until))
    yield row("code", *_texts(signed.code)) if signed.code else row("id", *_texts(signed.id))
    if signed.legacy:
        yield row("form", note=words.say("note.legacy"))


def _revocation(words: Words, verdict: Verdict) -> str:
    """What the issuer says of the revocation: since when and why."""
    said = verdict.revocation
    if isinstance(said, UnsetType) or not said.since:
        return ""
    since = words.day(said.since)
    if said.reason:
        return words.say("as_of.revoked_because", date=since, reason=said.reason)
    return words.say("as_of.revoked", date=since)


def _texts(text: str) -> tuple[Text, ...]:
    return (Text(language=script_language(text), text=text),)


def _in_order(words: Words, texts: dict[str, str]) -> tuple[Text, ...]:
    """The text in the reader's language first."""
    order = sorted(texts, key=lambda language: language != words.language)
    return tuple(Text(language=language, text=texts[language]) for language in order)


def _found(words: Words, verdict: Verdict, place: int, step: Step) -> Found:
    passed = all(earlier.result == "passed" for earlier in verdict.steps[: min(place, GATES)])
    reached = passed or verdict.credential is not None
    told = words.texts.get(f"finding.{step.code}") if reached else None
    return Found(
        step=step.step,
        result=step.result,
        text=told or words.say(f"step.{step.step}.{step.result if reached else 'not_reached'}"),
        note=_note(words, verdict, step) if reached else "",
    )


def _note(words: Words, verdict: Verdict, step: Step) -> str:
    if step.step == "known_issuer" and step.detail and not step.code:
        if step.result == "passed":
            return words.say("as_of.known_issuer", date=words.day(step.detail))
        return words.say("as_of.claimed", detail=step.detail)
    if step.step == "status" and step.as_of:
        return _revocation(words, verdict) or words.say("as_of.status", time=words.time(step.as_of))
    if step.step == "document":
        return words.say(f"shows.{verdict.document.shows}")
    return ""

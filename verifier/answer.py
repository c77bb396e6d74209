"""A verdict in words, as the page and the command line show it. Adds nothing that the verdict does not say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from msgspec import UnsetType

from credential.wording import Text, script_language
from verifier.shown import Shown, shown_in
from verifier.verdict import Issuer, Signed, Step, Verdict
from verifier.words import Words

__all__ = ["Answer", "Entry", "Found", "Row", "answer_in", "means_in"]

GATES = 3  # token, issuer, signature: where one of them did not let pass, no claims are shown and no step was reached


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One of a list: its text, the main language first, and its value where it has one."""

    texts: tuple[Text, ...]
    value: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A labelled signed value, the main text first, or a list. `note` is ours."""

    key: str
    label: str
    texts: tuple[Text, ...] = ()
    entries: tuple[Entry, ...] = ()
    note: str = ""

    @property
    def plain(self) -> str:
        """The value on one line, as a terminal shows it."""
        listed = (f"{_joined(entry.texts)} {entry.value}".strip() for entry in self.entries)
        return "; ".join(filter(None, (_joined(self.texts), *listed)))


@dataclass(frozen=True, kw_only=True)
class Found:
    """What one step found, in a sentence; `result` as in the verdict."""

    step: str
    result: str
    text: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The verdict for a person: one word, what it means, what to do next, the signed values and the steps.

    `compare` says what to do with the signed values beside what the reader sees. `shown` is what was found on the document.
    """

    verdict: str
    reason: str
    word: str
    means: str
    next: str
    warning: str
    compare: str
    rows: tuple[Row, ...]
    shows: str
    shown: Shown
    steps: tuple[Found, ...]
    checked_at: str


def answer_in(words: Words, verdict: Verdict) -> Answer:
    """Put the verdict into words. Claims are there only when the signature was good."""
    signed, issuer = verdict.credential, verdict.issuer
    reason, known = _reason(words, verdict), _known(words, verdict)
    unnamed = verdict.verdict == "valid" and not (signed and signed.names)
    return Answer(
        verdict=verdict.verdict,
        reason=verdict.reason,
        word=words.say(f"word.{verdict.verdict}"),
        means=words.say(f"reason.{reason}.means", **known),
        next=words.say(f"reason.{reason}.next_unnamed" if unnamed else f"reason.{reason}.next", **known),
        warning=_warning(words, signed, issuer),
        compare=words.say(f"compare.{verdict.document.shows}") if verdict.verdict == "valid" else "",
        rows=tuple(_rows(words, signed, issuer)) if signed and issuer else (),
        shows=verdict.document.shows,
        shown=shown_in(words, verdict.document),
        steps=tuple(_found(words, verdict, place, step) for place, step in enumerate(verdict.steps)),
        checked_at=words.say("verdict.checked_at", time=words.time(verdict.checked_at)),
    )


def means_in(words: Words, verdict: Verdict) -> str:
    """What the verdict means, in the one sentence or two that an `Answer` has for it."""
    return words.say(f"reason.{_reason(words, verdict)}.means", **_known(words, verdict))


def _known(words: Words, verdict: Verdict) -> dict[str, str]:
    """What the words of a reason may name."""
    signed, issuer = verdict.credential, verdict.issuer
    return {
        "issuer": words.of(issuer.name) if issuer else "",
        "name": signed.names[0] if signed and signed.names else "",
        "date": words.day(_turning_point(verdict)),
        "format": _format(words, verdict),
        "host": _host(words, verdict),
    }


def _reason(words: Words, verdict: Verdict) -> str:
    """The reason that there are words for: more exactly by what a step found, else that of the verdict's word."""
    if f"reason.{verdict.reason}.means" not in words.texts:
        return verdict.verdict
    codes = [step.code for step in verdict.steps if step.code]
    if verdict.document.traces and not verdict.document.differences:
        codes.append("traces_alone")
    exact = (f"{reason}.{code}" for code in codes for reason in (verdict.reason, verdict.verdict))
    return next((each for each in exact if f"reason.{each}.means" in words.texts), verdict.reason)


def _turning_point(verdict: Verdict) -> str:
    """The date that an expired credential or one not yet valid turns on."""
    if verdict.credential is None:
        return ""
    return (verdict.credential.valid_until if verdict.reason == "expired" else verdict.credential.valid_from) or ""


def _format(words: Words, verdict: Verdict) -> str:
    """What a format is called that could not be checked."""
    named = next((step for step in verdict.steps if step.code and step.detail), None)
    return words.texts.get(f"format.{named.code}", named.detail or "") if named else words.say("format.other")


def _host(words: Words, verdict: Verdict) -> str:
    """Where what was handed in leads, when that is elsewhere; what it looks like stands behind a ≠ and is left out."""
    leads = (trace.detail for trace in verdict.document.traces if trace.code in {"look_alike_host", "qr_elsewhere"})
    return next(filter(None, leads), words.say("note.another_site")).partition(" ≠ ")[0]


def _warning(words: Words, signed: Signed | None, issuer: Issuer | None) -> str:
    if not signed or not issuer:
        return ""
    if not signed.achievement:
        return words.say("verdict.foreign")
    if signed.issuer_name not in issuer.name.values():
        return words.say("note.other_name", name=signed.issuer_name)
    return ""


def _rows(words: Words, signed: Signed, issuer: Issuer) -> Iterator[Row]:
    def row(key: str, *texts: Text, entries: tuple[Entry, ...] = (), note: str = "") -> Row:
        return Row(key=key, label=words.say(f"label.{key}"), texts=texts, entries=entries, note=note)

    def listed(key: str, texts: tuple[Mapping[str, str], ...]) -> Iterator[Row]:
        if texts:
            yield row(key, entries=tuple(Entry(texts=_in_order(words, each)) for each in texts))

    yield row("issuer", *_in_order(words, issuer.name), note=_standing(words, issuer))
    names = chain.from_iterable(map(_texts, signed.names))
    yield row("name", *names, note="" if signed.names else words.say("note.no_name"))
    if signed.achievement:
        yield row("achievement", *_in_order(words, signed.achievement))
    if signed.valid_from:
        yield row("issued", _ours(words, words.day(signed.valid_from)))
        until = words.day(signed.valid_until) if signed.valid_until else words.say("note.forever")
        yield row("expires", _ours(words, until))
    if signed.period:
        yield row("period", _ours(words, " – ".join(map(words.day, signed.period.split("/")))))
    for key, value in signed.facts:
        yield row(key, *_texts(value))
    if signed.modules:
        modules = (Entry(texts=_in_order(words, name), value=score) for name, score in signed.modules)
        yield row("transcript", entries=tuple(modules))
    yield from listed("skills", signed.skills)
    yield from listed("partners", signed.partners)
    yield row("code", *_texts(signed.code)) if signed.code else row("id", *_texts(signed.id))
    if signed.legacy:
        yield row("form", note=words.say("note.legacy"))


def _standing(words: Words, issuer: Issuer) -> str:
    """Since when the directory knows the issuer, and whether it knows a platform in its place."""
    since = words.day(issuer.since)
    if issuer.listed_by:
        return words.say("note.listed_by", platform=words.of(issuer.listed_by), date=since)
    return words.say("note.since", date=since)


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


def _ours(words: Words, text: str) -> Text:
    return Text(language=words.language, text=text)


def _in_order(words: Words, texts: Mapping[str, str]) -> tuple[Text, ...]:
    """The text in the reader's language first."""
    said: dict[str, str] = {}
    for language in words.by_nearness(texts):
        said.setdefault(texts[language], language)  # what reads the same is said once
    return tuple(Text(language=language, text=text) for text, language in said.items())


def _joined(texts: tuple[Text, ...]) -> str:
    return " · ".join(text.text for text in texts)


def _found(words: Words, verdict: Verdict, place: int, step: Step) -> Found:
    passed = all(earlier.result == "passed" for earlier in verdict.steps[: min(place, GATES)])
    reached = passed or verdict.credential is not None or step.result == "failed"
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
    if step.step == "document" and (verdict.verdict == "valid" or verdict.document.shows != "not_compared"):
        return words.say(f"shows.{verdict.document.shows}")
    return ""

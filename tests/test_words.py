"""Every text that a recruiter reads, in each language."""

import re
import string
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from credential import errors
from verifier.answer import answer_in
from verifier.findings import GRAVEST, STEPS
from verifier.verdict import TRACES, Document, Issuer, Signed, Step, Verdict, Word
from verifier.words import LANGUAGES, chosen_language, words_in

SOURCES = Path(__file__).parent.parent / "verifier"


def reasons() -> set[str]:
    """Every reason code that the verifier's sources can give a verdict."""
    given = {"ok", "incomplete", *GRAVEST}
    for file in SOURCES.rglob("*.py"):
        source = file.read_text(encoding="utf-8")
        given |= set(re.findall(r'(?:failed|not_checked)\(\s*"\w+",\s*"(\w+)"', source))
        given |= set(re.findall(r'problem="(\w+)"', source))
    return given | {error.code for error in (errors.MalformedToken, errors.BadSignature, errors.UnsupportedAlgorithm)}


def test_the_reasons_that_the_sources_give_are_found() -> None:
    assert {"revoked", "too_large", "unknown_issuer", "bad_signature", "no_credential_inside"} <= reasons()


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_language_has_the_same_keys_and_the_same_placeholders() -> None:
    first, *others = ({key: placeholders(text) for key, text in words_in(each).texts.items()} for each in LANGUAGES)
    assert all(other == first for other in others)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_and_every_result_of_every_step_has_its_words(language: str) -> None:
    texts = words_in(language).texts
    for reason in reasons():
        assert texts[f"reason.{reason}.means"] and texts[f"reason.{reason}.next"]
    for step in STEPS:
        for result in ("passed", "failed", "not_checked", "not_reached"):
            assert texts[f"step.{step}.{result}"]
    assert {texts[f"word.{word}"] for word in ("valid", "invalid", "unchecked")} & {"有效", "Valid"}
    for code in TRACES:
        assert texts[f"trace.{code}"]
    for shows in get_args(Document.__annotations__["shows"]):
        assert texts[f"shows.{shows}"]
        assert shows == "differs" or texts[f"compare.{shows}"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", sorted(reasons() | {"a_reason_of_tomorrow"}))
def test_every_verdict_can_be_said_without_a_gap(language: str, reason: str) -> None:
    word: Word = "valid" if reason == "ok" else "unchecked"
    answer = answer_in(words_in(language), verdict_of(word, reason))
    for text in (answer.means, answer.next, *(found.text for found in answer.steps)):
        assert text and "{" not in text and "  " not in text


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [
        (None, "", "zh-Hans"),
        (None, "zh-CN,zh-TW;q=0.9,en;q=0.8", "zh-Hans"),
        (None, "zh-TW,zh;q=0.9,en;q=0.8", "zh-Hant"),
        (None, "zh-HK", "zh-Hant"),
        (None, "zh-Hans-HK", "zh-Hans"),
        (None, "zh-Hant-MO", "zh-Hant"),
        (None, "zh-SG", "zh-Hans"),
        (None, "en-GB,en;q=0.9,zh;q=0.8", "en"),
        (None, "zh;q=0.3, en;q=0.7", "en"),
        (None, "de,fr", "zh-Hans"),
        (None, "en;q=high,;;,", "zh-Hans"),
        ("en", "zh-CN", "en"),
        ("zh-Hant", "en", "zh-Hant"),
        ("<script>", "en", "en"),
    ],
)
def test_the_language_is_the_one_asked_for_or_the_first_that_is_accepted(
    asked: str | None, accepted: str, language: str
) -> None:
    assert chosen_language(asked, accepted) == language


def test_a_step_behind_one_that_did_not_pass_is_said_to_be_unmade() -> None:
    verdict = verdict_of("unchecked", "unknown_issuer", results="pn----", credential=None)
    said = [found.text for found in answer_in(words_in("en"), verdict).steps]
    assert said[1] == "The issuer is not in our directory"
    assert said[2] == "The signature was not checked"


def test_a_directory_or_credential_with_strange_dates_is_still_shown() -> None:
    words = words_in("zh-Hans")
    assert words.day("2026-01-01") == "2026 年 1 月 1 日"
    assert words.day("2026-11-21T18:00:00Z") == "2026 年 11 月 22 日"
    assert [words.day(strange) for strange in ("spring", "", "9999-12-31T23:59:59Z")] == [
        "spring",
        "",
        "9999 年 12 月 31 日",
    ]


def test_a_name_that_the_directory_does_not_have_is_pointed_out() -> None:
    verdict = verdict_of("valid", "ok", issuer_name="徽光学院")
    assert "徽光学院" in answer_in(words_in("zh-Hans"), verdict).warning
    assert answer_in(words_in("zh-Hans"), verdict_of("valid", "ok")).warning == ""


def verdict_of(
    word: Word,
    reason: str,
    *,
    results: str = "pppppn",
    credential: str | None = "欧阳雨泽",
    issuer_name: str = "微光学院",
) -> Verdict:
    """A verdict as the procedure could give it; `results` has a letter for each step."""
    made = {"p": "passed", "f": "failed", "n": "not_checked", "-": "not_checked"}
    return Verdict(
        verdict=word,
        reason=reason,
        steps=tuple(
            msgspec.convert({"step": step, "result": made[letter]}, Step)
            for step, letter in zip(STEPS, results, strict=True)
        ),
        issuer=Issuer(id="https://i.example", name={"zh-Hans": "微光学院", "en": "Glimmer"}, since="2026-01-01"),
        credential=Signed(
            id="https://i.example/credentials/1",
            names=(credential,),
            achievement={"zh-Hans": "数据分析"},
            issuer_name=issuer_name,
            valid_from="2026-11-21T02:00:00Z",
            valid_until="2029-11-21T02:00:00Z",
        )
        if credential
        else None,
        document=Document(shows="not_compared"),
        checked_at=datetime(2026, 11, 21, 13, 8, tzinfo=UTC),
    )

"""Keys that an issuer published, retired or lost: what they signed is believed as far as the issuer stands to it."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Clock
from tests.foreign_issuer import ID, KID, ForeignIssuer, hashed, new_key
from verifier.published import Published
from verifier.verdict import Step, Verdict
from verifier.verify import verify

SINCE = "2026-11-20T00:00:00Z"
CONFIRMATIONS = f"{ID}/keys/one/confirmed/"
Ask = Callable[[str], Verdict]


@pytest.fixture
def foreign(clock: Clock) -> ForeignIssuer:
    """An issuer with two keys, of which the first signs credentials."""
    made = ForeignIssuer(clock)
    made.keys[f"{ID}/keys/two"] = ("ES256", new_key("ES256"))
    return made


@pytest.fixture
def ask(foreign: ForeignIssuer, clock: Clock, tmp_path: Path) -> Ask:
    directory, published = foreign.directory(tmp_path), Published(foreign, clock)
    return lambda token: asyncio.run(verify(token.encode(), directory, published, clock()))


@pytest.fixture
def token(foreign: ForeignIssuer) -> str:
    return foreign.sign(foreign.claims())


def word(verdict: Verdict) -> str:
    return f"{verdict.verdict}: {verdict.reason}"


def signature(verdict: Verdict) -> Step:
    return next(step for step in verdict.steps if step.step == "signature")


def steal(foreign: ForeignIssuer) -> None:
    foreign.states = {KID: {"state": "compromised", "since": SINCE}}


@pytest.mark.parametrize("state", ["next", "active", "retired"])
def test_what_a_key_in_an_ordinary_state_signed_is_valid(
    ask: Ask, foreign: ForeignIssuer, token: str, state: str
) -> None:
    foreign.states = {KID: {"state": state, "since": SINCE}}
    assert word(ask(token)) == "valid: ok"


def test_what_a_compromised_key_signed_is_unchecked_and_nothing_of_it_is_shown(
    ask: Ask, foreign: ForeignIssuer, token: str
) -> None:
    steal(foreign)
    verdict = ask(token)
    assert word(verdict) == "unchecked: key_compromised"
    assert signature(verdict).code == "confirmation_missing"
    assert verdict.credential is None


def test_what_the_issuer_confirms_under_a_sound_key_is_valid_and_says_so(
    ask: Ask, foreign: ForeignIssuer, token: str
) -> None:
    steal(foreign)
    foreign.confirmed = {hashed(token), "0" * 64}
    verdict = ask(token)
    assert word(verdict) == "valid: ok"
    assert signature(verdict).code == "confirmed"
    assert [url for url in foreign.asked if "confirmed" in url] == [CONFIRMATIONS + hashed(token)[:2]]


def test_a_back_dated_forgery_with_a_stolen_key_is_never_valid(ask: Ask, foreign: ForeignIssuer, token: str) -> None:
    steal(foreign)
    foreign.confirmed = {hashed(token)}
    other = foreign.claims()
    other["credentialSubject"]["identifier"][0]["identityHash"] = "A Forger"
    assert word(ask(foreign.sign(other))) == "unchecked: key_compromised"


WRONG_CONFIRMATIONS: dict[str, Callable[[ForeignIssuer, str], Any]] = {
    "signed by the compromised key": lambda i, p: i.sign(said(i, p), typ="confirmed+jwt"),
    "signed by a stranger": lambda i, p: ForeignIssuer(i.clock).sign(said(i, p), typ="confirmed+jwt"),
    "for another issuer": lambda i, p: i.confirmation(KID, p, iss="https://badges.example/issuers/8"),
    "for another key": lambda i, p: i.confirmation(KID, p, kid=f"{ID}/keys/two"),
    "for another prefix": lambda i, p: i.confirmation(KID, p, prefix="zz"),
    "with a date that is no number": lambda i, p: i.confirmation(KID, p, iat="today"),
    "with a date beyond all calendars": lambda i, p: i.confirmation(KID, p, iat=2**52),
    "with what is no hash": lambda i, p: i.confirmation(KID, p, sha256=["*", *i.confirmed]),
    "with one more member": lambda i, p: i.confirmation(KID, p, all=True),
    "of another type": lambda i, p: i.sign(said(i, p), kid=i.confirming, key=i.confirming, typ="JWT"),
    "with another member in its header": lambda i, p: i.sign(
        said(i, p), kid=i.confirming, key=i.confirming, typ="confirmed+jwt", cty="vc"
    ),
    "no token": lambda i, p: "yes",
    "not there": lambda i, p: None,
}


def said(issuer: ForeignIssuer, prefix: str) -> dict[str, Any]:
    at = int(issuer.clock().timestamp())
    return {"iss": issuer.id, "kid": KID, "prefix": prefix, "sha256": sorted(issuer.confirmed), "iat": at}


@pytest.mark.parametrize("wrong", WRONG_CONFIRMATIONS.values(), ids=WRONG_CONFIRMATIONS.keys())
def test_a_confirmation_that_is_not_right_confirms_nothing(
    ask: Ask, foreign: ForeignIssuer, token: str, wrong: Callable[[ForeignIssuer, str], Any]
) -> None:
    steal(foreign)
    foreign.confirmed = {hashed(token)}
    prefix = hashed(token)[:2]
    answer = wrong(foreign, prefix)
    foreign.instead[CONFIRMATIONS + prefix] = answer.encode() if answer else None
    assert word(ask(token)) == "unchecked: key_compromised"


@pytest.mark.parametrize(
    ("at", "verdict"),
    [
        (timedelta(hours=-24), "valid: ok"),
        (timedelta(hours=-24, seconds=-1), "unchecked: key_compromised"),
        (timedelta(minutes=5), "valid: ok"),
        (timedelta(minutes=5, seconds=1), "unchecked: key_compromised"),
    ],
)
def test_a_confirmation_holds_for_a_day(
    ask: Ask, foreign: ForeignIssuer, token: str, at: timedelta, verdict: str
) -> None:
    steal(foreign)
    foreign.confirmed, foreign.confirmed_at = {hashed(token)}, at
    assert word(ask(token)) == verdict


def test_a_key_that_was_stolen_is_known_to_be_within_five_minutes(
    ask: Ask, foreign: ForeignIssuer, token: str, clock: Clock
) -> None:
    assert word(ask(token)) == "valid: ok"
    steal(foreign)
    clock.move(minutes=5)
    assert word(ask(token)) == "unchecked: key_compromised"


def test_a_status_list_of_a_stolen_key_is_never_consent(ask: Ask, foreign: ForeignIssuer) -> None:
    foreign.keys[f"{ID}/keys/three"] = ("ES256", new_key("ES256"))
    foreign.states = {f"{ID}/keys/three": {"state": "compromised", "since": SINCE}}
    verdict = ask(foreign.sign(foreign.claims()))
    assert word(verdict) == "unchecked: status_unavailable"
    assert verdict.steps[4].code == "status_bad_signature"


def test_without_the_keys_states_nothing_is_valid_but_an_edited_token_stays_invalid(
    ask: Ask, foreign: ForeignIssuer, token: str, clock: Clock
) -> None:
    foreign.instead[f"{ID}/jwks.json"] = None
    verdict = ask(token)
    assert word(verdict) == "unchecked: status_unavailable"  # the list's own key is in doubt as well
    assert (signature(verdict).result, signature(verdict).code) == ("not_checked", "key_state_unknown")
    assert verdict.credential and verdict.credential.names == ("Ana Souza",)
    foreign.down = True
    clock.move(minutes=6)
    assert word(ask(token)) == "unchecked: status_unavailable"
    assert word(ask(edited(token))) == "invalid: bad_signature"


def edited(token: str) -> str:
    return f"{token[:-10]}{'A' if token[-10] != 'A' else 'B'}{token[-9:]}"


@pytest.mark.parametrize(
    "states", [5, [], {KID: "compromised"}, {KID: {"state": "stolen"}}, {KID: {"state": ["active"]}}, {KID: None}]
)
def test_states_that_cannot_be_read_do_not_pass_for_sound(
    ask: Ask, foreign: ForeignIssuer, token: str, states: Any
) -> None:
    foreign.states = states
    assert word(ask(token)) == "unchecked: status_unavailable"  # the list's signature needs them as well


def test_a_plain_key_set_without_states_will_do(ask: Ask, foreign: ForeignIssuer, token: str) -> None:
    foreign.instead[f"{ID}/jwks.json"] = json.dumps(foreign.entry()["jwks"]).encode()
    assert word(ask(token)) == "valid: ok"


def test_an_issuer_whose_keys_stand_in_the_directory_alone_has_no_states(
    foreign: ForeignIssuer, token: str, clock: Clock, tmp_path: Path
) -> None:
    directory = foreign.directory(tmp_path, jwks_uri=None)
    verdict = asyncio.run(verify(token.encode(), directory, Published(foreign, clock), clock()))
    assert word(verdict) == "valid: ok"
    assert foreign.asked == ["https://badges.example/lists/1"]


def test_a_new_key_is_never_called_unknown_on_the_word_of_an_older_key_set(
    ask: Ask, foreign: ForeignIssuer, token: str, clock: Clock
) -> None:
    for attempt in range(3):  # uses up what may be asked within a minute
        ask(foreign.sign(foreign.claims(), kid=f"{ID}/keys/nobody{attempt}"))
    foreign.keys = {**foreign.keys, f"{ID}/keys/four": ("ES256", new_key("ES256"))}
    newer = foreign.sign(foreign.claims(), kid=f"{ID}/keys/four", key=f"{ID}/keys/four")
    assert word(ask(newer)) == "unchecked: keys_unavailable"
    clock.move(minutes=1)
    assert word(ask(newer)) == "valid: ok"

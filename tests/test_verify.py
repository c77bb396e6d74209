"""The procedure: what each kind of credential gets, and that silence is never consent."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credential import code as codes
from credential import proof, reader
from demo import forgeries
from issuer.completions import read_completion
from issuer.credentials.issue import issue
from issuer.credentials.revoke import revoke
from issuer.service import Service
from issuer.tables import Credential
from tests.conftest import COMPLETION, Ask, Clock, FetcherInProcess, signed_anew, word
from verifier.directory import Directory
from verifier.errors import Unreachable
from verifier.published import Published
from verifier.verdict import Verdict


def results(verdict: Verdict) -> dict[str, str]:
    return {step.step: step.result for step in verdict.steps}


def test_a_genuine_token_is_valid_and_every_step_says_so(ask: Ask, token: str) -> None:
    verdict = ask(token)
    assert word(verdict) == "valid: ok"
    assert results(verdict) == {
        "token": "passed",
        "known_issuer": "passed",
        "signature": "passed",
        "in_force": "passed",
        "status": "passed",
        "document": "not_checked",
    }
    assert verdict.issuer and verdict.issuer.name["en"] == "Glimmer Academy"
    assert verdict.credential and verdict.credential.names == ("欧阳雨泽", "Ouyang Yuze")
    assert verdict.credential.facts == (("hours", "96"), ("score", "88"))


def test_the_json_of_a_verdict_has_the_members_that_others_rely_on(ask: Ask, token: str) -> None:
    answer = json.loads(ask(token).as_json())
    assert list(answer) == ["verdict", "reason", "steps", "issuer", "credential", "document", "checked_at"]
    assert answer["document"] == {"shows": "not_compared", "differences": [], "traces": []}


@pytest.mark.parametrize(
    ("forge", "expected"),
    [
        (forgeries.edited_payload, "invalid: bad_signature"),
        (forgeries.unsigned, "invalid: unsupported_algorithm"),
        (forgeries.another_key, "invalid: bad_signature"),
        (forgeries.embedded_jwk, "invalid: malformed_token"),
        (forgeries.unknown_issuer, "unchecked: unknown_issuer"),
    ],
)
def test_a_forged_token_is_never_green(ask: Ask, token: str, forge: Callable[[str], str], expected: str) -> None:
    verdict = ask(forge(token))
    assert word(verdict) == expected
    assert verdict.credential is None  # nothing is shown of what nobody signed


def test_nothing_is_fetched_for_a_forged_or_unknown_token(ask: Ask, token: str, fetcher: FetcherInProcess) -> None:
    for forge in (forgeries.unsigned, forgeries.embedded_jwk, forgeries.unknown_issuer, forgeries.another_key):
        ask(forge(token))
    assert fetcher.asked == []


def test_with_the_token_in_hand_no_request_names_the_credential(
    ask: Ask, token: str, credential: Credential, fetcher: FetcherInProcess
) -> None:
    ask(token)
    assert fetcher.asked
    assert not [url for url in fetcher.asked if credential.code in url or "credentials" in url]


def test_a_code_is_looked_up_at_its_issuer(ask: Ask, credential: Credential) -> None:
    for written in (
        credential.code,
        codes.printed(credential.code).lower(),
        f"http://127.0.0.1:8001/v/{credential.code}",
        f"127.0.0.1:8001/v/{credential.code}/check",
        f"http://127.0.0.1:8000/credentials/{credential.code}.pdf",
    ):
        assert word(ask(written)) == "valid: ok", written


def test_a_mistyped_code_is_said_to_be_mistyped(ask: Ask, credential: Credential, fetcher: FetcherInProcess) -> None:
    wrong = credential.code[:-1] + ("Z" if credential.code[-1] != "Z" else "Y")
    assert word(ask(wrong)) == "unchecked: mistyped_code"
    assert fetcher.asked == []


def test_a_code_that_was_never_published_is_unchecked(ask: Ask, credential: Credential) -> None:
    assert word(ask(codes.new("WG"))) == "unchecked: not_published"
    assert word(ask(codes.new("XX"))) == "unchecked: unknown_issuer"


def test_an_issuer_out_of_reach_leaves_a_code_unchecked(
    ask: Ask, credential: Credential, fetcher: FetcherInProcess
) -> None:
    fetcher.down = True
    assert word(ask(credential.code)) == "unchecked: issuer_unreachable"


def test_an_issuer_that_answers_with_another_credential_is_not_believed(
    ask: Ask, service: Service, credential: Credential, fetcher: FetcherInProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = issue(service, "glimmer", read_completion({**COMPLETION, "completion_id": "2"}, service.now())).credential

    async def swapped(url: str, accept: str = "*/*") -> bytes:
        return await FetcherInProcess.get(fetcher, url.replace(credential.code, other.code), accept)

    monkeypatch.setattr(fetcher, "get", swapped)
    assert word(ask(credential.code)) == "invalid: malformed_token"


def test_a_revoked_credential_is_invalid_within_five_minutes(
    ask: Ask, service: Service, token: str, credential: Credential, clock: Clock
) -> None:
    assert word(ask(token)) == "valid: ok"
    revoke(service, "glimmer", credential.code, "reason")
    clock.move(minutes=5)
    verdict = ask(token)
    assert word(verdict) == "invalid: revoked"
    assert verdict.credential is not None


def test_an_expired_credential_is_invalid_and_a_revoked_one_stays_revoked(
    ask: Ask, service: Service, clock: Clock
) -> None:
    until = clock() + timedelta(days=1)
    given = {**COMPLETION, "completion_id": "2", "valid_until": until.isoformat()}
    credential = issue(service, "glimmer", read_completion(given, service.now())).credential
    assert word(ask(credential.token or "")) == "valid: ok"
    clock.move(days=1)
    assert word(ask(credential.token or "")) == "invalid: expired"
    revoke(service, "glimmer", credential.code, "reason")
    clock.move(minutes=5)
    assert word(ask(credential.token or "")) == "invalid: revoked"


def test_a_credential_from_the_future_is_not_yet_valid_beyond_five_minutes(ask: Ask, token: str, clock: Clock) -> None:
    clock.move(minutes=-4)
    assert ask(token).reason != "not_yet_valid"
    clock.move(days=-1)
    assert word(ask(token)) == "invalid: not_yet_valid"


def test_a_key_rotated_since_the_directory_was_written_is_fetched(ask: Ask, service: Service) -> None:
    service.keyrings.of("glimmer").rotate(service.now(), at_once=True)
    newer = issue(service, "glimmer", read_completion({**COMPLETION, "completion_id": "2"}, service.now())).credential
    assert word(ask(newer.token or "")) == "valid: ok"


def test_a_key_that_the_issuer_never_published_is_invalid_where_its_keys_were_asked_for(
    ask: Ask, token: str, service: Service, fetcher: FetcherInProcess, credential: Credential, clock: Clock
) -> None:
    signer = service.keyrings.signer("glimmer", service.keyrings.active("glimmer").id)
    forged = proof.sign(credential.document, type(signer)(f"{signer.kid}0", signer.private))
    assert word(ask(token)) == "valid: ok"
    assert word(ask(forged)) == "invalid: unknown_key"
    clock.move(seconds=30)  # the keys were asked for twice within this minute: not again, and so nothing is certain
    assert word(ask(forged)) == "unchecked: keys_unavailable"
    clock.move(seconds=30)
    assert word(ask(forged)) == "invalid: unknown_key"


def test_ten_thousand_key_ids_that_nobody_knows_cost_two_fetches(
    directory: Directory, published: Published, token: str, fetcher: FetcherInProcess
) -> None:
    issuer = next(iter(directory.issuers.values()))
    unverified = reader.read(token)

    async def flood() -> set[str]:
        found = set()
        for number in range(10_000):
            header = {**unverified.header, "kid": f"{unverified.claimed_kid}{number}"}
            try:
                found.add(str(await published.key(issuer, msgspec.structs.replace(unverified, header=header))))
            except Unreachable as error:
                found.add(str(error.fault))
        return found

    assert asyncio.run(flood()) == {"None", "key_set_just_fetched"}
    assert len(fetcher.asked) == 2


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (b"", "nothing_given"),
        (b"  \n ", "nothing_given"),
        (b"hello", "not_recognised"),
        ("王小明".encode(), "not_recognised"),
        (b"\xff\xfe\x00", "not_recognised"),
        (b"{}", "not_recognised"),
        (b"https://example.com/", "not_recognised"),
        (b"http://[", "not_recognised"),
        (b"x" * 70_000, "too_large"),
        (b"x" * (20 * 1024 * 1024 + 1), "too_large"),
        (b"%PDF-1.7 rubbish", "cannot_open"),
        (b"WG-123", "mistyped_code"),
    ],
)
def test_what_is_no_credential_is_unchecked_with_a_reason(ask: Ask, given: bytes, reason: str) -> None:
    assert word(ask(given)) == f"unchecked: {reason}"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(st.data())
def test_one_changed_character_of_a_token_is_never_valid(ask: Ask, token: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(token) - 1))
    character = data.draw(st.characters(min_codepoint=32, max_codepoint=126))
    if token[at] != character:
        assert ask(token[:at] + character + token[at + 1 :]).verdict != "valid"


def test_an_endorsement_by_a_known_issuer_is_no_credential(ask: Ask, service: Service, credential: Credential) -> None:
    kinds: list[Any] = [["VerifiableCredential", "EndorsementCredential"], "EndorsementCredential", [], 5]
    for kind in kinds:
        assert word(ask(signed_anew(service, credential, type=kind))) == "invalid: malformed_token"


def test_a_token_that_a_mail_program_broke_into_lines_is_read(ask: Ask, token: str) -> None:
    wrapped = "\r\n".join(token[i : i + 76] for i in range(0, len(token), 76))
    assert word(ask(wrapped)) == "valid: ok"


@pytest.mark.parametrize("address", ["verify.example.cn/v/{}", "www.example.com/v/{}/check", "//x/{}.pdf"])
def test_an_address_without_its_scheme_is_read(ask_anywhere: Ask, credential: Credential, address: str) -> None:
    assert word(ask_anywhere(address.format(credential.code))) == "valid: ok"


@pytest.mark.parametrize("given", ["www.example.com", "..", "a.b.c", "x/y", "http://[/v/x"])
def test_what_only_looks_like_something_is_not_called_invalid(ask: Ask, given: str) -> None:
    assert word(ask(given)) == "unchecked: not_recognised"

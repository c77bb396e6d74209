"""The procedure: what each kind of credential gets, and that silence is never consent."""

import asyncio
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credential import code as codes
from credential import document, proof, reader, status
from credential.jwks import read_key
from demo import forgeries
from issuer import organisations
from issuer.completions import read_completion
from issuer.credentials.issue import issue
from issuer.credentials.revoke import revoke
from issuer.service import Service
from issuer.tables import Credential
from tests.conftest import COMPLETION, Clock, FetcherInProcess
from verifier.directory import Directory
from verifier.errors import Unreachable
from verifier.published import Published
from verifier.verdict import Verdict
from verifier.verify import verify

Ask = Callable[[str | bytes], Verdict]


@pytest.fixture
def ask(directory: Directory, published: Published, clock: Clock) -> Ask:
    def asked(given: str | bytes) -> Verdict:
        data = given.encode() if isinstance(given, str) else given
        return asyncio.run(verify(data, directory, published, clock()))

    return asked


def word(verdict: Verdict) -> str:
    return f"{verdict.verdict}: {verdict.reason}"


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
    assert answer["document"] == {"shows": "not_compared", "differences": []}


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
        f"https://verify.example/v/{credential.code}",
        f"https://clone.example/v/{credential.code}/check",
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
                found.add(str(await published.key(issuer, replace(unverified, header=header))))
            except Unreachable as error:
                found.add(str(error.fault))
        return found

    assert asyncio.run(flood()) == {"None", "key_set_just_fetched"}
    assert len(fetcher.asked) == 2


def test_a_status_list_out_of_reach_is_unchecked_and_asked_again_soon(
    ask: Ask, token: str, fetcher: FetcherInProcess, clock: Clock
) -> None:
    fetcher.down = True
    assert word(ask(token)) == "unchecked: status_unavailable"
    fetcher.down = False
    clock.move(seconds=11)
    assert word(ask(token)) == "valid: ok"


def test_a_fresh_list_is_kept_for_five_minutes_and_then_must_be_had_again(
    ask: Ask, token: str, fetcher: FetcherInProcess, clock: Clock
) -> None:
    assert word(ask(token)) == "valid: ok"
    fetcher.down = True
    clock.move(minutes=4)
    assert word(ask(token)) == "valid: ok"
    clock.move(minutes=1)
    assert word(ask(token)) == "unchecked: status_unavailable"


def list_forger(
    service: Service, credential: Credential, fetcher: FetcherInProcess, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., None]:
    """Serves another status list than the issuer's own: made with its key, but wrong in what the test changes."""

    def serve(
        *, now: Any = None, typ: str = "vc+jwt", edit: Callable[[dict[str, Any]], Any] = dict.copy, kid: str = ""
    ) -> None:
        address = service.addresses.status_list("glimmer", credential.list_id)
        issuer = service.addresses.organisation("glimmer")
        claims = json.loads(status.list_document(address, issuer, [], now or service.now()))
        edit(claims)
        signer = service.keyrings.signer("glimmer", service.keyrings.active("glimmer").id)
        forged = proof.sign(json.dumps(claims).encode(), type(signer)(kid or signer.kid, signer.private), typ=typ)

        async def get(url: str, accept: str = "*/*") -> bytes:
            return forged.encode() if url == address else await FetcherInProcess.get(fetcher, url, accept)

        monkeypatch.setattr(fetcher, "get", get)

    return serve


def put(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def edit(claims: dict[str, Any]) -> None:
        *way, last = path.split(".")
        for name in way:
            claims = claims[name]
        claims[last] = value

    return edit


BAD_LISTS: dict[str, dict[str, Any]] = {
    "another purpose": {"edit": put("credentialSubject.statusPurpose", "suspension")},
    "two purposes": {"edit": put("credentialSubject.statusPurpose", ["revocation", "suspension"])},
    "another list": {"edit": put("id", "http://127.0.0.1:8000/orgs/glimmer/status/other")},
    "another issuer": {"edit": put("issuer", "http://127.0.0.1:8000/orgs/other")},
    "another kind of credential": {"edit": put("type", ["VerifiableCredential"])},
    "a type that is a number": {"edit": put("type", 5)},
    "no subject": {"edit": put("credentialSubject", [])},
    "no dates": {"edit": put("validUntil", None)},
    "a date without zone": {"edit": put("validUntil", "2030-01-01T00:00:00")},
    "bits cut off": {"edit": put("credentialSubject.encodedList", "uH4sIAAAA")},
    "a key of nobody": {"kid": "http://127.0.0.1:8000/orgs/glimmer/keys/other"},
    "a typ of another kind": {"typ": "at+jwt"},
}


@pytest.mark.parametrize("wrong", BAD_LISTS.values(), ids=BAD_LISTS.keys())
def test_a_status_list_that_is_not_right_is_never_consent(
    ask: Ask, token: str, service: Service, credential: Credential, fetcher: FetcherInProcess,
    monkeypatch: pytest.MonkeyPatch, wrong: dict[str, Any],
) -> None:  # fmt: skip
    list_forger(service, credential, fetcher, monkeypatch)(**wrong)
    assert word(ask(token)) == "unchecked: status_unavailable"


def test_a_right_list_by_the_same_means_is_believed(
    ask: Ask,
    token: str,
    service: Service,
    credential: Credential,
    fetcher: FetcherInProcess,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    list_forger(service, credential, fetcher, monkeypatch)()
    assert word(ask(token)) == "valid: ok"


@pytest.mark.parametrize("hours", [-25, 1])
def test_a_status_list_of_another_day_is_never_consent(
    ask: Ask, token: str, service: Service, credential: Credential, fetcher: FetcherInProcess,
    monkeypatch: pytest.MonkeyPatch, hours: int,
) -> None:  # fmt: skip
    list_forger(service, credential, fetcher, monkeypatch)(now=service.now() + timedelta(hours=hours))
    assert word(ask(token)) == "unchecked: status_unavailable"


def test_a_list_that_goes_back_in_time_is_not_believed(
    ask: Ask, token: str, service: Service, credential: Credential, fetcher: FetcherInProcess,
    clock: Clock, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    clock.move(hours=2)
    revoke(service, "glimmer", credential.code, "reason")
    assert word(ask(token)) == "invalid: revoked"
    clock.move(minutes=6)
    list_forger(service, credential, fetcher, monkeypatch)(now=service.now() - timedelta(hours=2))
    assert word(ask(token)) == "unchecked: status_unavailable"


@pytest.mark.parametrize("index", ["-1", "131072", "99999999999", "1e3", "٣", 5, None, ""])
def test_a_status_index_out_of_range_is_never_consent(
    ask: Ask, service: Service, credential: Credential, index: Any
) -> None:
    document = json.loads(credential.document)
    document["credentialStatus"]["statusListIndex"] = index
    signer = service.keyrings.signer("glimmer", credential.key_id)
    assert word(ask(proof.sign(json.dumps(document).encode(), signer))) == "unchecked: status_unavailable"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/l",
        "http://127.0.0.1:8000/../etc",
        "http://127.0.0.1:8000@evil.example/l",
        "file:///etc/passwd",
        None,
        {},
    ],
)
def test_a_status_list_elsewhere_is_never_fetched(
    ask: Ask, service: Service, credential: Credential, fetcher: FetcherInProcess, url: Any
) -> None:
    document = json.loads(credential.document)
    document["credentialStatus"]["statusListCredential"] = url
    del document["relatedResource"]
    signer = service.keyrings.signer("glimmer", credential.key_id)
    assert word(ask(proof.sign(json.dumps(document).encode(), signer))) == "unchecked: status_unavailable"
    assert fetcher.asked == ["http://127.0.0.1:8000/orgs/glimmer/jwks.json"]  # for the key's state, nothing else


def test_a_credential_without_a_status_is_unchecked(ask: Ask, service: Service, credential: Credential) -> None:
    document = json.loads(credential.document)
    del document["credentialStatus"]
    signer = service.keyrings.signer("glimmer", credential.key_id)
    assert word(ask(proof.sign(json.dumps(document).encode(), signer))) == "unchecked: no_status"


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


def signed_anew(service: Service, credential: Credential, **changes: Any) -> str:
    """The credential with some members changed (None: left out), signed by the issuer itself."""
    document = {**json.loads(credential.document), **changes}
    kept = {name: value for name, value in document.items() if value is not None}
    return proof.sign(json.dumps(kept).encode(), service.keyrings.signer("glimmer", credential.key_id))


def pdf_with(token: str) -> bytes:
    """A blank page with the token attached."""
    with pikepdf.new() as document:
        document.add_blank_page()
        document.attachments["credential.jwt"] = token.encode()
        written = io.BytesIO()
        document.save(written)
        return written.getvalue()


def test_a_document_that_cannot_be_compared_is_never_green(ask: Ask, service: Service, credential: Credential) -> None:
    foreign = signed_anew(service, credential, awardedDate=None)
    assert word(ask(foreign)) == "valid: ok"
    assert word(ask(pdf_with(foreign))) == "unchecked: document_not_compared"


def test_a_document_is_not_green_while_its_translations_cannot_be_had(
    ask: Ask, service: Service, credential: Credential, fetcher: FetcherInProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def without_achievements(url: str, accept: str = "*/*") -> bytes:
        if "/achievements/" in url:
            raise Unreachable(url)
        return await FetcherInProcess.get(fetcher, url, accept)

    monkeypatch.setattr(fetcher, "get", without_achievements)
    monkeypatch.setattr("verifier.verify.differences", lambda opened, words: ())
    assert word(ask(pdf_with(credential.token or ""))) == "unchecked: document_not_compared"
    assert word(ask(credential.token or "")) == "valid: ok"


def test_a_blank_page_with_a_genuine_token_is_not_what_was_signed(ask: Ask, token: str) -> None:
    verdict = ask(pdf_with(token))
    assert word(verdict) == "invalid: document_differs"
    assert {difference.field for difference in verdict.document.differences} >= {"name", "achievement", "code"}


def test_a_list_of_another_organisation_is_never_consent_whoever_asked_first(
    ask: Ask, service: Service, credential: Credential, directory: Directory
) -> None:
    organisations.create(service, {"id": "other", "tag": "WG", "name": {"zh-Hans": "他校"}})
    with service.database.reading() as session:
        entry = organisations.directory_entry(service, organisations.find(session, "other"))
    keys = {jwk["kid"]: read_key(jwk) for jwk in entry["jwks"]["keys"]}
    other = replace(directory.issuers["http://127.0.0.1:8000/orgs/glimmer"], id=entry["id"], keys=keys)
    directory.issuers[entry["id"]] = other  # type: ignore[index]
    document = json.loads(credential.document)
    document["issuer"]["id"] = document["iss"] = entry["id"]
    active = service.keyrings.active("other").id
    stranger = proof.sign(json.dumps(document).encode(), service.keyrings.signer("other", active))
    assert word(ask(stranger)) == "unchecked: status_unavailable"
    assert word(ask(credential.token or "")) == "valid: ok"
    assert word(ask(stranger)) == "unchecked: status_unavailable"


def test_an_endorsement_by_a_known_issuer_is_no_credential(ask: Ask, service: Service, credential: Credential) -> None:
    kinds: list[Any] = [["VerifiableCredential", "EndorsementCredential"], "EndorsementCredential", [], 5]
    for kind in kinds:
        assert word(ask(signed_anew(service, credential, type=kind))) == "invalid: malformed_token"


def test_a_token_that_a_mail_program_broke_into_lines_is_read(ask: Ask, token: str) -> None:
    wrapped = "\r\n".join(token[i : i + 76] for i in range(0, len(token), 76))
    assert word(ask(wrapped)) == "valid: ok"


@pytest.mark.parametrize("address", ["verify.example.cn/v/{}", "www.example.com/v/{}/check", "//x/{}.pdf"])
def test_an_address_without_its_scheme_is_read(ask: Ask, credential: Credential, address: str) -> None:
    assert word(ask(address.format(credential.code))) == "valid: ok"


@pytest.mark.parametrize("given", ["www.example.com", "..", "a.b.c", "x/y", "http://[/v/x"])
def test_what_only_looks_like_something_is_not_called_invalid(ask: Ask, given: str) -> None:
    assert word(ask(given)) == "unchecked: not_recognised"


ODD_VERSIONS: list[dict[str, Any]] = [
    {"translations": []}, {"translations": "x"}, {"translations": {"en": "x"}}, {"translations": {"en": {"name": 5}}},
    {"translations": {"en": {}}}, {"translations": {"fr": {"name": "x"}}}, {"signatories": "x"},
    {"signatories": ["x", {"en": 5}]},
]  # fmt: skip


@pytest.mark.parametrize("version", ODD_VERSIONS, ids=map(str, ODD_VERSIONS))
def test_an_odd_achievement_version_is_never_a_fault_of_ours(
    ask: Ask, service: Service, credential: Credential, fetcher: FetcherInProcess,
    monkeypatch: pytest.MonkeyPatch, version: dict[str, Any],
) -> None:  # fmt: skip
    body = json.dumps(version).encode()
    address = "http://127.0.0.1:8000/orgs/glimmer/achievements/odd/1"

    async def odd(url: str, accept: str = "*/*") -> bytes:
        return body if url == address else await FetcherInProcess.get(fetcher, url, accept)

    monkeypatch.setattr(fetcher, "get", odd)
    related = [{"id": address, "digestSRI": document.digest_sri(body)}]
    odd_token = signed_anew(service, credential, relatedResource=related)
    assert word(ask(odd_token)) == "valid: ok"
    assert ask(pdf_with(odd_token)).reason == "document_differs"


@pytest.mark.parametrize(
    "changes",
    [
        {"validUntil": "9999-12-31T23:59:59Z", "exp": 253402300799},
        {"id": "http://127.0.0.1:8000/credentials/other", "jti": "http://127.0.0.1:8000/credentials/other"},
    ],
    ids=["the last second of the calendar", "an id without a code"],
)
def test_an_odd_credential_is_never_a_fault_of_ours(
    ask: Ask, service: Service, credential: Credential, changes: dict[str, Any]
) -> None:
    odd = signed_anew(service, credential, **changes)
    assert word(ask(odd)) == "valid: ok"
    assert word(ask(pdf_with(odd))) == "invalid: document_differs"


def test_a_credential_in_another_language_is_never_a_fault_of_ours(
    ask: Ask, service: Service, credential: Credential
) -> None:
    subject = json.loads(credential.document)["credentialSubject"]
    subject["achievement"]["inLanguage"] = "fr"
    odd = signed_anew(service, credential, credentialSubject=subject, relatedResource=[])
    assert word(ask(odd)) == "valid: ok"
    assert word(ask(pdf_with(odd))) == "invalid: document_differs"


def test_a_kept_failure_holds_nothing_of_those_who_asked(
    ask: Ask, token: str, fetcher: FetcherInProcess, published: Published
) -> None:
    fetcher.down = True
    for _ in range(3):
        ask(token)
    kept = [entry.failure for entry in published._kept.values() if entry.failure]
    assert kept and all(isinstance(part, str | None) for failure in kept for part in failure)

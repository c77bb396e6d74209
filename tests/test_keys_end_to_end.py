"""Keys that rotate or are stolen: the real issuer on one side, the real verifier on the other."""

import asyncio
import json
from datetime import date, timedelta
from uuid import uuid4

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credential import document, proof, reader
from issuer.completions import Completion, read_completion
from issuer.confirmations import confirm
from issuer.credentials.issue import issue
from issuer.credentials.revoke import revoke
from issuer.service import Service
from issuer.tables import Credential
from tests.conftest import COMPLETION, Clock, FetcherInProcess
from verifier.directory import Directory
from verifier.published import Published
from verifier.verify import verify

MANY = 2000


def answers(tokens: list[str], directory: Directory, published: Published, clock: Clock) -> set[str]:
    async def each() -> set[str]:
        found = set()
        for token in tokens:
            verdict = await verify(token.encode(), directory, published, clock())
            found.add(f"{verdict.verdict}: {verdict.reason}")
        return found

    return asyncio.run(each())


@pytest.mark.timeout(300)
def test_two_thousand_credentials_issued_across_a_rotation_are_valid_with_cold_and_warm_caches(
    service: Service, completion: Completion, directory: Directory, fetcher: FetcherInProcess, clock: Clock
) -> None:
    warm = Published(fetcher, clock)
    tokens: list[str] = []
    kids = set()
    for number in range(MANY):
        if number == MANY // 2:
            assert answers(tokens[:1], directory, warm, clock) == {"valid: ok"}
            service.keyrings.of("glimmer").rotate(service.now())
        clock.move(seconds=1)
        completed = msgspec.structs.replace(completion, completion_id=str(number))
        tokens.append(issue(service, "glimmer", completed).credential.token or "")
        kids.add(reader.read(tokens[-1]).claimed_kid)
        if number % 100 == 0:
            assert answers(tokens[-1:], directory, warm, clock) == {"valid: ok"}
    assert len(kids) == 2
    assert answers(tokens, directory, warm, clock) == {"valid: ok"}
    assert answers(tokens, directory, Published(fetcher, clock), clock) == {"valid: ok"}


def test_what_a_stolen_key_signed_is_valid_only_where_the_issuer_recorded_and_confirms_it(
    service: Service, credential: Credential, directory: Directory, fetcher: FetcherInProcess, clock: Clock
) -> None:
    thief = service.keyrings.signer("glimmer", credential.key_id)
    recorded = credential.token or ""
    claims = json.loads(credential.document)
    claims["credentialSubject"]["identifier"][0]["identityHash"] = "盗用者"
    claims["id"] = claims["jti"] = claims["id"][:-1] + "Z"
    forged = proof.sign(json.dumps(claims).encode(), thief)  # dated back to when the key was sound

    def cold(token: str) -> set[str]:
        return answers([token], directory, Published(fetcher, clock), clock)

    assert cold(forged) == {"valid: ok"}  # nobody can tell before the theft is known
    clock.move(minutes=1)
    service.keyrings.of("glimmer").mark_compromised(credential.key_id, service.now())
    assert cold(recorded) == cold(forged) == {"unchecked: key_compromised"}
    assert confirm(service, "glimmer", credential.key_id) == 1
    assert cold(recorded) == {"valid: ok"}
    assert cold(forged) == {"unchecked: key_compromised"}


def test_a_verifier_with_warm_caches_hears_of_a_stolen_key_within_five_minutes(
    service: Service, credential: Credential, directory: Directory, published: Published, clock: Clock
) -> None:
    token = credential.token or ""
    assert answers([token], directory, published, clock) == {"valid: ok"}
    service.keyrings.of("glimmer").mark_compromised(credential.key_id, service.now())
    clock.move(minutes=5)
    assert answers([token], directory, published, clock) == {"unchecked: key_compromised"}


def test_a_credential_that_was_replaced_names_its_successor(
    service: Service,
    credential: Credential,
    completion: Completion,
    directory: Directory,
    fetcher: FetcherInProcess,
    clock: Clock,
) -> None:
    newer = issue(service, "glimmer", msgspec.structs.replace(completion, completion_id="2")).credential
    revoke(service, "glimmer", credential.code, "更正姓名", superseded_by=newer.code)

    async def ask() -> object:
        return await verify((credential.token or "").encode(), directory, Published(fetcher, clock), clock())

    verdict = msgspec.to_builtins(asyncio.run(ask()))
    assert (verdict["verdict"], verdict["reason"]) == ("invalid", "superseded")
    assert verdict["revocation"]["reason"] == "更正姓名"
    assert verdict["revocation"]["superseded_by"].endswith(newer.code)


OPTIONAL = st.fixed_dictionaries(
    {},
    optional={
        "romanised_name": st.sampled_from(["Ouyang Yuze", "Ōuyáng Yǔzé"]),
        "email": st.emails().filter(lambda address: len(address) < 60 and address.isascii()),
        "started_on": st.dates(min_value=date(2020, 1, 1), max_value=date(2026, 11, 1)).map(str),
        "hours": st.integers(1, 9999).map(str),
        "score": st.sampled_from(["88", "优秀", "A+"]),
        "level": st.sampled_from(["三级", "Level 3"]),
        "evidence": st.just("https://learner.example/report"),
        "valid_until": st.integers(1, 3000).map(
            lambda days: f"{Clock().now + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"
        ),
    },
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(OPTIONAL)
def test_every_optional_field_comes_back_from_the_token_as_it_was_reported(
    service: Service, fields: dict[str, str]
) -> None:
    given_fields = {**{k: COMPLETION[k] for k in ("achievement", "name", "completed_on")}, **fields}
    completion = read_completion({**given_fields, "completion_id": uuid4().hex}, service.now())
    token = issue(service, "glimmer", completion).credential.token or ""
    claims = reader.read(token).claims
    reader.registered_claims(claims)
    read = msgspec.convert(claims, document.Credential)
    assert json.loads(document.encode(read)) == claims  # nothing is lost or added on the way through the types
    subject = claims["credentialSubject"]
    values: dict[str, str] = {r["resultDescription"].rpartition("#")[2]: r["value"] for r in subject.get("result", [])}
    expected = {"hours": "96"} | {field: text for field, text in fields.items() if field in {"hours", "score", "level"}}
    assert values == expected
    names = [i["identityHash"] for i in subject["identifier"] if i["identityType"] == "name"]
    assert names == [completion.name, *([completion.romanised_name] if completion.romanised_name else [])]
    assert ("exp" in claims, "evidence" in claims) == ("valid_until" in fields, "evidence" in fields)
    assert ("activityStartDate" in subject) == ("started_on" in fields)
    assert any(i["hashed"] for i in subject["identifier"]) == ("email" in fields)

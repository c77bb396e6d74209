"""What the issuer signs, checked against the specification's own schemas and by readers that we did not write."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwk as foreign_jwk
from joserfc import jwt as foreign_jwt
from jsonschema import Draft201909Validator, Draft202012Validator
from litestar import Litestar
from litestar.testing import TestClient

from credential import reader
from issuer.completions import read_completion
from issuer.credentials.issue import issue
from issuer.service import Service
from tests.conftest import COMPLETION

SCHEMAS = (
    "ob_v3p0_achievementcredential_schema.official-2026-07-04.json",
    "ob_v3p0_achievementcredential_schema.strict.json",
)


def claims_of(service: Service, **fields: Any) -> dict[str, Any]:
    completion = read_completion({**COMPLETION, **fields}, service.now())
    return reader.read(issue(service, "glimmer", completion).credential.token or "").claims


@pytest.mark.parametrize("schema", SCHEMAS)
@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"romanised_name": None, "email": None, "started_on": None, "score": None},
        {"hours": 7.5, "valid_until": "2029-11-20T18:00:00Z"},
    ],
    ids=["everything", "the least", "hours and an end"],
)
def test_a_credential_satisfies_the_official_schema(
    service: Service, conformance: Path, schema: str, fields: dict[str, Any]
) -> None:
    rules = json.loads((conformance / "schemas" / schema).read_text())
    validator = Draft201909Validator if "2019-09" in rules.get("$schema", "") else Draft202012Validator
    errors = [
        f"{error.json_path}: {error.message}" for error in validator(rules).iter_errors(claims_of(service, **fields))
    ]
    assert errors == []


def test_another_library_verifies_the_token_with_the_jwk_that_its_kid_answers_with(
    token: str, issuer: TestClient[Litestar]
) -> None:
    kid = reader.read(token).claimed_kid
    published = issuer.get(kid).json()
    verified = foreign_jwt.decode(token, foreign_jwk.ECKey.import_key(published), algorithms=["ES256"])
    assert list(verified.header) == ["alg", "kid", "typ"]
    assert verified.claims["credentialSubject"]["identifier"][0]["identityHash"] == "欧阳雨泽"


def test_nothing_in_a_credential_is_empty_or_null(service: Service) -> None:
    def walk(part: Any) -> None:
        assert part not in (None, "", [], {})
        for member in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
            walk(member)

    walk(claims_of(service, romanised_name=None, email=None, score=None))


def test_the_registered_claims_say_what_the_credential_says(service: Service) -> None:
    claims = claims_of(service, valid_until="2029-11-20T18:00:00Z")
    reader.registered_claims(claims)
    assert claims["validFrom"] == "2026-11-21T02:00:00Z"
    assert claims["exp"] == 1889892000
    assert isinstance(claims["credentialStatus"], dict)
    assert isinstance(claims["credentialStatus"]["statusListIndex"], str)


def test_the_e_mail_address_is_there_only_for_who_knows_it(service: Service) -> None:
    claims = claims_of(service)
    assert "learner.example" not in json.dumps(claims)
    hashed = next(i for i in claims["credentialSubject"]["identifier"] if i["identityType"] == "emailAddress")
    again = hashlib.sha256(b"ouyang.yuze@learner.example" + hashed["salt"].encode()).hexdigest()
    assert hashed["identityHash"] == f"sha256${again}"


def test_the_achievement_version_is_bound_by_its_digest(service: Service, issuer: TestClient[Litestar]) -> None:
    import base64

    (related,) = claims_of(service)["relatedResource"]
    published = issuer.get(related["id"]).content
    assert related["digestSRI"] == "sha384-" + base64.b64encode(hashlib.sha384(published).digest()).decode()
    assert json.loads(published)["translations"]["en"]["organisation"] == "Glimmer Academy"

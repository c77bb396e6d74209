"""The API's description is what the API does: a program that knows nothing else asks it everything."""

from typing import Any

import jsonschema
import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as some
from litestar import Litestar
from litestar.testing import TestClient
from schemathesis.python.asgi import ASGIClient, get_client
from schemathesis.specs.openapi.checks import negative_data_rejection

from tests.small_issuer import SmallIssuer
from tests.test_words import reasons as reasons_in_the_sources
from verifier.app import create_app
from verifier.openapi import BODIES, CODE, PILES, document, reasons
from verifier.settings import settings_from
from verifier.words import LANGUAGES, words_in

URL = "http://127.0.0.1:8001"
STARTS = some.sampled_from(
    [b"", b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"<svg", b"eyJh", CODE.encode(), b"https://"]
)
ANYTHING = some.builds(lambda start, rest: start + rest, STARTS, some.binary(max_size=200))
for kind in BODIES | PILES:
    schemathesis.openapi.media_type(kind, ANYTHING)
SCHEMA = schemathesis.openapi.from_dict(document())


@pytest.fixture(scope="module")
def app(small_issuer: SmallIssuer) -> Litestar:
    return create_app(settings_from({"VERIFIER_DIRECTORY": str(small_issuer.directory), "VERIFIER_RATE": "0"}))


@pytest.fixture(scope="module")
def asking(app: Litestar) -> ASGIClient:
    return get_client(app)  # type: ignore[arg-type]  # Litestar's types are narrower


@SCHEMA.parametrize()
@settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_described(case: schemathesis.Case[Any], app: Litestar, asking: ASGIClient) -> None:
    # A body that breaks its schema is answered with a verdict: whatever is handed in, is.
    case.call_and_validate(base_url=URL, session=asking, app=app, excluded_checks=[negative_data_rejection])


def test_a_query_that_is_not_as_described_is_a_problem(app: Litestar) -> None:
    with TestClient(app, base_url=URL) as client:
        answer = client.post("/api/verify", params={"ask_issuer": "perhaps"}, content=CODE)
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")
    assert (answer.json()["status"], answer.json()["type"]) == (400, "about:blank")


def test_the_document_is_served_as_it_was_made_and_can_be_kept(app: Litestar) -> None:
    with TestClient(app, base_url=URL) as client:
        answer = client.get("/api/openapi.json")
        assert answer.content == msgspec.json.encode(document())
        again = client.get("/api/openapi.json", headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_every_field_and_every_reason_is_described() -> None:
    schemas = document()["components"]["schemas"]
    assert set(schemas["Verdict"]["properties"]["reason"]["enum"]) == set(reasons_in_the_sources())
    bare = {
        f"{name}.{field}"
        for name, schema in schemas.items()
        for field, value in schema["properties"].items()
        if "description" not in value and "$ref" not in value
    }
    assert bare == set()


def test_a_real_verdict_is_as_described(app: Litestar, small_issuer: SmallIssuer) -> None:
    described = document()
    whole = {"$ref": "#/components/schemas/Verdict", "components": described["components"]}
    with TestClient(app, base_url=URL) as client:
        for index, verdict in ((3, "valid"), (7, "invalid")):
            answer = client.post("/api/verify", content=small_issuer.token(index=index)).json()
            assert answer["verdict"] == verdict
            jsonschema.validate(answer, whole)
            with pytest.raises(jsonschema.ValidationError):
                jsonschema.validate(answer | {"verdict": "green"}, whole)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_for_programmers_says_what_the_document_says(app: Litestar, language: str) -> None:
    with TestClient(app, base_url=URL) as client:
        page = client.get("/api", params={"lang": language}, headers={"Accept": "text/html"})
    assert page.status_code == 200 and f'lang="{language}"' in page.text
    assert "<script" not in page.text and "//cdn" not in page.text
    for said in (*document()["paths"], *BODIES, *reasons(words_in(language)), "ask_issuer", "429"):
        assert f">{said}<" in page.text or said in page.text


def test_nothing_of_the_document_leads_elsewhere() -> None:
    assert "://" not in str(document()).replace("https://elsewhere.example", "").replace("https://tools.ietf.org", "")

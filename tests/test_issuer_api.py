"""The issuer over HTTP: the guarded API, and what is published for everyone."""

import json
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from credential import code as codes
from credential import reader
from issuer import achievements, organisations
from issuer.completions import read_completion
from issuer.credentials.issue import issue
from issuer.errors import IssuerError
from issuer.organisations import make_api_key
from issuer.service import Service
from issuer.tables import Credential, Organisation
from tests.conftest import ACHIEVEMENT, COMPLETION, Clock


def report(issuer: TestClient[Litestar], api_key: str, **fields: Any) -> httpx.Response:
    return issuer.post(
        "/api/completions", json={**COMPLETION, **fields}, headers={"Authorization": f"Bearer {api_key}"}
    )


def test_a_new_completion_is_201_and_the_same_again_is_200_with_the_same_credential(
    issuer: TestClient[Litestar], api_key: str
) -> None:
    first, again = report(issuer, api_key), report(issuer, api_key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert codes.parse(first.json()["code"])
    assert first.headers["Location"] == first.json()["credential"]


def test_other_content_under_the_same_id_is_409(issuer: TestClient[Litestar], api_key: str) -> None:
    report(issuer, api_key)
    answer = report(issuer, api_key, score="99")
    assert answer.status_code == 409
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:weizheng:problem:conflict"


def test_bad_fields_are_422_with_a_pointer_to_each(issuer: TestClient[Litestar], api_key: str) -> None:
    answer = report(issuer, api_key, name="", **{"a/b~": 1})
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == {"/name", "/a~1b~0"}


def test_the_score_of_an_unknown_module_is_422_with_a_pointer_to_it(
    issuer: TestClient[Litestar], api_key: str, service: Service
) -> None:
    modules = [{"id": "sql", "name": "SQL"}]
    achievements.publish(service, "glimmer", {**ACHIEVEMENT, "slug": "courses", "modules": modules})
    answer = report(issuer, api_key, achievement="courses", scores={"sql": 90, "a/b": 90})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["pointer"], "its modules are sql" in error["detail"]) == ("/scores/a~1b", True)
    assert report(issuer, api_key, achievement="courses", scores={"sql": 90}).status_code == 201


@pytest.mark.parametrize("name", ["", "王" * 200, "王" * 10_000, "陈\U000323af", "<script>\x00"])
def test_a_name_that_cannot_be_shown_is_422_before_anything_is_signed(
    issuer: TestClient[Litestar], api_key: str, name: str
) -> None:
    answer = report(issuer, api_key, name=name)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/name")
    assert report(issuer, api_key).status_code == 201  # the completion id was not used up


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"text"', b"[" * 60_000, b"\xff\xfe", b'{"a":"\xff"}'])
def test_a_body_that_is_no_object_is_422(issuer: TestClient[Litestar], api_key: str, body: bytes) -> None:
    answer = issuer.post("/api/completions", content=body, headers={"Authorization": f"Bearer {api_key}"})
    assert answer.status_code == 422


def test_a_body_beyond_64_kib_is_413(issuer: TestClient[Litestar], api_key: str) -> None:
    assert report(issuer, api_key, name="x" * 70_000).status_code == 413


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer wz_a_b", "Basic abc", "Bearer wz__", "Bearer " + "x" * 5000]
)
def test_a_wrong_api_key_is_401_and_says_what_to_do(issuer: TestClient[Litestar], authorization: str | None) -> None:
    headers = {"Authorization": authorization} if authorization is not None else {}
    answer = issuer.post("/api/completions", json=COMPLETION, headers=headers)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert "issuer api-key" in answer.json()["detail"]


def test_the_right_id_with_another_secret_is_401(issuer: TestClient[Litestar], api_key: str) -> None:
    assert report(issuer, api_key[:-1] + ("A" if api_key[-1] != "A" else "B")).status_code == 401


def test_an_expired_api_key_is_401(issuer: TestClient[Litestar], api_key: str, clock: Clock) -> None:
    clock.move(days=366)
    assert report(issuer, api_key).status_code == 401


def test_an_api_key_is_not_in_the_database(service: Service, api_key: str) -> None:
    service.database.engine.dispose()
    database = service.settings.database_url.removeprefix("sqlite:///")
    from pathlib import Path

    kept = b"".join(file.read_bytes() for file in Path(database).parent.glob("issuer.db*"))
    assert api_key.split("_")[1].encode() in kept
    assert api_key.split("_", 2)[2].encode() not in kept


def test_an_api_key_of_one_organisation_cannot_revoke_for_another(
    issuer: TestClient[Litestar], service: Service, credential: Credential
) -> None:
    other: Organisation = organisations.create(service, {"id": "other", "tag": "OT", "name": {"zh-Hans": "他校"}})
    key = make_api_key(service, other, "test")
    answer = issuer.post(
        f"/api/credentials/{credential.code}/revoke", json={"reason": "x"}, headers={"Authorization": f"Bearer {key}"}
    )
    assert answer.status_code == 404


def test_a_revocation_is_published_with_its_reason(
    issuer: TestClient[Litestar], api_key: str, credential: Credential
) -> None:
    url = f"/credentials/{credential.code}/status"
    assert issuer.get(url).json() == {"revoked": False}
    answer = issuer.post(
        f"/api/credentials/{codes.printed(credential.code)}/revoke",
        json={"reason": "成绩有误"},
        headers={"Authorization": f"Bearer {api_key}"},
    )
    assert answer.status_code == 200
    assert issuer.get(url).json() == {"revoked": True, "since": "2026-11-21T02:00:00Z", "reason": "成绩有误"}


def revoke_with(issuer: TestClient[Litestar], api_key: str, code: str, **body: Any) -> httpx.Response:
    return issuer.post(
        f"/api/credentials/{code}/revoke",
        json={"reason": "成绩有误", **body},
        headers={"Authorization": f"Bearer {api_key}"},
    )


def test_what_replaces_a_revoked_credential_is_published(
    issuer: TestClient[Litestar], api_key: str, credential: Credential
) -> None:
    newer = report(issuer, api_key, completion_id="corrected", score="89").json()
    assert revoke_with(issuer, api_key, credential.code).status_code == 200
    assert "superseded_by" not in issuer.get(f"/credentials/{credential.code}/status").json()
    answer = revoke_with(issuer, api_key, credential.code, superseded_by=newer["code"], reason="another")
    assert (answer.status_code, answer.json()["superseded_by"]) == (200, newer["credential"])
    assert issuer.get(f"/credentials/{credential.code}/status").json() == {
        "revoked": True,
        "since": "2026-11-21T02:00:00Z",
        "reason": "成绩有误",
        "superseded_by": newer["credential"],
    }
    assert revoke_with(issuer, api_key, credential.code, superseded_by=newer["code"]).status_code == 200


def test_only_another_credential_of_the_organisation_in_force_can_replace_one_and_else_nothing_is_revoked(
    issuer: TestClient[Litestar], service: Service, api_key: str, credential: Credential
) -> None:
    organisations.create(service, {"id": "other", "tag": "OT", "name": {"zh-Hans": "他校"}})
    achievements.publish(service, "other", ACHIEVEMENT)
    foreign = issue(service, "other", read_completion(COMPLETION, service.now())).credential.code
    revoked = report(issuer, api_key, completion_id="2").json()["code"]
    revoke_with(issuer, api_key, revoked)
    wrongs: list[object] = [credential.code, foreign, revoked, codes.new("WG"), "WG-0000", "", 5, []]
    for wrong in wrongs:
        answer = revoke_with(issuer, api_key, credential.code, superseded_by=wrong)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/superseded_by"), wrong
    assert issuer.get(f"/credentials/{credential.code}/status").json() == {"revoked": False}


def test_the_status_list_changes_with_a_revocation_and_with_time_but_not_otherwise(
    issuer: TestClient[Litestar], service: Service, credential: Credential, clock: Clock
) -> None:
    from issuer.credentials.revoke import revoke

    url = f"/orgs/glimmer/status/{credential.list_id}"
    first = issuer.get(url)
    clock.move(hours=1)
    assert issuer.get(url).content == first.content
    assert issuer.get(url, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    revoke(service, "glimmer", credential.code, "reason")
    second = issuer.get(url)
    assert second.headers["ETag"] != first.headers["ETag"]
    clock.move(hours=13)
    third = issuer.get(url)
    assert third.content != second.content
    claims = reader.read(third.text).claims
    assert claims["validUntil"] == "2026-11-22T16:00:00Z"
    assert not {"jti", "nbf"} & claims.keys()


def test_everything_published_has_its_media_type_and_a_strong_etag(
    issuer: TestClient[Litestar], credential: Credential
) -> None:
    kid = reader.read(credential.token or "").claimed_kid
    expected = {
        "/orgs/glimmer": "application/ld+json",
        "/orgs/glimmer/jwks.json": "application/jwk-set+json",
        kid: "application/jwk+json",
        "/orgs/glimmer/achievements/data-analysis/1": "application/json",
        f"/orgs/glimmer/status/{credential.list_id}": "application/vc+jwt",
        f"/credentials/{credential.code}.jwt": "application/vc+jwt",
        f"/credentials/{credential.code}.json": "application/vc+ld+json",
        f"/credentials/{credential.code}": "text/html; charset=utf-8",
    }
    for url, media_type in expected.items():
        answer = issuer.get(url)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, media_type), url
        assert answer.headers["ETag"].startswith('"')
        assert issuer.get(url, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", "text/html; charset=utf-8"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html; charset=utf-8"),
        ("application/vc+jwt", "application/vc+jwt"),
        ("application/jwt", "application/vc+jwt"),
        ("application/ld+json, application/json", "application/vc+ld+json"),
        ("image/webp", "text/html; charset=utf-8"),
    ],
)
def test_a_credential_is_negotiated(
    issuer: TestClient[Litestar], credential: Credential, accept: str, media_type: str
) -> None:
    answer = issuer.get(f"/credentials/{credential.code}", headers={"Accept": accept})
    assert (answer.headers["Content-Type"], answer.headers["Vary"]) == (media_type, "Accept")


def test_the_published_token_and_json_are_what_was_signed(issuer: TestClient[Litestar], credential: Credential) -> None:
    assert issuer.get(f"/credentials/{credential.code}.jwt").text == credential.token
    assert issuer.get(f"/credentials/{codes.printed(credential.code)}.json").content == credential.document
    assert reader.read(credential.token or "").claims == json.loads(credential.document)


@pytest.mark.parametrize(
    "path",
    [
        "/orgs/nobody", "/orgs/nobody/jwks.json", "/orgs/glimmer/keys/unknown", "/orgs/glimmer/achievements/x/1",
        "/orgs/glimmer/achievements/data-analysis/2", "/orgs/glimmer/achievements/data-analysis/99999999999999999999",
        "/orgs/glimmer/status/none", "/credentials/WG-0000",
        "/credentials/WG-7K4M9QXT2D8HC5RF", "/credentials/..%2f..%2fetc%2fpasswd", "/credentials/x.exe", "/nowhere",
    ],
)  # fmt: skip
def test_what_is_not_there_is_a_404_problem(issuer: TestClient[Litestar], path: str) -> None:
    answer = issuer.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")


def test_an_unknown_form_of_a_credential_is_404(issuer: TestClient[Litestar], credential: Credential) -> None:
    assert issuer.get(f"/credentials/{credential.code}.exe").status_code == 404


def test_the_page_of_a_credential_shows_what_was_signed(issuer: TestClient[Litestar], credential: Credential) -> None:
    page = issuer.get(f"/credentials/{credential.code}").text
    for said in ("欧阳雨泽", "Ouyang Yuze", "数据分析微专业", "微光学院", codes.printed(credential.code)):
        assert said in page


def refusals(kind: type[IssuerError] = IssuerError) -> list[type[IssuerError]]:
    return [kind, *(each for subclass in kind.__subclasses__() for each in refusals(subclass))]


@pytest.mark.parametrize("kind", refusals())
def test_every_refusal_has_its_problem_document(
    issuer: TestClient[Litestar], monkeypatch: pytest.MonkeyPatch, kind: type[IssuerError]
) -> None:
    refusal = kind.__new__(kind)
    Exception.__init__(refusal, "because")
    refusal.problems = ()  # type: ignore[attr-defined]

    def refuse(*_: Any) -> None:
        raise refusal

    monkeypatch.setattr("issuer.web.organisations.find", refuse)
    answer = issuer.get("/orgs/glimmer")
    assert answer.status_code >= 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == f"urn:weizheng:problem:{kind.code}"


def test_a_wrong_method_says_which_are_allowed(issuer: TestClient[Litestar]) -> None:
    answer = issuer.get("/api/completions")
    assert (answer.status_code, "POST" in answer.headers["Allow"]) == (405, True)


def test_a_status_list_that_is_still_true_is_served_while_the_keys_are_away(
    issuer: TestClient[Litestar], service: Service, credential: Credential, clock: Clock
) -> None:
    url = f"/orgs/glimmer/status/{credential.list_id}"
    first = issuer.get(url)
    (service.settings.keys_dir / "glimmer" / "keyring.json").rename(service.settings.data_dir / "away")
    clock.move(hours=13)
    assert issuer.get(url).content == first.content
    clock.move(hours=12)
    assert issuer.get(url).status_code == 503

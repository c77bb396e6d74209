"""The dictionaries of QR codes at the issuer: stored before they are used, the same for ever, and of nobody."""

import csv
from dataclasses import replace
from pathlib import Path
from random import Random

import msgspec
import pytest
import zxingcpp
from litestar import Litestar
from litestar.testing import TestClient
from PIL import Image
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from sqlalchemy import select

from bench.applications import QR
from credential import document, qr, reader
from credential.phrases import BILINGUAL
from issuer import achievements, organisations
from issuer.completions import Completion, read_completion
from issuer.credentials.certificate import qr_address
from issuer.credentials.describe import skeleton
from issuer.credentials.dictionaries import dictionary
from issuer.credentials.issue import issue
from issuer.credentials.renditions import made
from issuer.descriptions.reading import toml_file
from issuer.errors import Invalid
from issuer.roster import fields_of
from issuer.service import Service, open_service
from issuer.settings import Settings
from issuer.tables import Credential, Dictionary
from tests.conftest import ACHIEVEMENT, COMPLETION, ORGANISATION, Clock
from tests.postgresql import both_databases
from tests.test_certificate import pdfium_picture

DEMO = Path(__file__).parent.parent / "demo"
EVERYTHING = {
    **COMPLETION,
    "name": "金丝雀",
    "romanised_name": "Canary Bird",
    "hours": "77.5",
    "score": "canary-88",
    "level": "canary-3",
    "evidence": "https://canary.example/report",
    "valid_until": "2031-05-06T07:08:09Z",
}


def dictionary_of(service: Service, credential: Credential) -> bytes:
    kid = reader.read(credential.token or "").claimed_kid
    return dictionary(
        service, "glimmer", credential.achievement_slug, credential.achievement_version, kid
    )  # fmt: skip


def stored(service: Service) -> dict[str, bytes]:
    with service.database.reading() as session:
        return {row.id: row.content for row in session.scalars(select(Dictionary))}


@both_databases
def test_the_address_of_the_qr_holds_the_whole_token_and_its_dictionary_is_published(
    service: Service, credential: Credential, issuer: TestClient[Litestar]
) -> None:
    address, _, digits = qr_address(service, credential).partition("#")
    assert address == f"http://127.0.0.1:8001/v/{credential.code}"
    answer = issuer.get(f"/dictionaries/{qr.dictionary_named(digits)}")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert qr.unpack(digits, answer.content) == credential.token
    again = issuer.get(
        f"/dictionaries/{qr.dictionary_named(digits)}", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("id_", ["0" * 16, "x", "%00", "..%2f..", "A" * 5000])
def test_a_dictionary_that_is_not_there_is_a_404_problem(issuer: TestClient[Litestar], id_: str) -> None:
    answer = issuer.get(f"/dictionaries/{id_}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")


def test_nothing_of_a_learner_stands_in_a_dictionary(service: Service) -> None:
    issued = issue(service, "glimmer", read_completion(EVERYTHING, service.now())).credential
    assert "#" in qr_address(service, issued)
    claims = reader.read(issued.token or "").claims
    subject, status = claims["credentialSubject"], claims["credentialStatus"]
    _, _, email = subject["identifier"]
    canaries = [
        "金丝雀", "Canary", "canary", "77.5", "Ouyang", "ouyang", "2026-11-15", "2026-03-02", "2031-05-06",
        f"{claims['exp']}",
        issued.code, subject["id"], email["salt"], email["identityHash"], issued.list_id,
        f'"{status["statusListIndex"]}"', issued.completion_id, (issued.token or "").split(".")[2],
    ]  # fmt: skip
    (content,) = stored(service).values()
    said = issued.document.decode() + (issued.token or "")
    assert [canary for canary in canaries if canary not in said] == ["Ouyang", "ouyang", issued.completion_id]
    assert [canary for canary in canaries if canary in content.decode()] == []


def test_every_member_that_a_credential_may_have_stands_in_its_dictionary(service: Service) -> None:
    issued = issue(service, "glimmer", read_completion(EVERYTHING, service.now())).credential
    header, _, payload = dictionary_of(service, issued).partition(b"\n")
    assert header == msgspec.json.encode(reader.read(issued.token or "").header)

    def members(value: object, at: str = "") -> set[str]:
        inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        return {at}.union(*(members(each, f"{at}/{name}") for name, each in inner))

    assert members(msgspec.json.decode(payload)) == members(msgspec.json.decode(issued.document))


def test_a_kind_of_result_that_the_achievement_describes_stands_in_its_dictionary_too(service: Service) -> None:
    achievement = achievements.publish(service, "glimmer", ACHIEVEMENT)
    described = msgspec.json.decode(achievement.document, type=achievements.AchievementVersion)
    module = document.ResultDescription(id=f"{described.id}#module-1", name="统计", result_type="ext:ModuleScore")
    more = msgspec.structs.replace(described, result_description=(*(described.result_description or ()), module))
    achievement.document = document.encode(more)
    results = msgspec.json.decode(skeleton(service.addresses, achievement))["credentialSubject"]["result"]
    assert [each["resultDescription"].rpartition("#")[2] for each in results] == ["hours", "score", "level", "module-1"]


@both_databases
def test_every_process_makes_the_same_dictionary_and_one_is_stored(service: Service, credential: Credential) -> None:
    first = dictionary_of(service, credential)
    other = open_service(service.settings, service.clock)
    assert other is not service and dictionary_of(other, credential) == first
    assert stored(service) == {qr.dictionary_id(first): first}


def test_a_new_key_and_a_new_version_have_dictionaries_of_their_own_and_the_old_ones_stay(
    service: Service, credential: Credential, completion: Completion
) -> None:
    qr_address(service, credential)
    before = stored(service)
    achievements.publish(service, "glimmer", {**ACHIEVEMENT, "description": "换了说明。"})
    second = issue(service, "glimmer", msgspec.structs.replace(completion, completion_id="2")).credential
    qr_address(service, second)
    assert len(stored(service)) == 2 and before.items() <= stored(service).items()


def test_a_second_address_asks_the_database_for_nothing(
    service: Service, credential: Credential, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = qr_address(service, credential)
    monkeypatch.setattr(type(service.database), "reading", None)
    monkeypatch.setattr(type(service.database), "writing", None)
    assert qr_address(service, credential) == address


def test_a_token_signed_with_rs256_gets_the_short_address(settings: Settings, clock: Clock) -> None:
    service = open_service(settings, clock)
    organisations.create(service, {**ORGANISATION, "algorithm": "RS256"})
    achievements.publish(service, "glimmer", ACHIEVEMENT)
    issued = issue(service, "glimmer", read_completion(COMPLETION, service.now())).credential
    assert qr_address(service, issued) == f"http://127.0.0.1:8001/v/{issued.code}"
    assert stored(service) == {}


def test_a_token_too_long_for_paper_gets_the_short_address(service: Service) -> None:
    long = {**COMPLETION, "evidence": f"https://glimmer.example/{Random(1).randbytes(230).hex()}"}
    issued = issue(service, "glimmer", read_completion(long, service.now())).credential
    assert qr_address(service, issued) == f"http://127.0.0.1:8001/v/{issued.code}"


def test_the_qr_of_each_credential_of_the_demo_is_small_enough_for_paper(settings: Settings, clock: Clock) -> None:
    """At level M version 16 is 81 modules: 0.43 mm each on 35 mm, and the host has 31 characters."""
    far = replace(
        settings,
        public_url="https://credentials.school-name.example",
        verifier_url="https://verify.glimmer-academy1.example",
    )
    service = open_service(far, clock)
    organisations.create(service, toml_file(DEMO / "organisation.toml"), DEMO)
    for file in (DEMO / "achievements").glob("*.toml"):
        achievements.publish(service, "glimmer", toml_file(file))
    versions = {}
    for row in csv.DictReader((DEMO / "roster.csv").open(encoding="utf-8")):
        try:
            issued = issue(service, "glimmer", read_completion(fields_of(row), service.now())).credential
        except Invalid:  # the one that no font can draw
            continue
        code = QRCode(error_correction=ERROR_CORRECT_M)
        code.add_data(qr_address(service, issued))
        versions[row["name"]] = code.best_fit()
    assert len(versions) == 14
    assert max(versions.values()) <= 16


def test_a_decoder_reads_the_whole_token_from_a_real_certificate(
    service: Service, credential: Credential, issuer: TestClient[Litestar]
) -> None:
    picture: Image.Image = pdfium_picture(made(service, credential, BILINGUAL), dpi=200)
    (found,) = zxingcpp.read_barcodes(picture, formats=QR)
    address, _, digits = found.text.partition("#")
    assert address == f"http://127.0.0.1:8001/v/{credential.code}"
    published = issuer.get(f"/dictionaries/{qr.dictionary_named(digits)}").content
    assert qr.unpack(digits, published) == credential.token

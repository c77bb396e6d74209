"""How an organisation's certificates look, and what of an organisation can change later."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from issuer import achievements, organisations
from issuer.descriptions.look import contrast
from issuer.errors import Invalid
from issuer.service import Service
from issuer.tables import Organisation
from tests.conftest import ACHIEVEMENT, ORGANISATION
from tests.postgresql import both_databases

LOOK = {"ink": "#203A5E", "accent": "#b08d4a", "seal": "微光教育", "logo": "logo.png"}


def look_refusals(service: Service, beside: Path = Path(), **look: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        organisations.create(service, {**ORGANISATION, "id": "another", "look": look}, beside)
    with service.database.reading() as session:
        assert [kept.id for kept in organisations.listed(session)] == ["glimmer"]
    return {problem.field: problem.detail for problem in refused.value.problems}


def kept(service: Service) -> tuple[Organisation, bytes | None]:
    with service.database.reading() as session:
        organisation = organisations.find(session, "glimmer")
        return organisation, organisation.logo


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    """A folder with a logo."""
    Image.new("RGB", (900, 300), "#203a5e").save(tmp_path / "logo.png")
    return tmp_path


@both_databases
def test_an_organisation_keeps_its_look_and_its_logo(service: Service, beside: Path) -> None:
    given = {**ORGANISATION, "id": "another", "tag": "AN", "look": LOOK}
    made = organisations.create(service, given, beside)
    assert made.look == {"ink": "#203a5e", "accent": "#b08d4a", "seal": "微光教育"}
    assert made.logo is not None
    assert Image.open(BytesIO(made.logo)).size == (720, 240)


def test_an_organisation_without_a_look_has_the_ordinary_one(service: Service) -> None:
    organisation, logo = kept(service)
    assert organisation.look == {"ink": None, "accent": None, "seal": None}
    assert logo is None


@pytest.mark.parametrize(
    ("look", "field", "said"),
    [
        ({"ink": "navy"}, "look.ink", "#1b2f4e"),
        ({"ink": "#1b2f4"}, "look.ink", "#1b2f4e"),
        ({"ink": "#1b2f4e;} body{"}, "look.ink", "#1b2f4e"),
        ({"ink": "#767676"}, "look.ink", "contrast of 4.38"),
        ({"accent": "#fff0b0"}, "look.accent", "needs 1.5"),
        ({"seal": "微"}, "look.seal", "2 to 12"),
        ({"seal": "微" * 13}, "look.seal", "2 to 12"),
        ({"seal": "Glimmer"}, "look.seal", "2 to 12"),
        ({"logo": "absent.png"}, "look.logo", "not a file"),
        ({"shadow": "x"}, "organisation", "shadow"),
    ],
)
def test_a_look_that_nobody_could_read_is_refused_and_not_recorded(
    service: Service, look: dict[str, Any], field: str, said: str
) -> None:
    assert said in look_refusals(service, **look)[field]


def forty_megapixels() -> bytes:
    written = BytesIO()
    Image.new("L", (8000, 5000)).save(written, "PNG")
    return written.getvalue()


def half_a_jpeg() -> bytes:
    written = BytesIO()
    Image.effect_noise((400, 300), 50).save(written, "JPEG")
    return written.getvalue()[: len(written.getvalue()) // 2]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "is an SVG"),
        (forty_megapixels(), "40.0 megapixels"),
        (half_a_jpeg(), "damaged"),
    ],
    ids=["svg", "forty megapixels", "half a jpeg"],
)
def test_a_logo_that_cannot_be_taken_is_refused_and_nothing_is_recorded(
    service: Service, tmp_path: Path, content: bytes, said: str
) -> None:
    (tmp_path / "logo.png").write_bytes(content)
    assert said in look_refusals(service, tmp_path, logo="logo.png")["look.logo"]


def test_a_seal_can_be_left_out(service: Service) -> None:
    changed = organisations.change(service, "glimmer", {**ORGANISATION, "look": {"seal": ""}})
    assert changed.look and changed.look["seal"] == ""


def test_contrast_is_measured_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)  # the example that everyone quotes
    assert contrast("#ffffff", "#ffffff") == 1


@both_databases
def test_look_signatories_and_url_can_change_and_what_is_published_stays(service: Service, beside: Path) -> None:
    before = achievements.publish(service, "glimmer", ACHIEVEMENT)
    changed = {**ORGANISATION, "url": "https://new.example", "signatories": [{"zh-Hans": "周明 院长"}], "look": LOOK}
    organisations.change(service, "glimmer", changed, beside)
    organisation, logo = kept(service)
    assert (organisation.url, organisation.signatories) == ("https://new.example", [{"zh-Hans": "周明 院长"}])
    assert organisation.look and organisation.look["ink"] == "#203a5e"
    assert logo
    with service.database.reading() as session:
        assert achievements.latest(session, "glimmer", "data-analysis").document == before.document
    assert achievements.publish(service, "glimmer", ACHIEVEMENT).version == before.version + 1
    organisations.change(service, "glimmer", ORGANISATION)
    assert kept(service)[1] is None


@pytest.mark.parametrize(
    ("field", "value"),
    [("id", "other"), ("tag", "GW"), ("name", {"zh-Hans": "微光大学"}), ("algorithm", "RS256")],
)
def test_what_credentials_rest_on_cannot_change(service: Service, field: str, value: Any) -> None:
    with pytest.raises(Invalid, match=f"{field}: was .* cannot become"):
        organisations.change(service, "glimmer", {**ORGANISATION, "url": "https://new.example", field: value})
    assert kept(service)[0].url == ORGANISATION["url"]


def test_the_algorithm_is_that_of_the_first_key_whatever_later_ones_have(service: Service) -> None:
    service.keyrings.of("glimmer").rotate(service.now(), algorithm="RS256", at_once=True)
    assert organisations.change(service, "glimmer", {**ORGANISATION, "algorithm": "ES256"}).id == "glimmer"

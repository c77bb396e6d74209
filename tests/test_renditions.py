"""What is given out of a credential: drawn once, kept, and the same for ever, in the look that it was issued with."""

import json
import os
import runpy
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from itertools import product
from math import hypot
from pathlib import Path
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import pypdfium2
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from openbadgeslib.ob3 import OB3Verifier
from PIL import Image
from sqlalchemy import select

from credential import phrases
from credential.phrases import BILINGUAL
from issuer import achievements, looks, organisations
from issuer.certificate import (
    CLASSIC,
    LARGE_PRINT,
    MEDAL,
    PLAIN,
    Brand,
    designs,
    is_packaged,
    packaged,
    picture,
    render,
)
from issuer.certificate.samples import sample, sample_names
from issuer.completions import read_completion
from issuer.credentials.certificate import certificate, worded
from issuer.credentials.issue import issue
from issuer.credentials.renditions import RENDITIONS, made
from issuer.credentials.revoke import revoke
from issuer.errors import Misconfigured, Unavailable
from issuer.files import Files
from issuer.service import Service, open_service
from issuer.tables import Achievement, Credential, File
from tests.conftest import ACHIEVEMENT, CACHE, COMPLETION, Clock
from tests.postgresql import both_databases

TEMPLATES = Path(__file__).parent.parent / "templates"
ISSUED = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
TOKEN = "eyJhbGciOiJFUzI1NiJ9.eyJuYW1lIjoi57uT5Lia6K-B5LmmIn0.c2lnbmF0dXJl"
TITLES = {language: "".join(title.split()) for language, title in phrases.TITLES["MicroCredential"].items()}
GROUND = 61.6 / 160  # the radius of the medal's inner rule, in widths of the picture
EVERY_DESIGN = (*designs(), *filter(is_packaged, (LARGE_PRINT,)), MEDAL)


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the templates that a test may edit."""
    copy = shutil.copytree(TEMPLATES, tmp_path / "templates")
    monkeypatch.setattr("issuer.certificate.design.FOLDER", copy / "certificates")
    monkeypatch.setattr("issuer.certificate.design.BADGES", copy / "badges")
    return copy


def edit(templates: Path, design: str) -> None:
    """Change every page of a design so that it is seen."""
    (style,) = templates.glob(f"*/{design}/*.css")
    style.write_text(style.read_text(encoding="utf-8") + "\nbody { opacity: .5 }\n", encoding="utf-8")


def drawn_now(service: Service, credential: Credential) -> list[bytes]:
    """What the usual certificate looks like in the packaged design, kept nowhere."""
    with service.database.reading() as session:
        words = worded(session, credential)
    return looks_of(certificate(service, credential, words, packaged(CLASSIC), PLAIN))


def looks_of(pdf: bytes) -> list[bytes]:
    """Its pages as pictures: the same certificate can be other bytes when it is drawn again, compiled or not."""
    return [page.render(scale=2).to_pil().tobytes() for page in pypdfium2.PdfDocument(pdf)]


def issued(service: Service, number: int) -> Credential:
    completion = read_completion({**COMPLETION, "completion_id": f"{number}"}, service.now())
    return issue(service, "glimmer", completion).credential


def never_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> bytes:
        raise AssertionError("It was drawn.")

    monkeypatch.setattr("issuer.credentials.renditions.certificate", fail)


def known(service: Service, credential: Credential) -> dict[str, str]:
    with service.database.reading() as session:
        files = session.scalars(select(File).where(File.code == credential.code))
        return {file.sha256: file.rendition for file in files}


# What is served


@pytest.mark.parametrize("name", RENDITIONS)
def test_every_rendition_is_served_in_its_languages(
    issuer: TestClient[Litestar], credential: Credential, name: str
) -> None:
    answer = issuer.get(f"/credentials/{credential.code}.pdf", params={"rendition": name})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    text = "".join(pypdfium2.PdfDocument(answer.content)[0].get_textpage().get_text_bounded().split())
    languages = phrases.RENDITIONS[name.removeprefix("large-")]
    said = {language for language in phrases.LANGUAGES if TITLES[language] in text}
    assert said == set(languages)


def test_an_unknown_rendition_is_a_404_that_names_the_known_ones(
    issuer: TestClient[Litestar], credential: Credential
) -> None:
    answer = issuer.get(f"/credentials/{credential.code}.pdf", params={"rendition": "klingon"})
    assert answer.status_code == 404
    assert "large-zh-Hant" in answer.json()["detail"]


def test_the_usual_rendition_needs_no_name_and_is_drawn_once(
    issuer: TestClient[Litestar], credential: Credential, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"/credentials/{credential.code}.pdf"
    first = issuer.get(url)
    never_drawn(monkeypatch)
    again = issuer.get(url, params={"rendition": BILINGUAL})
    assert (again.content, again.headers["ETag"]) == (first.content, first.headers["ETag"])
    assert issuer.get(url, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_a_file_that_was_given_out_is_known_by_its_sha256_and_no_other_is(
    issuer: TestClient[Litestar], service: Service, credential: Credential
) -> None:
    pdf = made(service, credential, "en")
    digest = sha256(pdf).hexdigest()
    answer = issuer.get(f"/credentials/{credential.code}/files/{digest}")
    assert answer.json() == {"rendition": "en", "made_at": "2026-11-21T02:00:00Z"}
    assert "immutable" in answer.headers["Cache-Control"]
    other = issued(service, 2).code
    for path in (
        f"{credential.code}/files/{sha256(pdf + b' ').hexdigest()}", f"{credential.code}/files/{digest.upper()}",
        f"{credential.code}/files/%00", f"{credential.code}/files/{digest[:63]}", f"{other}/files/{digest}",
    ):  # fmt: skip
        refused = issuer.get(f"/credentials/{path}")
        assert (refused.status_code, refused.headers["Cache-Control"]) == (404, "no-store"), path


def test_a_revoked_credential_keeps_its_certificate(
    issuer: TestClient[Litestar], service: Service, credential: Credential
) -> None:
    before = made(service, credential, BILINGUAL)
    revoke(service, "glimmer", credential.code, "reason")
    assert issuer.get(f"/credentials/{credential.code}.pdf").content == before


# What is kept


@both_databases
def test_two_at_once_that_draw_differently_give_the_same(
    service: Service, credential: Credential, monkeypatch: pytest.MonkeyPatch
) -> None:
    together, drawings = Barrier(2), iter((b"one", b"two"))

    def draw(*_: Any) -> bytes:
        drawn = next(drawings)
        together.wait(timeout=30)
        return drawn

    monkeypatch.setattr("issuer.credentials.renditions.certificate", draw)
    with ThreadPoolExecutor(2) as both:
        one, two = both.map(lambda _: made(service, credential, BILINGUAL), range(2))
    assert one == two == made(service, credential, BILINGUAL)
    assert known(service, credential) == {sha256(one).hexdigest(): BILINGUAL}


@pytest.mark.parametrize("loss", ["gone", "damaged"])
def test_a_file_that_was_lost_is_drawn_again_and_both_are_known(
    service: Service, credential: Credential, monkeypatch: pytest.MonkeyPatch, loss: str
) -> None:
    drawings = iter((b"as it was", b"as it was", b"drawn by later software"))
    monkeypatch.setattr("issuer.credentials.renditions.certificate", lambda *_: next(drawings))
    first = made(service, credential, BILINGUAL)
    for expected in (b"as it was", b"drawn by later software"):
        kept = service.settings.data_dir / "files/certificates" / credential.code / f"{sha256(first).hexdigest()}.pdf"
        if loss == "gone":
            kept.unlink()
        else:
            kept.write_bytes(first[:3])
        assert made(service, credential, BILINGUAL) == expected
    assert set(known(service, credential)) == {sha256(first).hexdigest(), sha256(expected).hexdigest()}


def test_what_cannot_be_kept_is_not_given_out_and_nothing_is_lost(
    issuer: TestClient[Litestar], service: Service, credential: Credential, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise Unavailable("The store of files cannot take this now.")

    url = f"/credentials/{credential.code}.pdf"
    with monkeypatch.context() as broken:
        broken.setattr(Files, "put", away)
        answer = issuer.get(url)
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/problem+json")
    assert answer.headers["Retry-After"]
    assert known(service, credential) == {}
    assert issuer.get(url).status_code == 200


def test_nothing_that_happens_to_the_organisation_changes_what_was_issued(
    service: Service, credential: Credential, monkeypatch: pytest.MonkeyPatch
) -> None:
    untouched = drawn_now(service, credential)
    with service.database.writing() as session:
        organisation = organisations.find(session, "glimmer")
        organisation.names = {"zh-Hans": "他名", "en": "Another Name"}
        organisation.signatories = []
        organisation.url = None
        session.commit()
    assert looks_of(made(service, credential, BILINGUAL)) == untouched


# Looks


def dress(monkeypatch: pytest.MonkeyPatch, logo: bytes | None = None, **look: str) -> None:
    """Give organisations another look than the one they have."""
    organisation: Any = SimpleNamespace(look=look, logo=logo)
    monkeypatch.setattr(
        "issuer.achievements.keep", lambda service, _, design: looks.keep(service, organisation, design)
    )


def published(service: Service) -> Achievement:
    return achievements.publish(service, "glimmer", ACHIEVEMENT)


def test_an_issued_certificate_keeps_a_design_that_was_edited_before_it_was_drawn(
    templates: Path, service: Service, credential: Credential, clock: Clock
) -> None:
    as_issued = drawn_now(service, credential)
    edit(templates, CLASSIC)
    later = open_service(service.settings, clock)  # remembers nothing
    assert published(later).version == 2
    assert looks_of(made(later, credential, BILINGUAL)) == as_issued
    newer = issued(later, 2)
    assert looks_of(made(later, newer, BILINGUAL)) == drawn_now(later, newer)


def test_the_same_words_in_the_same_look_are_the_same_version_and_in_another_look_the_next(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert published(service).version == 1
    dress(monkeypatch, ink="#5b1a2b")
    assert [published(service).version for _ in range(2)] == [2, 2]
    dress(monkeypatch, ink="#5b1a2b", logo=png("#123456"))
    assert [published(service).version for _ in range(2)] == [3, 3]


def test_a_logo_is_taken_from_where_it_was_put_when_the_achievement_was_published(
    service: Service, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    logo = png("#123456")
    dress(monkeypatch, logo=logo, ink="#5b1a2b")
    published(service)
    branded = issued(service, 2)
    dress(monkeypatch, logo=png("#654321"))
    later = open_service(service.settings, clock)
    published(later)
    with later.database.reading() as session:
        look = looks.look_of(achievements.find(session, "glimmer", "data-analysis", branded.achievement_version))
    assert looks.brand_of(later, look) == Brand(ink="#5b1a2b", logo=logo)
    (service.settings.data_dir / "files/logos" / f"{sha256(logo).hexdigest()}.png").unlink()
    with pytest.raises(Misconfigured, match="lost a logo"):
        made(open_service(service.settings, clock), branded, BILINGUAL)


def test_a_design_that_the_store_lost_is_asked_for_and_never_replaced_by_another(
    templates: Path, service: Service, credential: Credential, clock: Clock, issuer: TestClient[Litestar]
) -> None:
    shutil.rmtree(service.settings.data_dir / "files" / "designs")
    as_issued = drawn_now(service, credential)
    edit(templates, CLASSIC)
    answer = issuer.get(f"/credentials/{credential.code}.pdf")
    assert (answer.status_code, "has lost the design" in answer.json()["detail"]) == (503, True)
    assert known(service, credential) == {}
    shutil.copytree(TEMPLATES, templates, dirs_exist_ok=True)  # the packaged design is that version again
    assert looks_of(issuer.get(f"/credentials/{credential.code}.pdf").content) == as_issued


# The badge


def test_the_badge_is_a_square_picture_that_holds_the_token(
    issuer: TestClient[Litestar], credential: Credential, token: str
) -> None:
    code = credential.code
    answer = issuer.get(f"/credentials/{code}.png")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/png")
    assert len(answer.content) < 150_000
    assert OB3Verifier.extract_token_from_png(answer.content) == token
    with Image.open(BytesIO(answer.content)) as picture:
        picture.load()
        assert (picture.size, picture.text) == ((800, 800), {"openbadgecredential": token})  # type: ignore[attr-defined]
        assert picture.convert("RGBA").getpixel((0, 0)) == (0, 0, 0, 0)  # round
    assert issuer.get(f"/credentials/{code}.png").content == answer.content


@pytest.mark.parametrize("name", sample_names())
def test_the_text_of_a_badge_stays_on_its_ground(name: str) -> None:
    pdf = draw(MEDAL, name, BILINGUAL)
    page = pypdfium2.PdfDocument(pdf)[0]
    text = page.get_textpage()
    edge, middle = page.get_width(), page.get_width() / 2
    assert text.count_chars() > 20
    for i in range(text.count_chars()):
        left, bottom, right, top = text.get_charbox(i)
        for x, y in ((left, bottom), (left, top), (right, bottom), (right, top)):
            assert hypot(x - middle, y - middle) < edge * GROUND, text.get_text_range(i, 1)


def test_the_medal_is_what_its_script_draws() -> None:
    folder = TEMPLATES / "badges" / MEDAL
    script = runpy.run_path(str(folder / "medal.py"))
    assert (folder / "medal.svg").read_text(encoding="utf-8") == script["medal"]()


# Reproducible


def draw(design: str, name: str, rendition: str) -> bytes:
    return render(
        sample(name, rendition), TOKEN, verify_url="https://verify.glimmer.example/v/X", issued_at=ISSUED, cache=CACHE,
        design=packaged(design), brand=BRAND,
    )  # fmt: skip


def digests(reverse: bool = False) -> dict[str, str]:
    """The SHA-256 of every design in every rendition, drawn in one order or the other."""
    drawn = {}
    for design, rendition in sorted(product(EVERY_DESIGN, phrases.RENDITIONS), reverse=reverse):
        made_of = draw(design, "usual", rendition)
        drawn[f"{design} {rendition}"] = sha256(picture(made_of, TOKEN) if design == MEDAL else made_of).hexdigest()
    return drawn


def test_every_design_in_every_rendition_is_the_same_bytes_in_another_process() -> None:
    code = "import json; from tests.test_renditions import digests; print(json.dumps(digests(reverse=True)))"
    other = subprocess.run(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        check=True,
        cwd=TEMPLATES.parent,
        env=os.environ | {"PYTHONHASHSEED": "7", "TZ": "Asia/Shanghai", "LC_ALL": "C"},
    ).stdout
    here = digests()
    assert json.loads(other) == here
    assert len(set(here.values())) == len(here)


def png(colour: str) -> bytes:
    written = BytesIO()
    Image.new("RGB", (40, 40), colour).save(written, "PNG")
    return written.getvalue()


BRAND = Brand(ink="#5b1a2b", accent="#8a8f98", logo=png("#123456"))

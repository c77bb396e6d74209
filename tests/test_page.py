"""The page of a credential in a real browser, in each rendition, with ordinary, little and a great deal of content."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from playwright.sync_api import Browser, BrowserContext, Page, Route

from credential.phrases import RENDITIONS
from credential.wording import Fact, Section, Text, wording
from issuer.certificate import samples
from issuer.credentials.revoke import revoke
from issuer.page import TEMPLATES, _words
from issuer.service import Service
from issuer.tables import Achievement, Credential
from tests.axe import barriers
from tests.conftest import Clock, signed_anew

SAMPLES = ("usual", "bare", "hardest")
Opened = Callable[..., Page]
CHINESE = "[\u3400-\u9fff]"


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("rendition", RENDITIONS)
def test_a_page_has_no_barriers_and_fits_a_phone_and_a_desk(
    service: Service, credential: Credential, opened: Opened, sample: str, rendition: str
) -> None:
    become(service, credential, sample)
    page = opened(credential, rendition)
    for width in (390, 1200):
        page.set_viewport_size({"width": width, "height": 800})
        assert barriers(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("html").get_attribute("lang") == RENDITIONS[rendition][0]


@pytest.mark.parametrize("rendition", RENDITIONS)
def test_a_page_says_everything_that_the_wording_says(
    service: Service, credential: Credential, opened: Opened, rendition: str
) -> None:
    claims, version = become(service, credential, "hardest")
    shown = opened(credential, rendition).locator("article.certificate").inner_text().replace("\n", "")
    words = wording(claims, version, RENDITIONS[rendition])
    assert words.transcript and words.skills and words.partners and words.period
    told = {
        text
        for field in fields(words)
        if field.name not in ("languages", "document_title", "organisation", "check")
        for text in texts(getattr(words, field.name))
    }
    assert {text for text in told if text not in shown} == set()


def test_the_english_page_has_chinese_only_where_something_is_called_so(
    service: Service, credential: Credential, opened: Opened
) -> None:
    become(service, credential, "usual")
    page = opened(credential, "en")
    chinese = page.locator("body *:not(:has(*))").filter(has_text=re.compile(CHINESE)).all_inner_texts()
    signed_in_chinese = {"欧阳雨泽", "从数据采集到统计建模。", "通过期末考核。"}
    assert set(chinese) == signed_in_chinese | {"简体中文", "繁體中文"}


def test_the_languages_have_the_same_words() -> None:
    first, *others = [_words(file.stem).keys() for file in sorted((TEMPLATES / "words").glob("*.toml"))]
    assert len(others) == 2
    assert all(keys == first for keys in others)


def test_a_reader_switches_the_language_with_the_keyboard(credential: Credential, opened: Opened) -> None:
    page = opened(credential)
    for _ in range(4):
        page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url("**?rendition=en")
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("[aria-current=page]").inner_text() == "English"
    assert page.get_by_role("heading", level=1).inner_text() == "Certificate of Completion"


def test_every_address_has_one_answer_whatever_the_reader_prefers(
    issuer: TestClient[Litestar], credential: Credential
) -> None:
    url = f"/credentials/{credential.code}"
    bare = issuer.get(url, headers={"Accept-Language": "en"})
    assert bare.content == issuer.get(f"{url}?rendition=bilingual", headers={"Accept-Language": "zh"}).content
    assert "max-age" in bare.headers["Cache-Control"]
    assert issuer.get(f"{url}?rendition=fr").status_code == 404


@pytest.mark.parametrize(
    ("rendition", "said"),
    [("zh-Hans", "已被撤销"), ("zh-Hant", "已被撤銷"), ("en", "has been revoked"), ("bilingual", "has been revoked")],
)
def test_a_revoked_credential_says_so_in_the_language_of_the_page(
    service: Service, credential: Credential, opened: Opened, rendition: str, said: str
) -> None:
    revoke(service, "glimmer", credential.code, reason="成绩有误")
    page = opened(credential, rendition)
    assert said in page.get_by_role("status").inner_text()
    assert "成绩有误" in page.get_by_role("status").inner_text()
    assert barriers(page) == []


def test_a_credential_past_its_last_day_says_so(
    service: Service, credential: Credential, clock: Clock, opened: Opened
) -> None:
    become(service, credential, "hardest")
    assert opened(credential).get_by_role("status").count() == 0
    clock.now = datetime(2030, 1, 2, tzinfo=UTC)
    assert "有效期已过" in opened(credential).get_by_role("status").inner_text()


def test_the_page_offers_the_certificate_in_every_rendition_and_in_large_print(
    credential: Credential, opened: Opened
) -> None:
    links = opened(credential).locator(".downloads a").evaluate_all("links => links.map(link => link.href)")
    asked = {link.rpartition("/")[2].removeprefix(credential.code) for link in links}
    assert asked == {f".pdf?rendition={large}{name}" for large in ("", "large-") for name in RENDITIONS} | {
        ".png",
        ".jwt",
    }


def test_hostile_texts_stay_texts(service: Service, credential: Credential, opened: Opened) -> None:
    hostile = "<img src=x onerror=alert(1)>{{ 7*7 }}{verifier}"
    claims = json.loads(credential.document)
    claims["credentialSubject"]["identifier"][0]["identityHash"] = hostile
    store(service, credential, signed_anew(service, credential, credentialSubject=claims["credentialSubject"]))
    assert hostile in opened(credential).locator(".name").inner_text()


@pytest.fixture
def opened(issuer: TestClient[Litestar], context: BrowserContext) -> Iterator[Opened]:
    """Opens the page of a credential; a script's error, a dialog or a breach of the policy fails the test."""
    page = context.new_page()
    wrong: list[str] = []
    page.on("dialog", lambda dialog: wrong.append(dialog.message))
    page.on("dialog", lambda dialog: dialog.dismiss())
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)

    def answer(route: Route) -> None:
        got = issuer.get(route.request.url)
        route.fulfill(status=got.status_code, headers=dict(got.headers), body=got.content)

    page.route("**/*", answer)

    def open_(credential: Credential, rendition: str | None = None) -> Page:
        query = f"?rendition={rendition}" if rendition else ""
        page.goto(f"http://127.0.0.1:8000/credentials/{credential.code}{query}")
        return page

    yield open_
    assert wrong == []


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 800})
    yield made
    made.close()


def become(service: Service, credential: Credential, sample: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Make the issued credential say what a sample says, signed by the issuer; gives its claims and its achievement."""
    given = {"language": "zh-Hans", **samples._samples()[sample]}
    said, version = samples._claims(given), samples._version(given)
    claims = json.loads(credential.document)
    changes = {"issuer": claims["issuer"] | said["issuer"], "validFrom": said["validFrom"]}
    own = {name: value for name, value in claims["credentialSubject"].items() if name in ("id", "type")}
    about = {
        name: claims["credentialSubject"]["achievement"][name] for name in ("id", "type", "description", "criteria")
    }
    subject = own | said["credentialSubject"]
    subject["achievement"] = about | subject["achievement"]
    changes |= {"credentialSubject": subject}
    if "validUntil" in said:
        until = datetime.fromisoformat(said["validUntil"])
        changes |= {"validUntil": said["validUntil"], "exp": int(until.timestamp())}
    store(service, credential, signed_anew(service, credential, **changes), version)
    return claims | changes, version


def store(service: Service, credential: Credential, token: str, version: dict[str, Any] | None = None) -> None:
    with service.database.writing() as session:
        session.get_one(Credential, credential.code).token = token
        if version is not None:
            key = (credential.organisation_id, credential.achievement_slug, credential.achievement_version)
            session.get_one(Achievement, key).document = json.dumps(version).encode()
        session.commit()


def texts(part: object) -> Iterator[str]:
    match part:
        case str():
            yield part
        case Text():
            yield part.text
        case Fact():
            yield from texts((part.labels, part.values))
        case Section():
            yield from texts((part.label, part.entries))
        case tuple():
            for member in part:
                yield from texts(member)

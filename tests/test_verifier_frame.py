"""What all pages of the verifier have in common: three languages, guarding headers, no barriers, no way in for markup."""

import re
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.axe import barriers
from tests.small_issuer import SmallIssuer
from tests.verdicts import HOST, HOSTILE, MADE, paste, shown
from verifier.words import LANGUAGES, words_in

PATHS = (
    "/",
    "/v/WG-0000-0000-0000-000D",
    "/v/QQ-000000000000000M",
    "/v/WG-1",
    "/issuers",
    "/issuers?q=zzz",
    *(f"/refused/{status}" for status in (400, 404, 429, 500, 503)),
    *(f"/shown/{name}" for name in MADE),
)


@pytest.fixture
def pages(context: BrowserContext, page: Page, small_issuer: SmallIssuer) -> Iterator[Page]:
    """A page on which every address of `PATHS` can be opened."""
    with shown(context, small_issuer.directory, MADE):
        yield page


@pytest.mark.parametrize("path", PATHS)
def test_a_page_has_no_barriers_in_any_language_and_fits_every_window(pages: Page, path: str) -> None:
    for language in LANGUAGES:
        pages.goto(f"{HOST}{path}{'&' if '?' in path else '?'}lang={language}")
        for opened in pages.locator("summary").all():
            opened.click()
        assert barriers(pages) == []
        assert pages.locator("h1").count() == 1
        assert pages.title().strip()
        assert pages.locator("html").get_attribute("lang") == language
        for width in (320, 390, 1280):  # 320 is a window of 1280 at 400 % (WCAG 2.2, 1.4.10)
            pages.set_viewport_size({"width": width, "height": 800})
            assert pages.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("hostile", HOSTILE)
def test_markup_that_was_handed_in_is_text(verifier: str, page: Page, hostile: str) -> None:
    page.goto(f"{verifier}/?lang={quote(hostile)}")
    page.goto(f"{verifier}/v/{quote(hostile.replace('/', ''))}?lang={quote(hostile)}")
    expect(page.get_by_role("heading", level=1)).to_have_text("编号不对")
    paste(page, verifier, hostile)
    expect(page.get_by_role("heading", level=1)).to_have_text("未能核验")


def test_markup_in_the_name_of_a_host_is_never_repeated(verifier: str) -> None:
    for path in ("/", "/issuers", "/nothing", "/v/WG-0000-0000-0000-000D"):
        answer = httpx.get(verifier + path, headers={"Host": "<script>alert(1)</script>", "Accept": "text/html"})
        assert "<script>alert" not in answer.text


@pytest.mark.parametrize("status", [404, 429, 500, 503])
def test_what_cannot_be_handled_says_why_in_words_of_its_own(pages: Page, status: int) -> None:
    said = set()
    for language in LANGUAGES:
        pages.goto(f"{HOST}/refused/{status}?lang={language}")
        said.add(pages.locator("main p").first.inner_text())
        assert words_in(language).say("page.try_again") not in said
    assert len(said) == len(LANGUAGES)


def test_the_language_is_kept_from_page_to_page(verifier: str, page: Page) -> None:
    page.goto(f"{verifier}/v/WG-0000-0000-0000-000D")
    page.get_by_role("link", name="English").click()
    assert "/v/WG-0000-0000-0000-000D" in page.url
    page.get_by_role("link", name="Check now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Could not check")
    page.get_by_role("link", name="Check another").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check a certificate")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Could not check")


def test_every_page_that_can_be_asked_for_again_has_a_switch_to_each_other_language(pages: Page) -> None:
    pages.goto(f"{HOST}/issuers?q=学院&lang=en")
    for language in ("zh-Hant", "zh-Hans", "en"):
        pages.locator(f"nav.languages a[hreflang={language}]").click()
        assert pages.locator("html").get_attribute("lang") == language
        expect(pages.locator("#q")).to_have_value("学院")
        assert pages.locator("nav.languages a").count() == len(LANGUAGES) - 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("POST", "/"),
        ("GET", "/v/WG-0000-0000-0000-000D"),
        ("GET", "/v/WG-0000-0000-0000-000D/check"),
        ("GET", "/v/mistyped"),
        ("GET", "/issuers"),
        ("GET", "/verifier.css"),
        ("GET", "/hand-in.js"),
    ],
)
def test_every_answer_has_its_guarding_headers(verifier: str, method: str, path: str) -> None:
    answer = httpx.request(method, verifier + path)
    assert answer.status_code == 200
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers
    if path.endswith((".css", ".js")):
        again = httpx.request(method, verifier + path, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        return
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'"
    )
    assert "base-uri 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == (
        "no-cache" if (method, path) in {("GET", "/"), ("GET", "/issuers")} else "no-store"
    )
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert not re.search(r"<[^>]+ (style|on\w+)=|<script(?! type=\"module\" src=)|<style", answer.text)


def test_a_body_beyond_the_limit_is_answered_with_a_page(verifier: str) -> None:
    answer = httpx.post(verifier, files={"file": ("large.pdf", b"%PDF-" + bytes(21 * 1024 * 1024))})
    assert answer.status_code == 413
    assert "too_large" in answer.text and "未能核验" in answer.text


@pytest.mark.parametrize("body", [b"", b"--x", b"--x\r\nno header\r\n\r\n1\r\n--x--\r\n", b"\xff" * 100])
def test_a_broken_form_is_refused_with_a_page(verifier: str, body: bytes) -> None:
    answer = httpx.post(verifier, content=body, headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]

"""What a recruiter sees: the pages in a real browser, against a real verifier and a small real issuer."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pikepdf
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from credential import code as codes
from demo.services import free_port, serving
from tests.small_issuer import SmallIssuer

GREEN = "rgb(31, 107, 69)"
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}</bdi><svg onload=alert(1)>",
    "javascript:alert(1)",
)


@pytest.mark.parametrize("path", ["/", "/v/WG-0000-0000-0000-000D", "/v/QQ-000000000000000M", "/v/WG-1"])
@pytest.mark.parametrize("width", [360, 1200])
def test_a_page_fits_its_window_has_one_first_heading_and_breaks_no_policy(
    verifier: str, page: Page, path: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    page.goto(verifier + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("h1").count() == 1
    assert page.title()


def test_a_genuine_credential_is_green_and_asks_who_stands_before_you(
    verifier: str, small_issuer: SmallIssuer, page: Page
) -> None:
    paste(page, verifier, small_issuer.token())
    expect(page.get_by_role("status")).to_contain_text("有效")
    expect(page.get_by_role("status")).to_contain_text("面前的人是欧阳雨泽吗")
    expect(page.get_by_role("heading", level=1)).to_have_css("color", GREEN)
    expect(page.locator("dl.claims")).to_contain_text("微光学院")
    assert page.title().startswith("有效")


def test_a_revoked_credential_says_so_and_nothing_is_green(
    verifier: str, small_issuer: SmallIssuer, page: Page
) -> None:
    paste(page, verifier, small_issuer.token(index=7))
    expect(page.get_by_role("status")).to_contain_text("撤销")
    assert not green(page)


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ("eyJhbGciOiJFUzI1NiJ9.e30.YQ", "无效"),
        ("eyJhb", "未能核验"),
        ("WG-0000-0000-0000-0000", "未能核验"),
        ("", "未能核验"),
    ],
)
def test_what_is_broken_or_unknown_is_never_green(verifier: str, page: Page, given: str, word: str) -> None:
    paste(page, verifier, given)
    expect(page.get_by_role("heading", level=1)).to_have_text(word)
    assert page.locator("dl.claims").count() == 0
    assert not green(page)


def test_a_document_that_shows_something_else_says_what_was_signed(
    verifier: str, small_issuer: SmallIssuer, page: Page, tmp_path: Path
) -> None:
    file, token = tmp_path / "certificate.pdf", tmp_path / "credential.jwt"
    token.write_text(small_issuer.token())
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.attachments["credential.jwt"] = pikepdf.AttachedFileSpec.from_filepath(pdf, token)
        pdf.save(file)
    page.goto(verifier)
    page.locator("#file").set_input_files(file)
    page.locator("form button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("无效")
    expect(page.get_by_role("region", name="文件与签名内容不一致")).to_contain_text("欧阳雨泽")
    assert not green(page)


def test_an_altered_credential_shows_none_of_its_claims(verifier: str, small_issuer: SmallIssuer, page: Page) -> None:
    header, payload, _ = small_issuer.token().split(".")
    paste(page, verifier, f"{header}.{payload}.{small_issuer.token(name='李四').split('.')[2]}")
    expect(page.get_by_role("heading", level=1)).to_have_text("无效")
    assert "欧阳雨泽" not in page.locator("main").inner_text()


@pytest.mark.parametrize("hostile", HOSTILE)
def test_markup_in_signed_claims_is_text(verifier: str, small_issuer: SmallIssuer, page: Page, hostile: str) -> None:
    paste(page, verifier, small_issuer.token(name=hostile, achievement=hostile, organisation=hostile, score=hostile))
    expect(page.locator("dl.claims .name")).to_contain_text(hostile)
    expect(page.locator("p.warning")).to_contain_text(hostile)
    assert page.locator("main script, main img, main svg[onload]").count() == 0


@pytest.mark.parametrize("hostile", HOSTILE)
def test_markup_that_was_handed_in_is_text(verifier: str, page: Page, hostile: str) -> None:
    page.goto(f"{verifier}/?lang={quote(hostile)}")
    page.goto(f"{verifier}/v/{quote(hostile.replace('/', ''))}?lang={quote(hostile)}")
    expect(page.get_by_role("heading", level=1)).to_have_text("编号不对")
    paste(page, verifier, hostile)
    expect(page.get_by_role("heading", level=1)).to_have_text("未能核验")


def test_the_keyboard_alone_reaches_a_verdict(verifier: str, small_issuer: SmallIssuer, page: Page) -> None:
    page.goto(verifier)
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "text":
            break
    page.keyboard.insert_text(small_issuer.token())
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("有效")


def test_everything_works_without_scripts(
    verifier: str, small_issuer: SmallIssuer, browser: Browser, tmp_path: Path
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    file = tmp_path / "credential.jwt"
    file.write_text(small_issuer.token())
    page.goto(verifier)
    page.get_by_label("Choose the certificate PDF").set_input_files(file)
    page.get_by_label("Certificate number").fill("the file wins")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Valid")
    page.goto(f"{verifier}/v/WG-0000-0000-0000-000D")
    page.get_by_role("link", name="Check now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Could not check")
    context.close()


def test_a_chosen_file_is_named_and_one_that_is_too_large_is_not_taken(
    verifier: str, page: Page, tmp_path: Path
) -> None:
    page.goto(verifier)
    small, large = tmp_path / "证书.pdf", tmp_path / "large.pdf"
    small.write_bytes(b"%PDF-1.7")
    with large.open("wb") as file:
        file.truncate(20 * 1024 * 1024 + 1)
    page.locator("#file").set_input_files(small)
    expect(page.locator("#hint")).to_contain_text("证书.pdf")
    page.locator("#file").set_input_files(large)
    expect(page.locator("#hint")).to_contain_text("20 MB")
    assert page.locator("#file").input_value() == ""


def test_a_file_dropped_anywhere_on_the_page_is_taken(verifier: str, page: Page) -> None:
    page.goto(verifier)
    page.evaluate(
        """() => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File(["x"], "dropped.pdf"));
            for (const kind of ["dragenter", "dragover", "drop"])
                document.querySelector("footer").dispatchEvent(
                    new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
        }"""
    )
    expect(page.locator("#hint")).to_contain_text("dropped.pdf")
    assert page.locator("#file").input_value().endswith("dropped.pdf")


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


def test_the_page_behind_a_qr_code_asks_the_issuer_only_when_told_to(
    verifier: str, small_issuer: SmallIssuer, page: Page
) -> None:
    small_issuer.asked.clear()
    page.goto(f"{verifier}/v/{small_issuer.code}")
    expect(page.locator("p.number")).to_have_text(codes.printed(small_issuer.code))
    assert small_issuer.asked == []
    page.locator("a.button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("有效")
    assert f"/credentials/{small_issuer.code}.jwt" in small_issuer.asked


def test_a_mistyped_code_says_so_and_offers_no_check(verifier: str, page: Page) -> None:
    page.goto(f"{verifier}/v/WG-7K4M-9QXT-2D8H-C5RA")
    expect(page.get_by_role("heading", level=1)).to_have_text("编号不对")
    assert page.locator("a[href*=check]").count() == 0


def test_only_a_code_is_looked_up_under_the_address_of_a_code(verifier: str, small_issuer: SmallIssuer) -> None:
    answer = httpx.get(f"{verifier}/v/{small_issuer.token()}/check")
    assert "mistyped_code" in answer.text and "欧阳雨泽" not in answer.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("POST", "/"),
        ("GET", "/v/WG-0000-0000-0000-000D"),
        ("GET", "/v/WG-0000-0000-0000-000D/check"),
        ("GET", "/v/mistyped"),
        ("GET", "/verifier.css"),
        ("GET", "/drop.js"),
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
    assert answer.headers["Cache-Control"] == ("no-cache" if (method, path) == ("GET", "/") else "no-store")
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


@pytest.fixture(scope="module")
def verifier(small_issuer: SmallIssuer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A verifier as `verifier serve` starts it, knowing the small issuer."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    settings = {"VERIFIER_PORT": str(port), "VERIFIER_DIRECTORY": str(small_issuer.directory)}
    with serving("verifier", url, tmp_path_factory.mktemp("verifier") / "log", settings):
        yield url


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(locale="zh-CN")
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page on which a dialog, a script's error or a breach of the policy fails the test."""
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("dialog", lambda dialog: wrong.append(dialog.message))
    opened.on("dialog", lambda dialog: dialog.dismiss())
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    yield opened
    assert wrong == []


def paste(page: Page, verifier: str, text: str) -> None:
    page.goto(verifier)
    page.locator("#text").fill(text)
    page.locator("form button").click()


def green(page: Page) -> bool:
    """Whether anything on the page has the colour of a valid credential."""
    found: bool = page.evaluate(
        "green => [...document.querySelectorAll('main *')].some(e => getComputedStyle(e).color === green)", GREEN
    )
    return found

"""The page behind a QR code, and what can be asked about a code."""

import httpx
import pytest
from playwright.sync_api import Page, expect

from credential import code as codes
from tests.small_issuer import SmallIssuer


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
    ("code", "sha256"), [("WG-1", "5e" * 32), ("WG-0000-0000-0000-000D", "5E" * 32), ("WG-0000-0000-0000-000D", "")]
)
def test_the_issuer_is_not_asked_about_what_is_no_code_or_no_fingerprint(
    verifier: str, small_issuer: SmallIssuer, code: str, sha256: str
) -> None:
    small_issuer.asked.clear()
    answer = httpx.post(f"{verifier}/v/{code}/file", files={"sha256": (None, sha256)})
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert small_issuer.asked == []


def test_a_file_is_named_by_its_fingerprint_alone(verifier: str, small_issuer: SmallIssuer) -> None:
    answer = httpx.post(f"{verifier}/v/{small_issuer.code}/file", files={"sha256": (None, "5e" * 32)})
    assert answer.status_code == 200
    assert "欧阳雨泽" in answer.text

"""Where a recruiter begins: a file, a photo, a paste or a number, by mouse, by finger or by keyboard."""

from base64 import b64encode
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.small_issuer import SmallIssuer
from tests.verdicts import green, paste

PUT = """([kind, name, type, bytes]) => {
    const carried = new DataTransfer();
    if (name) carried.items.add(new File([Uint8Array.from(atob(bytes), c => c.charCodeAt(0))], name, { type }));
    else carried.setData("text/plain", atob(bytes));
    const way = { bubbles: true, cancelable: true };
    const made = kind === "paste"
        ? [new ClipboardEvent("paste", { ...way, clipboardData: carried })]
        : ["dragenter", "dragover", "drop"].map(each => new DragEvent(each, { ...way, dataTransfer: carried }));
    for (const event of made) document.querySelector("footer").dispatchEvent(event);
}"""
PHONE: Any = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def test_the_text_of_a_qr_code_can_be_pasted(verifier: str, small_issuer: SmallIssuer, page: Page) -> None:
    paste(page, verifier, small_issuer.qr())
    expect(page.get_by_role("status")).to_contain_text("面前的人是欧阳雨泽吗")


def test_a_pdf_dropped_anywhere_on_the_page_is_taken_and_checked(
    verifier: str, small_issuer: SmallIssuer, page: Page, tmp_path: Path
) -> None:
    page.goto(verifier)
    put(page, "drop", "证书.pdf", "application/pdf", certificate(small_issuer, tmp_path))
    expect(page.locator("#hint")).to_contain_text("证书.pdf")
    page.locator("form button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("无效")  # nothing of what was signed stands on its page
    expect(page.get_by_role("region", name="文件与签名内容不一致")).to_contain_text("欧阳雨泽")
    assert not green(page)


def test_a_picture_pasted_anywhere_is_taken_and_the_button_waits_for_the_next_key(verifier: str, page: Page) -> None:
    page.goto(verifier)
    put(page, "paste", "image.png", "image/png", b"\x89PNG\r\n\x1a\n")
    expect(page.locator("#hint")).to_contain_text("image.png")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("未能核验")


def test_a_text_pasted_anywhere_goes_into_the_field(verifier: str, small_issuer: SmallIssuer, page: Page) -> None:
    token = small_issuer.token()  # of this second: another call may be the next one's
    page.goto(verifier)
    put(page, "paste", "", "", token.encode())
    expect(page.locator("#text")).to_have_value(token)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("有效")


def test_a_phone_offers_to_take_a_photo_and_a_desk_does_not(
    verifier: str, small_issuer: SmallIssuer, browser: Browser, tmp_path: Path, page: Page
) -> None:
    page.goto(verifier)
    expect(page.get_by_label("拍照核验")).to_be_hidden()
    context = browser.new_context(locale="zh-CN", **PHONE)
    phone = context.new_page()
    phone.goto(verifier)
    expect(phone.get_by_label("拍照核验")).to_be_visible()
    assert phone.locator("#photo").get_attribute("capture") == "environment"
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    photo = tmp_path / "photo.jpg"
    photo.write_text(small_issuer.token())  # told by its content, whatever it is called
    phone.locator("#photo").set_input_files(photo)
    expect(phone.locator("#hint")).to_contain_text("photo.jpg")
    phone.locator("form button").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("有效")
    context.close()


def test_of_a_file_and_a_photo_the_last_one_chosen_counts(verifier: str, page: Page, tmp_path: Path) -> None:
    page.goto(verifier)
    for name in ("file", "photo"):
        (tmp_path / name).write_bytes(b"x")
        page.locator(f"#{name}").set_input_files(tmp_path / name)
    assert page.locator("#file").input_value() == ""
    page.locator("#file").set_input_files(tmp_path / "file")
    assert page.locator("#photo").input_value() == ""


def test_while_a_file_is_sent_the_page_says_so_moves_nothing_and_sends_no_second_time(
    verifier: str, page: Page
) -> None:
    page.goto(verifier)
    page.locator("#text").fill("WG-1")
    refused, moved, said, disabled = page.evaluate(
        """() => {
            const [form, button] = [document.querySelector("form"), document.querySelector("form button")];
            const [below, refused] = [() => document.querySelector("#answers").getBoundingClientRect().top, []];
            const before = below();
            form.addEventListener("submit", event => refused.push(event.defaultPrevented));
            for (const time of [1, 2, 3]) button.click();
            const said = document.querySelector("[role=status]").textContent;
            return [refused, below() - before, said, button.getAttribute("aria-disabled")];
        }"""
    )
    assert (refused, moved, disabled) == ([False, True, True], 0, "true")
    assert said.startswith("正在上传并核验")
    expect(page.get_by_role("heading", level=1)).to_have_text("未能核验")
    page.go_back()
    expect(page.locator("form button")).to_have_attribute("aria-disabled", "false")
    expect(page.get_by_role("status")).not_to_contain_text("正在上传并核验")


def test_the_keyboard_alone_reaches_a_verdict_and_its_technical_details(
    verifier: str, small_issuer: SmallIssuer, page: Page
) -> None:
    page.goto(verifier)
    tab_to(page, "document.activeElement.id === 'text'")
    page.keyboard.insert_text(small_issuer.token())
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("有效")
    tab_to(page, "document.activeElement.tagName === 'SUMMARY'")
    page.keyboard.press("Enter")
    expect(page.locator("pre")).to_contain_text('"reason": "ok"')


def test_everything_works_without_scripts(
    verifier: str, small_issuer: SmallIssuer, browser: Browser, tmp_path: Path
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-GB", **PHONE)
    page = context.new_page()
    file = tmp_path / "credential.jwt"
    file.write_text(small_issuer.token())
    page.goto(verifier)
    page.get_by_label("Choose the certificate").set_input_files(file)
    page.get_by_label("Number, link").fill("the file wins")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Valid")
    page.goto(verifier)
    page.locator("#photo").set_input_files(file)
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


@pytest.mark.parametrize("name", ['"><img src=x onerror=alert(1)>.pdf', "{{ 7*7 }}<svg onload=alert(1)>.pdf"])
def test_markup_in_the_name_of_a_file_is_text(verifier: str, page: Page, name: str) -> None:
    page.goto(verifier)
    put(page, "drop", name, "application/pdf", b"%PDF-1.7 broken")
    expect(page.locator("#hint")).to_contain_text(name)
    page.locator("form button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("未能核验")


def certificate(small_issuer: SmallIssuer, folder: Path) -> bytes:
    """A PDF that carries a credential and shows nothing."""
    file, token = folder / "certificate.pdf", folder / "credential.jwt"
    token.write_text(small_issuer.token())
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.attachments["credential.jwt"] = pikepdf.AttachedFileSpec.from_filepath(pdf, token)
        pdf.save(file)
    return file.read_bytes()


def put(page: Page, kind: str, name: str, type_: str, content: bytes) -> None:
    """Drop or paste a file, or a text where it has no name, upon the page's foot."""
    page.evaluate(PUT, [kind, name, type_, b64encode(content).decode()])


def tab_to(page: Page, there: str) -> None:
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate(there):
            return
    raise AssertionError(there)

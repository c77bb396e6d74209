"""A recruiter with a real browser, a real issuer and a real verifier: files, photos, pastes, what the issuer is asked."""

import base64
import io
from collections.abc import Iterator
from pathlib import Path

import httpx
import pikepdf
import pytest
from PIL import Image, ImageFilter
from playwright.sync_api import Browser, Page, expect

from demo import forgeries
from tests.axe import barriers
from tests.test_certificate import pdfium_picture
from tests.test_walk import NAMES, Walk, check, walk

__all__ = ["walk"]


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A phone's window with a finger, in which nothing may break the pages' policy."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="zh-CN"
    )
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    context.close()
    assert wrong == []


@pytest.fixture
def desktop(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def photo(walk: Walk, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A print photographed by hand: a little askew, not quite sharp, on a dark desk."""
    print_ = pdfium_picture(walk.pdfs["1"].read_bytes(), 200).convert("RGB")
    desk = Image.new("RGB", (print_.width + 400, print_.height + 400), (52, 44, 40))
    desk.paste(print_, (200, 200))
    taken = desk.rotate(4, Image.Resampling.BICUBIC, fillcolor=(52, 44, 40)).filter(ImageFilter.GaussianBlur(1))
    file = tmp_path_factory.mktemp("photo") / "IMG_0001.jpg"
    taken.save(file, quality=80)
    return file


def hand_in(page: Page, walk: Walk, field: str, file: Path) -> None:
    page.goto(walk.verifier)
    page.set_input_files(field, file)
    page.locator("form.hand-in button").click()


def test_a_photo_taken_with_the_phone_is_valid_and_to_be_compared_by_eye(walk: Walk, phone: Page, photo: Path) -> None:
    hand_in(phone, walk, "#photo", photo)
    expect(phone.get_by_role("heading", level=1)).to_have_text("有效")
    expect(phone.locator("dl.claims.large .name")).to_contain_text(NAMES["1"])
    assert barriers(phone) == []


def test_a_picture_that_was_pasted_is_read(walk: Walk, desktop: Page, photo: Path) -> None:
    desktop.goto(walk.verifier)
    desktop.evaluate(
        """(data) => {
            const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
            const clipboardData = new DataTransfer();
            clipboardData.items.add(new File([bytes], "photo.jpg", { type: "image/jpeg" }));
            document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
        }""",
        base64.b64encode(photo.read_bytes()).decode(),
    )
    desktop.locator("form.hand-in button").click()
    expect(desktop.get_by_role("heading", level=1)).to_have_text("Valid")


def test_the_issuer_is_asked_for_the_exact_file_at_the_press_of_a_button(walk: Walk, desktop: Page) -> None:
    hand_in(desktop, walk, "#file", walk.pdfs["1"])
    expect(desktop.get_by_role("heading", level=1)).to_have_text("Valid")
    desktop.locator("form.ask button").click()
    expect(desktop.get_by_role("heading", level=1)).to_have_text("Valid")
    expect(desktop.locator("pre code")).to_contain_text('"as_issued"')
    assert desktop.locator("form.ask").count() == 0
    assert barriers(desktop) == []


def test_a_file_that_was_saved_again_is_not_the_issuers_own_and_not_called_a_forgery(
    walk: Walk, desktop: Page, tmp_path: Path
) -> None:
    saved = tmp_path / "saved-again.pdf"
    with pikepdf.open(walk.pdfs["1"]) as pdf:
        pdf.save(saved)
    hand_in(desktop, walk, "#file", saved)
    desktop.locator("form.ask button").click()
    expect(desktop.get_by_role("heading", level=1)).to_have_text("Could not check")
    expect(desktop.locator("pre code")).to_contain_text("document_not_confirmed")
    assert barriers(desktop) == []


def test_an_edited_name_is_marked_beside_the_signed_one(walk: Walk, phone: Page, tmp_path: Path) -> None:
    edited = tmp_path / "edited.pdf"
    edited.write_bytes(forgeries.edited_pdf(walk.pdfs["1"].read_bytes(), NAMES["1"]))
    hand_in(phone, walk, "#file", edited)
    expect(phone.get_by_role("heading", level=1)).to_have_text("无效")
    pair = phone.locator(".pair").first
    expect(pair.locator(".signed")).to_contain_text("欧")
    assert pair.locator(".seen mark").count() >= 1
    assert barriers(phone) == []


def test_the_api_asks_the_issuer_only_when_told_to(walk: Walk) -> None:
    pdf = walk.pdfs["2"].read_bytes()
    for query, shows in (
        ("", "text_matches"),
        ("?ask_issuer=false", "text_matches"),
        ("?ask_issuer=true", "as_issued"),
    ):
        answer = httpx.post(f"{walk.verifier}/api/verify{query}", content=pdf, timeout=60).json()
        assert (answer["verdict"], answer["document"]["shows"]) == ("valid", shows)


def test_the_command_line_reads_a_photo_a_badge_and_a_qr_code_and_can_ask_the_issuer(
    walk: Walk, photo: Path, tmp_path: Path
) -> None:
    badge, heic = tmp_path / "badge.png", tmp_path / "IMG_0002.HEIC"
    badge.write_bytes(httpx.get(f"{walk.answers['1']['credential']}.png", timeout=60).content)
    heic.write_bytes(b"\0\0\0\x18ftypheic" + bytes(100))
    assert check(walk.environment, str(photo)) == (0, "ok")
    assert check(walk.environment, str(badge), "--ask-issuer") == (0, "ok")
    assert check(walk.environment, str(walk.pdfs["1"]), "--ask-issuer") == (0, "ok")
    assert check(walk.environment, str(heic)) == (2, "cannot_open")


def test_a_sheet_that_only_looks_like_a_certificate_says_what_to_do_next(
    walk: Walk, phone: Page, tmp_path: Path
) -> None:
    blank = tmp_path / "blank.png"
    picture = io.BytesIO()
    Image.new("L", (800, 600), 255).save(picture, "PNG")
    blank.write_bytes(picture.getvalue())
    hand_in(phone, walk, "#photo", blank)
    expect(phone.get_by_role("heading", level=1)).to_have_text("未能核验")
    expect(phone.get_by_role("status")).to_contain_text("二维码")

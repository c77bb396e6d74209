"""The pictures of docs/gallery.md: the telling part of some exhibits, and the page that a person sees on some."""

import json
import os
import shutil
from collections.abc import Mapping
from contextlib import AbstractContextManager
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

from litestar.testing import TestClient
from PIL import Image
from playwright.sync_api import Browser, Route, sync_playwright

from tests.gallery.judge import OWN, Answers, Judged
from tests.gallery.surgery import drawn_page
from tests.gallery.workshop import Workshop
from verifier.app import create_app
from verifier.settings import settings_from

__all__ = ["CUTS", "PAGES", "take"]

# The part of the first page that tells, in hundredths: left, top, right, bottom.
TOP, WHOLE, FOOT = (0, 0, 100, 48), (0, 0, 100, 100), (0, 74, 100, 100)
CUTS = {
    "name-edited-in-the-text": TOP,
    "level-edited": (0, 0, 100, 55),
    "digits-of-a-score-swapped": (0, 46, 100, 72),
    "praise-added": TOP,
    "only-a-genuine-code": WHOLE,
    "name-drawn-over-as-outlines": TOP,
    "score-drawn-over-as-outlines": (0, 46, 100, 60),
    "lying-characters": TOP,
    "whole-page-as-a-picture": TOP,
    "note-in-a-second-revision": TOP,
    "stamp-of-honours": FOOT,
    "cloned-host": FOOT,
    "sticker-beside-the-qr-code": FOOT,
    "photo-of-a-print": WHOLE,
    "scan-of-a-forged-print": WHOLE,
    "certificate-pasted-into-a-resume": WHOLE,
}
# The verdict's page, by the language of the browser.
PAGES = {
    "genuine-portrait-transcript-bilingual": "zh-CN",
    "name-edited-in-the-text": "zh-CN",
    "lying-characters": "en",
    "cloned-host": "zh-CN",
    "scan-of-a-forged-print": "en",
    "another-name-of-a-known-issuer": "zh-CN",
}
LARGEST = 25_000  # bytes
WIDTH = 640  # pixels
ADDRESS = "https://check.employer.example"


def take(found: Mapping[str, Judged], workshop: Workshop, folder: Path) -> None:
    """Take them all anew."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, part in CUTS.items():
        (folder / f"{name}.png").write_bytes(small(cut(found[name].handed.data, part)))
    quiet = ["--no-sandbox", "--disable-gpu"]
    # Drawing a certificate has hidden the machine's fonts from this process, and would from the browser.
    environment = {name: value for name, value in os.environ.items() if name != "FONTCONFIG_FILE"}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=quiet, env=dict(environment)
        )
        for name, language in PAGES.items():
            (folder / f"{name}.page.png").write_bytes(small(seen(browser, found[name], workshop, language)))
        browser.close()


def cut(data: bytes, part: tuple[int, int, int, int]) -> Image.Image:
    """A part of a document's first page, or of a picture."""
    whole = drawn_page(data, 110) if data.startswith(b"%PDF") else Image.open(BytesIO(data)).convert("RGB")
    left, top, right, bottom = part
    width, height = whole.size
    return whole.crop((left * width // 100, top * height // 100, right * width // 100, bottom * height // 100))


def seen(browser: Browser, one: Judged, workshop: Workshop, language: str) -> Image.Image:
    """The page of the verdict as a telephone shows it. What is posted reaches the real application in this process."""
    with serving(one, workshop) as app:
        file = ("certificate.pdf", one.handed.data, "application/octet-stream")
        headers = {"Accept-Language": language, "Accept": "text/html", "Origin": ADDRESS}
        html = app.post("/", files={"file": file}, headers=headers).text

        def answered(route: Route) -> None:
            if route.request.is_navigation_request():
                route.fulfill(body=html, content_type="text/html; charset=utf-8")
            else:
                answer = app.get(route.request.url)
                route.fulfill(body=answer.content, content_type=answer.headers.get("Content-Type", ""))

        page = browser.new_page(locale=language, viewport={"width": 420, "height": 720}, device_scale_factor=1.5)
        page.route("**/*", answered)
        page.goto(f"{ADDRESS}/")
        shot = Image.open(BytesIO(page.screenshot()))
        page.close()
    return shot.convert("RGB")


def serving(one: Judged, workshop: Workshop) -> AbstractContextManager[TestClient[Any]]:
    """The verifier's own application, which reaches the workshop's issuer alone."""
    assert OWN == ADDRESS
    settings = settings_from(
        {"VERIFIER_PUBLIC_URL": OWN, "VERIFIER_DIRECTORY": str(workshop.folder / "directory.json")}
    )
    assert json.loads((workshop.folder / "directory.json").read_text())
    with patch("verifier.app.CountedFetcher", lambda *_: Answers(workshop, one.handed.answers)):
        return TestClient(create_app(settings, lambda: one.handed.at), base_url=OWN)


def small(picture: Image.Image) -> bytes:
    """A PNG of few colours and as wide as it can be without being large."""
    colours, width = 32, min(WIDTH, picture.width)
    while True:
        written = BytesIO()
        size = (width, picture.height * width // picture.width)
        picture.resize(size, Image.Resampling.LANCZOS).quantize(
            colours, method=Image.Quantize.MAXCOVERAGE, kmeans=3, dither=Image.Dither.NONE
        ).save(written, "PNG", optimize=True)
        if len(written.getvalue()) <= LARGEST or width < 160:
            return written.getvalue()
        width, colours = width * 9 // 10, max(12, colours - 4)

"""The camera view in a real Chromium, whose camera is a film of a certificate's QR code."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, expect, sync_playwright
from qrcode.main import QRCode

from bench.chromium import chromium
from tests.axe import barriers
from tests.small_issuer import SmallIssuer
from tests.verdicts import HOST
from verifier.app import create_app
from verifier.settings import Settings
from verifier.words import LANGUAGES, words_in

WIDE = (1920, 1080)
TOLD = ".scan .told"
Film = Callable[..., None]


def scene(*texts: str) -> Image.Image:
    """What a camera sees: a table with these QR codes beside each other on it."""
    table = Image.new("L", WIDE, 180)
    for place, text in enumerate(texts):
        code = QRCode(border=4)
        code.add_data(text)
        picture = code.make_image().get_image().convert("L")
        side = min(1000, WIDE[0] // len(texts) - 40)
        table.paste(picture.resize((side, side), Image.Resampling.NEAREST), (20 + place * (side + 40), 40))
    return table


def jpeg(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.convert("RGB").save(written, "JPEG", quality=90)
    return written.getvalue()


def shoot(film_file: Path, *texts: str) -> None:
    """Another film in the place of the one that a camera may still be showing, which Chromium has mapped into its memory."""
    new = film_file.with_suffix(".new")
    new.write_bytes(jpeg(scene(*texts)) * 2)
    new.replace(film_file)


@pytest.fixture(scope="module")
def film_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("camera") / "film.mjpeg"


@pytest.fixture(scope="module")
def browser(film_file: Path) -> Iterator[Browser]:
    """A Chromium whose camera shows a film; nobody is asked for the permission, which a context has or has not."""
    shoot(film_file)
    camera = ("--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film_file}")
    with sync_playwright() as playwright:
        launched = chromium(playwright, *camera)
        yield launched
        launched.close()


@pytest.fixture
def film(film_file: Path, context: BrowserContext) -> Film:
    """Lets the camera see these QR codes, and the page use it."""

    def filmed(*texts: str) -> None:
        shoot(film_file, *texts)
        context.grant_permissions(["camera"])

    return filmed


def start(page: Page, verifier: str, language: str = "zh-Hans") -> None:
    page.goto(f"{verifier}/scan?lang={language}")
    page.get_by_role("button", name=words_in(language).say("scan.start")).click()


def is_off(page: Page) -> None:
    """The camera gives no picture any more, and the button starts it again."""
    expect(page.locator("video")).to_be_hidden()
    expect(page.get_by_role("button", name="打开摄像头")).to_be_visible()
    assert page.evaluate("window.track?.readyState") in {None, "ended"}


def keep_the_track(page: Page) -> None:
    expect(page.locator(TOLD)).to_contain_text("正在找二维码")
    page.evaluate("window.track = document.querySelector('video').srcObject.getVideoTracks()[0]")
    assert page.evaluate("window.track.readyState") == "live"


def test_a_certificate_held_to_the_camera_opens_its_page_which_verifies_it(
    verifier: str, small_issuer: SmallIssuer, page: Page, film: Film
) -> None:
    film(small_issuer.qr().replace(HOST, verifier))
    asked: list[Request] = []

    def noted(request: Request) -> None:  # Playwright cannot call a method that is built in
        asked.append(request)

    page.on("request", noted)
    start(page, verifier)
    page.wait_for_url(f"{verifier}/v/{small_issuer.code}?lang=zh-Hans#*")
    expect(page.get_by_role("heading", level=1)).to_have_text("有效")
    frames = [request for request in asked if request.url == f"{verifier}/scan/frame"]
    assert frames and all(request.method == "POST" for request in frames)
    assert all(request.url.startswith(verifier) for request in asked)
    assert not any(b"/v/" in (request.post_data_buffer or b"") for request in asked)


def test_a_picture_that_is_sent_is_a_small_jpeg_and_one_is_under_way_at_a_time(
    verifier: str, page: Page, film: Film
) -> None:
    film()
    sent: list[bytes] = []
    under_way: list[int] = []

    def answer(route: Route) -> None:
        under_way.append(len(sent))
        given = route.fetch()
        sent.append(route.request.post_data_buffer or b"")
        assert given.status == 204
        route.fulfill(response=given)

    page.route("**/scan/frame", answer)
    start(page, verifier)
    page.wait_for_event("response", lambda response: len(sent) >= 3)
    page.keyboard.press("Escape")
    page.unroute_all(behavior="ignoreErrors")  # one more may be under way, to a page that does not want it any more
    assert under_way == list(range(len(under_way)))
    for picture in map(io.BytesIO, sent):
        read = Image.open(picture, formats=["JPEG"])
        assert max(read.size) == 1280
        assert len(picture.getvalue()) < 1024 * 1024


@pytest.mark.parametrize("host", ["https://verify.examp1e", "https://phish.example"])
def test_an_address_elsewhere_is_never_opened_but_judged(
    verifier: str, small_issuer: SmallIssuer, page: Page, film: Film, host: str
) -> None:
    film(small_issuer.qr().replace(HOST, host))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    start(page, verifier)
    expect(page.locator("section.verdict h1")).to_be_visible()
    assert page.url == f"{verifier}/?lang=zh-Hans"
    assert all(url.startswith(verifier) for url in asked)


@pytest.mark.parametrize(
    "text",
    ["WIFI:S:guest;T:WPA;P:12345678;;", "javascript:alert(1)", "<script>alert(1)</script>", "https://x.example/"],
)
def test_what_is_no_certificate_is_said_to_be_none(verifier: str, page: Page, film: Film, text: str) -> None:
    film(text)
    start(page, verifier)
    expect(page.locator("section.verdict h1")).to_have_text("未能核验")
    assert page.url == f"{verifier}/?lang=zh-Hans"


@pytest.mark.parametrize("after", ["/check", "//x.example/", "?lang=en&x=1", "/../../issuers", "#12a"])
def test_only_the_exact_page_of_a_code_is_opened_without_asking(
    verifier: str, small_issuer: SmallIssuer, page: Page, film: Film, after: str
) -> None:
    film(f"{verifier}/v/{small_issuer.code}{after}")
    start(page, verifier)
    expect(page.locator("section.verdict h1")).to_be_visible()
    assert page.url == f"{verifier}/?lang=zh-Hans"


def test_of_several_codes_on_the_table_the_certificates_is_taken(
    verifier: str, small_issuer: SmallIssuer, page: Page, film: Film
) -> None:
    film("AAA a poster", f"{verifier}/v/{small_issuer.code}", "WIFI:S:guest;;")
    start(page, verifier)
    page.wait_for_url(f"{verifier}/v/{small_issuer.code}?lang=zh-Hans")


def test_where_the_browser_reads_qr_codes_itself_no_picture_leaves_it(
    verifier: str, small_issuer: SmallIssuer, page: Page, film: Film
) -> None:
    film()
    page.add_init_script(
        f"""window.BarcodeDetector = class {{
          static async getSupportedFormats() {{ return ["ean_13", "qr_code"]; }}
          async detect(video) {{
            return video.videoWidth ? [{{ rawValue: "a poster" }}, {{ rawValue: "{verifier}/v/{small_issuer.code}" }}] : [];
          }}
        }}"""
    )
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    page.goto(f"{verifier}/scan")
    expect(page.locator(".scan .here")).to_be_visible()
    expect(page.locator(".scan .sent")).to_be_hidden()
    page.get_by_role("button", name="打开摄像头").click()
    page.wait_for_url(f"{verifier}/v/{small_issuer.code}?lang=zh-Hans")
    assert not any("/scan/frame" in url for url in sent)


def test_the_camera_is_asked_for_only_after_the_press_and_escape_switches_it_off(
    verifier: str, page: Page, film: Film
) -> None:
    film()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))

    def pictures() -> int:
        return sum(url.endswith("/scan/frame") for url in sent)

    page.goto(f"{verifier}/scan")
    expect(page.locator(".scan .sent")).to_be_visible()
    assert page.evaluate("document.querySelector('video').srcObject") is None
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.tagName") != "BUTTON":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    keep_the_track(page)
    page.keyboard.press("Escape")
    is_off(page)
    expect(page.locator(TOLD)).to_have_text("摄像头已关闭。")
    expect(page.get_by_role("button", name="打开摄像头")).to_be_focused()
    before = pictures()
    page.wait_for_timeout(1200)  # twice as long as from one picture to the next
    assert pictures() == before


def test_the_same_button_switches_it_off_and_on_again(verifier: str, page: Page, film: Film) -> None:
    film()
    start(page, verifier)
    keep_the_track(page)
    page.get_by_role("button", name="关闭摄像头").click()
    is_off(page)
    page.get_by_role("button", name="打开摄像头").click()
    keep_the_track(page)


def test_leaving_the_page_switches_it_off(verifier: str, page: Page, film: Film) -> None:
    film()
    start(page, verifier)
    keep_the_track(page)
    page.evaluate("addEventListener('pagehide', () => sessionStorage.setItem('left', window.track.readyState))")
    page.get_by_role("link", name="改用文件或编号核验").click()
    page.wait_for_url(f"{verifier}/?lang=zh-Hans")
    assert page.evaluate("sessionStorage.getItem('left')") == "ended"


def test_after_two_minutes_without_a_code_it_switches_itself_off(verifier: str, page: Page, film: Film) -> None:
    film()
    page.clock.install()
    start(page, verifier)
    keep_the_track(page)
    page.clock.fast_forward("02:01")
    expect(page.locator(TOLD)).to_contain_text("两分钟内没有读到二维码")
    is_off(page)


def test_a_network_that_fails_is_said_and_the_next_picture_is_tried(
    verifier: str, small_issuer: SmallIssuer, page: Page, film: Film, context: BrowserContext
) -> None:
    film(f"{verifier}/v/{small_issuer.code}")
    page.clock.install()
    page.goto(f"{verifier}/scan?lang=zh-Hans")
    context.set_offline(True)
    page.get_by_role("button", name="打开摄像头").click()
    expect(page.locator(TOLD)).to_contain_text("没能读取")
    context.set_offline(False)
    page.clock.fast_forward(6000)
    page.wait_for_url(f"{verifier}/v/{small_issuer.code}?lang=zh-Hans")


def test_a_refused_permission_is_said_in_words(verifier: str, page: Page) -> None:
    start(page, verifier)
    expect(page.locator(TOLD)).to_contain_text("没有得到使用摄像头的许可")
    is_off(page)
    assert barriers(page) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("NotFoundError", "no_camera"),
        ("OverconstrainedError", "no_camera"),
        ("NotReadableError", "busy"),
        ("AbortError", "busy"),
        ("NotAllowedError", "refused"),
        ("SecurityError", "refused"),
    ],
)
def test_every_reason_why_there_is_no_picture_has_its_words(
    verifier: str, page: Page, error: str, told: str, language: str
) -> None:
    page.add_init_script(f"MediaDevices.prototype.getUserMedia = () => Promise.reject(new DOMException('', '{error}'))")
    start(page, verifier, language)
    expect(page.locator(TOLD)).to_have_text(words_in(language).say(f"scan.{told}"))


def test_a_page_that_did_not_come_over_https_says_that_it_must(verifier: str, context: BrowserContext) -> None:
    def answer(route: Route) -> None:
        path = route.request.url.removeprefix("http://plain.example")
        route.fulfill(response=route.fetch(url=f"{verifier}{path}"))

    context.route("http://plain.example/**", answer)
    page = context.new_page()
    start(page, "http://plain.example")
    expect(page.locator(TOLD)).to_contain_text("https")


def test_without_scripts_the_page_says_so_and_leads_to_the_form(browser: Browser, verifier: str) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en")
    page = context.new_page()
    page.goto(f"{verifier}/scan")
    expect(page.locator("main")).to_contain_text("needs scripts")
    assert page.get_by_role("button").count() == 0
    page.get_by_role("link", name="Check a file or the number instead").click()
    expect(page.locator("#text")).to_be_visible()
    context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_home_page_leads_to_it_and_it_has_no_barriers(verifier: str, page: Page, film: Film, language: str) -> None:
    film()
    words = words_in(language)
    page.goto(f"{verifier}/?lang={language}")
    page.get_by_role("link", name=words.say("home.scan")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(words.say("scan.title"))
    assert barriers(page) == []
    page.get_by_role("button", name=words.say("scan.start")).click()
    expect(page.locator(TOLD)).to_have_text(words.say("scan.looking"))
    assert barriers(page) == []


@pytest.fixture
def client(small_issuer: SmallIssuer, request: pytest.FixtureRequest) -> Iterator[TestClient[Litestar]]:
    rate = getattr(request, "param", 0)
    app = create_app(
        Settings(host="127.0.0.1", port=8001, public_url=HOST, directory=small_issuer.directory, rate=rate)
    )
    with TestClient(app, base_url=HOST) as client:
        yield client


def test_a_picture_is_answered_with_the_text_of_its_code_or_with_nothing(client: TestClient[Litestar]) -> None:
    found = client.post("/scan/frame", content=jpeg(scene("WG-0000-0000-0000-000D")))
    assert (found.status_code, found.json()) == (200, {"text": "WG-0000-0000-0000-000D"})
    assert found.headers["Cache-Control"] == "no-store"
    assert client.post("/scan/frame", content=jpeg(scene())).status_code == 204


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 400),
        (b"WG-0000-0000-0000-000D", 400),
        (b"%PDF-1.7\n", 400),
        (b"\xff\xd8\xff\xe0 no more of it", 400),
        (b"\xff\xd8\xff" + bytes(1024 * 1024), 413),
    ],
)
def test_what_is_no_small_jpeg_is_refused(client: TestClient[Litestar], content: bytes, status: int) -> None:
    refused = client.post("/scan/frame", content=content)
    assert refused.status_code == status
    assert refused.headers["Content-Type"].startswith("application/problem+json")


def test_a_picture_larger_than_a_cameras_is_not_decoded(client: TestClient[Litestar]) -> None:
    refused = client.post("/scan/frame", content=jpeg(Image.new("L", (1921, 20))))
    assert refused.status_code == 400
    assert "more than are read" in refused.json()["detail"]


@pytest.mark.parametrize("client", [0.1], indirect=True)
def test_pictures_are_cheap_and_not_without_end(client: TestClient[Litestar]) -> None:
    picture = jpeg(Image.new("L", (64, 64)))
    answers = [client.post("/scan/frame", content=picture).status_code for _ in range(22)]
    assert answers[:20] == [204] * 20  # a verification of each would have been refused at the seventh
    assert answers[-1] == 429

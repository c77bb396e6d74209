"""The page behind a QR code, which verifies in the browser, and what a browser keeps for when there is no network."""

import json
import re
import shutil
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route, Worker, expect

from credential import code as codes
from credential import qr, reader
from tests.axe import barriers
from tests.small_issuer import DICTIONARY, SmallIssuer
from verifier import assets
from verifier.words import LANGUAGES, words_in

KEPT = r"/(v|scan|offline|words|browser|icons|verifier\.css|hand-in\.js|directory|keys|lists|dictionaries)\b"
VERDICT = "section.verdict h1"


def address(verifier: str, issuer: SmallIssuer, *, index: int = 3, name: str = "欧阳雨泽", language: str = "") -> str:
    """What the QR code of a credential opens at this verifier."""
    digits = qr.pack(reader.read(issuer.token(index=index, name=name)), DICTIONARY)
    return f"{verifier}/v/{issuer.code}{f'?lang={language}' if language else ''}#{digits}"


def says(page: Page, word: str) -> None:
    expect(page.locator(VERDICT)).to_have_text(words_in("zh-Hans").say(f"word.{word}"))


def kept(page: Page) -> list[str]:
    """Every address that the browser keeps anything under, without its host."""
    found: list[str] = page.evaluate(
        "(async () => { const all = []; for (const name of await caches.keys())"
        " for (const { url } of await (await caches.open(name)).keys()) all.push(url); return all; })()"
    )
    return [re.sub(r"^https?://[^/]+", "", url) for url in found]


def wait_until_kept(page: Page) -> None:
    """Wait for the service worker, and for what it keeps of one check."""
    page.evaluate(
        """async () => {
          for (let i = 0; i < 200; i++) {
            const urls = (await (await caches.open("used-1")).keys()).map(({ url }) => url);
            const has = (part) => urls.some((url) => url.includes(part));
            if (navigator.serviceWorker.controller && ["/directory", "/lists", "/dictionaries"].every(has)) return;
            await new Promise((next) => setTimeout(next, 50));
          }
          throw new Error("nothing is kept");
        }"""
    )


def cut_off(page: Page) -> None:
    """Take the network away, and what the browser itself still has of the last minute."""
    page.context.new_cdp_session(page).send("Network.clearBrowserCache")
    page.context.set_offline(True)
    page.goto("about:blank")


def worker(page: Page) -> Worker:
    """The service worker of the page's browser."""
    return page.context.service_workers[0]


@pytest.fixture
def scanned(page: Page, verifier: str, small_issuer: SmallIssuer) -> Page:
    """A browser that has checked one certificate online, and has kept what that took."""
    page.goto(address(verifier, small_issuer))
    says(page, "valid")
    wait_until_kept(page)
    return page


def test_what_the_qr_code_holds_is_verified_in_the_browser_and_sent_to_nobody(
    page: Page, verifier: str, small_issuer: SmallIssuer
) -> None:
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(f"{request.method} {request.url} {request.post_data}"))
    url = address(verifier, small_issuer)
    page.goto(url)
    says(page, "valid")
    expect(page.locator(".claims .name dd")).to_contain_text("欧阳雨泽")
    wait_until_kept(page)
    assert page.url == url  # to be passed on
    navigation, *others = asked
    assert navigation == f"GET {url.partition('#')[0]} None" or navigation == f"GET {url} None"
    assert any("/lists?" in each for each in others)
    digits = url.partition("#")[2]
    assert not any(small_issuer.code in each or digits[:40] in each or "eyJ" in each for each in others)


@pytest.mark.parametrize(("index", "word"), [(3, "valid"), (7, "invalid")])
def test_the_server_is_asked_when_it_is_told_to_and_says_the_same(
    page: Page, verifier: str, small_issuer: SmallIssuer, index: int, word: str
) -> None:
    page.goto(address(verifier, small_issuer, index=index))
    says(page, word)
    page.get_by_role("button", name="由本站服务器核验").click()
    expect(page).to_have_url(f"{verifier}/?lang=zh-Hans")
    says(page, word)


def test_the_issuer_is_asked_by_number_when_it_is_told_to(page: Page, verifier: str, small_issuer: SmallIssuer) -> None:
    page.goto(address(verifier, small_issuer))
    says(page, "valid")
    assert f"/credentials/{small_issuer.code}.jwt" not in small_issuer.asked
    page.get_by_role("link", name="凭编号询问颁发机构").click()
    expect(page).to_have_url(f"{verifier}/v/{small_issuer.code}/check?lang=zh-Hans")
    says(page, "valid")


def test_another_certificate_on_the_same_page_gets_an_answer_of_its_own(
    page: Page, verifier: str, small_issuer: SmallIssuer
) -> None:
    page.goto(address(verifier, small_issuer))
    says(page, "valid")
    page.goto(address(verifier, small_issuer, name="王小明"))
    expect(page.locator(".claims .name dd")).to_contain_text("王小明")
    assert page.locator(VERDICT).count() == 1


def test_a_broken_fragment_is_never_valid(page: Page, verifier: str, small_issuer: SmallIssuer) -> None:
    url = address(verifier, small_issuer)
    for broken in (url[:-1], url[:-1] + str((int(url[-1]) + 1) % 10), f"{url}0", url.partition("#")[0] + "#x"):
        page.goto("about:blank")
        page.goto(broken)
        expect(page.locator("#answer .ways")).to_be_visible()
        assert page.locator("section.verdict.valid").count() == 0


def test_without_a_fragment_the_page_asks_nobody(page: Page, verifier: str, small_issuer: SmallIssuer) -> None:
    small_issuer.asked.clear()
    page.goto(f"{verifier}/v/{small_issuer.code}")
    expect(page.get_by_role("link", name="现在核验")).to_be_visible()
    assert page.locator("#answer").inner_html() == ""
    assert small_issuer.asked == []


def test_without_scripts_the_server_answers(browser: Browser, verifier: str, small_issuer: SmallIssuer) -> None:
    context = browser.new_context(locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    page.goto(address(verifier, small_issuer))
    page.get_by_role("link", name="现在核验").click()
    says(page, "valid")
    context.close()


def test_the_keyboard_is_enough(page: Page, verifier: str, small_issuer: SmallIssuer) -> None:
    page.goto(address(verifier, small_issuer, language="en"))
    expect(page.locator(VERDICT)).to_have_text("Valid")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Check on our server":
            break
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{verifier}/?lang=en")
    expect(page.locator(VERDICT)).to_have_text("Valid")


def test_in_another_language_it_is_the_same_certificate(page: Page, verifier: str, small_issuer: SmallIssuer) -> None:
    page.goto(address(verifier, small_issuer))
    says(page, "valid")
    page.get_by_role("link", name="English").click()
    expect(page.locator(VERDICT)).to_have_text("Valid")
    assert page.title().startswith("Valid · ")


def test_without_a_network_another_certificate_of_the_same_course_is_verified(
    scanned: Page, verifier: str, small_issuer: SmallIssuer
) -> None:
    cut_off(scanned)
    scanned.goto(address(verifier, small_issuer, index=5, name="王小明"))
    says(scanned, "valid")
    expect(scanned.locator(".claims .name dd")).to_contain_text("王小明")
    expect(scanned.locator(".steps")).to_contain_text("颁发机构签发的状态，截至")
    expect(scanned.locator("#answer > .not-yet")).to_contain_text("没有网络")
    scanned.goto("about:blank")
    scanned.goto(address(verifier, small_issuer, index=7))
    says(scanned, "invalid")


def test_without_a_network_a_list_that_has_expired_leaves_it_unchecked(
    scanned: Page, verifier: str, small_issuer: SmallIssuer
) -> None:
    cut_off(scanned)
    for hours, word in ((23, "valid"), (25, "unchecked")):
        scanned.goto("about:blank")
        scanned.clock.set_fixed_time(datetime.now(UTC) + timedelta(hours=hours))
        scanned.goto(address(verifier, small_issuer))
        says(scanned, word)
    assert scanned.locator("section.verdict.valid").count() == 0


def test_a_directory_that_was_kept_for_more_than_a_week_knows_nobody(
    scanned: Page, verifier: str, small_issuer: SmallIssuer
) -> None:
    cut_off(scanned)
    for days, decided in ((6, True), (8, False)):
        scanned.goto("about:blank")
        scanned.clock.set_fixed_time(datetime.now(UTC) + timedelta(days=days))
        scanned.goto(address(verifier, small_issuer))
        if decided:
            says(scanned, "unchecked")  # the list has expired
        else:
            expect(scanned.locator("#answer > .not-yet")).to_contain_text("directory_unavailable")
    assert scanned.locator("section.verdict").count() == 0


def test_without_a_network_a_course_that_was_never_checked_is_not_decided(
    scanned: Page, verifier: str, small_issuer: SmallIssuer
) -> None:
    cut_off(scanned)
    digits = qr.pack(reader.read(small_issuer.token()), b"another dictionary")
    scanned.goto(f"{verifier}/v/{small_issuer.code}#{digits}")
    scanned.locator("#answer .ways").wait_for()
    assert scanned.locator("section.verdict.valid").count() == 0


def test_without_a_network_every_other_page_says_so(scanned: Page, verifier: str, small_issuer: SmallIssuer) -> None:
    cut_off(scanned)
    for path, title in (
        ("/", "没有网络"),
        ("/issuers?lang=en", "No network"),
        (f"/v/{small_issuer.code}/check?lang=zh-Hant", "沒有網路"),
    ):
        scanned.goto(verifier + path)
        expect(scanned.get_by_role("heading", level=1)).to_have_text(title)
    scanned.goto(f"{verifier}/v/{small_issuer.code}")
    expect(scanned.locator("#by-number")).to_contain_text("没有网络")
    expect(scanned.locator(".number")).to_have_text(codes.printed(small_issuer.code))


def test_once_it_is_kept_the_page_is_opened_without_telling_the_server_the_code(
    scanned: Page, verifier: str, small_issuer: SmallIssuer
) -> None:
    def opened() -> list[str]:
        counted = httpx.get(f"{verifier}/metrics").text.splitlines()
        return [line for line in counted if 'route="/v/{code}' in line or 'route="/v/{code:str}' in line]

    before = opened()
    assert before
    scanned.goto("about:blank")
    scanned.goto(address(verifier, small_issuer))
    says(scanned, "valid")
    assert opened() == before


def test_nothing_that_names_a_certificate_is_kept(scanned: Page, verifier: str, small_issuer: SmallIssuer) -> None:
    scanned.get_by_role("button", name="由本站服务器核验").click()
    says(scanned, "valid")
    scanned.goto(f"{verifier}/v/{small_issuer.code}/check")
    says(scanned, "valid")
    urls = kept(scanned)
    assert {"/v?lang=en", "/offline?lang=zh-Hant", "/words/zh-Hans", "/browser/verify.js", "/directory"} <= set(urls)
    whole = json.dumps(urls) + scanned.evaluate(
        "(async () => { let all = ''; for (const name of await caches.keys()) { const cache = await caches.open(name);"
        " for (const key of await cache.keys()) all += await (await cache.match(key)).text(); } return all; })()"
    )
    assert small_issuer.code not in whole and codes.printed(small_issuer.code) not in whole
    assert "欧阳雨泽" not in whole
    assert not [url for url in urls if not re.match(KEPT, url)]
    assert scanned.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]


def test_what_is_kept_has_a_limit_and_the_oldest_goes_first(scanned: Page) -> None:
    left = worker(scanned).evaluate(
        """async () => {
          const used = await caches.open(USED);
          for (let i = 0; i < 60; i++) await keep(`/lists?n=${i}`, new Response(new Uint8Array(1_000_000)));
          await keep("/lists?n=huge", new Response(new Uint8Array(49_000_000)));
          const old = new Response("", { headers: { "Kept-At": Date.now() - LONGEST - 1, "Kept-Bytes": 0 } });
          await used.put("/keys?n=old", old);
          await keep("/lists?n=last", new Response("x"));
          return (await used.keys()).map(({ url }) => new URL(url).search);
        }"""
    )
    assert "?n=old" not in left and "?n=huge" not in left
    assert left[-1] == "?n=last"
    assert 0 < len(left) <= 48


@pytest.mark.parametrize(
    ("network", "answered"),
    [
        ("() => new Promise(() => {})", 200),  # it never answers
        ("() => Promise.reject(new TypeError())", 200),
        ("async () => new Response('', { status: 503 })", 503),
        ("async () => new Response('', { status: 404 })", 404),
    ],
)
def test_what_is_kept_stands_in_for_a_network_that_is_silent_and_not_for_a_refusal(
    scanned: Page, network: str, answered: int
) -> None:
    status = worker(scanned).evaluate(
        f"async () => {{ fetch = {network}; setTimeout = (late) => queueMicrotask(late);"
        " return (await newest('/directory')).status; }"
        if answered == 200
        else f"async () => {{ fetch = {network}; return (await newest('/directory')).status; }}"
    )
    assert status == answered


def test_a_new_version_takes_the_place_of_the_old_one(page: Page, verifier: str, small_issuer: SmallIssuer) -> None:
    page.goto(f"{verifier}/issuers")
    page.evaluate("caches.open('shell-of-yesterday').then((old) => old.put('/verifier.css', new Response('old')))")
    page.goto(address(verifier, small_issuer))
    wait_until_kept(page)
    names = page.evaluate("caches.keys()")
    assert len(names) == 2 and "shell-of-yesterday" not in names


def test_every_change_makes_a_new_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(assets.SCRIPTS, tmp_path / "browser")
    monkeypatch.setattr(assets, "SCRIPTS", tmp_path / "browser")
    first, etag = assets._worker.__wrapped__()
    with (tmp_path / "browser" / "verify.js").open("a") as changed:
        changed.write("\n")
    second, other = assets._worker.__wrapped__()
    assert first != second and etag != other


def test_it_can_be_installed(verifier: str) -> None:
    for language in LANGUAGES:
        manifest = httpx.get(f"{verifier}/app.webmanifest", params={"lang": language}).json()
        assert (manifest["lang"], manifest["name"]) == (language, words_in(language).say("page.brand"))
        for icon in manifest["icons"]:
            answer = httpx.get(verifier + icon["src"])
            assert answer.headers["Content-Type"] == icon["type"]
            if icon["type"] == "image/png":
                size = "x".join(map(str, Image.open(BytesIO(answer.content)).size))
                assert size == icon["sizes"]


@pytest.mark.parametrize("name", ["offline.js", "none.js", "..%2Fverifier.css", "__init__.py"])
def test_only_the_scripts_of_pages_are_served(verifier: str, name: str) -> None:
    assert httpx.get(f"{verifier}/browser/{name}").status_code == 404
    assert httpx.get(f"{verifier}/icons/{name}").status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_state_of_the_page_has_a_barrier(
    page: Page, verifier: str, small_issuer: SmallIssuer, language: str
) -> None:
    def looked_at(h1: str) -> None:
        expect(page.get_by_role("heading", level=1)).to_have_text(h1)
        assert barriers(page) == []
        for width in (320, 390, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width

    say = words_in(language).say
    held: list[Route] = []

    def hold(route: Route) -> None:  # it does not answer yet
        held.append(route)

    page.route("**/directory", hold)
    page.goto(address(verifier, small_issuer, language=language))
    expect(page.locator("#checking")).to_have_text(say("code.checking"))
    looked_at(say("code.title"))
    held[0].fulfill(status=500)
    expect(page.locator("#undecided-title")).to_have_text(say("code.undecided"))
    looked_at(say("code.title"))
    page.unroute_all()
    for index, word in ((3, "valid"), (7, "invalid")):
        page.goto("about:blank")
        page.goto(address(verifier, small_issuer, index=index, language=language))
        looked_at(say(f"word.{word}"))
    page.goto("about:blank")
    page.goto(address(verifier, small_issuer, language=language) + "0" * 4000)
    page.locator("#answer .ways").wait_for()
    assert barriers(page) == []
    wait_until_kept(page)
    cut_off(page)
    page.goto(address(verifier, small_issuer, language=language))
    expect(page.locator("#answer > .not-yet")).to_have_text(say("code.kept"))
    looked_at(say("word.valid"))
    page.goto(f"{verifier}/v/{small_issuer.code}?lang={language}")
    looked_at(say("code.title"))
    page.goto(f"{verifier}/issuers?lang={language}")
    looked_at(say("offline.title"))

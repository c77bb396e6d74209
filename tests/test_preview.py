"""Designs looked at before they are used: drawn to a file, and on pages that follow the files of a design."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from issuer.certificate.design import FOLDER
from issuer.preview.picture import picture
from tests.axe import barriers
from tests.conftest import CACHE
from tests.test_issuer_cli import Run, run

__all__ = ["run"]

DEMO = Path(__file__).parent.parent / "demo"
PROGRAM = Path(sys.executable).parent / "issuer"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which an operator works on a design of their own."""
    folder = tmp_path_factory.mktemp("work") / "our-design"
    shutil.copytree(FOLDER / "classic-landscape", folder)
    return folder


@pytest.fixture
def changed(own: Path) -> Iterator[Callable[[str, str, str], None]]:
    """Changes one file of the design: the pattern to look for once, what to put there. Undone after the test."""
    undo: dict[Path, bytes] = {}

    def change(name: str, old: str, new: str) -> None:
        undo.setdefault(own / name, (own / name).read_bytes())
        text, found = re.subn(old, lambda _: new, (own / name).read_text(encoding="utf-8"), count=1)
        assert found
        (own / name).write_text(text, encoding="utf-8")

    yield change
    for file, content in undo.items():
        file.write_bytes(content)


def test_a_sample_is_drawn_without_database_and_keys(run: Run, own: Path, tmp_path: Path) -> None:
    pdf, png = tmp_path / "a.pdf", tmp_path / "a.png"
    assert run("preview", own, "--sample", "bare", "--rendition", "en", "--out", pdf) == (0, "", "")
    assert "First Aid" in text_of(pdf)
    assert run("preview", "classic-landscape", "--out", png) == (0, "", "")
    assert Image.open(png).size[0] == 1600
    assert not (tmp_path / "issuer").exists()


def test_an_organisation_and_an_achievement_take_the_place_of_the_samples(run: Run, tmp_path: Path) -> None:
    pdf = tmp_path / "a.pdf"
    files = ("--organisation", DEMO / "organisation.toml", "--achievement", DEMO / "achievements/elderly-care.toml")
    assert run("preview", "--sample", "hardest", *files, "--out", pdf)[0] == 0
    said = text_of(pdf)
    assert "养老护理员" in said
    assert "微光学院" in said
    assert "工业互联网" not in said


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("design.toml", "\nink = .*", "", "design.toml: Object missing required field `ink`"),
        ("design.toml", "\nink = .*", '\nink = "navy"', "a colour is written as #1b2f4e"),
        ("certificate.html", "{% endfor %}", "{% endfr %}", r"certificate.html, line \d+: Encountered unknown tag 'endfr'"),
        ("certificate.html", "</body>", "{{ wording.nothing }}</body>", r"html, line \d+: .* no attribute 'nothing'"),
        ("certificate.html", "</body>", '{{ said("p", code, "x", "roman") }}</body>', r"html, line \d+: fit\(\) missing"),
        ("certificate.html", "</body>", '<img src="file:///etc/passwd"></body>', "may not load file:///etc/passwd"),
        ("certificate.html", "</body>", '<img src="http://127.0.0.1:9/x"></body>', "may not load http://127.0.0.1:9/x"),
        ("certificate.css", "\\A", '@import url("file:///etc/passwd");', "may not load file:///etc/passwd"),
        ("certificate.html", "</body>", "<table><tr><td>x</td></tr></table></body>", "has a table"),
    ],
)  # fmt: skip
def test_a_broken_design_is_one_clear_sentence(
    run: Run,
    own: Path,
    changed: Callable[[str, str, str], None],
    tmp_path: Path,
    name: str,
    old: str,
    new: str,
    said: str,
) -> None:
    changed(name, old, new)
    code, _, error = run("preview", own, "--out", tmp_path / "a.pdf")
    assert (code, error.count("\n")) == (1, 1)
    assert re.search(said, error), error
    assert not (tmp_path / "a.pdf").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere/at-all",), "There is no design and no folder nowhere/at-all; the designs are classic-landscape"),
        (
            ("classic-landscape", "--sample", "worst"),
            "There is no sample 'worst'; there are usual, level, bare, hardest",
        ),
        (("classic-landscape", "--rendition", "fr"), "There is no rendition 'fr'; there are bilingual, zh-Hans"),
        (("classic-landscape", "--organisation", "no.toml"), "no.toml: No such file"),
        (("classic-landscape", "--achievement", DEMO / "roster.csv"), "roster.csv: is not TOML"),
    ],
)
def test_what_is_not_there_is_named(run: Run, tmp_path: Path, arguments: tuple[object, ...], said: str) -> None:
    code, _, error = run("preview", *arguments, "--out", tmp_path / "a.pdf")
    assert (code, said in error) == (1, True), error


def test_a_folder_without_its_files_and_a_strange_ending_are_refused(run: Run, tmp_path: Path) -> None:
    assert "has no design.toml" in run("preview", tmp_path, "--out", tmp_path / "a.pdf")[2]
    assert "as .pdf or .png, not as a.svg" in run("preview", "--out", tmp_path / "a.svg")[2]


def test_what_the_layout_engine_passes_over_is_said(
    run: Run, own: Path, changed: Callable[[str, str, str], None], tmp_path: Path
) -> None:
    changed("certificate.css", r"\A", "body { colr: red }")
    code, _, error = run("preview", own, "--out", tmp_path / "a.pdf")
    assert (code, "colr: red" in error) == (0, True)


def test_a_picture_that_cannot_be_drawn_is_said(
    run: Run, own: Path, changed: Callable[[str, str, str], None], tmp_path: Path
) -> None:
    (own / "torn.svg").write_text("<svg", encoding="utf-8")
    changed("certificate.css", r"\A", 'body { background: url("certificate:torn.svg") }')
    code, _, error = run("preview", own, "--out", tmp_path / "a.pdf")
    (own / "torn.svg").unlink()
    assert (code, "A picture is not SVG" in error) == (1, True), error


def test_the_page_follows_the_files_and_goes_on_living(
    previewed: str, own: Path, changed: Callable[[str, str, str], None], page: Page
) -> None:
    page.goto(f"{previewed}/certificate?sample=usual&rendition=en")
    expect(page.locator("#drawn pre")).to_contain_text("Ouyang Yuze")
    assert page.locator("#drawn img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 1600

    changed("certificate.html", "</body>", "<p>we say of</p></body>")
    expect(page.locator("#drawn pre")).to_contain_text("we say of")
    expect(page.get_by_role("status")).to_contain_text("Drawn anew")

    changed("certificate.html", "</body>", "{% nonsense %}</body>")
    expect(page.locator("#drawn .wrong")).to_contain_text("nonsense")
    expect(page.get_by_role("status")).to_contain_text("Cannot be drawn")
    assert barriers(page) == []

    changed("certificate.html", "{% nonsense %}", "")
    expect(page.locator("#drawn pre")).to_contain_text("we say of")


@pytest.mark.parametrize("width", [390, 1200])
def test_the_pages_have_no_barriers_and_fit_their_window(previewed: str, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for path in ("/", "/certificate?sample=bare", "/certificate?sample=worst"):
        page.goto(previewed + path)
        assert barriers(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_gallery_says_beside_the_picture_why_it_cannot_be_drawn(
    previewed: str, changed: Callable[[str, str, str], None], page: Page
) -> None:
    changed("design.toml", "paper", "papers")
    page.goto(previewed)
    expect(page.locator("p.wrong").first).to_contain_text("papers")
    page.wrong.clear()  # type: ignore[attr-defined]  # the browser's console names the picture that did not come


def test_the_form_draws_in_the_colours_of_a_brand(previewed: str, page: Page) -> None:
    page.goto(f"{previewed}/certificate?design=classic-landscape&sample=bare")
    page.get_by_label("文字颜色").fill("#5b1a2b")
    page.get_by_label("文字颜色").press("Enter")
    page.wait_for_url(re.compile("ink=%235b1a2b"))
    answer = page.request.get(f"{previewed}{page.locator('.facts a').get_attribute('href')}")
    assert answer.headers["content-type"] == "application/pdf"
    assert (0x5B, 0x1A, 0x2B) in colours(answer.body())


def test_a_strange_host_is_refused(previewed: str, page: Page) -> None:
    assert page.request.get(previewed, headers={"Host": "evil.example"}).status == 400
    page_policy = page.request.get(previewed).headers["content-security-policy"]
    assert page_policy.startswith("default-src 'none'")


def test_a_port_in_use_is_named(run: Run, previewed: str) -> None:
    port = previewed.rpartition(":")[2]
    code, _, error = run("preview", "--port", port)
    assert (code, f"Port {port} on 127.0.0.1 cannot be used" in error) == (1, True)


@pytest.fixture(scope="module")
def previewed(own: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`issuer preview FOLDER` as an operator starts it; gives the address that it prints."""
    environment = {**os.environ, "ISSUER_CACHE_DIR": str(CACHE), "PYTHONUNBUFFERED": "1"}
    folder = tmp_path_factory.mktemp("elsewhere")
    with subprocess.Popen(
        [PROGRAM, "preview", own], env=environment, stdout=subprocess.PIPE, text=True, cwd=folder
    ) as process:
        assert process.stdout
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert found
        yield found[0]
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0


@pytest.fixture
def page(browser: Browser, previewed: str) -> Iterator[Page]:
    """A page that waits patiently; a script's error or a breach of the policy fails the test."""
    opened = browser.new_page(locale="zh-CN")
    opened.set_default_timeout(60_000)
    expect.set_options(timeout=60_000)
    wrong: list[str] = []
    opened.wrong = wrong  # type: ignore[attr-defined]
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    opened.request.get(f"{previewed}/version", max_retries=100)
    yield opened
    opened.close()
    expect.set_options(timeout=5_000)
    assert wrong == []


def text_of(pdf: Path) -> str:
    """The text, lines joined and without the spaces that letter-spacing makes of Chinese."""
    said = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, text=True, check=True).stdout
    return re.sub(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])", "", said)


def colours(pdf: bytes) -> set[tuple[int, int, int]]:
    """The colours of a PDF's picture."""
    drawn = Image.open(BytesIO(picture(pdf, width=1600))).convert("RGB")
    return {colour for _, colour in drawn.getcolors(1 << 24) or ()}  # type: ignore[misc]

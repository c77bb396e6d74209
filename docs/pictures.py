"""Takes the pictures of this folder anew: `.venv/bin/python docs/pictures.py`, while a demo is serving.

Each design is drawn with an ordinary sample and with the hardest one; the verdict is that on a certificate of the demo.
Needs what `./run test` installs, and a Chinese font on the machine for the browser.
"""

import shutil
import subprocess
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pypdfium2
from PIL import Image
from playwright.sync_api import sync_playwright

from issuer.certificate import LARGE_PRINT, designs, packaged, render
from issuer.certificate.samples import SAMPLE_URL, sample

NAME = "欧阳雨泽"
CERTIFICATES = Path("var/demo/certificates")
PICTURES = Path(__file__).parent / "pictures"
LEVELS = ("skill-level",)  # these designs are at home with a level


def main() -> None:
    """Draw every design, and the verdict on a certificate as a phone shows it."""
    verdict()  # first: drawing takes the machine's fonts away from this process, and from a browser that it starts
    for design in (*designs(), LARGE_PRINT):
        usual = "level" if design in LEVELS else "usual"
        for name, suffix in ((usual, ""), ("hardest", "-hardest")):
            drawn(design, name).save(PICTURES / f"{design}{suffix}.png", optimize=True)


def drawn(design: str, name: str) -> Image.Image:
    """The first page of a design with a sample, 1000 pixels along its longer edge, in few colours."""
    with TemporaryDirectory() as cache:
        pdf = render(
            sample(name),
            "",
            verify_url=SAMPLE_URL,
            issued_at=datetime(2026, 11, 21, 2, tzinfo=UTC),
            cache=Path("var/cache") if Path("var/cache").is_dir() else Path(cache),
            design=packaged(design),
        )
    with pypdfium2.PdfDocument(BytesIO(pdf)) as document:
        page: Image.Image = document[0].render(scale=1000 / max(document[0].get_size())).to_pil()
    return page.quantize(64)


def verdict() -> None:
    """The verdict on the certificate of one learner."""
    pdf = next(file for file in sorted(CERTIFICATES.glob("*.pdf")) if NAME in said_by(file))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(locale="zh-CN", viewport={"width": 390, "height": 1000}, device_scale_factor=2)
        page.goto("http://127.0.0.1:8001/")
        page.set_input_files("input[type=file]", pdf)
        page.locator("main form button").click()
        page.screenshot(path=PICTURES / "verdict.png")
        browser.close()


def said_by(pdf: Path) -> str:
    """The text of a PDF without white space."""
    done = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, text=True, check=True)
    return "".join(done.stdout.split())


main()

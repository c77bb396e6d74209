"""Takes the pictures of this folder anew from a demo that is serving: `.venv/bin/python docs/pictures.py`.

Needs what `./run test` installs, and a Chinese font on the machine for the browser.
"""

import shutil
import subprocess
from pathlib import Path

from playwright.sync_api import sync_playwright

NAME = "欧阳雨泽"
CERTIFICATES = Path("var/demo/certificates")
PICTURES = Path(__file__).parent / "pictures"


def main() -> None:
    """Draw the certificate of one learner, and the verdict on it as a phone shows it."""
    pdf = next(file for file in sorted(CERTIFICATES.glob("*.pdf")) if NAME in said_by(file))
    subprocess.run(
        ["pdftoppm", "-r", "110", "-png", "-singlefile", str(pdf), str(PICTURES / "certificate")], check=True
    )
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

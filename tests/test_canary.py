"""A design reaches for nothing outside of itself: a canary on this machine hears nothing and a canary file is not read."""

import shutil
import socket
import subprocess
import sys
import time
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any

import pikepdf
import pytest

from issuer.certificate import Design, design_in, packaged, render
from issuer.certificate.pool import NotDrawn, Pool
from issuer.errors import Misconfigured
from tests.conftest import CACHE
from tests.test_certificate import ISSUED, SHORT_URL, TOKEN, WORDING

DESIGN = Path(__file__).parents[1] / "templates" / "certificates" / "classic-landscape"
SECRET = "canary-7f3a9c"
SVG = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9"'
# Which file of the design says what; CANARY is an address of the listener, of the file, or data
REACHES = {
    "a style sheet": ("html", '<link rel="stylesheet" href="CANARY">'),
    "an attachment": ("html", '<link rel="attachment" href="CANARY">'),
    "a picture": ("html", '<img src="CANARY" alt="x">'),
    "a picture from a base": ("html", '<base href="CANARY/x/"><img src="y" alt="x">'),
    "an object": ("html", '<object data="CANARY"></object>'),
    "an embedded page": ("html", '<embed src="CANARY">'),
    "a picture in a style": ("html", '<p style="background:url(CANARY)">x</p>'),
    "an SVG in the page": ("html", f'<svg {SVG}><title>x</title><image href="CANARY" width="9" height="9"/></svg>'),
    "an import": ("css", '@import "CANARY";'),
    "a font": ("css", '@font-face { font-family: x; src: url("CANARY") }'),
    "a background": ("css", 'p { background: url("CANARY") }'),
    "a list's mark": ("css", 'p { display: list-item; list-style-image: url("CANARY") }'),
    "generated content": ("css", 'p::before { content: url("CANARY") }'),
    "a colour profile": ("css", '@color-profile --x { src: url("CANARY") }'),
    "an SVG's picture": ("svg", f'<svg {SVG}><image href="CANARY" width="9" height="9"/></svg>'),
    "an SVG's older link": ("svg", f'<svg {SVG}><image xlink:href="CANARY" width="9" height="9"/></svg>'),
    "an SVG's use": ("svg", f'<svg {SVG}><use href="CANARY#x"/></svg>'),
    "an SVG's style": ("svg", f'<svg {SVG}><style>@import "CANARY";</style><path d="M0 0h9v9z"/></svg>'),
    "an SVG's entity": ("svg", f'<!DOCTYPE svg [<!ENTITY x SYSTEM "CANARY">]><svg {SVG}><title>&x;</title></svg>'),
}


class Canary:
    """Listens on this machine and counts who connects; `file` holds the secret."""

    def __init__(self, folder: Path) -> None:
        self.heard = 0
        self.file = folder / "canary.svg"
        self.file.write_text(f'<svg {SVG}><text y="5" font-size="2">{SECRET}</text></svg>')
        self.opened: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}/canary.svg"
        Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            self.heard += 1
            connection.close()


@pytest.fixture(scope="module")
def canary(tmp_path_factory: pytest.TempPathFactory) -> Canary:
    made = Canary(tmp_path_factory.mktemp("canary"))

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and str(arguments[0]).endswith("canary.svg"):
            made.opened.append(str(arguments[0]))

    sys.addaudithook(watch)
    return made


def design_that(folder: Path, kind: str, says: str) -> Design:
    """The usual design, which also says something else in its HTML, its style sheet or its background."""
    shutil.copytree(DESIGN, folder / "design")
    html, css, svg = (folder / "design" / name for name in ("certificate.html", "certificate.css", "background.svg"))
    if kind == "html":
        html.write_text(html.read_text().replace("<header>", f"{says}<header>"))
    elif kind == "css":
        css.write_text(says + css.read_text() if says.startswith("@") else css.read_text() + says)
    else:
        svg.write_text(says)
    return design_in(folder / "design")


@pytest.mark.parametrize("scheme", ["http", "file", "data"])
@pytest.mark.parametrize("reach", REACHES)
def test_a_design_that_reaches_outside_gets_nothing(tmp_path: Path, canary: Canary, reach: str, scheme: str) -> None:
    address = {"http": canary.address, "file": canary.file.as_uri(), "data": f"data:text/css,/*{SECRET}*/"}[scheme]
    kind, says = REACHES[reach]
    design = design_that(tmp_path, kind, says.replace("CANARY", address))
    canary.opened.clear()
    with suppress(Misconfigured):
        pdf = render(WORDING, TOKEN, verify_url=SHORT_URL, issued_at=ISSUED, cache=CACHE, design=design)
        assert SECRET.encode() not in plain_bytes(pdf)
    assert (canary.heard, canary.opened) == (0, [])


def test_the_canary_sings_when_it_is_reached(canary: Canary) -> None:
    before = canary.heard
    socket.create_connection(("127.0.0.1", int(canary.address.split(":")[2].split("/")[0]))).close()
    canary.file.read_bytes()
    time.sleep(0.2)
    assert (canary.heard, len(canary.opened)) == (before + 1, 1)
    canary.heard = before


@pytest.mark.parametrize(
    "says",
    [
        "* { font-family: 'DejaVu Sans', 'Liberation Serif', sans-serif !important }",
        "@font-face { font-family: x; src: local('DejaVu Sans') } * { font-family: x, monospace !important }",
    ],
    ids=["by name", "as local"],
)
def test_no_font_of_the_machine_gets_in_even_when_a_design_asks_for_it(tmp_path: Path, says: str) -> None:
    design = design_that(tmp_path, "css", says)
    pdf = render(WORDING, TOKEN, verify_url=SHORT_URL, issued_at=ISSUED, cache=CACHE, design=design)
    listed = subprocess.run(["pdffonts", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    names = [line.split()[0].partition("+")[2] for line in listed.splitlines()[2:]]
    assert names
    assert all(name.startswith(("Noto-Serif-SC", "Noto-Sans-SC", "EB-Garamond")) for name in names)


def test_a_picture_that_would_take_for_ever_is_given_up(tmp_path: Path) -> None:
    layers = '<path id="l0" d="M0 0h1v1z"/>'
    for n in range(1, 12):
        layers += f'<g id="l{n}">' + f'<use href="#l{n - 1}"/>' * 10 + "</g>"
    design = design_that(tmp_path, "svg", f'<svg {SVG}><defs>{layers}</defs><use href="#l11"/></svg>')
    pool = Pool(CACHE, size=1)
    try:
        with pytest.raises(NotDrawn, match="out of time or memory"):  # and not by the clock
            pool.render(WORDING, TOKEN, verify_url=SHORT_URL, issued_at=ISSUED, cache=CACHE, design=design)
        assert pool.render(
            WORDING, TOKEN, verify_url=SHORT_URL, issued_at=ISSUED, cache=CACHE, design=packaged("classic-landscape")
        ).startswith(b"%PDF")
    finally:
        pool.close()


def plain_bytes(pdf: bytes) -> bytes:
    """The file with all its streams decoded."""
    written = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as opened:
        opened.save(
            written,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
            compress_streams=False,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
        )
    return written.getvalue()

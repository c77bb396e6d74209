"""What draws certificates for `bench.certificates`: one way of drawing, in a process of its own."""

import json
import os
import pickle
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from bench.sample import learner
from credential.wording import Text, Wording

if TYPE_CHECKING:
    from issuer.certificate.layout import Laid

__all__ = ["DESIGN", "ISSUED", "Drawn", "Order"]

ISSUED = datetime(2026, 11, 21, tzinfo=UTC)
DESIGN = "classic-landscape"
BEFORE = 20  # certificates, until each kind of them is compiled


@dataclass(frozen=True, kw_only=True)
class Order:
    """The certificate to draw."""

    wording: Wording
    token: str
    verify_url: str
    cache: Path

    def of(self, number: int) -> "Order":
        """The same for another learner: what keeps parts of the last certificate shall not draw it for nothing."""
        name, romanised = learner(number)
        names = (Text(language="zh-Hans", text=name), Text(language="", text=romanised))
        url = f"{self.verify_url[:-9]}{number:09}"
        return replace(self, wording=replace(self.wording, name=names), verify_url=url)


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """What one certificate took: seconds of processor time, and bytes.

    `until_then` are the seconds of the process and its children since its start, `peak` the most bytes it ever held.
    """

    seconds: float
    until_then: float
    size: int
    peak: int


def compiled(order: Order) -> Callable[[], bytes]:
    """Drawing as the issuer does, after the first few of a kind."""
    from issuer.certificate import packaged, render  # noqa: PLC0415, the other way must not load it

    design, others = packaged(DESIGN), map(order.of, count())

    def draw() -> bytes:
        other = next(others)
        return render(
            other.wording, other.token, verify_url=other.verify_url, issued_at=ISSUED, cache=other.cache, design=design
        )

    for _ in range(BEFORE):
        draw()
    return draw


def tuned(order: Order) -> Callable[[], bytes]:
    """Drawing as the issuer does what it does not compile."""
    from issuer.certificate.design import PLAIN, packaged  # noqa: PLC0415
    from issuer.certificate.layout import lay  # noqa: PLC0415
    from issuer.certificate.pdf import write  # noqa: PLC0415

    design, others = packaged(DESIGN), map(order.of, count())

    def draw() -> bytes:
        other = next(others)
        laid = lay(
            other.wording,
            design=design,
            brand=PLAIN,
            verify_url=other.verify_url,
            issued=f"{ISSUED:%FT%TZ}",
            cache=other.cache,
        )
        return write(laid, other.token, issued_at=ISSUED)

    return draw


def plain(order: Order) -> Callable[[], bytes]:
    """Drawing the same HTML with WeasyPrint as its documentation begins, each file read from the disk."""
    from issuer.certificate.faces import CHINESE, LATIN, path_of  # noqa: PLC0415
    from issuer.certificate.layout import ASSETS  # noqa: PLC0415

    laid = _laid(order)
    folder = order.cache / "plain"
    folder.mkdir(parents=True, exist_ok=True)
    for address, (_, content) in laid.files.items():
        (folder / address.removeprefix(ASSETS)).write_bytes(content)
    faces = "".join(
        f'@font-face{{font-family:"{face.family}";font-weight:{face.weight};font-style:{face.style};'
        f'src:url("{path_of(face).as_uri()}")}}'
        for face in (*CHINESE, *LATIN)
    )
    html = laid.html.replace("</head>", f"<style>{faces}{laid.style}</style></head>").replace(
        ASSETS, f"{folder.as_uri()}/"
    )

    def draw() -> bytes:
        from weasyprint import HTML  # noqa: PLC0415

        pdf = HTML(string=html).write_pdf()
        assert isinstance(pdf, bytes)
        return pdf

    return draw


def typst(order: Order) -> Callable[[], bytes]:
    """Setting the same texts with Typst, by a compiler that keeps what it has read and set before."""
    from PIL import Image  # noqa: PLC0415
    from typst import Compiler, Fonts  # noqa: PLC0415

    from issuer.certificate.faces import CHINESE, LATIN, path_of  # noqa: PLC0415
    from issuer.certificate.layout import ASSETS  # noqa: PLC0415
    from issuer.certificate.qr import qr  # noqa: PLC0415

    laid = _laid(order)
    folder = order.cache / "typst"
    folder.mkdir(parents=True, exist_ok=True)
    for ornament in ("background.svg", "flourish.svg"):
        (folder / ornament).write_bytes(laid.files[f"{ASSETS}{ornament}"][1])
    markup = folder / "certificate.typ"
    markup.write_bytes(Path(__file__).with_name("certificate.typ").read_bytes())
    folders = sorted({str(path_of(face).parent) for face in (*CHINESE, *LATIN)})
    compiler = Compiler(
        markup,
        root=folder,
        font_paths=Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders),
    )
    others = map(order.of, count())

    def draw() -> bytes:
        other = next(others)
        Image.open(BytesIO(qr(other.verify_url))).save(folder / "qr.png")
        told = {"wording": other.wording, "token": other.token, "verify_url": other.verify_url}
        pdf = compiler.compile(
            sys_inputs={"told": msgspec.json.encode(told).decode()},
            pdf_standards=["ua-1", "a-3a"],
            timestamp=int(ISSUED.timestamp()),
        )
        assert isinstance(pdf, bytes)
        return pdf

    return draw


def _laid(order: Order) -> "Laid":
    """The HTML of the certificate, with its files."""
    from issuer.certificate.design import PLAIN, packaged  # noqa: PLC0415
    from issuer.certificate.layout import lay  # noqa: PLC0415

    return lay(
        order.wording,
        design=packaged(DESIGN),
        brand=PLAIN,
        verify_url=order.verify_url,
        issued=f"{ISSUED:%FT%TZ}",
        cache=order.cache,
    )


def main() -> None:
    """Draw once for every line on standard input."""
    order = pickle.loads(Path(sys.argv[2]).read_bytes())  # noqa: S301, from the process that started this one
    draw = {"tuned": tuned, "compiled": compiled, "plain": plain, "typst": typst}[sys.argv[1]](order)
    for _ in sys.stdin:
        start = time.process_time()
        pdf = draw()
        taken = time.process_time() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        drawn = Drawn(seconds=taken, until_then=sum(os.times()[:4]), size=len(pdf), peak=peak)
        print(json.dumps(asdict(drawn)), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()

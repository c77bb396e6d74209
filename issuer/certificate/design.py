"""From the wording to HTML: a design's template filled in, its style sheet, its pictures, and the faces that draw it.

A design is a folder of `templates/certificates`: `certificate.html` (Jinja2), `certificate.css` and SVG files. It
decides sizes and places itself, by calling `fit`, so a new design needs no Python.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from credential.wording import Text, Wording
from issuer.certificate.faces import CHINESE, ITALIC, LATIN, ROMAN, SEMIBOLD, Face, face_for
from issuer.certificate.fitting import Fitted, fit, measure
from issuer.certificate.instances import static
from issuer.certificate.qr import qr
from issuer.certificate.seal import seal
from issuer.certificate.subset import subset

__all__ = ["ASSETS", "Laid", "lay"]

DESIGNS = Path(__file__).resolve().parents[2] / "templates" / "certificates"
ASSETS = "certificate:"  # the scheme of every address in the HTML; nothing outside of memory has it
QR = f"{ASSETS}qr.pbm"
STYLES: Mapping[str, Face] = {"roman": ROMAN, "semibold": SEMIBOLD, "italic": ITALIC}


@dataclass(frozen=True, kw_only=True)
class Laid:
    """A certificate as HTML, with every file that its addresses name; `faces` is the style sheet of its fonts."""

    html: str
    faces: str
    style: str
    files: Mapping[str, tuple[str, bytes]]


def lay(wording: Wording, *, design: str, verify_url: str, issued: str, cache: Path) -> Laid:
    """Fill in `design` with `wording`. `issued` is an ISO 8601 moment, `cache` the folder of `instances.static`."""
    folder = DESIGNS / design
    html = _environment(folder).get_template("certificate.html").render(
        wording=wording,
        issued=issued,
        qr=QR,
        verifier=Text(language="", text=urlsplit(verify_url).netloc),
        code=Text(language="", text=wording.code),
        seal=next(filter(None, (seal(name.text) for name in wording.organisation if _chinese(name))), None),
        fit=partial(_fit, cache),
    )  # fmt: skip
    fonts = {face: static(face, cache) for face in LATIN}
    fonts |= {face: subset(face, used) for face, used in _chinese_characters(html).items()}
    names = {face: f"{ASSETS}font-{number}" for number, face in enumerate(fonts)}
    pictures = {QR: ("image/x-portable-bitmap", qr(verify_url))}
    pictures |= {ASSETS + file.name: ("image/svg+xml", file.read_bytes()) for file in folder.glob("*.svg")}
    return Laid(
        html=html,
        faces="".join(
            f'@font-face{{font-family:"{face.family}";font-weight:{face.weight};font-style:{face.style};'
            f'src:url("{names[face]}")}}'
            for face in fonts
        ),
        style=(folder / "certificate.css").read_text(encoding="utf-8"),
        files=pictures | {names[face]: ("font/ttf", font) for face, font in fonts.items()},
    )


@lru_cache
def _environment(folder: Path) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.tests["chinese"] = _chinese
    return environment


def _fit(cache: Path, text: Text, style: str = "roman", **place: Any) -> Fitted:
    """`fit`, as templates call it: the text with its language, the name of a Latin style, and the place."""
    return fit(text.text, measure(STYLES[style], cache, chinese=_chinese(text)), **place)


def _chinese(text: Text) -> bool:
    return text.language.startswith("zh")


def _chinese_characters(html: str) -> dict[Face, list[str]]:
    """The characters of the document that each Chinese face is to draw; the letters of tags are Latin and fall out."""
    used = {face: [" "] for face in CHINESE}  # the layout engine gives a space to the face of what stands before it
    for character in sorted(set(html)):
        face = face_for(character, chinese=True)
        if face in CHINESE:
            used[face].append(character)
    return used

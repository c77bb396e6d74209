"""A program that sets a report: JSON comes on standard input, tagged PDF/UA-1 (ISO 14289-1) goes to standard output.

Typst is given markup of ours and, apart from that, the strangers' texts as data. It keeps in memory what it has set, some
hundred megabytes for a long table: they vanish with the program.
"""

import json
import sys
import unicodedata
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst
from PIL import ImageFont

__all__ = ["typeset"]

MARKUP = Path(__file__).parents[2] / "templates" / "verifier" / "report.typ"
FOLDERS = (files("pylopdf_fonts_zh_cn"), files("fontpkg_eb_garamond") / "files")
# Our own fonts and no others: those of the machine would make another report on every machine.
FONTS = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(map(str, FOLDERS)))
LONGEST = 240  # characters of a text: so a row is hardly ever higher than a page
READABLE = "LNPS"  # of Unicode's categories: what stands by itself and is seen
WITHOUT_GLYPH = "\U0010ffff"


def typeset(told: Any, texts: dict[str, str], made_at: int) -> bytes:
    """The PDF that report.typ makes of `texts`, which are our own, and of what is `told`, in which each text is cut where it
    is long and has □ for a character without a glyph, which PDF/UA forbids (§7.21.8). `made_at` in seconds of Unix.
    """
    given = {"told": json.dumps(_drawable(told) | {"texts": texts})}
    made: bytes = typst.compile(
        MARKUP.read_bytes(), sys_inputs=given, font_paths=FONTS, pdf_standards="ua-1", timestamp=made_at
    )
    return made


def _drawable(told: Any) -> Any:
    if isinstance(told, dict):
        return {name: _drawable(value) for name, value in told.items()}
    if isinstance(told, list):
        return [_drawable(value) for value in told]
    if not isinstance(told, str):
        return told
    cut = told if len(told) <= LONGEST else f"{told[:LONGEST]}…"
    return "".join(letter if _drawn(letter) else "□" for letter in unicodedata.normalize("NFC", cut))


@cache
def _drawn(letter: str) -> bool:
    category = unicodedata.category(letter)
    if category[0] not in READABLE and category != "Zs":
        return False
    return any(bytes(face.getmask(letter)) != nothing for face, nothing in _faces())


@cache
def _faces() -> list[tuple[ImageFont.FreeTypeFont, bytes]]:
    """The faces of the markup, each with what it draws for a character that it does not have."""
    faces = [ImageFont.truetype(font.path or "", 16, layout_engine=ImageFont.Layout.BASIC) for font in FONTS.fonts()]
    return [(face, bytes(face.getmask(WITHOUT_GLYPH))) for face in faces]


if __name__ == "__main__":
    sys.stdout.buffer.write(typeset(**json.loads(sys.stdin.buffer.read())))

"""The faces that certificates are set in, to draw a text again and compare: the same fonts that the issuer embeds.

A character is drawn large, once in the life of a process, and brought to size afterwards: FreeType would fit a small one
to its grid, which no PDF reader does with the fonts that a certificate carries. Loaded before the fork, fonts cost a
child nothing.
"""

import operator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from PIL import Image, ImageFont

__all__ = ["CHINESE", "FACES", "LATIN", "MARGIN", "Face", "Glyph", "faces_for"]

SIZES = (128, 384)  # pixels to the em that glyphs are drawn in
MARGIN = 24  # pixels of nothing around a glyph: one on the page
MISSING = "\U0010ffff"  # no font draws it
# What the issuer takes from EB Garamond. A character beyond comes from a font that an operator added.
LATIN_RANGES = (
    (0x21, 0x52F), (0x1D00, 0x1EFF), (0x2010, 0x2027), (0x2030, 0x205E), (0x2070, 0x209F), (0x20A0, 0x20CF),
    (0x2116, 0x2122), (0x2C60, 0x2C7F), (0xA720, 0xA7FF),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Glyph:
    """A character's drawing in greys, `em` pixels to the em; its origin lies at `left` and `top` in the picture.

    `ink` is the area that it blackens, in square ems.
    """

    picture: Image.Image
    left: int
    top: int
    em: int
    ink: float


class Face:
    """One face in two sizes. `name` is in the names of fonts that hold it, as the issuer embeds them."""

    def __init__(
        self, name: str, file: Path, *, weight: int | None = None, features: tuple[str, ...] = (), latin: bool = True
    ) -> None:
        self.name, self._features, self._latin = name, list(features), latin
        # Only ligatures and small capitals need shaping, which costs as much again for every character.
        self._plain = {size: _font(file, size, weight, ImageFont.Layout.BASIC) for size in SIZES}
        self._shaping = {size: _font(file, size, weight, ImageFont.Layout.RAQM) for size in SIZES}
        self._missing = {size: _with_margin(font.getmask(MISSING)) for size, font in self._plain.items()}
        self._glyphs: dict[tuple[str, int], Glyph | None] = {}

    def glyph(self, text: str, size: float) -> Glyph | None:
        """The drawing of a character, or of a ligature's letters, to be shown at `size` pixels to the em.

        None when this face does not draw it, or nothing of it is to be seen.
        """
        key = text, next((em for em in SIZES if 2 * size <= em), SIZES[-1])
        if key not in self._glyphs:
            self._glyphs[key] = self._drawn(*key)
        return self._glyphs[key]

    def _drawn(self, text: str, em: int) -> Glyph | None:
        if self._latin and not all(any(first <= ord(c) <= last for first, last in LATIN_RANGES) for c in text):
            return None
        shaped = len(text) > 1 or self._features
        font = (self._shaping if shaped else self._plain)[em]
        drawing, (left, top) = font.getmask2(text, "L", anchor="ls", features=self._features or None)
        if not all(drawing.size) or (picture := _with_margin(drawing)) == self._missing[em]:
            return None
        ink = sum(map(operator.mul, picture.histogram(), range(256))) / 255 / em**2
        return Glyph(picture, MARGIN - left, MARGIN - top, em, ink)


def _font(file: Path, size: int, weight: int | None, layout: ImageFont.Layout) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(file, size, layout_engine=layout)
    if weight:
        font.set_variation_by_axes([weight])
    return font


def _with_margin(drawing: Any) -> Image.Image:
    width, height = drawing.size
    picture = Image.new("L", (width + 2 * MARGIN, height + 2 * MARGIN))
    if width and height:
        picture.im.paste(drawing, (MARGIN, MARGIN, MARGIN + width, MARGIN + height))
    return picture


def _folder(package: str) -> Path:
    found = find_spec(package)
    if found is None or found.origin is None:
        raise ImportError(f"The font package {package} is not installed: pip install 'weizheng[verifier]'.")
    return Path(found.origin).parent


_chinese, _latin = _folder("pylopdf_fonts_zh_cn"), _folder("fontpkg_eb_garamond") / "files"
_roman, _italic = _latin / "EBGaramond[wght].ttf", _latin / "EBGaramond-Italic[wght].ttf"
CHINESE = Face("Serif-SC", _chinese / "NotoSerifSC-Regular.otf", latin=False)
LATIN = (
    Face("Garamond", _roman, weight=400),
    Face("Garamond-Semi", _roman, weight=600),
    Face("Garamond-Italic", _italic, weight=400),
    Face("Garamond", _roman, weight=400, features=("smcp", "c2sc")),
)
FACES = (CHINESE, Face("Sans-SC", _chinese / "NotoSansSC-Regular.otf", latin=False), *LATIN)


def faces_for(font: str) -> list[Face]:
    """All faces, those first whose name is most like that of the `font` that a document names.

    That name is a stranger's word and only saves time: whichever face fits, it draws the character that it should.
    """
    return sorted(FACES, key=lambda face: -len(face.name) if face.name in font else 0)

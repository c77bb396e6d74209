"""The red name seal, composed from the organisation's Chinese name as seal cutters do.

Characters run down columns, and columns from right to left. A name that would leave a gap is filled up with 印
("seal") or 之印 ("seal of"), so every seal is a whole grid. It is a square or upright name seal and never the round
official seal (公章) of an institution, which the law reserves. The characters are outlines: a seal is a picture with an
alternative text, and what is copied out of the page does not contain it.
"""

from dataclasses import dataclass
from functools import lru_cache

from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen

from issuer.certificate.faces import SONG, draws, font_of

__all__ = ["Seal", "seal"]

GRIDS = ((2, 2), (2, 3), (3, 3), (3, 4))  # columns, rows
FILLINGS = ("", "印", "之印")
CELL = 100
INK = 89  # what of a cell a character fills


@dataclass(frozen=True, kw_only=True)
class Seal:
    """`path` is SVG path data on `columns` by `rows` cells of 100 units; `text` is what the seal says."""

    text: str
    columns: int
    rows: int
    path: str


@lru_cache(maxsize=256)
def seal(name: str) -> Seal | None:
    """The seal of an organisation called `name`; None unless that is 2 to 12 ideographs which our serif face draws."""
    if len(name) < 2 or not all("\u3400" <= c <= "\u9fff" and draws(SONG, c) for c in name):
        return None
    for columns, rows in GRIDS:
        missing = columns * rows - len(name)
        if 0 <= missing < len(FILLINGS):
            text = name + FILLINGS[missing]
            places = ((columns - 1 - i // rows, i % rows) for i in range(len(text)))
            path = "".join(_stretched(c, column, row) for c, (column, row) in zip(text, places, strict=True))
            return Seal(text=text, columns=columns, rows=rows, path=path)
    return None


def _stretched(character: str, column: int, row: int) -> str:
    """The character's outline, stretched so that its ink fills its cell: a seal has no side bearings."""
    font = font_of(SONG)
    glyph = font.get_nominal_glyph(ord(character))
    ink = BoundsPen(None)
    font.draw_glyph_with_pen(glyph, ink)
    left, bottom, right, top = ink.bounds
    across, up = _scale(right - left), _scale(top - bottom)
    x = column * CELL + CELL / 2 - across * (left + right) / 2
    y = row * CELL + CELL / 2 + up * (bottom + top) / 2
    pen = SVGPathPen(None, ntos=lambda number: f"{number:.1f}".removesuffix(".0"))
    font.draw_glyph_with_pen(glyph, TransformPen(pen, (across, 0, 0, -up, x, y)))
    return str(pen.getCommands())


def _scale(ink: float) -> float:
    """Stretch to the cell, but a thin stroke such as the one of 一 by no more than its em would be."""
    return min(INK / ink, INK / 780)

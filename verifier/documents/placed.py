"""A glyph of one of our own faces brought to the size and the place that a character has on a page."""

import math
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from PIL import Image

from verifier.documents.characters import Character, Run
from verifier.documents.faces import MARGIN, Glyph

__all__ = ["ASCENT", "DESCENT", "Box", "Placed", "around", "lay", "place"]

Box = tuple[int, int, int, int]  # left, top, right, bottom
ASCENT, DESCENT = 0.8, 0.2  # em
OVERSAMPLED = 4
BILINEAR, BOX = Image.Resampling.BILINEAR, Image.Resampling.BOX


class Placed(NamedTuple):
    """A character as it should be on the page: `picture` fills `box` there; `place` is where else it could have ink.

    `ink` is how much ink it is, in pixels.
    """

    picture: Image.Image
    box: Box
    place: Box
    ink: float


def lay(page: Image.Image, glyph: Image.Image, at: tuple[int, int]) -> None:
    """Draw a glyph on a page, as ink is laid over ink."""
    page.paste(255, at, glyph)


def place(glyph: Glyph, run: Run, one: Character) -> Placed:
    """The glyph at the size of its run, with its origin where the character's is, turned as the run is."""
    return (_upright if run.upright else _turned)(glyph, run, one)


def _upright(glyph: Glyph, run: Run, one: Character) -> Placed:
    """The glyph brought to its size, with its origin where the character's is."""
    wide, high = glyph.em / run.across[0], -glyph.em / run.up[1]  # pixels of the drawing to one of the page
    x, y = math.floor(one.x), math.floor(one.y)
    picture, left, top = _sized(glyph, wide, high, one.x - x, one.y - y)
    left, top = left + x, top + y
    right, bottom = left + picture.width, top + picture.height
    body = one.x, one.y + ASCENT * run.up[1], one.x, one.y - DESCENT * run.up[1]
    if unicodedata.east_asian_width(one.text[0]) in "WF":
        body = body[0], body[1], one.x + run.across[0], body[3]
    reach = around(
        [
            (left - 1, top - 1, right + 1, bottom + 1),
            (math.floor(body[0]), math.floor(body[1]), math.ceil(body[2]), math.ceil(body[3])),
        ]
    )
    return Placed(picture, (left, top, right, bottom), reach, glyph.ink * glyph.em**2 / wide / high)


@lru_cache(maxsize=1024)  # small print stands at whole pixels, and the same letters come again
def _sized(glyph: Glyph, wide: float, high: float, x: float, y: float) -> tuple[Image.Image, int, int]:
    """The glyph with its origin at `x` and `y`, and where its left and top edges are then."""
    width, height = glyph.picture.size
    left, top = math.floor(x - (glyph.left - MARGIN) / wide), math.floor(y - (glyph.top - MARGIN) / high)
    right = max(left + 1, math.ceil(x + (width - MARGIN - glyph.left) / wide))
    bottom = max(top + 1, math.ceil(y + (height - MARGIN - glyph.top) / high))
    part = (
        max(0.0, (left - x) * wide + glyph.left), max(0.0, (top - y) * high + glyph.top),
        min(float(width), (right - x) * wide + glyph.left), min(float(height), (bottom - y) * high + glyph.top),
    )  # fmt: skip
    method = BOX if min(wide, high) > 2 else BILINEAR
    return glyph.picture.resize((right - left, bottom - top), method, box=part), left, top


def _turned(glyph: Glyph, run: Run, one: Character) -> Placed:
    """The same for text that is turned, slanted or mirrored."""
    (a, b), (c, d) = run.across, run.up
    area = abs(a * d - b * c)
    corners = [
        (one.x + a * right + c * up, one.y + b * right + d * up)
        for right in (-glyph.left / glyph.em, (glyph.picture.width - glyph.left) / glyph.em)
        for up in ((glyph.top - glyph.picture.height) / glyph.em, glyph.top / glyph.em)
    ]
    left, top = (math.floor(min(each)) for each in zip(*corners, strict=True))
    right, bottom = (math.ceil(max(each)) for each in zip(*corners, strict=True))
    # From a pixel of the page to one of the drawing: the inverse of where `across` and `up` lead.
    scale = glyph.em / (a * d - b * c) / OVERSAMPLED
    x, y = left - one.x, top - one.y
    coefficients = (
        d * scale, -c * scale, (d * x - c * y) * scale * OVERSAMPLED + glyph.left,
        b * scale, -a * scale, (b * x - a * y) * scale * OVERSAMPLED + glyph.top,
    )  # fmt: skip
    size = OVERSAMPLED * (right - left), OVERSAMPLED * (bottom - top)
    drawn = glyph.picture.transform(size, Image.Transform.AFFINE, coefficients, BILINEAR).reduce(OVERSAMPLED)
    box = left, top, right, bottom
    return Placed(drawn, box, box, glyph.ink * area)


def around(boxes: Iterable[Box]) -> Box:
    """The smallest box that holds them all."""
    left, top, right, bottom = zip(*boxes, strict=True)
    return min(left), min(top), max(right), max(bottom)

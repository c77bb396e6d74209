"""Making a text fit its place on a design: smaller at first, then in balanced lines; never cut, never hyphenated.

Texts are measured with the fonts' own advance widths, without kerning and ligatures, which make a line a little shorter
but never longer. The lines are broken here and not by the layout engine, so what was measured is what is printed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import regex
from fontTools.ttLib import TTFont

from issuer.certificate.faces import CHINESE, Face, characters_of, face_for, source_of
from issuer.certificate.instances import static
from issuer.errors import IssuerError

__all__ = ["Fitted", "TooLong", "fit", "measure"]

POINTS_PER_MM = 72 / 25.4
STEP = 0.25  # points
NOT_AT_START = frozenset("，。、；：？！）》」』】〉”’·—…,.;:?!)%")
NOT_AT_END = frozenset("（《「『【〈“‘(")

Measure = Callable[[str], float]


class TooLong(IssuerError):
    """A text does not fit its place on the certificate even in the smallest size that can still be read."""

    code = "too_long"


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A text ready to print: `size` in points, and its `lines`, which joined are the text. `spacing` is in em."""

    size: float
    spacing: float
    lines: tuple[str, ...]


def fit(
    text: str, measure: Measure, *, size: float, floor: float, smallest: float, width: float, height: float,
    leading: float = 1.25, spacing: float = 0.0,
) -> Fitted:  # fmt: skip
    """Set `text` in a place of `width` by `height` mm, at `size` points if it can be.

    A text too wide is set smaller, down to `floor`, with less and less letter `spacing` (em). Then it is broken into
    lines of about equal width, in the largest size up to `floor` whose lines (each `leading` em high) fit the height.
    Raises `TooLong` when that would be below `smallest` points.
    """
    pieces = _pieces(text, measure)
    whole = sum(piece.width for piece in pieces)
    points = size
    while points >= smallest:
        room = width * POINTS_PER_MM / points
        ease = spacing * (points / size) ** 3
        if whole + ease * len(text) <= room:
            return Fitted(size=points, spacing=round(ease, 3), lines=(text,))
        if points <= floor and len(_lines(pieces, room)) * leading * points <= height * POINTS_PER_MM:
            return Fitted(size=points, spacing=0.0, lines=_balanced(pieces, room))
        points -= STEP
    raise TooLong(f"This text of {len(text)} characters does not fit on the certificate; shorten it: {text[:60]}…")


def measure(face: Face, cache: Path, *, chinese: bool, order: tuple[Face, ...] = CHINESE) -> Measure:
    """What measures a text, in em, where Latin is set in `face` and the rest in the Chinese faces, in this `order`."""

    def advance(character: str) -> float:
        drawn_by = face
        if face_for(character, chinese=chinese) in CHINESE:
            drawn_by = next(face for face in order if ord(character) in characters_of(face))
        return _advances(drawn_by, cache).get(ord(character), 1.0)

    return lambda text: sum(map(advance, text))


@lru_cache
def _advances(face: Face, cache: Path) -> dict[int, float]:
    font = source_of(face) if face in CHINESE else TTFont(BytesIO(static(face, cache)), lazy=True)
    em, metrics = font["head"].unitsPerEm, font["hmtx"].metrics
    return {point: metrics[name][0] / em for point, name in font.getBestCmap().items()}


@dataclass(frozen=True)
class _Piece:
    """What stays together on a line, with the space that follows it: `width` with that space, `ink` without, in em.

    `clusters` are its characters, with their combining marks, for a word that is wider than any line.
    """

    text: str
    width: float
    ink: float
    clusters: tuple["_Piece", ...] = ()


def _pieces(text: str, measure: Measure) -> list[_Piece]:
    clusters = regex.findall(r"\X", text)
    units = [clusters[:1]]
    for before, after in pairwise(clusters):
        if _breaks(before, after):
            units.append([after])
        else:
            units[-1].append(after)

    def piece(unit: list[str]) -> _Piece:
        text = "".join(unit)
        inner = tuple(piece([cluster]) for cluster in unit) if len(unit) > 1 else ()
        return _Piece(text, measure(text), measure(text.rstrip()), inner)

    return [piece(unit) for unit in units]


def _breaks(before: str, after: str) -> bool:
    if after.isspace() or after in NOT_AT_START or before in NOT_AT_END:
        return False
    return before.isspace() or before in "-–/" or _ideographic(before) or _ideographic(after)


def _ideographic(cluster: str) -> bool:
    return face_for(cluster[0], chinese=True) in CHINESE


def _lines(pieces: list[_Piece], room: float) -> tuple[str, ...]:
    """Fill lines of `room` em one after the other. A piece wider than that, a word of 80 letters, breaks anywhere."""
    lines, used = [""], 0.0
    for piece in pieces:
        for part in (piece.ink > room and piece.clusters) or (piece,):
            if lines[-1] and used + part.ink > room:
                lines.append("")
                used = 0.0
            lines[-1] += part.text
            used += part.width
    return tuple(lines)


def _balanced(pieces: list[_Piece], room: float) -> tuple[str, ...]:
    """As many lines as `room` em needs, in the least width that takes so many: no word is left alone on the last."""
    lines = _lines(pieces, room)
    # Never narrower than the widest word, which would be broken.
    narrow, wide = max((piece.ink for piece in pieces if piece.ink <= room), default=0.0), room
    while wide - narrow > 0.05:
        middle = (narrow + wide) / 2
        tried = _lines(pieces, middle)
        if len(tried) == len(lines):
            lines, wide = tried, middle
        else:
            narrow = middle
    return lines

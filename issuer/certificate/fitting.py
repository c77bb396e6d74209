"""Making a text fit its place on a design: smaller at first, then in balanced lines; never cut, never hyphenated.

Texts are measured as they are drawn, by HarfBuzz and in the faces that draw them, so letters that join or stack count
as what they become. Ligatures of Latin letters are not counted, which spaced letters do not make and which only make a
line shorter. The lines are broken here and not by the layout engine, so what was measured is what is printed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path

import regex
import uharfbuzz as hb

from issuer.certificate.faces import LATIN, ROMAN, Face, cut_faces, draws, face_for, font_of
from issuer.certificate.instances import static_font
from issuer.certificate.scripts import invisible, needs_shaping
from issuer.errors import IssuerError

__all__ = ["Fitted", "TooLong", "fit", "measure"]

POINTS_PER_MM = 72 / 25.4
STEP = 0.25  # points
NOT_AT_START = frozenset("，。、；：？！）》」』】〉”’·—…,.;:?!)%،؛؟།་")
NOT_AT_END = frozenset("（《「『【〈“‘(")
# Where a reader pauses: between the parts of a name (·), between the phrases of a title.
PAUSES = frozenset("·・，、。；：？！）》」』】〉…")
SMALLER = 0.84  # of its size, at least, a text keeps for lines that end where a reader pauses
BREAKS_AFTER = frozenset("-–/་")  # the last is Tibetan's mark between syllables
IDEOGRAPHIC = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}\p{East_Asian_Width=W}\p{East_Asian_Width=F}]"
)
UNLIGATED = {"liga": False, "clig": False}

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
    leading: float = 1.25, spacing: float = 0.0, step: float = STEP,
) -> Fitted:  # fmt: skip
    """Set `text` in a place of `width` by `height` mm, at `size` points if it can be.

    A text too wide is set smaller, down to `floor`, by `step` points at a time and with less and less letter `spacing`
    (em); letters that join are never spaced. Then it is broken into lines of about equal width, in the largest size up to
    `floor` whose lines (each `leading` em high) fit the height. Ideographs may be parted anywhere, but lines that end
    where a reader pauses are preferred if they are at most a sixth smaller. Raises `TooLong` when that would be below
    `smallest` points.
    """
    pieces: list[_Piece] | None = None
    whole = measure(text)
    if needs_shaping(text):
        spacing = 0.0
    points = size
    while points >= smallest:
        room = width * POINTS_PER_MM / points
        ease = spacing * (points / size) ** 3
        if whole + ease * len(text) <= room:
            return Fitted(size=points, spacing=int(ease * 1000) / 1000, lines=(text,))
        if points <= floor:
            pieces = pieces or _pieces(text, measure)
            if lines := _broken(pieces, measure, points, width=width, height=height, leading=leading):
                fitted = Fitted(size=points, spacing=0.0, lines=lines)
                least = max(smallest, points * SMALLER)
                return _in_phrases(text, measure, fitted, least, width=width, height=height, leading=leading) or fitted
        points -= max(step, STEP)  # whatever a design asks for, this comes to an end
    raise TooLong(f"This text of {len(text)} characters does not fit on the certificate; shorten it: {text[:60]}…")


def _in_phrases(text: str, measure: Measure, fitted: Fitted, least: float, **place: float) -> Fitted | None:
    """The text in lines that end where a reader pauses, in the size it was `fitted` in or smaller, down to `least`."""
    phrases = _pieces(text, measure, _pauses)
    points = fitted.size
    while points >= least and len(phrases) > 1:
        lines = _broken(phrases, measure, points, **place)
        if lines and max(piece.ink for piece in phrases) <= place["width"] * POINTS_PER_MM / points:
            return Fitted(size=points, spacing=0.0, lines=lines)
        points -= STEP
    return None


def _broken(
    pieces: list["_Piece"], measure: Measure, points: float, *, width: float, height: float, leading: float
) -> tuple[str, ...] | None:
    """The balanced lines of a text at `points`, if they fit the place of `width` by `height` mm."""
    room = width * POINTS_PER_MM / points
    if len(_lines(pieces, room)) * leading * points > height * POINTS_PER_MM:
        return None
    lines = _balanced(pieces, room)
    fits = all(measure(line.rstrip()) <= room for line in lines)  # parts side by side may be wider than their sum
    return lines if fits else None


def measure(face: Face, cache: Path, *, chinese: bool, han: Face) -> Measure:
    """What measures a text, in em, where Latin is set in the Latin `face` and the rest in the faces that are cut.

    `chinese` and `han` as in `face_for`.
    """
    return _measure(face, cache, cut_faces(), chinese, han)


@lru_cache(maxsize=64)
def _measure(face: Face, cache: Path, cut: tuple[Face, ...], chinese: bool, han: Face) -> Measure:
    """The same; the faces that are `cut` are known anyway, but what is remembered holds for these alone."""

    @lru_cache(maxsize=8192)
    def drawing(character: str) -> Face | None:
        found = face_for(character, chinese=chinese, han=han)
        if found in LATIN:
            return face if draws(face, character) else ROMAN
        return found

    @lru_cache(maxsize=8192)
    def width(text: str) -> float:
        return sum(_advance(drawn_by, cache, run) for drawn_by, run in _runs(text, drawing))

    return width


def _runs(text: str, drawing: Callable[[str], Face | None]) -> Iterator[tuple[Face | None, str]]:
    """The parts of `text` that one face draws. Marks, blanks and joiners go with what stands before them."""
    run, by = "", None
    for character in text:
        if by and _leans(character) and (invisible(character) or draws(by, character)):
            run += character
            continue
        face = drawing(character)
        if run and face != by:
            yield by, run
            run = ""
        run, by = run + character, face
    if run:
        yield by, run


@lru_cache(maxsize=8192)
def _leans(character: str) -> bool:
    return invisible(character) or regex.match(r"[\p{M}\s]", character) is not None


def _advance(face: Face | None, cache: Path, run: str) -> float:
    if face is None:
        return float(len(run))
    font = static_font(face, cache) if face in LATIN else font_of(face)
    advances: list[int]
    if face not in LATIN and not needs_shaping(run):  # `subset` redraws these one by one, without layout rules
        advances = [font.get_glyph_h_advance(font.get_nominal_glyph(ord(character)) or 0) for character in run]
    else:
        buffer = hb.Buffer()
        buffer.add_str(run)
        buffer.guess_segment_properties()
        hb.shape(font, buffer, UNLIGATED if face in LATIN else {})
        advances = [position.x_advance for position in buffer.glyph_positions]
    return sum(advances) / int(font.face.upem)


class _Piece:
    """What stays together on a line, with the space that follows it: `width` with that space, `ink` without, in em."""

    def __init__(self, clusters: Sequence[str], measure: Measure) -> None:
        self.text = "".join(clusters)
        self.width, self.ink = measure(self.text), measure(self.text.rstrip())
        self._parts, self._measure = clusters, measure

    @cached_property
    def clusters(self) -> tuple["_Piece", ...]:
        """Its characters, with their combining marks, for a word that is wider than any line."""
        return tuple(_Piece([part], self._measure) for part in self._parts) if len(self._parts) > 1 else ()


def _pieces(text: str, measure: Measure, breaks: Callable[[str, str], bool] | None = None) -> list[_Piece]:
    """What `breaks` keeps together, which is told the characters before and after; by default, all that may not part."""
    clusters = regex.findall(r"\X", text)
    units = [clusters[:1]]
    for before, after in pairwise(clusters):
        if (breaks or _breaks)(before, after):
            units.append([after])
        else:
            units[-1].append(after)
    return [_Piece(unit, measure) for unit in units]


def _breaks(before: str, after: str) -> bool:
    if after.isspace() or after in NOT_AT_START or before in NOT_AT_END:
        return False
    return before.isspace() or before in BREAKS_AFTER or _ideographic(before) or _ideographic(after)


@lru_cache(maxsize=8192)
def _ideographic(cluster: str) -> bool:
    return IDEOGRAPHIC.match(cluster) is not None


def _pauses(before: str, after: str) -> bool:
    return _breaks(before, after) and (before.isspace() or before in PAUSES or after in NOT_AT_END)


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

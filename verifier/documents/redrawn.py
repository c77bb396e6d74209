"""A run of text drawn again with faces of our own, and compared with what is on the page, character by character.

What is on the page is first turned into ink: 0 is what is behind the run, 1 its paint. Then two numbers say how far a
character is from what is there, as far around it as the character can reach; its neighbours are drawn again as well:

- its *misfit*: all ink that is missing and all that is too much, as a part of the ink that it is made of;
- its *flaw*: how wrong the worst spot is, a spot being the size of a short stroke. A dot more or less is little ink in 玉.
"""

import math
import operator
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from PIL import Image, ImageChops, ImageFilter

from verifier.documents.characters import Character, Run
from verifier.documents.faces import MARGIN, Face, Glyph, faces_for

__all__ = ["Finding", "Redrawn", "lay"]

Box = tuple[int, int, int, int]  # left, top, right, bottom
Finding = Literal["seen", "hidden", "differs"]

MISFIT, FLAW = 0.45, 0.44  # the most that a genuine character can have (docs/decisions/0017)
DOUBTFUL = 0.2 * 255  # a spot that is more wrong is looked at closely
FOUND = 0.4  # where there is less ink than this part of a character's, nothing is drawn in its place
FITS = 0.3  # a face whose misfit for a run is smaller is the right one
TRIED = 6  # characters of a run, by which its face is found
FAINT = 16  # of 255: a smaller difference from what is behind is not seen
SMALLEST, LARGEST = 8.0, 2000.0  # pixels to the em that can be read and that are drawn
LIGHT, DARK = 0.2, 0.8  # ink below and above is taken for none and for full: what is printed behind text is light
ASCENT, DESCENT = 0.8, 0.2  # em
SPOT = 12  # to the em
LEAST_INK = 0.02  # square em: a full stop has less, and is not looked at more closely than a comma
FORMLESS = ("Cf", "Mn", "Me")  # joiners and marks, which need not have a place of their own
OVERSAMPLED = 4
# Pixels to the right: PDFium puts letters at whole pixels, and where a place lies between two, nobody can say at which.
MOVES = (0, -1, 1)
BILINEAR, BOX = Image.Resampling.BILINEAR, Image.Resampling.BOX


class Placed(NamedTuple):
    """A character as it should be on the page: `picture` fills `box` there; `place` is where else it could have ink.

    `ink` is how much ink it is, in pixels.
    """

    picture: Image.Image
    box: Box
    place: Box
    ink: float


class Redrawn:
    """One run as it should be on `page`, a picture in greys; `placed` are its characters that a face of ours draws."""

    def __init__(self, run: Run, page: Image.Image) -> None:
        self._run, self._page = run, page
        self._on_page = tuple(one for one in run.characters if _within(one, run, page))
        self._as_ink: tuple[int, ...] = ()
        self.placed: Mapping[Character, Placed] = {}
        self._best_moves: dict[Character, int] = {}
        if not self._on_page or run.invisible or not SMALLEST <= run.size <= LARGEST:
            return
        counts = page.crop(_clipped(_extent(self._on_page, run), page)).histogram()
        ground = counts.index(max(counts))
        contrast = (run.grey - ground) * run.opacity
        if abs(contrast) >= FAINT:
            self._as_ink = _ink(ground, contrast)
            self.placed = self._fitted()

    def findings(self, text: Image.Image) -> Mapping[Character, Finding]:
        """What is found of each character. `text` is the page with the text of all runs alone."""
        if not self._as_ink:
            return dict.fromkeys(self._run.characters, "hidden")
        wrong: set[Character] = set()
        if self.placed:
            area = _around(placed.place for placed in self.placed.values())
            flaws = ImageChops.difference(self._ink(area), _through(STEEP, text.crop(area))).filter(self._spot)
            if not self._run.readable:
                wrong = set(self.placed)
            elif _most(flaws) > DOUBTFUL:
                wrong = {one for one in self.placed if self._is_wrong(one, flaws, area[:2])}
        return {one: self._finding(one, wrong=one in wrong) for one in self._run.characters}

    def _is_wrong(self, one: Character, flaws: Image.Image, at: tuple[int, int]) -> bool:
        left, top, right, bottom = self.placed[one].place
        if _most(flaws.crop((left - at[0], top - at[1], right - at[0], bottom - at[1]))) <= DOUBTFUL:
            return False
        if self._fits(one, {}):
            return False
        return not self._fits(one, {other: self._best_move(other) for other in self._beside(one)})

    def _fits(self, one: Character, moves: Mapping[Character, int]) -> bool:
        """Whether a character is what is there, in one of its `MOVES`, while those beside it have theirs."""
        misfit, flaw = min(self._unlike(one, {**moves, one: move}) for move in MOVES)
        return misfit <= MISFIT and flaw <= FLAW

    def _best_move(self, one: Character) -> int:
        if one not in self._best_moves:
            self._best_moves[one] = min(MOVES, key=lambda move: self._unlike(one, {one: move}))
        return self._best_moves[one]

    def _beside(self, one: Character) -> Iterator[Character]:
        """The characters that could have ink where `one` is looked at."""
        left, top, right, bottom = self.placed[one].place
        for other, (_, box, _, _) in self.placed.items():
            if other != one and box[0] < right and left < box[2] and box[1] < bottom and top < box[3]:
                yield other

    def _finding(self, one: Character, *, wrong: bool) -> Finding:
        if one not in self._on_page:
            return "hidden"
        if one not in self.placed:  # none of our faces draws it
            box = _clipped(one.box, self._page)
            if box[0] < box[2] and box[1] < box[3]:
                return "seen" if _most(self._ink(box)) >= 128 else "hidden"
            return "seen" if unicodedata.category(one.text[0]) in FORMLESS else "hidden"
        if not wrong:
            return "seen"
        placed = self.placed[one]
        return "differs" if _sum(self._ink(placed.box)) / 255 >= FOUND * placed.ink else "hidden"

    def _unlike(self, one: Character, moves: Mapping[Character, int]) -> tuple[float, float]:
        """Misfit and flaw of one character, where some have been moved so many pixels to the right."""
        placed = self.placed[one]
        left, top, right, bottom = placed.place
        drawn = Image.new("L", (right - left, bottom - top))
        for other, (picture, box, _, _) in self.placed.items():
            x, y = box[0] - left + moves.get(other, 0), box[1] - top
            if -picture.width < x < drawn.width and -picture.height < y < drawn.height:
                lay(drawn, picture, (x, y))
        off = ImageChops.difference(self._ink(placed.place), _through(STEEP, drawn))
        least = LEAST_INK * self._run.size**2
        return _sum(off) / 255 / max(placed.ink, least), _most(off.filter(self._spot)) / 255

    def _fitted(self) -> Mapping[Character, Placed]:
        """The run in the face that fits it best; what that one does not draw, in the first that does."""
        some = self._on_page[:TRIED]
        faces = faces_for(self._run.font)
        least, best, drawn = math.inf, faces[0], {}
        for face in faces:
            tried = dict(self._in(face, some))
            if (misfit := self._misfit(tried) + len(some) - len(tried)) < least:
                least, best, drawn = misfit, face, tried
            if least < FITS:
                break
        for face in (best, *faces):
            if len(drawn) == len(self._on_page):
                break
            drawn |= self._in(face, [one for one in self._on_page if one not in drawn])
        return drawn

    def _misfit(self, tried: Mapping[Character, Placed]) -> float:
        """The misfit of some characters together."""
        if not tried:
            return 0.0
        area = _around(placed.box for placed in tried.values())
        drawn = Image.new("L", (area[2] - area[0], area[3] - area[1]))
        for placed in tried.values():
            lay(drawn, placed.picture, (placed.box[0] - area[0], placed.box[1] - area[1]))
        wrong = _sum(ImageChops.difference(self._ink(area), _through(STEEP, drawn))) / 255
        return wrong / sum(placed.ink for placed in tried.values())

    def _in(self, face: Face, characters: Iterable[Character]) -> Iterable[tuple[Character, Placed]]:
        size, placed = self._run.size, _upright if self._run.upright else _turned
        for one in characters:
            if glyph := face.glyph(one.text, size):
                yield one, placed(glyph, self._run, one)

    def _ink(self, box: Box) -> Image.Image:
        return _through(self._as_ink, self._page.crop(box))

    @property
    def _spot(self) -> ImageFilter.BoxBlur:
        return ImageFilter.BoxBlur(self._run.size / SPOT / 2)


def lay(page: Image.Image, glyph: Image.Image, at: tuple[int, int]) -> None:
    """Draw a glyph on a page, as ink is laid over ink."""
    page.paste(255, at, glyph)


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
    place = _around(
        [
            (left - 1, top - 1, right + 1, bottom + 1),
            (math.floor(body[0]), math.floor(body[1]), math.ceil(body[2]), math.ceil(body[3])),
        ]
    )
    return Placed(picture, (left, top, right, bottom), place, glyph.ink * glyph.em**2 / wide / high)


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


def _steep(value: float) -> int:
    return min(255, max(0, round((value - LIGHT) / (DARK - LIGHT) * 255)))


VALUES = range(256)
STEEP = [_steep(value / 255) for value in range(256)]


@lru_cache
def _ink(ground: int, contrast: float) -> tuple[int, ...]:
    """For each grey of the page how much ink it is, 0 to 255."""
    return tuple(_steep((value - ground) / contrast) for value in range(256))


def _through(table: Sequence[int], picture: Image.Image) -> Image.Image:
    """`picture.point(table)`, which would round the 256 numbers anew for each of some 300 small pictures of a page."""
    return picture._new(picture.im.point(table, None))  # noqa: SLF001


def _sum(picture: Image.Image) -> int:
    return sum(map(operator.mul, picture.histogram(), VALUES))


def _most(picture: Image.Image) -> int:
    return picture.getextrema()[1]  # type: ignore[return-value]  # a picture in greys


def _around(boxes: Iterable[Box]) -> Box:
    left, top, right, bottom = zip(*boxes, strict=True)
    return min(left), min(top), max(right), max(bottom)


def _clipped(box: Box, page: Image.Image) -> Box:
    left, top, right, bottom = box
    return max(0, left), max(0, top), min(page.width, right), min(page.height, bottom)


def _within(one: Character, run: Run, page: Image.Image) -> bool:
    """Whether the middle of a character's body is on the page."""
    x = one.x + (run.across[0] / 2 + run.up[0]) / 2
    y = one.y + (run.across[1] / 2 + run.up[1]) / 2
    return 0 < x < page.width and 0 < y < page.height


def _extent(characters: Sequence[Character], run: Run) -> Box:
    """About where a run has its ink, to find out what it stands on."""
    xs, ys = [one.x for one in characters], [one.y for one in characters]
    if run.upright:
        around = 0.0, ASCENT * run.size, run.size / 2, DESCENT * run.size
    else:
        around = run.size, run.size, run.size, run.size
    return (
        math.floor(min(xs) - around[0]), math.floor(min(ys) - around[1]),
        math.ceil(max(xs) + around[2]), math.ceil(max(ys) + around[3]),
    )  # fmt: skip

"""The characters that a page's text layer claims, and where on the drawn page each of them is drawn."""

import ctypes
import math
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

__all__ = ["AS_OUTLINES", "Character", "Run", "runs_of"]

AS_OUTLINES = 50  # pixels to the em above which PDFium draws outlines where they are, not bitmaps at whole pixels
PRECISION = 100_000  # PDFium turns points of a page into whole pixels: of a picture so many times as large
HYPHENS = ("\x02", "\ufffe")  # what PDFium makes of a hyphen at the end of a line
INVISIBLE = (pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP)


class Character(NamedTuple):
    """What the text layer says stands at `x`, `y`: a character, or the letters of one ligature.

    `first` and `last` are its places in the text layer, `box` is where its font says that it has ink: left, top, right,
    bottom.
    """

    text: str
    first: int
    last: int
    x: float
    y: float
    box: tuple[int, int, int, int]


class Run(NamedTuple):
    """Characters drawn at once, in one font. `across` and `up` are the sides of an em as they lie on the drawn page.

    `grey` is its paint, 0 (black) to 255; `opacity` 0 to 1; `invisible`: it is not meant to be drawn at all.
    """

    characters: tuple[Character, ...]
    font: str
    across: tuple[float, float]
    up: tuple[float, float]
    grey: float
    opacity: float
    invisible: bool

    @property
    def size(self) -> float:
        """Pixels to the em, by the longer side."""
        return max(math.hypot(*self.across), math.hypot(*self.up))

    @property
    def upright(self) -> bool:
        """Whether it is neither turned nor slanted nor mirrored."""
        (right, down), (lean, rise) = self.across, self.up
        return right > 0 > rise and max(abs(down), abs(lean)) < self.size / 1000

    @property
    def readable(self) -> bool:
        """Whether it is neither mirrored nor upside down, as a 6 that shows a 9 is."""
        (a, b), (c, d) = self.across, self.up
        return a * d < b * c and d < self.size / 4


def runs_of(page: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage, width: int, height: int) -> Iterator[Run]:
    """The runs of a page that is drawn `width` by `height` pixels large; white space is left out."""
    to_pixels = _Pixels(page, width, height)
    for _, placed in groupby(_placed(text), key=lambda one: one.run):
        found = list(placed)
        matrix, colour, described = (
            pdfium.FS_MATRIX(),
            [ctypes.c_uint() for _ in range(4)],
            ctypes.create_string_buffer(128),
        )
        start = found[0].first
        pdfium.FPDFText_GetMatrix(text, start, matrix)
        pdfium.FPDFText_GetFillColor(text, start, *colour)
        pdfium.FPDFText_GetFontInfo(text, start, described, len(described) - 1, ctypes.c_int())
        size = pdfium.FPDFText_GetFontSize(text, start)
        mode = pdfium.FPDFTextObj_GetTextRenderMode(pdfium.FPDFText_GetTextObject(text, start))
        red, green, blue, alpha = (value.value for value in colour)
        run = Run(
            characters=(),
            font=described.value.decode("latin-1"),
            across=to_pixels.vector(matrix.a * size, matrix.b * size),
            up=to_pixels.vector(matrix.c * size, matrix.d * size),
            grey=0.299 * red + 0.587 * green + 0.114 * blue,
            opacity=alpha / 255,
            invisible=mode in INVISIBLE,
        )
        characters = [
            Character(_whole(one.text), one.first, one.last, *to_pixels.point(*one.origin), to_pixels.box(one.box))
            for one in found
        ]
        if run.size <= AS_OUTLINES:
            characters = _at_whole_pixels(characters)
        drawn = tuple(character for character in characters if not character.text.isspace())
        if drawn:
            yield run._replace(characters=drawn)


def _whole(text: str) -> str:
    """The text with its surrogate pairs joined."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class _Placed(NamedTuple):
    run: int | None
    text: str
    first: int
    last: int
    origin: tuple[float, float]
    box: tuple[float, float, float, float]


def _placed(text: pypdfium2.PdfTextPage) -> Iterator[_Placed]:
    """The characters in the order of the text layer, each with the text object that draws it and its place there."""
    x, y, left, right, bottom, top = numbers = [ctypes.c_double() for _ in range(6)]
    origin, box = (*map(ctypes.byref, numbers[:2]),), (*map(ctypes.byref, numbers[2:]),)
    before: _Placed | None = None
    for index in range(text.count_chars()):
        if pdfium.FPDFText_IsGenerated(text, index):
            continue
        pdfium.FPDFText_GetCharOrigin(text, index, *origin)
        pdfium.FPDFText_GetCharBox(text, index, *box)
        run = ctypes.cast(pdfium.FPDFText_GetTextObject(text, index), ctypes.c_void_p).value
        said = chr(pdfium.FPDFText_GetUnicode(text, index))
        one = _Placed(
            run,
            "-" if said in HYPHENS else said,
            index,
            index,
            (x.value, y.value),
            (left.value, bottom.value, right.value, top.value),
        )
        if before and (before.run, before.origin) == (one.run, one.origin):  # a ligature, or a surrogate pair
            before = before._replace(text=before.text + one.text, last=index)
            continue
        if before:
            yield before
        before = one
    if before:
        yield before


def _at_whole_pixels(characters: list[Character]) -> list[Character]:
    """Where PDFium puts the bitmaps of a run: each at the nearest whole pixel, then moved so that spaces look even.

    What follows is its AdjustGlyphSpace, number by number.
    """
    x, y = (
        [math.floor(place + 0.5) for place in places] for places in zip(*((c.x, c.y) for c in characters), strict=True)
    )
    moving, exact = (y, [c.y for c in characters]) if x[0] == x[-1] else (x, [c.x for c in characters])
    if x[0] == x[-1] or y[0] == y[-1]:
        for i in range(len(characters) - 2, 0, -1):
            space = moving[i + 1] - moving[i]
            if abs(exact[i + 1] - exact[i]) - abs(space) > 0.5:
                moving[i] += -1 if space > 0 else 1
    return [one._replace(x=x, y=y) for one, x, y in zip(characters, x, y, strict=True)]


class _Pixels:
    """Turns the page's own coordinates into pixels of its picture, whatever its boxes and its rotation are."""

    def __init__(self, page: pypdfium2.PdfPage, width: int, height: int) -> None:
        def exact(x: float, y: float) -> tuple[float, float]:
            across, down = ctypes.c_int(), ctypes.c_int()
            size = width * PRECISION, height * PRECISION
            pdfium.FPDF_PageToDevice(page, 0, 0, *size, 0, x, y, across, down)
            return across.value / PRECISION, down.value / PRECISION

        self._x, self._y = exact(0, 0)
        (right_x, right_y), (up_x, up_y) = exact(1000, 0), exact(0, 1000)
        self._right = (right_x - self._x) / 1000, (right_y - self._y) / 1000
        self._up = (up_x - self._x) / 1000, (up_y - self._y) / 1000

    def vector(self, x: float, y: float) -> tuple[float, float]:
        return self._right[0] * x + self._up[0] * y, self._right[1] * x + self._up[1] * y

    def point(self, x: float, y: float) -> tuple[float, float]:
        right, down = self.vector(x, y)
        return self._x + right, self._y + down

    def box(self, box: tuple[float, float, float, float]) -> tuple[int, int, int, int]:
        (left, top), (right, bottom) = self.point(*box[:2]), self.point(*box[2:])
        return (
            math.floor(min(left, right)), math.floor(min(top, bottom)),
            math.ceil(max(left, right)), math.ceil(max(top, bottom)),
        )  # fmt: skip

"""A text of one line as glyphs, placed just as Pango and WeasyPrint place them: for the texts where that is plain.

Plain is a text of which each character is drawn by one face and looks the same beside any other: no joining or stacking
letters, no marks, one blank between words. HarfBuzz shapes it here as it does there, at the same scale of 1024 units a
pixel, so widths and kerning come out equal to the last digit. What is not plain is `Refused`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache, reduce
from pathlib import Path
from typing import Any

import uharfbuzz as hb
from fontTools.unicodedata import script

from issuer.certificate.compiled.fields import Refused
from issuer.certificate.faces import LATIN, Face, draws, face_for, font_of
from issuer.certificate.instances import static_font
from issuer.certificate.scripts import needs_shaping

__all__ = ["Line", "Placed", "Run", "Setting", "kind_of", "shape", "together", "written"]

UNITS = 1024  # Pango's, a pixel
COMMON = "Zyyy"  # the script of digits and signs (Unicode, UAX 24)
BLANK = (" ",)


@dataclass(frozen=True, kw_only=True)
class Setting:
    """How a text is set: `latin` is the face of its Latin letters, `size` and `spacing` are in CSS pixels.

    `chinese` and `han` as in `face_for`; `cache` is the folder of `instances.static`.
    """

    latin: Face
    chinese: bool
    han: Face
    size: float
    spacing: float
    language: str
    cache: Path

    def __hash__(self) -> int:  # asked for with every text
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.latin, self.chinese, self.han, self.size, self.spacing, self.language, self.cache))


@dataclass(frozen=True)
class Placed:
    """A glyph and the text that it stands for; `offset` and `kern` as WeasyPrint writes them, in 1/1000 em."""

    glyph: int
    text: str
    offset: float
    kern: int


@dataclass(frozen=True)
class Run:
    """What one face draws, from left to right."""

    face: Face
    glyphs: tuple[Placed, ...]

    @cached_property
    def said(self) -> dict[int, str]:
        """What each glyph stands for."""
        return reduce(together, ({placed.glyph: placed.text} for placed in self.glyphs), {})

    def shown(self, numbers: Mapping[int, int]) -> bytes:
        """What WeasyPrint would write between the brackets of `TJ`, if its glyphs have these `numbers`."""
        return self._form % tuple(numbers[placed.glyph] for placed in self.glyphs)

    @cached_property
    def _form(self) -> bytes:
        form = b"<"  # and `<>` between two numbers, as WeasyPrint has it: without it PDFium moves a letter
        for placed in self.glyphs:
            form += b">%f<" % -placed.offset if placed.offset else b""
            form += b"%04x"
            form += b">%d<" % placed.kern if placed.kern else b""
        return form[:-1] if form.endswith(b"<") else form + b">"


@dataclass(frozen=True)
class Line:
    """A whole text, `width` in CSS pixels."""

    runs: tuple[Run, ...]
    width: float
    size: float  # as Pango has it, in CSS pixels

    @property
    def shown(self) -> Iterator[str | float]:
        """What is shown, one after the other: for each run its family and size, then letters and steps between them."""
        for run in self.runs:
            yield from (run.face.family, self.size)
            for placed in run.glyphs:
                if placed.offset:
                    yield -placed.offset
                yield placed.text
                if placed.kern:
                    yield placed.kern


def together(texts: Mapping[int, str], others: Mapping[int, str]) -> dict[int, str]:
    """What the glyphs of both stand for. Raises `Refused` where one does for two texts."""
    both = {**texts, **others}
    if not texts.items() <= both.items():
        raise Refused("one glyph stands for two texts")
    return both


@lru_cache(maxsize=2048)
def written(text: str, han: Face) -> tuple[tuple[str, ...], ...]:
    """How a text changes between faces and alphabets, and where blanks are: what two texts must share to be set alike.

    Raises `Refused` where it is not plain.
    """
    if needs_shaping(text) or text != " ".join(text.split()) or not text:
        raise Refused("a text is empty, has joining letters, marks or more than one blank")
    found: list[tuple[str, ...]] = []
    spaced = False
    for word in text.split(" "):
        for at, character in enumerate(word):
            kind, last = kind_of(character, han), found[-1] if found else ()
            if last[:2] != kind[:2]:
                found += [BLANK, kind] if found and at == 0 else [kind]
            elif len(last) == len(kind) == 3 and last != kind:
                raise Refused("a text is in two alphabets")
            else:
                spaced = spaced or at == 0
                found[-1] = max(last, kind, key=len)  # signs go with the letters beside them
    return (*found, BLANK) if spaced else tuple(found)


@lru_cache(maxsize=16384)
def _script(character: str) -> str:
    found: str = script(character)
    return found


@lru_cache(maxsize=16384)
def kind_of(character: str, han: Face) -> tuple[str, ...]:
    """The faces of a character within Chinese text and other, and its alphabet if it has one."""
    faces = [face_for(character, chinese=chinese, han=han) for chinese in (True, False)]
    if None in faces:
        raise Refused("no face draws a character")
    kind = tuple(face.family for face in faces if face)
    alphabet = _script(character)
    return (*kind, alphabet) if faces[0] in LATIN and alphabet != COMMON else kind


@lru_cache(maxsize=2048)
def shape(text: str, setting: Setting) -> Line:
    """The text in its setting. Raises `Refused`; ask `written` first."""
    runs = [(face, _glyphs(face, part, setting)) for face, part in _runs(text, setting)]
    units = int(setting.size * UNITS)
    size, spacing = units / UNITS, int(setting.spacing * UNITS)
    left, last = spacing // 2, sum(len(glyphs) for _, glyphs in runs) - 1
    placed, at, total = [], 0, 0
    for face, glyphs in runs:
        font, line = sized(face, units, setting.cache), []
        for glyph, said, advance in glyphs:
            offset = left if at else 0  # Pango spaces on both sides of a letter, but for the ends of a line
            width = advance + offset + (spacing - left if at < last else 0)
            logical = round(font.get_glyph_h_advance(glyph) * 1000 / UNITS / size)
            kern = logical + offset / size - width * 1000 / UNITS / size
            line.append(Placed(glyph, said, offset / size, int(kern)))
            at, total = at + 1, total + width
        placed.append(Run(face, tuple(line)))
    return Line(tuple(placed), total / UNITS + setting.spacing, size)


def _runs(text: str, setting: Setting) -> Iterator[tuple[Face, str]]:
    """The parts that one face draws."""
    faces = [_face(character, setting) if character != " " else None for character in text]
    scripts = _scripts(text)
    parts: list[list[Any]] = []
    for at, character in enumerate(text):
        face = faces[at]
        if face is None:  # as Pango has it: with what is on both sides, else with what is of its script, else as first
            before, after = faces[at - 1], faces[at + 1]
            first = setting.han if setting.chinese else setting.latin
            face = before if before == after or scripts[at - 1] != scripts[at + 1] else first
        if parts and parts[-1][0] == face:
            parts[-1][1] += character
        else:
            parts.append([face, character])
    return ((face, part) for face, part in parts)


def _scripts(text: str) -> list[str]:
    """The script of each character; signs and digits have that of the letters before them, at the start of those after."""
    found = [_script(character) for character in text]
    now = next((each for each in found if each != COMMON), COMMON)
    for at, each in enumerate(found):
        now = found[at] = each if each != COMMON else now
    return found


@lru_cache(maxsize=16384)
def _face(character: str, setting: Setting) -> Face:
    face = face_for(character, chinese=setting.chinese, han=setting.han)
    if face in LATIN:
        face = setting.latin
        if not draws(face, character):
            raise Refused("a face of the design does not draw a character")
    if face is None:
        raise Refused("no face draws a character")
    return face


@lru_cache(maxsize=256)
def sized(face: Face, units: int, cache: Path) -> hb.Font:
    """The font of a face, its glyphs measured in so many units an em."""
    font = hb.Font(static_font(face, cache).face if face in LATIN else font_of(face).face)
    font.scale = (units, units)
    return font


def _glyphs(face: Face, text: str, setting: Setting) -> list[tuple[int, str, int]]:
    """Each glyph of a run, what it stands for and its advance in Pango's units."""
    font = sized(face, int(setting.size * UNITS), setting.cache)
    if face not in LATIN:  # cut faces have no layout rules
        numbers = [font.get_nominal_glyph(ord(character)) or 0 for character in text]
        return [(n, said, font.get_glyph_h_advance(n)) for n, said in zip(numbers, text, strict=True)]
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.language = setting.language
    hb.shape(font, buffer, {"liga": False, "clig": False} if setting.spacing else {})
    ends = [*(info.cluster for info in buffer.glyph_infos), len(text)][1:]
    glyphs = []
    for info, place, end in zip(buffer.glyph_infos, buffer.glyph_positions, ends, strict=True):
        if not info.codepoint or place.x_offset or place.y_offset:
            raise Refused("a glyph is missing or moved")
        glyphs.append((info.codepoint, text[info.cluster : end], place.x_advance))
    return glyphs

"""Glyphs as TrueType outlines, and fonts made of them: OpenType 1.9, the tables that a PDF needs and no others.

Written here because compiling a font with fontTools takes longer than all the rest of a certificate.
"""

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate, chain
from math import floor

import uharfbuzz as hb
from fontTools.cu2qu import curve_to_quadratic

__all__ = ["EMBEDDED", "Glyph", "bare", "character_map", "drawn", "font_file", "glyph_tables", "names"]

LARGEST_ERROR = 1.0  # font units, 1/1000 em: at 40 pt a hundredth of a millimetre
ON_CURVE = 1
EMBEDDED = ("cvt ", "fpgm", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "prep")  # ISO 32000-1, 9.9
Place = tuple[float, float]
Point = tuple[int, int, int]  # x, y, and ON_CURVE or 0


@dataclass(frozen=True, kw_only=True)
class Glyph:
    """One entry of the table `glyf`; `box` is xMin, yMin, xMax, yMax. `advance` is in font units."""

    data: bytes
    box: tuple[int, int, int, int]
    points: int
    contours: int
    advance: int


def drawn(font: hb.Font, glyph: int) -> Glyph:
    """The glyph with that number in `font`, its cubic curves (of CFF) made quadratic."""
    pen = _Pen()
    font.draw_glyph_with_pen(glyph, pen)
    contours = [contour for contour in map(_closed, pen.contours) if len(contour) > 1]
    if "CFF " in font.face.table_tags:  # there the outer contours run the other way round
        contours = [[first, *reversed(rest)] for first, *rest in contours]
    advance = font.get_glyph_h_advance(glyph)
    if not contours:
        return Glyph(data=b"", box=(0, 0, 0, 0), points=0, contours=0, advance=advance)
    points = list(chain.from_iterable(contours))
    xs, ys = [x for x, _, _ in points], [y for _, y, _ in points]
    box = (min(xs), min(ys), max(xs), max(ys))
    ends = [end - 1 for end in accumulate(map(len, contours))]
    (x_flags, x_deltas), (y_flags, y_deltas) = _deltas(xs, short=2, same=16), _deltas(ys, short=4, same=32)
    flags = bytes(on | x | y for (_, _, on), x, y in zip(points, x_flags, y_flags, strict=True))
    header = struct.pack(f">5h{len(ends)}HH", len(ends), *box, *ends, 0)
    data = _padded(header + flags + x_deltas + y_deltas)
    return Glyph(data=data, box=box, points=len(points), contours=len(ends), advance=advance)


def glyph_tables(face: hb.Face, glyphs: Iterable[Glyph]) -> dict[str, bytes]:
    """The tables that hold `glyphs` and depend on them; the rest of `head`, `hhea` and `OS/2` is as in `face`.

    What `head` says of the extent of all glyphs does not depend on them: Poppler places letters by whole dots or by parts
    of them according to that, and a name should look the same whatever else the certificate says.
    """
    glyphs = tuple(glyphs)
    head = bytearray(face.reference_table("head").data)
    if "CFF " in face.table_tags:  # these have dashes three ems wide: the em of an ideograph instead
        ascender, descender = struct.unpack_from(">2h", face.reference_table("OS/2").data, 68)
        struct.pack_into(">4h", head, 36, 0, descender, face.upem, ascender)
    struct.pack_into(">h", head, 50, 1)  # offsets of 32 bits
    hhea = bytearray(face.reference_table("hhea").data)
    struct.pack_into(">H", hhea, 34, len(glyphs))
    most = max(glyph.points for glyph in glyphs), max(glyph.contours for glyph in glyphs)
    return {
        "OS/2": face.reference_table("OS/2").data,
        "glyf": b"".join(glyph.data for glyph in glyphs) or b"\0",
        "head": bytes(head),
        "hhea": bytes(hhea),
        "hmtx": b"".join(struct.pack(">Hh", glyph.advance, glyph.box[0]) for glyph in glyphs),
        "loca": struct.pack(f">{len(glyphs) + 1}L", *accumulate((len(glyph.data) for glyph in glyphs), initial=0)),
        "maxp": struct.pack(">L14H", 0x10000, len(glyphs), *most, 0, 0, 1, *[0] * 8),
        "post": struct.pack(">L28x", 0x30000),
    }


def character_map(glyphs: Mapping[int, int]) -> bytes:
    """The table `cmap` (format 12) for `glyphs`: their numbers by code point."""
    groups = b"".join(struct.pack(">3L", point, point, glyphs[point]) for point in sorted(glyphs))
    length = 16 + len(groups)
    return struct.pack(">HHHHLHHLLL", 0, 1, 3, 10, 12, 12, 0, length, 0, len(glyphs)) + groups


def names(family: str) -> bytes:
    """The table `name`: `family`, in its regular style."""
    texts = [text.encode("utf-16-be") for text in (family, "Regular")]
    records = b"".join(
        struct.pack(">6H", 3, 1, 0x409, number, len(text), offset)
        for number, text, offset in zip((1, 2), texts, (0, len(texts[0])), strict=True)
    )
    return struct.pack(">3H", 0, 2, 6 + len(records)) + records + b"".join(texts)


def font_file(tables: Mapping[str, bytes]) -> bytes:
    """A TrueType file of `tables`, with their checksums."""
    tables = {tag: tables[tag] for tag in sorted(tables)}
    head = bytearray(tables["head"])
    head[8:12] = bytes(4)
    tables["head"] = bytes(head)
    power = len(tables).bit_length() - 1
    start = struct.pack(">L4H", 0x10000, len(tables), 16 << power, power, 16 * len(tables) - (16 << power))
    offset, directory = 12 + 16 * len(tables), b""
    for tag, content in tables.items():
        directory += struct.pack(">4s3L", tag.encode(), _checksum(content), offset, len(content))
        offset += len(_padded(content))
    file = bytearray(start + directory + b"".join(map(_padded, tables.values())))
    at = 12 + 16 * len(tables) + sum(len(_padded(content)) for tag, content in tables.items() if tag < "head")
    struct.pack_into(">L", file, at + 8, (0xB1B0AFBA - _checksum(bytes(file))) & 0xFFFFFFFF)
    return bytes(file)


def bare(file: bytes) -> bytes:
    """A TrueType file without the tables that nothing reads once it is in a PDF, which has its own words for those."""
    face = hb.Face(file)
    return font_file({tag: face.reference_table(tag).data for tag in EMBEDDED if tag in face.table_tags})


class _Pen:
    """Takes down what HarfBuzz draws (the segment pen protocol of fontTools)."""

    def __init__(self) -> None:
        self.contours: list[list[Point]] = []
        self._at: Place = (0.0, 0.0)

    def moveTo(self, place: Place) -> None:  # noqa: N802, the protocol's name, as are those below
        self.contours.append([])
        self._add(place, ON_CURVE)

    def lineTo(self, place: Place) -> None:  # noqa: N802
        self._add(place, ON_CURVE)

    def qCurveTo(self, control: Place, place: Place) -> None:  # noqa: N802
        self._add(control, 0)
        self._add(place, ON_CURVE)

    def curveTo(self, first: Place, second: Place, place: Place) -> None:  # noqa: N802
        curve = curve_to_quadratic((self._at, first, second, place), LARGEST_ERROR)
        for control in curve[1:-1]:
            self._add(control, 0)
        self._add(place, ON_CURVE)

    def closePath(self) -> None:  # noqa: N802
        """Nothing: every contour of a glyph is closed."""

    def _add(self, place: Place, on: int) -> None:
        self._at = place
        self.contours[-1].append((floor(place[0] + 0.5), floor(place[1] + 0.5), on))


def _closed(contour: list[Point]) -> list[Point]:
    return contour[:-1] if len(contour) > 1 and contour[0] == contour[-1] else contour


def _deltas(values: list[int], *, short: int, same: int) -> tuple[list[int], bytes]:
    """The steps from value to value, and the flag of each: a byte and its sign, nothing for no step, or two bytes."""
    flags, written, before = [], [], 0
    for value in values:
        step, before = value - before, value
        if not step:
            flags.append(same)
        elif -256 < step < 256:
            flags.append(short | (same if step > 0 else 0))
            written.append(abs(step).to_bytes(1, "big"))
        else:
            flags.append(0)
            written.append(step.to_bytes(2, "big", signed=True))
    return flags, b"".join(written)


def _padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % 4)


def _checksum(content: bytes) -> int:
    padded = _padded(content)
    words: tuple[int, ...] = struct.unpack(f">{len(padded) // 4}L", padded)
    return sum(words) & 0xFFFFFFFF

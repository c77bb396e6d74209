"""The fonts of what the fields of one certificate say: each face's few glyphs, as TrueType with a number for each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path

import uharfbuzz as hb

from issuer.certificate.compiled.shaping import together
from issuer.certificate.compiled.writing import BEST, FAST, Writer, deflated
from issuer.certificate.faces import LATIN, Face, font_of
from issuer.certificate.instances import static_font
from issuer.certificate.subset import glyph_of
from issuer.certificate.truetype import EMBEDDED, font_file, glyph_tables

__all__ = ["OBJECTS", "Embedded", "Font"]

OBJECTS = 5  # that one font is written as
TYPE0 = (
    b"<</Type/Font/Subtype/Type0/BaseFont/%(name)s/Encoding/Identity-H"
    b"/DescendantFonts[%(+1)d 0 R]/ToUnicode %(+4)d 0 R>>"
)
CID_FONT = (
    b"<</Type/Font/Subtype/CIDFontType2/BaseFont/%(name)s/CIDToGIDMap/Identity/W[%(widths)s]"
    b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor %(+2)d 0 R>>"
)
DESCRIPTOR = (
    b"<</Type/FontDescriptor/FontName/%(name)s/Flags 4/FontBBox[0 %(down)d 1000 %(up)d]/ItalicAngle %(italic)d"
    b"/Ascent %(up)d/Descent %(down)d/CapHeight %(up)d/StemV 80/FontFile2 %(+3)d 0 R>>"
)
TO_UNICODE = b"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo
<< /Registry (Adobe)
/Ordering (UCS)
/Supplement 0
>> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <ffff>
endcodespacerange
%s
endcmap
CMapName currentdict /CMap defineresource pop
end
end"""


@dataclass(frozen=True, kw_only=True)
class Font:
    """A font that is written with each certificate: its `name` on the pages, and the first `number` of its objects.

    `texts` are the glyphs that are always in it and what they stand for: what stands still on the pages may be set in it
    too. `widths` says how wide some are, in 1/1000 em. `cache` is the folder of `instances.static`.
    """

    face: Face
    name: bytes
    number: int
    texts: Mapping[int, str]
    widths: Mapping[int, int]
    cache: Path

    def embedded(self, said: Mapping[int, str]) -> "Embedded":
        """It with the glyphs of what the fields say. Raises `Refused` where one stands for two texts."""
        if said.items() <= self.texts.items():
            return self._usual
        return Embedded(self, together(self.texts, said), FAST)

    @cached_property
    def _usual(self) -> "Embedded":
        return Embedded(self, self.texts, BEST)


class Embedded:
    """A font as it is written: `name` is that on the pages, `numbers` says how each glyph is numbered in its file."""

    def __init__(self, font: Font, glyphs: Mapping[int, str], level: int) -> None:
        """`glyphs` says for each what text it stands for, `level` how well the font is compressed."""
        face = font.face
        latin = face in LATIN
        drawing = static_font(face, font.cache) if latin else font_of(face)
        self.numbers, file = _cut(drawing, glyphs) if latin else _redrawn(face, drawing, glyphs)
        tag = bytes(65 + byte % 26 for byte in sha256(file).digest()[:6])
        tagged = b"%s+%s" % (tag, face.family.replace(" ", "-").encode())
        texts = {self.numbers[glyph]: text for glyph, text in sorted(glyphs.items())}
        extents, scale = drawing.get_font_extents("ltr"), 1000 / drawing.face.upem
        given = dict(font.widths)
        for glyph in glyphs:
            if (number := self.numbers[glyph]) not in given:
                given[number] = round(drawing.get_glyph_h_advance(glyph) * scale)
        widths = b" ".join(b"%d[%d]" % pair for pair in sorted(given.items()))
        up, down = round(extents.ascender * scale), round(extents.descender * scale)
        italic = -12 if face.style == "italic" else 0
        values: dict[bytes, object] = {b"name": tagged, b"widths": widths, b"up": up, b"down": down, b"italic": italic}
        values |= {b"+%d" % n: font.number + n for n in range(OBJECTS)}
        lines = [b"<%04x> <%s>" % (n, text.encode("utf-16-be").hex().encode()) for n, text in texts.items()]
        blocks = (lines[start : start + 100] for start in range(0, len(lines), 100))
        mapped = b"\n".join(b"%d beginbfchar\n%s\nendbfchar" % (len(b), b"\n".join(b)) for b in blocks)
        small = (form % values for form in (TYPE0, CID_FONT, DESCRIPTOR))
        streams = (deflated(b"/Length1 %d" % len(file), file, level), deflated(b"", TO_UNICODE % mapped, level))
        self.name = font.name
        self._small, self._streams = dict(enumerate(small, font.number)), dict(enumerate(streams, font.number + 3))

    def write(self, writer: Writer) -> dict[int, bytes]:
        """Write it, in `OBJECTS` objects (ISO 32000-1, 9.7), but for those returned."""
        for number, stream in self._streams.items():
            writer.add(number, stream)
        return self._small


def _cut(font: hb.Font, glyphs: Iterable[int]) -> tuple[Mapping[int, int], bytes]:
    """A TrueType face cut down, its outlines and the numbers of its glyphs as they are."""
    wanted = hb.SubsetInput()
    wanted.glyph_set.update(glyphs)
    wanted.flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NOTDEF_OUTLINE | hb.SubsetFlags.RETAIN_GIDS
    wanted.sets(hb.SubsetInputSets.DROP_TABLE_TAG).update(_unread(font.face))
    return {glyph: glyph for glyph in glyphs}, bytes(hb.subset(font.face, wanted).blob.data)


@lru_cache
def _unread(face: hb.Face) -> tuple[int, ...]:
    """The tags of the tables that nothing reads once the face is in a PDF."""
    return tuple(int.from_bytes(tag.encode(), "big") for tag in set(face.table_tags) - set(EMBEDDED))


def _redrawn(face: Face, font: hb.Font, glyphs: Iterable[int]) -> tuple[Mapping[int, int], bytes]:
    """A face redrawn as `issuer.certificate.subset` does it."""
    ordered = (0, *sorted(glyphs))
    tables = glyph_tables(font.face, (glyph_of(face, glyph) for glyph in ordered))
    file = font_file({tag: content for tag, content in tables.items() if tag in EMBEDDED})
    return {glyph: number for number, glyph in enumerate(ordered)}, file

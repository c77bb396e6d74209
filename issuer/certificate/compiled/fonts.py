"""The fonts of what the fields of one certificate say: each face's few glyphs, as TrueType with a number for each."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import uharfbuzz as hb

from issuer.certificate.compiled.shaping import Run
from issuer.certificate.compiled.writing import Writer
from issuer.certificate.faces import LATIN, Face, font_of
from issuer.certificate.instances import static_font
from issuer.certificate.subset import glyph_of
from issuer.certificate.truetype import EMBEDDED, font_file, glyph_tables

__all__ = ["OBJECTS", "Embedded", "Letters"]

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


class Letters(NamedTuple):
    """The glyphs of a face in a font on a page: the name of the font, and for each glyph its code and what it stands for."""

    font: bytes
    codes: Mapping[int, bytes]
    texts: Mapping[int, str]

    def have(self, run: Run) -> bool:
        """Whether all of a run can be drawn with them."""
        return all(self.texts.get(placed.glyph) == placed.text for placed in run.glyphs)


class Embedded:
    """The font of a face for certain glyphs."""

    def __init__(self, face: Face, glyphs: Mapping[int, str], cache: Path) -> None:
        """`glyphs` says for each glyph what text it stands for."""
        self._face, self._font = face, static_font(face, cache) if face in LATIN else font_of(face)
        self._glyphs = glyphs
        self._numbers, self._file = _cut(self._font, glyphs) if face in LATIN else _redrawn(face, self._font, glyphs)
        self._texts = {self._numbers[glyph]: text for glyph, text in sorted(glyphs.items())}
        self._widths = {self._numbers[glyph]: self._font.get_glyph_h_advance(glyph) for glyph in glyphs}

    def letters(self, name: bytes) -> Letters:
        """All its glyphs, where the font has that name."""
        return Letters(name, {glyph: b"%04x" % self._numbers[glyph] for glyph in self._glyphs}, self._glyphs)

    def write(self, writer: Writer, first: int) -> dict[int, bytes]:
        """Write the font, in `OBJECTS` objects from the number `first` on (ISO 32000-1, 9.7), but for those returned."""
        tag = bytes(65 + byte % 26 for byte in sha256(self._file).digest()[:6])
        name = b"%s+%s" % (tag, self._face.family.replace(" ", "-").encode())
        scale = 1000 / self._font.face.upem
        widths = b" ".join(b"%d[%d]" % (n, round(width * scale)) for n, width in sorted(self._widths.items()))
        extents = self._font.get_font_extents("ltr")
        up, down = round(extents.ascender * scale), round(extents.descender * scale)
        italic = -12 if self._face.style == "italic" else 0
        values: dict[bytes, object] = {b"name": name, b"widths": widths, b"up": up, b"down": down, b"italic": italic}
        values |= {b"+%d" % n: first + n for n in range(OBJECTS)}
        writer.add_stream(first + 3, b"/Length1 %d" % len(self._file), self._file)
        lines = [b"<%04x> <%s>" % (n, text.encode("utf-16-be").hex().encode()) for n, text in self._texts.items()]
        blocks = (lines[start : start + 100] for start in range(0, len(lines), 100))
        mapped = b"\n".join(b"%d beginbfchar\n%s\nendbfchar" % (len(b), b"\n".join(b)) for b in blocks)
        writer.add_stream(first + 4, b"", TO_UNICODE % mapped)
        return {first + number: form % values for number, form in enumerate((TYPE0, CID_FONT, DESCRIPTOR))}


def _cut(font: hb.Font, glyphs: Iterable[int]) -> tuple[Mapping[int, int], bytes]:
    """A TrueType face cut down, its outlines as they are."""
    wanted = hb.SubsetInput()
    wanted.glyph_set.update(glyphs)
    wanted.flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NOTDEF_OUTLINE
    wanted.sets(hb.SubsetInputSets.DROP_TABLE_TAG).update(_unread(font.face))
    plan = hb.SubsetPlan(font.face, wanted)
    return plan.old_to_new_glyph_mapping, bytes(plan.execute().blob.data)


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

"""The fonts of what the fields of one certificate say: each face's few glyphs, as TrueType with a number for each."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path

import uharfbuzz as hb

from issuer.certificate.compiled.writing import Writer
from issuer.certificate.faces import LATIN, Face, font_of
from issuer.certificate.instances import static_font
from issuer.certificate.subset import glyph_of
from issuer.certificate.truetype import font_file, glyph_tables

__all__ = ["OBJECTS", "Embedded"]

OBJECTS = 5  # that one font is written as
NEEDED = {"glyf", "head", "hhea", "hmtx", "loca", "maxp"}  # ISO 32000-1, 9.9: what a CIDFontType2 needs
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


class Embedded:
    """The font of a face for certain glyphs; `numbers` says how each is numbered in it."""

    def __init__(self, face: Face, glyphs: Mapping[int, str], cache: Path) -> None:
        """`glyphs` says for each glyph what text it stands for."""
        self._face, self._font = face, static_font(face, cache) if face in LATIN else font_of(face)
        self.numbers, self._file = _cut(self._font, glyphs) if face in LATIN else _redrawn(face, self._font, glyphs)
        self._texts = {self.numbers[glyph]: text for glyph, text in sorted(glyphs.items())}
        self._widths = {self.numbers[glyph]: self._font.get_glyph_h_advance(glyph) for glyph in glyphs}

    def write(self, writer: Writer, first: int) -> None:
        """Write the font, in `OBJECTS` objects from the number `first` on (ISO 32000-1, 9.7)."""
        tag = bytes(65 + byte % 26 for byte in sha256(self._file).digest()[:6])
        name = b"%s+%s" % (tag, self._face.family.replace(" ", "-").encode())
        scale = 1000 / self._font.face.upem
        widths = b" ".join(b"%d[%d]" % (n, round(width * scale)) for n, width in sorted(self._widths.items()))
        extents = self._font.get_font_extents("ltr")
        up, down = round(extents.ascender * scale), round(extents.descender * scale)
        italic = -12 if self._face.style == "italic" else 0
        values: dict[bytes, object] = {b"name": name, b"widths": widths, b"up": up, b"down": down, b"italic": italic}
        values |= {b"+%d" % n: first + n for n in range(OBJECTS)}
        for number, form in enumerate((TYPE0, CID_FONT, DESCRIPTOR)):
            writer.add(first + number, form % values)
        writer.add_stream(first + 3, b"/Length1 %d" % len(self._file), self._file)
        lines = [b"<%04x> <%s>" % (n, text.encode("utf-16-be").hex().encode()) for n, text in self._texts.items()]
        blocks = (lines[start : start + 100] for start in range(0, len(lines), 100))
        mapped = b"\n".join(b"%d beginbfchar\n%s\nendbfchar" % (len(b), b"\n".join(b)) for b in blocks)
        writer.add_stream(first + 4, b"", TO_UNICODE % mapped)


def _cut(font: hb.Font, glyphs: Iterable[int]) -> tuple[Mapping[int, int], bytes]:
    """A TrueType face cut down, its outlines as they are."""
    wanted = hb.SubsetInput()
    wanted.glyph_set.update(glyphs)
    wanted.flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NOTDEF_OUTLINE
    wanted.sets(hb.SubsetInputSets.DROP_TABLE_TAG).update(
        int.from_bytes(tag.encode(), "big") for tag in set(font.face.table_tags) - NEEDED
    )
    plan = hb.SubsetPlan(font.face, wanted)
    return plan.old_to_new_glyph_mapping, bytes(plan.execute().blob.data)


def _redrawn(face: Face, font: hb.Font, glyphs: Iterable[int]) -> tuple[Mapping[int, int], bytes]:
    """A face redrawn as `issuer.certificate.subset` does it."""
    ordered = (0, *sorted(glyphs))
    tables = glyph_tables(font.face, (glyph_of(face, glyph) for glyph in ordered))
    file = font_file({tag: content for tag, content in tables.items() if tag in NEEDED})
    return {glyph: number for number, glyph in enumerate(ordered)}, file

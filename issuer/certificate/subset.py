"""A Chinese face cut down to the characters of one document.

The published files are CID-keyed CFF fonts whose CIDs are not their glyph ids. WeasyPrint writes glyph ids where such a
font needs CIDs: Poppler looks right, MuPDF shows no Chinese, and PDF/A validation fails. So the few glyphs that a
document needs are redrawn as TrueType outlines, exact to a thousandth of an em, which every PDF reader understands
alike. Each character gets a glyph of its own, also where two share a drawing in the published font (瑨 and 𤨁): text
copied out of the PDF is then the text that went in.
"""

from collections.abc import Iterable
from functools import lru_cache
from io import BytesIO

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib.tables._g_l_y_f import Glyph

from issuer.certificate.faces import Face, characters_of, source_of

__all__ = ["subset"]

LARGEST_ERROR = 1.0  # font units, 1/1000 em: at 40 pt a hundredth of a millimetre


def subset(face: Face, characters: Iterable[str]) -> bytes:
    """A TrueType font with the glyphs of `characters` alone: the same bytes for the same set. `face` is a Chinese one.

    Raises `KeyError` for a character that the face does not have; ask `faces.undrawable` first.
    """
    source = source_of(face)
    points = sorted({ord(character) for character in characters})
    names = {point: f"uni{point:04X}" for point in points}
    drawn = {names[point]: _outline(face, characters_of(face)[point]) for point in points}
    glyphs = {".notdef": _outline(face, ".notdef")} | drawn

    font = FontBuilder(source["head"].unitsPerEm, isTTF=True)
    font.setupGlyphOrder(list(glyphs))
    font.setupCharacterMap(names)
    font.setupGlyf({name: glyph for name, (glyph, _) in glyphs.items()})
    lefts = {name: getattr(glyph, "xMin", 0) for name, (glyph, _) in glyphs.items()}
    font.setupHorizontalMetrics({name: (width, lefts[name]) for name, (_, width) in glyphs.items()})
    font.setupHorizontalHeader(ascent=source["hhea"].ascent, descent=source["hhea"].descent)
    font.setupNameTable({"familyName": face.family, "styleName": "Regular"}, mac=False)
    font.setupOS2(
        sTypoAscender=source["OS/2"].sTypoAscender,
        sTypoDescender=source["OS/2"].sTypoDescender,
        usWinAscent=source["OS/2"].usWinAscent,
        usWinDescent=source["OS/2"].usWinDescent,
    )
    font.setupPost(keepGlyphNames=False)
    font.updateHead(created=0, modified=0)
    font.font.recalcTimestamp = False
    written = BytesIO()
    font.save(written)
    return written.getvalue()


@lru_cache(maxsize=8192)
def _outline(face: Face, name: str) -> tuple[Glyph, int]:
    """One glyph as a TrueType outline, and its advance width in font units."""
    glyph = source_of(face).getGlyphSet()[name]
    pen = TTGlyphPen(None)
    glyph.draw(Cu2QuPen(pen, LARGEST_ERROR, reverse_direction=True))
    return pen.glyph(), glyph.width

"""A face cut down to the characters of one document, as TrueType outlines.

The published Chinese files are CID-keyed CFF fonts whose CIDs are not their glyph ids. WeasyPrint writes glyph ids where
such a font needs CIDs: Poppler looks right, MuPDF shows no Chinese, and PDF/A validation fails. So the few glyphs that a
document needs are redrawn as TrueType outlines, exact to a thousandth of an em, which every PDF reader understands
alike. Each character gets a glyph of its own, also where two share a drawing in the published font (瑨 and 𤨁): text
copied out of the PDF is then the text that went in.

Letters that change with their neighbours (Arabic, Tibetan, Devanagari) need all their forms and the rules that choose
among them, so of those faces the glyphs that the letters can become are kept together with the layout tables.
"""

from collections.abc import Iterable
from functools import lru_cache

import uharfbuzz as hb

from issuer.certificate.faces import Face, cut_faces, face_for, font_of
from issuer.certificate.scripts import needs_shaping
from issuer.certificate.truetype import Glyph, character_map, drawn, font_file, glyph_tables, names

__all__ = ["fonts_for", "glyph_of", "subset"]

# What layout rules ask for without its being in the text: joiners, the dotted circle, Mongolian selectors.
FORMING = {0x200C, 0x200D, 0x25CC, *range(0x180B, 0x1810)}


def fonts_for(text: str, han: Face, besides: str = "") -> dict[Face, bytes]:
    """The fonts that draw what of `text` and `besides` the Latin faces do not, `han` as in `face_for`.

    No Latin letter is in them. The numbers of the glyphs of `text` do not depend on what is said `besides`.
    """
    used: dict[Face, tuple[set[str], set[str]]] = {face: (set(), set()) for face in cut_faces()}
    for number, said in enumerate((text, besides)):
        for character in set(said):
            face = face_for(character, chinese=True, han=han)
            if face in used:
                used[face][number].add(character)
    # The layout engine gives a blank to the face of what stands before it.
    return {face: subset(face, {*first, " "}, then) for face, (first, then) in used.items() if first or then}


def subset(face: Face, characters: Iterable[str], besides: Iterable[str] = ()) -> bytes:
    """A TrueType font that draws `characters` and nothing else: the same bytes for the same set. `face` is a cut one.

    The glyphs of what it draws `besides` come last. Raises `KeyError` for a character that the face does not have; ask
    `faces.undrawable` first.
    """
    points = sorted(set(map(ord, characters)))
    points += sorted(set(map(ord, besides)) - set(points))
    glyphs = {point: font_of(face).get_nominal_glyph(point) for point in points}
    if missing := [point for point, glyph in glyphs.items() if glyph is None]:
        raise KeyError(f"{face.family} does not draw U+{missing[0]:04X}")
    if needs_shaping("".join(map(chr, points))):
        return _with_layout(face, points)
    tables = glyph_tables(font_of(face).face, (glyph_of(face, glyph or 0) for glyph in (0, *glyphs.values())))
    numbers = {point: number for number, point in enumerate(points, 1)}
    return font_file(tables | {"cmap": character_map(numbers), "name": names(face.family)})


@lru_cache(maxsize=8192)
def glyph_of(face: Face, number: int) -> Glyph:
    """A glyph of a cut face as TrueType has it."""
    return drawn(font_of(face), number)


def _with_layout(face: Face, points: list[int]) -> bytes:
    wanted = hb.SubsetInput()
    wanted.unicode_set.update({*points, *FORMING})
    wanted.layout_feature_tag_set.clear()
    wanted.layout_feature_tag_set.invert()  # every feature: which of them a script needs is not our business
    wanted.flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NOTDEF_OUTLINE
    cut = hb.subset(font_of(face).face, wanted)
    if "CFF " not in cut.table_tags:
        return bytes(cut.blob.data)
    kept = {tag: cut.reference_table(tag).data for tag in cut.table_tags if tag not in {"CFF ", "VORG"}}
    glyphs = (drawn(hb.Font(cut), number) for number in range(cut.glyph_count))
    return font_file(kept | glyph_tables(cut, glyphs))

"""The operator's own faces: fonts for rare ideographs and for scripts that the default faces lack.

They are looked at when a service opens, before anything is signed, so that a font that cannot be embedded is found
then. Each is known by its content: two files of one family are two faces, and their CSS names cannot collide.
"""

import re
import struct
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import uharfbuzz as hb

from issuer.certificate.faces import CHINESE, Face, cut_faces, face_for, font_of, set_extra
from issuer.errors import Misconfigured

__all__ = ["added_characters", "use_extra_fonts"]

LARGEST = 64 * 2**20  # bytes; the largest font of rare ideographs that we know has 34 million
RESTRICTED, NO_SUBSETS, BITMAPS_ONLY = 0x0002, 0x0100, 0x0200  # OpenType, OS/2 fsType
USAGE = 0x000F
FAMILY = 1  # of the name table


def use_extra_fonts(paths: Iterable[Path]) -> None:
    """Let this process draw with the fonts at `paths`, after the default faces and in this order. None: no more.

    Raises `Misconfigured`, naming the file and what to do, for a font that could not stand in a certificate.
    """
    set_extra(dict.fromkeys(_face(path) for path in paths))


def added_characters() -> dict[Face, int]:
    """The operator's faces, each with how many characters are drawn with it: those that no face before it draws."""
    return {
        face: sum(face_for(chr(point), chinese=True) == face for point in font_of(face).face.unicodes)
        for face in cut_faces()
        if face not in CHINESE
    }


def _face(path: Path) -> Face:
    def refusal(what: str) -> Misconfigured:
        return Misconfigured(f"ISSUER_EXTRA_FONTS: {path} {what}")

    try:
        if path.stat().st_size > LARGEST:
            raise refusal("has more than 64 MB; name a font with fewer characters.")
        content = path.read_bytes()
    except OSError as error:
        raise refusal(f"cannot be read: {error.strerror}. Mend the path or the file's rights.") from error
    if content[:4] == b"ttcf":
        raise refusal(
            f"is a collection of fonts; take the one you want out of it (the first is 0) and name that: "
            f"fonttools ttLib -y 0 -o font.ttf '{path.name}'"
        )
    if content[:4] not in {b"\0\1\0\0", b"OTTO", b"true"}:
        raise refusal("is no TrueType or OpenType font (.ttf, .otf); a web font must be converted first.")
    if not _whole(content):
        raise refusal("ends too early; copy or download it again.")
    face = hb.Face(hb.Blob(content))
    tables = set(face.table_tags)
    if "fvar" in tables:
        raise refusal(
            f"is a variable font, which archives do not take; make a static one of it and name that: "
            f"fonttools varLib.instancer --static -o font.ttf '{path.name}' wght=400"
        )
    if not tables & {"glyf", "CFF "} or not {"cmap", "head", "hhea", "hmtx", "maxp"} <= tables or not face.unicodes:
        raise refusal("holds no outlines of characters (a font of bitmaps, or a damaged one); name another font.")
    rights = int.from_bytes(face.reference_table("OS/2").data[8:10], "big")
    if rights & USAGE == RESTRICTED or rights & (NO_SUBSETS | BITMAPS_ONLY):
        raise refusal(
            f"may not be embedded in documents (OS/2 fsType {rights:#06x}); name a font whose licence allows it, such "
            "as one under the SIL Open Font License."
        )
    name = re.sub(r"[^A-Za-z0-9]+", " ", face.get_name(FAMILY) or "").strip()[:40]
    return Face(family=f"{name or 'Extra'} {sha256(content).hexdigest()[:12]}", file=str(path.absolute()))


def _whole(content: bytes) -> bool:
    """Whether every table that the file's directory names lies within the file."""
    count = int.from_bytes(content[4:6], "big")
    if len(content) < 12 + 16 * count:
        return False
    entries = struct.iter_unpack(">4s3L", content[12 : 12 + 16 * count])
    return all(offset + length <= len(content) for _, _, offset, length in entries)

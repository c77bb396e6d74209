"""The faces that a certificate is set in, and which characters they can draw.

Chinese is Noto Serif SC, with Noto Sans SC behind it for a handful of ideographs that the serif lacks (𰻝 among them).
Latin, Greek and Cyrillic are EB Garamond, because Noto SC has a third of the extended Latin letters (no Ł, Ş, ő, no
Vietnamese). All are under the SIL Open Font License. Behind them stand the operator's own faces, for rare ideographs
and other scripts (`certificate.extra`). A missing glyph is silent in every PDF writer, so it is looked for here, in the
fonts' own character maps, before anything is drawn. Nothing here needs WeasyPrint, and no font is read in full.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.util import find_spec
from pathlib import Path

import uharfbuzz as hb

from issuer.certificate.scripts import FORMING, described, invisible
from issuer.errors import IssuerError, Misconfigured

__all__ = [
    "CHINESE",
    "LATIN",
    "Face",
    "Undrawable",
    "cut_faces",
    "draws",
    "face_for",
    "font_of",
    "printable",
    "ranges_of",
    "set_extra",
    "undrawable",
    "unfaithful",
]


@dataclass(frozen=True, kw_only=True)
class Face:
    """One face. `family`, `weight` and `style` are its CSS names.

    `file` lies in the folder of the Python `package`; without a package it is the path of an operator's own font.
    """

    family: str
    weight: int = 400
    style: str = "normal"
    package: str = ""
    file: str

    def __hash__(self) -> int:  # asked for with every character
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.family, self.weight, self.style, self.package, self.file))


SONG = Face(family="Noto Serif SC", package="pylopdf_fonts_zh_cn", file="NotoSerifSC-Regular.otf")
HEI = Face(family="Noto Sans SC", package="pylopdf_fonts_zh_cn", file="NotoSansSC-Regular.otf")
ROMAN = Face(family="EB Garamond", package="fontpkg_eb_garamond", file="files/EBGaramond[wght].ttf")
SEMIBOLD = Face(family="EB Garamond", weight=600, package="fontpkg_eb_garamond", file="files/EBGaramond[wght].ttf")
ITALIC = Face(
    family="EB Garamond", style="italic", package="fontpkg_eb_garamond", file="files/EBGaramond-Italic[wght].ttf"
)
CHINESE = (SONG, HEI)
LATIN = (ROMAN, SEMIBOLD, ITALIC)

# What EB Garamond draws for us: Latin with its extensions, combining marks, punctuation, currency, №; and names in Greek
# and Cyrillic, in the roman alone, since every script more takes seconds to make static (`certificate.instances`).
LATIN_RANGES = (
    (0x20, 0x36F), (0x1D00, 0x1EFF), (0x2010, 0x2027), (0x2030, 0x205E), (0x2070, 0x209F), (0x20A0, 0x20CF),
    (0x2116, 0x2122), (0x2C60, 0x2C7F), (0xA720, 0xA7FF),
)  # fmt: skip
GREEK_AND_CYRILLIC = (0x370, 0x52F)

# Punctuation that both scripts have at different widths: inside Chinese text it takes the Chinese form.
SHARED_PUNCTUATION = frozenset("·—‘’“”…")
RADICALS = range(0x2E80, 0x2FE0)
COMPATIBILITY_IDEOGRAPHS = (range(0xF900, 0xFB00), range(0x2F800, 0x2FA20))

_extra: tuple[Face, ...] = ()


class Undrawable(IssuerError):
    """A text holds characters that the certificate's faces cannot draw, or that are not what they look like.

    `characters` are those characters, each once, in order; the message says what to write instead where that is known.
    """

    code = "undrawable"

    def __init__(self, text: str) -> None:
        remedies = unfaithful(text)
        self.characters = tuple(dict.fromkeys(undrawable(text) + tuple(remedies)))
        named = []
        for character in self.characters:
            remedy = f", write {remedies[character]} instead" if remedies.get(character) else ""
            named.append(f"{described(character)}{remedy}")
        super().__init__(
            f"The certificate's fonts cannot show {'; '.join(named)}. Change the text and issue again, or have a font "
            "added that draws it (ISSUER_EXTRA_FONTS)."
        )


def set_extra(faces: Iterable[Face]) -> None:
    """Make `faces` the operator's own faces of this process, in the place of those it had."""
    global _extra  # noqa: PLW0603, "can this be drawn?" is asked far from any service, and once a process is enough
    _extra = tuple(faces)
    face_for.cache_clear()
    printable.cache_clear()


def cut_faces() -> tuple[Face, ...]:
    """The faces that come cut down to the characters of one document (`certificate.subset`), in order of preference."""
    return CHINESE + _extra


def undrawable(text: str) -> tuple[str, ...]:
    """The characters of `text` that no face of a certificate can draw, each once, in order; white space is not counted.

    Invisible characters (zero-width, direction marks, controls, private use) count as undrawable: a name that holds one
    would not look like what is signed. Left out are the joiners and selectors that stand where their script needs them.
    """
    shown = dict.fromkeys(FORMING.sub("", text))
    return tuple(c for c in shown if not c.isspace() and face_for(c, chinese=True) is None)


def unfaithful(text: str) -> Mapping[str, str]:
    """The characters of `text` that are not what they look like, each with the ordinary character to use instead.

    CJK compatibility ideographs and radicals share their shape with an ordinary ideograph, into which copying,
    searching and Unicode normalisation turn them: ⼀ (U+2F00) is not 一 (U+4E00). The replacement is "" where Unicode
    names none. The twelve ideographs of the compatibility block that are characters of their own are left alone.
    """
    found = {}
    for character in dict.fromkeys(text):
        ordinary = unicodedata.normalize("NFKC", character)
        point = ord(character)
        if point in RADICALS or (ordinary != character and any(point in block for block in COMPATIBILITY_IDEOGRAPHS)):
            found[character] = "" if ordinary == character else ordinary
    return found


@lru_cache(maxsize=8192)
def printable(text: str) -> bool:
    """Whether a certificate can show all of `text` as what it is; learners of a cohort share most of their texts."""
    return not undrawable(text) and not unfaithful(text)


@lru_cache(maxsize=65536)
def face_for(character: str, *, chinese: bool, han: Face = SONG) -> Face | None:
    """The face that draws `character` in regular weight, inside `chinese` text or other; None when no face can.

    Of the two Chinese faces, `han` draws what it can.
    """
    if invisible(character):
        return None
    wide = unicodedata.east_asian_width(character) in "WF" or (chinese and character in SHARED_PUNCTUATION)
    hans = (HEI, SONG) if han == HEI else CHINESE
    order = (*hans, ROMAN) if wide else (ROMAN, *hans)
    return next((face for face in order + _extra if draws(face, character)), None)


@lru_cache(maxsize=65536)
def draws(face: Face, character: str) -> bool:
    """Whether `face` has a drawing of `character` that we use."""
    point = ord(character)
    if face in LATIN and not any(first <= point <= last for first, last in ranges_of(face)):
        return False
    return font_of(face).get_nominal_glyph(point) is not None


def ranges_of(face: Face) -> tuple[tuple[int, int], ...]:
    """The code points that we take from a Latin face: first and last of each range."""
    return (*LATIN_RANGES, GREEK_AND_CYRILLIC) if face == ROMAN else LATIN_RANGES


@lru_cache
def font_of(face: Face) -> hb.Font:
    """The face's font as published, its file mapped into memory: only what is asked for is read.

    Raises `Misconfigured` when its package is not installed.
    """
    return hb.Font(hb.Face(hb.Blob.from_file_path(str(path_of(face)))))


def path_of(face: Face) -> Path:
    """Where the face's font file lies on this machine."""
    if not face.package:
        return Path(face.file)
    package = find_spec(face.package)
    if package is None or package.origin is None:
        raise Misconfigured(f"The font package {face.package} is not installed: pip install 'weizheng[issuer]'.")
    return Path(package.origin).parent / face.file

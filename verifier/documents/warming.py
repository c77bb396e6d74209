"""Done once in the server, so that no child has to: what the libraries put off, and the letters of nearly every page."""

import io
from collections.abc import Iterable
from string import ascii_letters, digits, punctuation

import pikepdf

from credential.phrases import PHRASES, TITLES, Phrase
from verifier.documents.faces import CHINESE, LATIN
from verifier.documents.pdf import open_pdf

__all__ = ["warm_up"]

SMALL, LARGE = 30.0, 100.0  # pixels to the em: of a line, and of a title


def warm_up() -> None:
    """Draw the letters of our own phrases in the faces of certificates, and open an empty page."""
    for face in LATIN:
        for letter in ascii_letters + digits + punctuation:
            face.glyph(letter, SMALL)
    for letter in _letters(PHRASES.values()) | _letters(TITLES.values()) | set("年月日"):
        CHINESE.glyph(letter, SMALL)
    for letter in _letters(TITLES.values()):
        CHINESE.glyph(letter, LARGE)
    empty = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(empty)
    open_pdf(empty.getvalue())


def _letters(phrases: Iterable[Phrase]) -> set[str]:
    return {letter for phrase in phrases for letter in phrase["zh-Hans"] + phrase["zh-Hant"]}

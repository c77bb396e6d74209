"""What a text from outside may hold. Names are people's own: refused is only what would deceive or not survive."""

import unicodedata

import regex

from issuer.certificate import undrawable, unfaithful
from issuer.certificate.scripts import FORMING, described

__all__ = ["TextRefused", "clean", "printable"]

MOST_GRAPHEMES = 120  # what the certificate sets in its smallest size, even if every letter is a W
MOST_POINTS = 3  # code points a grapheme, on average: enough for every script, too few to fill a token
HIDDEN = regex.compile(r"[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]")
SPACES = regex.compile(r"\p{Zs}+")
GRAPHEME = regex.compile(r"\X")
STACKED = regex.compile(r"\p{M}{6,}")


class TextRefused(ValueError):
    """The text cannot be taken; the message names the character and says what to do."""


def clean(text: str, *, most: int = MOST_GRAPHEMES) -> str:
    """The text in NFC, without white space around it and with single blanks inside. Raises `TextRefused`.

    `most` counts graphemes, what a reader would call characters.
    """
    if len(text) > MOST_POINTS * most:
        raise TextRefused(f"has {len(text):,} characters; at most {most} are taken")
    cleaned = SPACES.sub(" ", unicodedata.normalize("NFC", text).strip())
    if not cleaned:
        raise TextRefused("is empty")
    if hidden := HIDDEN.search(FORMING.sub("", cleaned)):
        raise TextRefused(f"holds {described(hidden[0])}, which cannot be printed; remove it")
    if unicodedata.category(cleaned[0]).startswith("M"):
        raise TextRefused("begins with a mark that belongs on a letter")
    if (graphemes := len(GRAPHEME.findall(cleaned))) > most:
        raise TextRefused(f"has {graphemes:,} characters; at most {most} are taken")
    if STACKED.search(cleaned):
        raise TextRefused("stacks more than five marks on one letter")
    return cleaned


def printable(text: str, *, most: int = MOST_GRAPHEMES) -> str:
    """As `clean`, for what stands on a certificate: the fonts must draw it, and a reader must get it back as it is."""
    cleaned = clean(text, most=most)
    for character, ordinary in unfaithful(cleaned).items():
        remedy = f"; write {ordinary} (U+{ord(ordinary):04X}) instead" if ordinary else ""
        raise TextRefused(f"holds {character} (U+{ord(character):04X}), a compatibility form{remedy}")
    if missing := undrawable(cleaned):
        named = ", ".join(map(described, missing[:10]))
        raise TextRefused(
            f"holds {named}, which the certificate's fonts cannot draw; the operator can add a font that does "
            "(ISSUER_EXTRA_FONTS), or write it another way"
        )
    return cleaned

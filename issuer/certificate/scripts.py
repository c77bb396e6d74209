"""What writing systems ask of a typesetter: which letters change with their neighbours, and what to call a character."""

import unicodedata

import regex

__all__ = ["FORMING", "described", "invisible", "needs_shaping"]

# Invisible characters that tell letters how to join or which form to take, where their script has them: Arabic and the
# scripts of India, Tibet and Mongolia. Anywhere else they are differences that nobody sees.
FORMING = regex.compile(
    r"(?<=[\p{scx=Arab}\p{scx=Deva}\p{scx=Beng}\p{scx=Guru}\p{scx=Gujr}\p{scx=Orya}\p{scx=Taml}\p{scx=Telu}\p{scx=Knda}"
    r"\p{scx=Mlym}\p{scx=Sinh}\p{scx=Tibt}\p{scx=Mong}])\p{Join_Control}|(?<=\p{sc=Mong})[\u180B-\u180F]"
)
# Each of these characters has one form, whatever stands beside it.
UNCHANGING = regex.compile(
    r"[[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Bopo}\p{sc=Yiii}\p{sc=Zyyy}\p{sc=Latn}\p{sc=Grek}\p{sc=Cyrl}가-힣]--\p{M}]*",
    regex.VERSION1,
)
INVISIBLE = regex.compile(r"\p{C}")  # not `unicodedata`, which in Python 3.11 knows nothing of the latest ideographs
HAN_BLOCKS = (
    (0x20000, "B"), (0x2A700, "C"), (0x2B740, "D"), (0x2B820, "E"), (0x2CEB0, "F"), (0x2EBF0, "I"), (0x30000, "G"),
    (0x31350, "H"), (0x323B0, "J"),
)  # fmt: skip


def needs_shaping(text: str) -> bool:
    """Whether `text` holds letters that join, stack or move (Arabic, Tibetan, Devanagari …), or combining marks."""
    return not UNCHANGING.fullmatch(text)


def described(character: str) -> str:
    """The character with its number and what Unicode calls it, such as `𠮷 (U+20BB7, CJK ideograph of Extension B)`.

    Unicode's names begin with the script. An invisible character is not shown: it could turn a message around.
    """
    point = ord(character)
    if point >= HAN_BLOCKS[0][0] and regex.fullmatch(r"\p{Unified_Ideograph}", character):
        block = [letter for first, letter in HAN_BLOCKS if first <= point][-1]
        return f"{character} (U+{point:04X}, CJK ideograph of Extension {block})"
    name = unicodedata.name(character, "an unnamed character")
    return f"{name} (U+{point:04X})" if invisible(character) else f"{character} (U+{point:04X}, {name})"


def invisible(character: str) -> bool:
    """Whether it is a control, a format character, for private use or unassigned: nothing that a face could draw."""
    return INVISIBLE.match(character) is not None

"""The code: the public number of a credential, as printed on a certificate and typed by a recruiter.

`WG-7K4M-9QXT-2D8H-C5RF` is a tag (2 to 6 letters, which names the issuer service in a verifier's directory), 15 random
characters of Crockford's base32 (75 bits) and one check character. In URLs only the hyphen after the tag is written.

The check character makes the weighted sum over GF(32) of all characters zero. The weights are consecutive powers of a
primitive element, all different, so every single wrong character and every swap of two is found.
"""

import re
import secrets
import unicodedata

from credential.errors import MalformedCode

__all__ = ["new", "parse", "printed", "tag_of"]

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U
LOOKALIKES = str.maketrans("OIL", "011")
LENGTH = 16
TAG = re.compile(r"[A-Z]{2,6}")
NUMBER = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")
LEFT_OUT = re.compile(r"[\s\-\u2010-\u2015\u2212]")
LONGEST_INPUT = 64


# Each element times the primitive one, x, in GF(2)[x] / (x^5 + x^2 + 1).
TIMES_X = tuple(element << 1 ^ (0b100101 if element & 16 else 0) for element in range(32))
LETTERS = bytes.maketrans(bytes(range(ord("A"), ord("Z") + 1)), bytes(range(26)))  # each character to its value
NUMBERS = bytes.maketrans(ALPHABET.encode(), bytes(range(32)))


def _sum(values: bytes) -> int:
    """The weighted sum; the last value has weight 1, the one before it weight x, and so on."""
    total = 0
    for value in values:
        total = TIMES_X[total] ^ value
    return total


def _values(tag: str, number: str) -> bytes:
    return tag.encode().translate(LETTERS) + number.encode().translate(NUMBERS)


def new(tag: str) -> str:
    """A fresh random code in URL form, `TAG-` and 16 characters, for the issuer service that `tag` names."""
    if not TAG.fullmatch(tag):
        raise ValueError(f"a tag is 2 to 6 capital letters, not {tag!r}")
    drawn = secrets.token_bytes(LENGTH - 1)  # 256 is a multiple of 32: every character is equally likely
    number = "".join(ALPHABET[byte % 32] for byte in drawn)
    return f"{tag}-{number}{ALPHABET[_sum(_values(tag, number + '0'))]}"


def parse(text: str) -> str:
    """The code in URL form from what a person typed: any case, hyphens and spaces or none, O for 0, I or L for 1.

    Raises `MalformedCode` when it cannot be a code or when its check character says that it was mistyped.
    """
    if len(text) > LONGEST_INPUT:
        raise MalformedCode(f"A code has at most {LONGEST_INPUT} characters; this text has {len(text)}.")
    plain = LEFT_OUT.sub("", unicodedata.normalize("NFKC", text)).upper()
    tag, number = plain[:-LENGTH], plain[-LENGTH:].translate(LOOKALIKES)
    if not TAG.fullmatch(tag) or not NUMBER.fullmatch(number):
        raise MalformedCode("A code is 2 to 6 letters and then 16 letters and digits, such as WG-7K4M-9QXT-2D8H-C5RF.")
    if _sum(_values(tag, number)):
        raise MalformedCode("The code was mistyped: its last character, which guards the others, does not fit.")
    return f"{tag}-{number}"


def printed(code: str) -> str:
    """The code as printed on a certificate: groups of four, `WG-7K4M-9QXT-2D8H-C5RF`."""
    tag, number = code.split("-")
    return f"{tag}-{number[:4]}-{number[4:8]}-{number[8:12]}-{number[12:]}"


def tag_of(code: str) -> str:
    """The tag of a parsed code."""
    return code.partition("-")[0]

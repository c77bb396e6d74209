"""The look of an organisation's certificates: two colours and what its seal says. Only what cannot be read is refused."""

import re
from typing import TypeVar

import msgspec

from issuer.certificate.seal import seal
from issuer.descriptions.reading import Reading

__all__ = ["Look", "contrast", "read_look"]

COLOUR = re.compile(r"#[0-9a-f]{6}")
PAPER = "#fdfbf5"  # what every design is printed on
TEXT_CONTRAST = 7.0  # WCAG 2.2 §1.4.6, enhanced: a certificate has small letters and is copied and faxed
LINE_CONTRAST = 1.5  # an ornament carries no words; below this a printer drops it


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """`ink` colours text and the lines of the seal, `accent` lines and ornaments, both `#rrggbb`; None is the design's own.

    `seal` is the text of the name seal: "" for none, None for one made from the organisation's name.
    """

    ink: str | None = None
    accent: str | None = None
    seal: str | None = None


Given = TypeVar("Given", bound=Look)


def read_look(reading: Reading, look: Given) -> Given:
    """The look with its colours in small letters; what cannot be printed is refused in `reading`."""
    if look.seal and seal(look.seal) is None:
        reading.refuse("look.seal", 'must be 2 to 12 Chinese characters that the seal can draw, or "" for none')
    return msgspec.structs.replace(
        look,
        ink=_colour(reading, "look.ink", look.ink, TEXT_CONTRAST),
        accent=_colour(reading, "look.accent", look.accent, LINE_CONTRAST),
    )


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours `#rrggbb`, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _colour(reading: Reading, field: str, value: str | None, least: float) -> str | None:
    if value is None:
        return None
    colour = value.lower()
    if not COLOUR.fullmatch(colour):
        reading.refuse(field, f"must be a colour such as #1b2f4e, not {value[:20]!r}")
    elif (measured := contrast(colour, PAPER)) < least:
        shown = int(measured * 100) / 100  # never rounded up to what is asked for
        reading.refuse(field, f"has a contrast of {shown:.2f} to the paper and needs {least:g}; choose a darker colour")
    return colour


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)

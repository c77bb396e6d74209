"""From a kind of certificate to a page that needs the layout engine no more: its probes, and what they prove.

The kind is laid out several times, each time with other texts in its fields (`probes`): as they are, each field alone in
another width, all of them as narrow and all as wide as the kind has them. Whatever differs between these pages must be a
number that follows from the fields' widths as a sum of shares (none, half or all of a width: centred or set flush), and
each field must be drawn as `shaping` draws it. What was seen to hold for the narrowest and the widest holds between them,
since a line that does not break with all fields at their widest breaks nowhere. Anything else is `Refused`.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isclose

from issuer.certificate.compiled.capture import Place, Sheet
from issuer.certificate.compiled.fields import Refused
from issuer.certificate.compiled.shaping import shape

__all__ = ["Moving", "Slot", "compiled_sheets", "probes"]

NEAR = 2e-5  # CSS pixels; numbers come rounded to six digits
SHARES = 12  # a share of a width is a whole number of twelfths
NUMBER = re.compile(rb"-?\d+(?:\.\d*)?")
Texts = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Moving:
    """A number of the page: `at` and for each field its share of what the field is wider than the first probe's."""

    at: float
    shares: tuple[tuple[str, float], ...]

    def now(self, wider: Mapping[str, float]) -> float:
        """The number where each field is that much wider."""
        return self.at + sum(share * wider[field] for field, share in self.shares)


@dataclass(frozen=True, kw_only=True)
class Slot:
    """Where a field is written."""

    place: Place
    x: Moving
    y: Moving


def compiled_sheets(pages: Sequence[Sequence[Sheet]], texts: Sequence[Texts]) -> list[list[object]]:
    """For each page its parts in order: bytes that never change, operators with moving numbers, slots.

    `pages` are the sheets of each probe, whose texts are `texts`; the first probe is the one that others are held against.
    """
    if len({len(sheets) for sheets in pages}) > 1:
        raise Refused("the number of pages depends on the fields")
    widths = [_widths(sheets, said) for sheets, said in zip(pages, texts, strict=True)]
    return [_parts([sheets[number] for sheets in pages], widths) for number in range(len(pages[0]))]


def _widths(sheets: Sequence[Sheet], texts: Texts) -> dict[str, float]:
    """The width of each place of a probe, by its field and number; that of each field is checked to be what we make it."""
    found = {}
    for sheet in sheets:
        for place, shown in zip(sheet.places, sheet.shown, strict=True):
            line = shape(texts[place.field], place.setting)
            if not isclose(line.width, place.width, abs_tol=NEAR) or not _alike(tuple(line.shown), shown):
                raise Refused(f"{place.field} is drawn otherwise than we would")
            found[f"{place.field} {place.setting.size} {place.setting.spacing}"] = place.width
    return found


def _alike(ours: tuple[str | float, ...], theirs: tuple[str | float, ...]) -> bool:
    return len(ours) == len(theirs) and all(
        a == b if isinstance(a, str) or isinstance(b, str) else isclose(a, b, abs_tol=1e-5)
        for a, b in zip(ours, theirs, strict=True)
    )

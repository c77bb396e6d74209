"""What follows from the widths of the fields: the numbers of a page that differ from probe to probe.

Whatever differs must be a sum of shares of the fields' widths (none, half or all of one: centred or set flush). The shares
are found with probes in which one field alone is wider or narrower, and held against those in which all are. What was
seen at the narrowest and at the widest holds between them: a line that does not break with every field at its widest
breaks nowhere. Anything else is `Refused`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isclose

from issuer.certificate.compiled.capture import Place, Sheet
from issuer.certificate.compiled.fields import Refused
from issuer.certificate.compiled.shaping import shape

__all__ = ["Moving", "Probe", "Slot", "Stroke", "followed", "probed"]

NEAR = 1e-4  # CSS pixels: a millionth of a page; numbers come rounded to six digits
TWELFTHS = 12  # a share of a width is a whole number of them
NUMBER = re.compile(rb"(?<![A-Za-z#])-?\d+(?:\.\d*)?")


@dataclass(frozen=True, kw_only=True)
class Probe:
    """The pages of a kind of certificate with certain texts in its fields, and how wide each field is."""

    sheets: Sequence[Sheet]
    widths: Mapping[str, float]


@dataclass(frozen=True)
class Moving:
    """A number: `at` in the first probe, and the share of each field's width that it moves by."""

    at: float
    shares: tuple[tuple[str, float], ...] = ()

    def now(self, wider: Mapping[str, float]) -> float:
        """The number where each field is so much wider than in the first probe."""
        return self.at + sum(share * wider[field] for field, share in self.shares)


@dataclass(frozen=True)
class Slot:
    """Where a field is to be drawn."""

    place: Place
    x: Moving
    y: Moving


@dataclass(frozen=True)
class Stroke:
    """An operator with moving numbers; `form` has `%f` for each."""

    form: bytes
    numbers: tuple[Moving, ...]


def probed(sheets: Sequence[Sheet], texts: Mapping[str, str]) -> Probe:
    """A probe, each field of it drawn just as `shape` would draw it; else `Refused`."""
    widths = {}
    for sheet in sheets:
        for place in (part for part in sheet.parts if isinstance(part, Place)):
            line = shape(texts[place.field], place.setting)
            if not isclose(line.width, place.width, abs_tol=NEAR) or not _alike(
                tuple(line.shown), sheet.shown[place.field]
            ):
                raise Refused(f"{place.field} is drawn otherwise than we would draw it")
            widths[place.field] = place.width
    return Probe(sheets=sheets, widths=widths)


def followed(probes: Sequence[Probe]) -> list[list[bytes | Stroke | Slot]]:
    """For each page its operators, as in the first probe where they stand still. Raises `Refused`."""
    if len({len(probe.sheets) for probe in probes}) > 1:
        raise Refused("the number of pages depends on the fields")
    columns = [
        tuple(zip(*(probe.sheets[page].parts for probe in probes), strict=False))
        for page in range(len(probes[0].sheets))
    ]
    if any(len(probe.sheets[p].parts) != len(columns[p]) for probe in probes for p in range(len(columns))):
        raise Refused("the strokes of a page depend on the fields")
    return [[_part(parts, probes) for parts in page] for page in columns]


def _part(parts: Sequence[bytes | Place], probes: Sequence[Probe]) -> bytes | Stroke | Slot:
    first = parts[0]
    if isinstance(first, Place):
        places = [part for part in parts if isinstance(part, Place)]
        if len(places) < len(parts) or any((p.field, p.setting) != (first.field, first.setting) for p in places):
            raise Refused("a field does not stand in the same line")
        return Slot(first, _moving([p.x for p in places], probes), _moving([p.y for p in places], probes))
    if all(part == first for part in parts):
        return first
    operators = [part for part in parts if isinstance(part, bytes)]
    forms = {NUMBER.sub(b"%f", operator) for operator in operators}
    if len(operators) < len(parts) or len(forms) > 1 or first.endswith((b"TJ", b"Tf", b"gs", b"Do")):
        raise Refused("a stroke of the page depends on the fields")
    numbers = zip(*(map(float, NUMBER.findall(operator)) for operator in operators), strict=True)
    return Stroke(forms.pop(), tuple(_moving(values, probes) for values in numbers))


def _moving(values: Sequence[float], probes: Sequence[Probe]) -> Moving:
    base = probes[0].widths
    shares = []
    for field, width in base.items():
        for value, probe in zip(values, probes, strict=True):
            wider = {name: probe.widths[name] - base[name] for name in base if probe.widths[name] != base[name]}
            if list(wider) == [field]:  # it alone
                share = round((value - values[0]) / (probe.widths[field] - width) * TWELFTHS) / TWELFTHS
                if share:
                    shares.append((field, share))
                break
    moving = Moving(values[0], tuple(shares))
    for value, probe in zip(values, probes, strict=True):
        if not isclose(moving.now({name: probe.widths[name] - base[name] for name in base}), value, abs_tol=NEAR):
            raise Refused("the page does not follow from the widths of the fields")
    return moving


def _alike(ours: Sequence[str | float], theirs: Sequence[str | float]) -> bool:
    return len(ours) == len(theirs) and all(
        a == b if isinstance(a, str) or isinstance(b, str) else isclose(a, b, abs_tol=1e-5)
        for a, b in zip(ours, theirs, strict=True)
    )

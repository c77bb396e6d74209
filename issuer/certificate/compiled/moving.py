"""What follows from the widths of the fields: the numbers of a page that differ from probe to probe.

Whatever differs must be a sum of shares of the fields' widths: half of one where a line is centred, all of it where it is
set flush. Most fields move nothing but themselves, which shows in any probe. The shares of those that move others too are
found with probes in which one of them alone is wide, and tried first on other kinds of the design. All is held against
every probe. What was seen at the narrowest and at the widest holds between them: a line that does not break with every
field at its widest breaks nowhere. Anything else is `Refused`.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from math import isclose

from issuer.certificate.compiled.capture import Place, Sheet
from issuer.certificate.compiled.fields import Refused
from issuer.certificate.compiled.shaping import shape

__all__ = ["Moving", "Probe", "Shares", "Slot", "Stroke", "followed", "probed", "settled"]

NEAR = 1e-4  # CSS pixels: a millionth of a page; numbers come rounded to six digits
TWELFTHS = 12  # a share of a width is a whole number of them
Shares = tuple[tuple[str, float], ...]  # of the widths of fields
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
    shares: Shares = ()

    def now(self, wider: Mapping[str, float]) -> float:
        """The number where each field is so much wider than in the first probe."""
        now = self.at
        for field, share in self.shares:
            now += share * wider[field]
        return now


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


def settled(narrow: Probe, wide: Probe) -> bool:
    """Whether every field stands on the same height in both: else a line was broken between them."""
    heights = [[p.y for sheet in probe.sheets for p in sheet.parts if isinstance(p, Place)] for probe in (narrow, wide)]
    return heights[0] == heights[1]


def followed(
    narrow: Probe, wide: Probe, some: Callable[..., Probe], known: set[Shares]
) -> list[list[bytes | Stroke | Slot]]:
    """For each page its operators, as in the probe `narrow` where they stand still. Raises `Refused`.

    `some` makes a probe in which some fields are wide. What was found for other kinds of the design is `known`, and tried
    first; what is found now is added to it.
    """
    probes = [narrow, wide, some(*list(narrow.widths)[::2])]
    coupled: dict[float, list[str]] = {}  # by the height of their line
    for parts in chain.from_iterable(_columns(probes)):
        places = [part for part in parts if isinstance(part, Place)]
        if places and not _own([place.x for place in places], probes, places[0].field):
            coupled.setdefault(places[0].y, []).append(places[0].field)
    if len(coupled) > 1:  # another line may be the widest one
        probes += [some(*line) for line in coupled.values() if len(line) > 1]
    with suppress(Refused):
        ways = _ways(narrow, wide, known)
        return _pages(probes, lambda values: _likewise(values, probes, ways))
    alone = [field for line in coupled.values() for field in line]
    probes += map(some, alone)
    pages = _pages(probes, lambda values: _moving(values, probes, alone))
    for part in chain.from_iterable(pages):
        numbers = part.numbers if isinstance(part, Stroke) else (part.x, part.y) if isinstance(part, Slot) else ()
        known.update(number.shares for number in numbers)
    return pages


def _pages(probes: Sequence[Probe], moving: Callable[[Sequence[float]], Moving]) -> list[list[bytes | Stroke | Slot]]:
    return [[_part(parts, probes, moving) for parts in page] for page in _columns(probes)]


def _columns(probes: Sequence[Probe]) -> list[list[tuple[bytes | Place, ...]]]:
    """For each page, what stands at the same place in every probe."""
    shapes = {tuple(len(sheet.parts) for sheet in probe.sheets) for probe in probes}
    if len(shapes) > 1:
        raise Refused("the number of pages or of strokes depends on the fields")
    pages = zip(*(probe.sheets for probe in probes), strict=True)
    return [list(zip(*(sheet.parts for sheet in page), strict=True)) for page in pages]


def _part(
    parts: Sequence[bytes | Place], probes: Sequence[Probe], moving: Callable[[Sequence[float]], Moving]
) -> bytes | Stroke | Slot:
    first = parts[0]
    if isinstance(first, Place):
        places = [part for part in parts if isinstance(part, Place)]
        if len(places) < len(parts) or any((p.field, p.setting) != (first.field, first.setting) for p in places):
            raise Refused("a field does not stand in the same line")
        xs, ys = [place.x for place in places], [place.y for place in places]
        return Slot(first, _own(xs, probes, first.field) or moving(xs), moving(ys))
    if all(part == first for part in parts):
        return first
    operators = [part for part in parts if isinstance(part, bytes)]
    forms = {NUMBER.sub(b"%f", operator) for operator in operators}
    if len(operators) < len(parts) or len(forms) > 1 or first.endswith((b"TJ", b"Tf", b"gs", b"Do")):
        raise Refused("a stroke of the page depends on the fields")
    numbers = zip(*(map(float, NUMBER.findall(operator)) for operator in operators), strict=True)
    return Stroke(forms.pop(), tuple(map(moving, numbers)))


def _own(values: Sequence[float], probes: Sequence[Probe], field: str) -> Moving | None:
    """How a number moves with the width of one field, if it does with nothing else."""
    wider = probes[1].widths[field] - probes[0].widths[field]
    moving = Moving(values[0], ((field, _share(values[1] - values[0], wider)),) if wider else ())
    return moving if _holds(moving, values, probes) else None


def _moving(values: Sequence[float], probes: Sequence[Probe], coupled: Sequence[str]) -> Moving:
    shares = []
    for field, value, probe in zip(coupled, values[-len(coupled) :], probes[-len(coupled) :], strict=False):
        wider = probe.widths[field] - probes[0].widths[field]
        if wider and (share := _share(value - values[0], wider)):
            shares.append((field, share))
    moving = Moving(values[0], tuple(shares))
    if not _holds(moving, values, probes):
        raise Refused("the page does not follow from the widths of the fields")
    return moving


def _ways(narrow: Probe, wide: Probe, known: Iterable[Shares]) -> set[Shares]:
    """In which ways that are known a number can move here, where not every field need grow."""
    growing = {field for field, width in wide.widths.items() if width > narrow.widths[field]}
    return {(), *(tuple((field, share) for field, share in shares if field in growing) for shares in known)}


def _likewise(values: Sequence[float], probes: Sequence[Probe], ways: Iterable[Shares]) -> Moving:
    """How a number moves, if in one of the ways only."""
    found = [moving for moving in (Moving(values[0], way) for way in ways) if _holds(moving, values, probes)]
    if len(found) != 1:
        raise Refused("the page moves in a way that is not known")
    return found[0]


def _share(moved: float, wider: float) -> float:
    return round(moved / wider * TWELFTHS) / TWELFTHS


def _holds(moving: Moving, values: Sequence[float], probes: Sequence[Probe]) -> bool:
    base = probes[0].widths
    return all(
        isclose(moving.now({name: width - base[name] for name, width in probe.widths.items()}), value, abs_tol=NEAR)
        for value, probe in zip(values, probes, strict=True)
    )


def _alike(ours: Sequence[str | float], theirs: Sequence[str | float]) -> bool:
    return len(ours) == len(theirs) and all(
        a == b if isinstance(a, str) or isinstance(b, str) else isclose(a, b, abs_tol=1e-5)
        for a, b in zip(ours, theirs, strict=True)
    )

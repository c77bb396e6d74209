"""Draws the ornaments, once: `python guilloche.py` writes them into its own folder.

Guilloche from arithmetic: every strand is a sine wave, laid along a side of the frame or bent into a ring, and a
rosette is one strand turned again and again. From crest to trough a sine is one Bézier curve (its control points at
0.3642 of the way, level with its ends); the next curve mirrors its first control point, which SVG need not be told.
A ground is drawn anew for every certificate, so it has few curves: long waves, many times the same. Units are millimetres.
"""

from collections.abc import Iterator
from math import cos, pi, sin
from pathlib import Path

WIDTH, HEIGHT = 297, 210
# What is drawn is a template: the colours are the brand's.
PAPER, INK, ACCENT, PALE = "{{ paper }}", "{{ ink }}", "{{ accent }}", "{{ mix(accent, paper, 0.3) }}"
EASE = 0.3642
FRAME = 8.0  # the outer rule
BAND = 11.7  # the middle of the woven band
INNER = 15.4  # the inner rule
CORNER = BAND - FRAME  # half a corner block, which fills the square between the rules
GAP = 0.5  # between a corner block and the band
PERIOD = 9.0  # about, of the band's waves


def number(value: float) -> str:
    """A coordinate to a hundredth of a millimetre."""
    return f"{value:.2f}".rstrip("0").rstrip(".").replace("-0.", "-.").removeprefix("0") or "0"


def path(points: Iterator[tuple[float, ...]]) -> str:
    """One curve after the other: the first point, then control points and ends; only the first curve has both."""
    start, first, *rest = (" ".join(map(number, point)) for point in points)
    return f"M{start}C{first}S{' '.join(rest)}".replace(" -", "-")


def wave(half: float, halves: int, amplitude: float) -> Iterator[tuple[float, ...]]:
    """One strand along the x axis, which begins at a crest: `halves` times from crest to trough or back."""
    yield 0.0, amplitude
    for i in range(halves):
        x, y = i * half, amplitude * (-1) ** i
        end = (x + (1 - EASE) * half, -y, x + half, -y)
        yield (x + EASE * half, y, *end) if i == 0 else end


def ring(radius: float, lobes: int, amplitude: float) -> Iterator[tuple[float, ...]]:
    """One strand around the origin: `lobes` crests at `radius` + `amplitude`."""
    step = pi / lobes
    yield radius + amplitude, 0.0
    for i in range(2 * lobes):
        a, b = i * step, (i + 1) * step
        r, s = radius + amplitude * (-1) ** i, radius - amplitude * (-1) ** i
        h, k = EASE * step * r, EASE * step * s
        end = (s * cos(b) + k * sin(b), s * sin(b) - k * cos(b), s * cos(b), s * sin(b))
        yield (r * cos(a) - h * sin(a), r * sin(a) + h * cos(a), *end) if i == 0 else end


def rosette(name: str, radius: float, lobes: int, amplitude: float, strands: int) -> tuple[str, str]:
    """The definition of a strand, and the uses that turn it into a woven ring."""
    turns = "".join(
        f'<use href="#{name}" transform="rotate({number(360 / lobes * i / strands)})"/>' for i in range(strands)
    )
    return f'<path id="{name}" d="{path(ring(radius, lobes, amplitude))}z"/>', turns


def side(name: str, length: float, places: tuple[str, ...]) -> tuple[str, str]:
    """A strand and the clip of one side's woven band, and the uses of four strands at `places` (SVG transforms)."""
    periods = round(length / PERIOD)
    half = length / periods / 2
    clip = f'<clipPath id="{name}-ends"><path d="M0-3H{length:g}V3H0z"/></clipPath>'
    strands = "".join(f'<use href="#{name}" x="{number(-phase * half / 2)}"/>' for phase in range(4))
    uses = "".join(f'<g transform="{place}"><g clip-path="url(#{name}-ends)">{strands}</g></g>' for place in places)
    return f'{clip}<path id="{name}" d="{path(wave(half, 2 * periods + 2, 1.75))}"/>', uses


def frame() -> tuple[str, str]:
    """The definitions and the drawing of the frame: two rules, a woven band, a rosette in each corner."""
    far_x, far_y = WIDTH - BAND, HEIGHT - BAND
    start = BAND + CORNER + GAP
    across, down = WIDTH - 2 * start, HEIGHT - 2 * start
    top, top_uses = side("across", across, (f"translate({start} {BAND})", f"translate({start} {far_y})"))
    left, left_uses = side(
        "down", down, (f"translate({BAND} {start}) rotate(90)", f"translate({far_x} {start}) rotate(90)")
    )
    flower, flower_uses = rosette("flower", 1.9, 6, 1.1, 4)
    corners = ((BAND, BAND), (far_x, BAND), (BAND, far_y), (far_x, far_y))
    blocks = "".join(
        f'<rect x="{x - CORNER:g}" y="{y - CORNER:g}" width="{2 * CORNER:g}" height="{2 * CORNER:g}"/>'
        f'<g transform="translate({x:g} {y:g})">{flower_uses}</g>'
        for x, y in corners
    )
    rules = "".join(
        f'<rect x="{inset}" y="{inset}" width="{WIDTH - 2 * inset:g}" height="{HEIGHT - 2 * inset:g}" '
        f'stroke="{INK}" stroke-width="{weight}"/>'
        for inset, weight in ((FRAME, 0.7), (INNER, 0.25))
    )
    weave = f'<g stroke="{ACCENT}" stroke-width=".17">{top_uses}{left_uses}{blocks}</g>'
    return top + left + flower, weave + rules


def background() -> str:
    """The ground of the page: paper within the frame, a pale rosette behind the name, the frame."""
    outer, outer_uses = rosette("outer", 62.0, 24, 8.0, 9)
    inner, inner_uses = rosette("inner", 49.6, 24, 2.6, 5)
    definitions, drawn = frame()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f"<defs>{outer}{inner}{definitions}</defs>"
        f'<rect x="{FRAME}" y="{FRAME}" width="{WIDTH - 2 * FRAME}" height="{HEIGHT - 2 * FRAME}" fill="{PAPER}"/>'
        f'<g fill="none"><g transform="translate({WIDTH / 2} 105)" stroke="{PALE}" stroke-width=".14">'
        f"{outer_uses}{inner_uses}</g>{drawn}</g></svg>\n"
    )


def flourish() -> str:
    """A short rule with a lozenge in its middle, between the organisation and the title."""
    lozenges = "".join(f"M{x - r:g} 0l{r} {-r}l{r} {r}l{-r} {r}z" for x, r in ((0, 1.15), (-2.6, 0.45), (2.6, 0.45)))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-26 -1.2 52 2.4">'
        f'<path d="M-26 0h22.4M26 0h-22.4" stroke="{ACCENT}" stroke-width=".22"/>'
        f'<path d="{lozenges}" fill="{ACCENT}"/></svg>\n'
    )


def medallion() -> str:
    """What stands where a seal would, for an organisation whose name makes none."""
    rim, rim_uses = rosette("rim", 9.6, 18, 1.5, 6)
    heart, heart_uses = rosette("heart", 5.2, 10, 2.2, 6)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-12 -12 24 24">'
        f'<defs>{rim}{heart}</defs><circle r="11.6" fill="{PAPER}"/>'
        f'<g fill="none" stroke="{ACCENT}" stroke-width=".16">{rim_uses}{heart_uses}</g>'
        f'<path d="M0-1.9L1.9 0L0 1.9L-1.9 0z" fill="{INK}"/></svg>\n'
    )


if __name__ == "__main__":
    here = Path(__file__).parent
    for drawing in (background, flourish, medallion):
        (here / f"{drawing.__name__}.svg").write_text(drawing(), encoding="utf-8")

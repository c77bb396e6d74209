"""Draws `background.svg` and `medallion.svg`, once: `python guilloche.py` writes them into its own folder.

Guilloche from arithmetic: every strand is a sine wave, laid along a side of the frame or bent into a ring, and a
rosette is one strand turned again and again. From crest to trough a sine is one Bézier curve (its control points at
0.3642 of the way, level with its ends), so the ground stays small in a PDF and quick to draw. Units are millimetres.
"""

from math import ceil, cos, pi, sin
from pathlib import Path

WIDTH, HEIGHT = 297, 210
# What is drawn is a template: the colours are the brand's.
PAPER, INK, ACCENT, PALE = "{{ paper }}", "{{ ink }}", "{{ accent }}", "{{ mix(accent, paper, 0.27) }}"
EASE = 0.3642
FRAME = 8.0  # the outer rule
BAND = 11.7  # the middle of the woven band
INNER = 15.4  # the inner rule
CORNER = BAND - FRAME  # half a corner block, which fills the square between the rules
GAP = 0.5  # between a corner block and the band


def wave(length: float, periods: int, amplitude: float, phase: int) -> str:
    """One strand along the x axis from 0 to `length`, shifted by `phase` quarters of a period; it may overrun."""
    half = length / periods / 2
    start = -phase * half / 2
    path = [f"M{start:.3f} {amplitude}"]
    for i in range(periods * 2 + ceil(phase / 2)):
        x, y = start + i * half, amplitude * (-1) ** i
        path.append(f"C{x + EASE * half:.3f} {y} {x + (1 - EASE) * half:.3f} {-y} {x + half:.3f} {-y}")
    return "".join(path)


def ring(radius: float, lobes: int, amplitude: float) -> str:
    """One strand around the origin: `lobes` crests at `radius` + `amplitude`."""
    step = pi / lobes
    path = []
    for i in range(2 * lobes):
        a, b = i * step, (i + 1) * step
        r, s = radius + amplitude * (-1) ** i, radius - amplitude * (-1) ** i
        ax, ay, bx, by = r * cos(a), r * sin(a), s * cos(b), s * sin(b)
        h, k = EASE * step * r, EASE * step * s
        path.append(f"M{ax:.2f} {ay:.2f}" if i == 0 else "")
        path.append(f"C{ax - h * sin(a):.2f} {ay + h * cos(a):.2f} {bx + k * sin(b):.2f} {by - k * cos(b):.2f}")
        path.append(f" {bx:.2f} {by:.2f}")
    return "".join(path) + "z"


def rosette(name: str, radius: float, lobes: int, amplitude: float, strands: int) -> tuple[str, str]:
    """The definition of a strand, and the uses that turn it into a woven ring."""
    turns = "".join(
        f'<use href="#{name}" transform="rotate({360 / lobes * i / strands:.4f})"/>' for i in range(strands)
    )
    return f'<path id="{name}" d="{ring(radius, lobes, amplitude)}"/>', turns


def side(name: str, length: float, places: tuple[str, ...]) -> tuple[str, str]:
    """The woven band of one side, clipped to its length, and its uses at `places` (SVG transforms)."""
    periods = round(length / 6.7)
    strands = "".join(wave(length, periods, 1.75, phase) for phase in range(4))
    clip = f'<clipPath id="{name}-ends"><rect x="0" y="-3" width="{length}" height="6"/></clipPath>'
    uses = "".join(
        f'<g transform="{place}"><use href="#{name}" clip-path="url(#{name}-ends)"/></g>' for place in places
    )
    return f'{clip}<path id="{name}" d="{strands}"/>', uses


def frame() -> tuple[str, str]:
    """The definitions and the drawing of the frame: two rules, a woven band, a rosette in each corner."""
    far_x, far_y = WIDTH - BAND, HEIGHT - BAND
    start = BAND + CORNER + GAP
    across, down = WIDTH - 2 * start, HEIGHT - 2 * start
    top, top_uses = side("across", across, (f"translate({start} {BAND})", f"translate({start} {far_y})"))
    left, left_uses = side(
        "down", down, (f"translate({BAND} {start}) rotate(90)", f"translate({far_x} {start}) rotate(90)")
    )
    flower, flower_uses = rosette("flower", 1.9, 8, 1.05, 4)
    corners = ((BAND, BAND), (far_x, BAND), (BAND, far_y), (far_x, far_y))
    blocks = "".join(
        f'<rect x="{x - CORNER}" y="{y - CORNER}" width="{2 * CORNER}" height="{2 * CORNER}"/>'
        f'<g transform="translate({x} {y})">{flower_uses}</g>'
        for x, y in corners
    )
    rules = "".join(
        f'<rect x="{inset}" y="{inset}" width="{WIDTH - 2 * inset}" height="{HEIGHT - 2 * inset}" '
        f'stroke="{INK}" stroke-width="{weight}"/>'
        for inset, weight in ((FRAME, 0.7), (INNER, 0.25))
    )
    weave = f'<g stroke="{ACCENT}" stroke-width=".17">{top_uses}{left_uses}{blocks}</g>'
    return top + left + flower, weave + rules


def flourish(y: float) -> str:
    """A short rule with a lozenge at `y`, between the organisation and the title."""
    middle = WIDTH / 2
    lines = f"M{middle - 26} {y}h22.4M{middle + 26} {y}h-22.4"
    lozenges = "".join(
        f"M{middle + x - r} {y}l{r} {-r}l{r} {r}l{-r} {r}z" for x, r in ((0, 1.15), (-2.6, 0.45), (2.6, 0.45))
    )
    return f'<path d="{lines}" stroke="{ACCENT}" stroke-width=".22"/><path d="{lozenges}" fill="{ACCENT}"/>'


def background() -> str:
    """The ground of the page: paper within the frame, a pale rosette behind the name, the frame."""
    outer, outer_uses = rosette("outer", 64.0, 36, 6.4, 8)
    inner, inner_uses = rosette("inner", 50.6, 24, 5.6, 7)
    definitions, drawn = frame()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f"<defs>{outer}{inner}{definitions}</defs>"
        f'<rect x="{FRAME}" y="{FRAME}" width="{WIDTH - 2 * FRAME}" height="{HEIGHT - 2 * FRAME}" fill="{PAPER}"/>'
        f'<g fill="none"><g transform="translate({WIDTH / 2} 105)" stroke="{PALE}" stroke-width=".14">'
        f"{outer_uses}{inner_uses}</g>{drawn}</g>{flourish(37.2)}</svg>\n"
    )


def medallion() -> str:
    """What stands where a seal would, for an organisation whose name makes none."""
    rim, rim_uses = rosette("rim", 9.6, 24, 1.5, 6)
    heart, heart_uses = rosette("heart", 5.2, 12, 2.2, 6)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-12 -12 24 24">'
        f'<defs>{rim}{heart}</defs><circle r="11.6" fill="{PAPER}"/>'
        f'<g fill="none" stroke="{ACCENT}" stroke-width=".16">{rim_uses}{heart_uses}</g>'
        f'<path d="M0-1.9L1.9 0L0 1.9L-1.9 0z" fill="{INK}"/></svg>\n'
    )


if __name__ == "__main__":
    here = Path(__file__).parent
    (here / "background.svg").write_text(background(), encoding="utf-8")
    (here / "medallion.svg").write_text(medallion(), encoding="utf-8")

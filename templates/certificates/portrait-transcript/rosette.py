"""Draws `background.svg`, once: `python rosette.py` writes it into its own folder.

Half a guilloche rosette hangs from the frame above the title. A strand is a sine wave bent into a ring, and the rosette
is one strand turned again and again; from crest to trough a sine is one Bézier curve, its control points at 0.3642 of
the way. Units are millimetres.
"""

from math import cos, pi, sin
from pathlib import Path

WIDTH, HEIGHT = 210, 297
# What is drawn is a template: the colours are the brand's.
INK, ACCENT, PALE = "{{ ink }}", "{{ accent }}", "{{ mix(accent, paper, 0.36) }}"
EASE = 0.3642
FRAME = 8.0  # the outer rule
INNER = 10.4  # the inner rule, from which the rosette hangs


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


def rosette(name: str, radius: float, lobes: int, amplitude: float, strands: int) -> str:
    """A woven ring around the origin: one strand, turned."""
    turns = "".join(
        f'<use href="#{name}" transform="rotate({360 / lobes * i / strands:.4f})"/>' for i in range(strands)
    )
    return f'<defs><path id="{name}" d="{ring(radius, lobes, amplitude)}"/></defs>{turns}'


def background() -> str:
    """The ground of the page: paper, the rosette clipped to the frame, the frame's two rules."""
    rules = "".join(
        f'<rect x="{inset}" y="{inset}" width="{WIDTH - 2 * inset}" height="{HEIGHT - 2 * inset}" '
        f'stroke="{colour}" stroke-width="{weight}"/>'
        for inset, colour, weight in ((FRAME, INK, 0.7), (INNER, ACCENT, 0.25))
    )
    woven = rosette("outer", 58.0, 36, 6.4, 8) + rosette("inner", 44.4, 30, 5.0, 6)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<clipPath id="within"><rect x="{INNER}" y="{INNER}" width="{WIDTH - 2 * INNER}" height="120"/></clipPath>'
        f'<g fill="none"><g clip-path="url(#within)"><g transform="translate({WIDTH / 2} {INNER})" stroke="{PALE}" '
        f'stroke-width=".15">{woven}</g></g>{rules}</g></svg>\n'
    )


if __name__ == "__main__":
    (Path(__file__).parent / "background.svg").write_text(background(), encoding="utf-8")

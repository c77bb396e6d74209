"""Draws `medal.svg`, once: `python medal.py` writes it into its own folder.

Rings from arithmetic: a strand is a sine wave bent around the centre, and turned again and again it weaves a ring. From
crest to trough a sine is one Bézier curve (its control points at 0.3642 of the way, level with its ends). Millimetres.
"""

from math import cos, pi, sin
from pathlib import Path

# What is drawn is a template: the colours are the brand's.
PAPER, INK, ACCENT = "{{ paper }}", "{{ ink }}", "{{ accent }}"
SHADE = "{{ mix(ink, paper, 0.91) }}"  # just to be seen on the ink, and never in the way of the text
EASE = 0.3642
LOBES = 48  # of the ring and of the rim around it


def strand(radius: float, lobes: int, amplitude: float) -> str:
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


def woven(name: str, radius: float, lobes: int, amplitude: float, strands: int) -> tuple[str, str]:
    """The definition of a strand, and the uses that turn it into a ring."""
    uses = "".join(f'<use href="#{name}" transform="rotate({360 / lobes * i / strands:.4f})"/>' for i in range(strands))
    return f'<path id="{name}" d="{strand(radius, lobes, amplitude)}"/>', uses


def medal() -> str:
    """A milled rim, a woven ring on paper, and the ground that the text stands on, with a rule above the code."""
    ring, ring_uses = woven("ring", 70.4, LOBES, 4.9, 6)
    ground, ground_uses = woven("ground", 42.5, 24, 14, 6)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-80 -80 160 160">'
        f"<defs>{ring}{ground}</defs>"
        f'<path d="{strand(78.8, LOBES, 0.7)}" fill="{INK}"/><circle r="76.6" fill="{PAPER}"/>'
        f'<g fill="none" stroke="{ACCENT}" stroke-width=".4">{ring_uses}</g>'
        f'<circle r="64" fill="{INK}"/>'
        f'<g fill="none" stroke="{SHADE}" stroke-width=".3">{ground_uses}</g>'
        f'<circle r="61.6" fill="none" stroke="{ACCENT}" stroke-width=".6"/>'
        f'<path d="M0 32.2l1.7 1.7l-1.7 1.7l-1.7-1.7zM-24 33.7h19.5v.4h-19.5zM4.5 33.7h19.5v.4h-19.5z" fill="{ACCENT}"/>'
        "</svg>\n"
    )


if __name__ == "__main__":
    (Path(__file__).parent / "medal.svg").write_text(medal(), encoding="utf-8")

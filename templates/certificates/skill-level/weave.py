"""Draws the ornaments, once: `python weave.py` writes them into its own folder. Units are millimetres.

One sine wave, shifted again and again, is a net. From crest to trough it is one Bézier curve, whose control points lie
at 0.3642 of the way, level with its ends; after the first curve SVG mirrors the control point by itself.
"""

from math import cos, pi, sin
from pathlib import Path

WIDTH, HEIGHT = 210, 297
# What is drawn is a template: the colours are the brand's.
PAPER, INK, ACCENT = "{{ paper }}", "{{ ink }}", "{{ accent }}"
ON_INK, ON_PAPER = "{{ mix(ink, paper, 0.86) }}", "{{ mix(accent, paper, 0.3) }}"
EASE = 0.3642
FRAME = 9.0  # the strong rule
INNER = 11.4  # the fine rule
BAND = (47.0, 81.0)  # top and bottom of the band with the title


def net(name: str, width: float, colour: str, *, middle: float, half: float, amplitude: float, strands: int) -> str:
    """A net from x = 0 to `width` about y = `middle`; a crest and the next trough are `half` apart. It overruns."""
    curves = [
        f"{(i + 1 - EASE) * half:.2f} {-y:g} {(i + 1) * half:.2f} {-y:g}"
        for i, y in enumerate([-amplitude, amplitude] * (int(width / half / 2) + 2))
    ]
    strand = f"M0 {-amplitude:g}C{EASE * half:.2f} {-amplitude:g} {curves[0]}S{' '.join(curves[1:])}".replace(" -", "-")
    uses = "".join(f'<use href="#{name}" x="{-2 * half * i / strands:.2f}"/>' for i in range(strands))
    return (
        f'<defs><path id="{name}" d="{strand}"/></defs>'
        f'<g transform="translate(0 {middle:g})" fill="none" stroke="{colour}" stroke-width=".14">{uses}</g>'
    )


def background() -> str:
    """The ground of the page: paper in a strong frame, and the band."""
    top, bottom = BAND
    across, down = WIDTH - 2 * INNER, HEIGHT - 2 * INNER
    weave = net("wave", across, ON_INK, middle=(bottom - top) / 2, half=26, amplitude=21, strands=14)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<defs><clipPath id="band"><path d="M0 0H{across:g}V{bottom - top:g}H0z"/></clipPath></defs>'
        f'<rect x="{FRAME}" y="{FRAME}" width="{WIDTH - 2 * FRAME:g}" height="{HEIGHT - 2 * FRAME:g}" '
        f'fill="{PAPER}" stroke="{INK}" stroke-width="1.8"/>'
        f'<rect x="{INNER}" y="{INNER}" width="{across:g}" height="{down:g}" fill="none" '
        f'stroke="{ACCENT}" stroke-width=".25"/>'
        f'<g transform="translate({INNER} {top:g})"><path d="M0 0H{across:g}V{bottom - top:g}H0z" fill="{INK}"/>'
        f'<g clip-path="url(#band)">{weave}</g></g>'
        f'<path d="M{INNER} {top - 1.2:g}h{across:g}M{INNER} {bottom + 1.2:g}h{across:g}" '
        f'stroke="{ACCENT}" stroke-width=".5"/>'
        "</svg>\n"
    )


def panel() -> str:
    """The ground behind the level: a pale net."""
    weave = net("wave", 162, ON_PAPER, middle=13.5, half=13.5, amplitude=13.5, strands=8)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 162 27">'
        '<defs><clipPath id="field"><path d="M0 0H162V27H0z"/></clipPath></defs>'
        f'<g clip-path="url(#field)">{weave}</g></svg>\n'
    )


def ring(name: str, radius: float, lobes: int, amplitude: float, strands: int) -> str:
    """A net bent into a ring around the origin: `lobes` crests at `radius` + `amplitude`."""
    step = pi / lobes
    curves = []
    for i in range(2 * lobes):
        angle, end = (i + 1) * step, radius + amplitude * (-1) ** (i + 1)
        x, y, pull = end * cos(angle), end * sin(angle), EASE * step * end
        curves.append(f"{x + pull * sin(angle):.2f} {y - pull * cos(angle):.2f} {x:.2f} {y:.2f}")
    crest = radius + amplitude
    strand = f"M{crest:g} 0C{crest:g} {EASE * step * crest:.2f} {curves[0]}S{' '.join(curves[1:])}z".replace(" -", "-")
    turns = "".join(f'<use href="#{name}" transform="rotate({360 / lobes * i / strands:g})"/>' for i in range(strands))
    return f'<defs><path id="{name}" d="{strand}"/></defs>{turns}'


def medallion() -> str:
    """What stands where a seal would, for an organisation whose name makes none."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-12 -12 24 24" fill="none">'
        f'<g stroke="{ACCENT}" stroke-width=".18">{ring("rim", 10.2, 16, 1.5, 5)}</g>'
        f'<circle r="8" fill="{INK}"/><g stroke="{ON_INK}" stroke-width=".16">{ring("heart", 4.6, 8, 2.6, 5)}</g>'
        f'<circle r="8" stroke="{PAPER}" stroke-width=".3"/><path d="M0-1.8L1.8 0L0 1.8L-1.8 0z" fill="{ACCENT}"/></svg>\n'
    )


if __name__ == "__main__":
    here = Path(__file__).parent
    for drawing in (background, panel, medallion):
        (here / f"{drawing.__name__}.svg").write_text(drawing(), encoding="utf-8")

"""Draws `arcs.svg`, once: `python arcs.py` writes it into its own folder.

Half rings around a sun on the line that the right column is set on, each twice as wide and twice as far out as the one
within it: light going out from a point. Units are millimetres.
"""

from pathlib import Path

WIDTH, HEIGHT = 297, 210
X, Y = 227, 40  # the sun: on the left edge of the column
SUN = 7.5
RINGS = ((15, 20), (30, 40), (60, 80))  # inner and outer radius
# What is drawn is a template: the colours are the brand's.
INK, ACCENT = "{{ ink }}", "{{ accent }}"


def half_ring(inner: int, outer: int) -> str:
    """The right half of a ring, as a closed way from its top."""
    return (
        f"M{X} {Y - outer}A{outer} {outer} 0 0 1 {X} {Y + outer}v{inner - outer}A{inner} {inner} 0 0 0 {X} {Y - inner}z"
    )


def arcs() -> str:
    """The ground of the page."""
    rings = "".join(half_ring(*ring) for ring in RINGS)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<path d="{rings}" fill="{INK}"/><circle cx="{X}" cy="{Y}" r="{SUN}" fill="{ACCENT}"/></svg>\n'
    )


if __name__ == "__main__":
    (Path(__file__).parent / "arcs.svg").write_text(arcs(), encoding="utf-8")

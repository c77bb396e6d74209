"""Outlines of glyphs as the instructions of a page."""

from fontTools.pens.basePen import BasePen

__all__ = ["PathPen"]


class PathPen(BasePen):  # type: ignore[misc]
    """Writes the outline of a glyph as PDF path operators (ISO 32000-1 §8.5.2), in the units of its font.

    Draw through a `TransformPen` to bring it to a size and a place. `written` are the operators, one after the other.
    """

    def __init__(self, glyphs: object = None) -> None:
        super().__init__(glyphs)
        self.written: list[str] = []

    def _put(self, operator: str, *points: tuple[float, float]) -> None:
        self.written.append(" ".join([*(f"{x:.3f} {y:.3f}" for x, y in points), operator]))

    def _moveTo(self, pt: tuple[float, float]) -> None:  # noqa: N802, fontTools names it
        self._put("m", pt)

    def _lineTo(self, pt: tuple[float, float]) -> None:  # noqa: N802
        self._put("l", pt)

    def _curveToOne(self, *points: tuple[float, float]) -> None:  # noqa: N802
        self._put("c", *points)

    def _closePath(self) -> None:  # noqa: N802
        self._put("h")

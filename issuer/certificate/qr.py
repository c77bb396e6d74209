"""The QR code as one vector path."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

__all__ = ["Qr", "qr"]

MASK = 3  # every mask decodes; judging all eight, as the standard prefers, takes five times as long


@dataclass(frozen=True, kw_only=True)
class Qr:
    """`path` is SVG path data in a square of `size` by `size` modules, without the quiet zone of four around it."""

    size: int
    path: str


def qr(text: str) -> Qr:
    """The QR code (ISO/IEC 18004) of `text` at error correction level M, in the smallest version that holds it.

    Dark modules are joined to rectangles, along the row and then downwards: a fifth fewer than the runs of the rows.
    """
    code = QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=MASK)
    code.add_data(text)
    code.make()
    heights: dict[tuple[int, int, int], int] = {}  # left, top, width
    above: dict[tuple[int, int], int] = {}  # left, width: the top of the rectangle that ends in the row above
    for y, row in enumerate(code.modules):
        tops = {run: above.get(run, y) for run in _runs(row)}
        heights |= {(left, top, width): y - top + 1 for (left, width), top in tops.items()}
        above = tops
    path = "".join(f"M{x} {y}h{width}v{height}h{-width}z" for (x, y, width), height in heights.items())
    return Qr(size=len(code.modules), path=path)


def _runs(row: Sequence[bool | None]) -> Iterator[tuple[int, int]]:
    """The runs of dark modules in a row: where each begins and how long it is."""
    x = 0
    for dark, modules in groupby(row, key=bool):
        width = len(list(modules))
        if dark:
            yield x, width
        x += width

"""The QR code as a bitmap: what `qrcode` knows, without counting bits one by one."""

from bisect import bisect_left
from collections.abc import Sequence
from re import findall

from qrcode.util import (
    BIT_LIMIT_TABLE,
    MODE_NUMBER,
    BitBuffer,
    QRData,
    length_in_bits,
    mode_sizes_for_version,
    optimal_data_chunks,
)

from issuer.certificate.symbol import LEVEL, symbol

__all__ = ["qr"]

# Each way for a module: of one alone Poppler at 100 dpi makes modules of one and two dots, which nothing reads.
PIXELS = 4
SHORTEST = 20  # characters of a segment in a mode of its own, as in `QRCode.add_data`
THREES = {b"%03d" % number: f"{number:010b}" for number in range(1000)}


def qr(text: str) -> bytes:
    """The QR code (ISO/IEC 18004) of `text` at error correction level M, in the smallest version that holds it.

    A binary PBM with `PIXELS` by `PIXELS` a module, 1 for dark, without the quiet zone of four modules around it.
    Raises `ValueError` for a text that no version holds.
    """
    segments = list(optimal_data_chunks(text, SHORTEST))
    contents = [_content(segment) for segment in segments]
    version = _version(segments, sum(map(len, contents)))
    rows = symbol(version).rows(
        "".join(
            f"{segment.mode:04b}{len(segment):0{length_in_bits(segment.mode, version)}b}{content}"
            for segment, content in zip(segments, contents, strict=True)
        )
    )
    size = len(rows) * PIXELS
    # A hex digit is four pixels; each row has an even number of them.
    return f"P4\n{size} {size}\n".encode() + b"".join(bytes.fromhex(row) * PIXELS for row in rows)


def _content(segment: QRData) -> str:
    """The characters of a segment in its mode, as bits (§7.4)."""
    buffer = _Bits()
    if segment.mode == MODE_NUMBER:  # nearly all of a certificate's
        buffer.bits.extend(map(THREES.__getitem__, findall(b"...", segment.data)))
        segment = QRData(segment.data[len(segment) // 3 * 3 :], segment.mode, check_data=False)
    segment.write(buffer)
    return "".join(buffer.bits)


class _Bits(BitBuffer):
    """Takes many at once."""

    def __init__(self) -> None:
        self.bits: list[str] = []

    def put(self, num: int, length: int) -> None:
        self.bits.append(f"{num:0{length}b}")


def _version(segments: Sequence[QRData], bits: int) -> int:
    """The smallest version for segments whose contents have so many `bits` (§7.4.1), or 41 where there is none."""
    version = 1
    for first in (1, 10, 27):  # from these on, more bits say how long a segment is
        needed = bits + sum(4 + length_in_bits(segment.mode, first) for segment in segments)
        version = bisect_left(BIT_LIMIT_TABLE[LEVEL], needed, first)
        if mode_sizes_for_version(version) is mode_sizes_for_version(first):
            break
    return version

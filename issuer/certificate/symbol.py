"""What all QR codes of a version have in common (ISO/IEC 18004), found out once and then looked up.

`qrcode` draws what stands around the data and where the mask turns it. It also places data, bit by bit, which is what takes
it its time; but where each bit goes, and what each byte adds to the error correction, never changes.
"""

from collections.abc import Iterator
from functools import lru_cache, reduce
from itertools import accumulate, chain, zip_longest
from operator import getitem, xor

from qrcode.base import gexp, glog, rs_blocks
from qrcode.constants import ERROR_CORRECT_M
from qrcode.LUT import rsPoly_LUT
from qrcode.main import QRCode
from qrcode.util import PAD0, PAD1

__all__ = ["LEVEL", "Symbol", "symbol"]

LEVEL = ERROR_CORRECT_M
MASK = 3  # every mask decodes; judging all eight, as the standard prefers, takes eight times as long
PADDING = bytes((PAD0, PAD1))
TABLE = 255  # bytes that one `bytes.translate` looks up; what stands behind them is zero
DARK = b"0" + b"f" * 255  # any bit makes a module dark


class Symbol:
    """The grid of one version. It has a byte for each module, row by row, and a light one at the end of each row: the rows
    of a QR code are odd.
    """

    def __init__(self, version: int) -> None:
        """Raises `ValueError` for a version that there is not."""
        light, dark = (_modules(version, byte) for byte in (0x00, 0xFF))
        blocks = rs_blocks(version, LEVEL)
        ends = list(accumulate(block.data_count for block in blocks))
        self._blocks = [range(end - block.data_count, end) for end, block in zip(ends, blocks, strict=True)]
        self._capacity = ends[-1]  # codewords of data
        self._parity = blocks[0].total_count - blocks[0].data_count  # codewords of each block
        self._added = _added(self._parity, max(map(len, self._blocks)))

        size = len(light)
        self._width = size + 1
        self._area = size * self._width
        parities = [
            range(at, at + self._parity) for at in range(ends[-1], ends[-1] + len(blocks) * self._parity, self._parity)
        ]
        order = [*_in_turns(self._blocks), *_in_turns(parities)]
        cells = [row * self._width + column for row, column in _path(size) if light[row][column] != dark[row][column]]
        self._codewords = [bytearray([TABLE]) * self._area for _ in range(0, len(order), TABLE)]
        bits = bytearray(self._area)
        turned = bytearray(0xFF if module else 0 for row in light for module in (*row, False))
        for number, cell in enumerate(cells):
            table, place = divmod(order[number // 8], TABLE)
            self._codewords[table][cell] = place
            bits[cell] = 0x80 >> number % 8
            turned[cell] &= bits[cell]
        self._bits, self._turned = int.from_bytes(bits), int.from_bytes(turned)

    def rows(self, bits: str) -> list[str]:
        """The rows of the code that holds `bits`: "f" for each module that is dark, "0" for each that is light."""
        codewords = self._corrected(bits)
        found = 0
        for number, grid in enumerate(self._codewords):
            looked_up = codewords[number * TABLE : (number + 1) * TABLE]
            found |= int.from_bytes(grid.translate(looked_up.ljust(256, b"\0")))
        modules = (found & self._bits ^ self._turned).to_bytes(self._area).translate(DARK).decode()
        return [modules[at : at + self._width] for at in range(0, self._area, self._width)]

    def _corrected(self, bits: str) -> bytes:
        """The data of all blocks: `bits` ended and filled up (§7.4.9, §7.4.10). Behind it the parities of each."""
        ended = bits.ljust(min(len(bits) + 4, 8 * self._capacity), "0")
        used = -(-len(ended) // 8)
        data = int(ended.ljust(8 * used, "0"), 2).to_bytes(used) + (PADDING * self._capacity)[: self._capacity - used]
        added = (
            reduce(xor, map(getitem, self._added[-len(block) :], data[block.start : block.stop]))
            for block in self._blocks
        )
        return data + b"".join(parity.to_bytes(self._parity) for parity in added)


symbol = lru_cache(Symbol)


def _modules(version: int, codeword: int) -> list[list[bool | None]]:
    """What `qrcode` draws where every codeword is the same."""
    code = QRCode(version, LEVEL, border=0)
    code.data_cache = [codeword] * sum(block.total_count for block in rs_blocks(version, LEVEL))
    code.makeImpl(test=False, mask_pattern=MASK)
    return code.modules


@lru_cache
def _added(parity: int, longest: int) -> list[list[int]]:
    """What each value of a byte adds to the parity of its block, for each place in it; the last place of a block last.

    A parity is the remainder of a division (§7.5.2), and the remainder of a sum is the sum of the remainders.
    """
    divisor = rsPoly_LUT[parity][1:]
    last = [int.from_bytes(bytes(byte and gexp(glog(byte) + glog(each)) for each in divisor)) for byte in range(256)]
    places, high = [last], 8 * (parity - 1)
    for _ in range(longest - 1):
        places.append([(sum_ & (1 << high) - 1) << 8 ^ last[sum_ >> high] for sum_ in places[-1]])
    return places[::-1]


def _in_turns(blocks: list[range]) -> Iterator[int]:
    """One of each block, as codewords are placed (§7.6)."""
    return (codeword for codeword in chain(*zip_longest(*blocks)) if codeword is not None)


def _path(size: int) -> Iterator[tuple[int, int]]:
    """Row and column of every module in the order in which data is placed (§7.7.3): two columns at a time from the right,
    first upwards. The seventh column from the left holds no data.
    """
    for number, right in enumerate((*range(size - 1, 7, -2), 5, 3, 1)):
        for row in range(size) if number % 2 else reversed(range(size)):
            yield row, right
            yield row, right - 1

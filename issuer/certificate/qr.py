"""The QR code as a bitmap."""

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

__all__ = ["qr"]

PIXELS = (
    4  # each way for a module: of one alone Poppler at 100 dpi makes modules of one and two dots, which nothing reads
)
MASK = 3  # every mask decodes; judging all eight, as the standard prefers, takes five times as long


def qr(text: str) -> bytes:
    """The QR code (ISO/IEC 18004) of `text` at error correction level M, in the smallest version that holds it.

    A binary PBM with `PIXELS` by `PIXELS` a module, 1 for dark, without the quiet zone of four modules around it.
    """
    code = QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=MASK)
    code.add_data(text)
    code.make()
    size = len(code.modules) * PIXELS
    padding = "0" * (-size % 8)
    rows = ("".join("1" * PIXELS if dark else "0" * PIXELS for dark in row) + padding for row in code.modules)
    return f"P4\n{size} {size}\n".encode() + b"".join(int(row, 2).to_bytes(len(row) // 8) * PIXELS for row in rows)

"""A forger's hand on the pages of real certificates: what is drawn is changed, and what the text layer says is not."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pikepdf
from fontTools.pens.basePen import BasePen
from PIL import Image

from issuer.certificate.faces import SONG, font_of


@dataclass(frozen=True, kw_only=True)
class Line:
    """A text as a page draws it. `drawing` are its instructions from BT to ET, in a space where y grows downwards.

    `place` is its left end, its baseline and its size there.
    """

    document: pikepdf.Pdf
    page: pikepdf.Page
    drawing: bytes
    place: tuple[float, float, float]
    length: int

    @property
    def box(self) -> bytes:
        """The path of a box around it."""
        x, y, size = self.place
        return b"%f %f %f %f re" % (x - 2, y - 0.95 * size, 1.35 * size * self.length, 1.3 * size)

    @property
    def covered(self) -> bytes:
        """The line with a white box over it."""
        return self.drawing + b" q 1 1 1 rg " + self.box + b" f Q "

    @property
    def reversed(self) -> bytes:
        """The line with its glyphs in the opposite order, as another text in the same font."""
        glyphs = re.findall(rb"<([0-9a-f]{4})>", self.drawing)
        return re.sub(rb"<[0-9a-f]{4}>", lambda _: b"<%s>" % glyphs.pop(), self.drawing)

    def outlines(self, text: str) -> bytes:
        """Another text in its place, drawn as vectors."""
        x, y, size = self.place
        pen = _Path(x, y, size / 1000)
        for character in text:
            font_of(SONG).draw_glyph_with_pen(font_of(SONG).get_nominal_glyph(ord(character)) or 0, pen)
            pen.x += size
        return b" q 0.07 0.1 0.15 rg " + " ".join(pen.written).encode() + b" f Q "

    def picture(self, picture: Image.Image) -> bytes:
        """A picture in its place."""
        form = {"Type": "/XObject", "Subtype": "/Image", "ColorSpace": "/DeviceGray"}
        numbers = {"Width": picture.width, "Height": picture.height, "BitsPerComponent": 8}
        names = {f"/{key}": pikepdf.Name(value) for key, value in form.items()}
        stream = self.document.make_stream(
            picture.convert("L").tobytes(), names | {f"/{k}": v for k, v in numbers.items()}
        )
        self.page.Resources.XObject["/forged"] = stream
        x, y, size = self.place
        high = 1.3 * size
        return b" q %f 0 0 %f %f %f cm /forged Do Q " % (
            high * picture.width / picture.height,
            -high,
            x,
            y + 0.3 * size,
        )


def changed(  # noqa: C901, one pass over the instructions of a page
    pdf: bytes, text: str, change: Callable[[Line], bytes]
) -> bytes:
    """The certificate with other instructions in the place of those that draw `text`, white space aside."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            instructions: list[Any] = list(pikepdf.parse_content_stream(page))
            written, start, said, place = b"", None, "", (0.0, 0.0, 0.0)
            font: dict[str, str] = {}
            found = False
            for index, (operands, operator) in enumerate(instructions):
                match str(operator):
                    case "BT":
                        start, said = index, ""
                    case "Tf":
                        font, place = glyphs_of(page.Resources.Font[operands[0]]), (*place[:2], float(operands[1]))
                    case "Tm":
                        place = float(operands[4]), float(operands[5]), place[2]
                    case "TJ":
                        shown = b"".join(bytes(part) for part in operands[0] if isinstance(part, pikepdf.String)).hex()
                        said += "".join(font.get(shown[i : i + 4], "") for i in range(0, len(shown), 4))
                one = pikepdf.unparse_content_stream([(operands, operator)]) + b"\n"
                if start is None:
                    written += one
                elif str(operator) == "ET":
                    drawing = pikepdf.unparse_content_stream(instructions[start : index + 1]) + b"\n"
                    if "".join(said.split()) == text:
                        drawing = change(
                            Line(document=document, page=page, drawing=drawing, place=place, length=len(text))
                        )
                        found = True
                    written, start = written + drawing, None
            if found:
                page.Contents = document.make_stream(written)
                return saved(document)
    raise ValueError(f"{text} is not on a page")


def swapped(pdf: bytes, one: str, other: str) -> bytes:
    """The certificate with two characters drawn in the place of each other, in all fonts that have both of them.

    Their ToUnicode maps are changed as well, so that the text layer says the same as before.
    """
    with pikepdf.open(io.BytesIO(pdf)) as document:
        page = document.pages[0]
        swaps: dict[str, dict[bytes, bytes]] = {}
        for name, font in page.Resources.Font.items():
            codes = {said: code for code, said in glyphs_of(font).items()}
            if one in codes and other in codes:
                a, b = bytes.fromhex(codes[one]), bytes.fromhex(codes[other])
                swaps[name] = {a: b, b: a}
                table = font.ToUnicode.read_bytes().decode()
                for code, said in ((codes[one], other), (codes[other], one)):
                    table = re.sub(rf"<{code}> <[0-9a-f]+>", f"<{code}> <{said.encode('utf-16-be').hex()}>", table)
                font.ToUnicode = document.make_stream(table.encode())
        if not swaps:
            raise ValueError(f"no font has both {one} and {other}")
        instructions: list[Any] = []
        swap: dict[bytes, bytes] = {}
        given: list[Any] = list(pikepdf.parse_content_stream(page))
        for operands, operator in given:
            if str(operator) == "Tf":
                swap = swaps.get(str(operands[0]), {})
            if str(operator) == "TJ":
                parts = [_exchanged(part, swap) if isinstance(part, pikepdf.String) else part for part in operands[0]]
                instructions.append(([pikepdf.Array(parts)], operator))
            else:
                instructions.append((operands, operator))
        page.Contents = document.make_stream(pikepdf.unparse_content_stream(instructions))
        return saved(document)


def _exchanged(shown: pikepdf.String, swap: dict[bytes, bytes]) -> pikepdf.String:
    codes = [bytes(shown)[i : i + 2] for i in range(0, len(bytes(shown)), 2)]
    return pikepdf.String(b"".join(swap.get(code, code) for code in codes))


def glyphs_of(font: Any) -> dict[str, str]:
    """What each glyph code of a font, in hex, says by the font's ToUnicode map."""
    table = font.ToUnicode.read_bytes().decode().partition("endcodespacerange")[2]
    pairs = re.findall(r"<([0-9a-fA-F]{4})>\s*<([0-9a-fA-F]+)>", table)
    return {glyph: bytes.fromhex(said).decode("utf-16-be") for glyph, said in pairs}


def saved(document: pikepdf.Pdf) -> bytes:
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


class _Path(BasePen):  # type: ignore[misc]
    """Writes outlines as the instructions of a page."""

    def __init__(self, x: float, y: float, scale: float) -> None:
        super().__init__(None)
        self.x, self.y, self.scale = x, y, scale
        self.written: list[str] = []

    def _add(self, operator: str, *points: tuple[float, float]) -> None:
        placed = (f"{self.x + x * self.scale:f} {self.y - y * self.scale:f}" for x, y in points)
        self.written.append(f"{' '.join(placed)} {operator}")

    def _moveTo(self, pt: tuple[float, float]) -> None:  # noqa: N802, fontTools names it
        self._add("m", pt)

    def _lineTo(self, pt: tuple[float, float]) -> None:  # noqa: N802
        self._add("l", pt)

    def _curveToOne(self, *points: tuple[float, float]) -> None:  # noqa: N802
        self._add("c", *points)

    def _closePath(self) -> None:  # noqa: N802
        self._add("h")

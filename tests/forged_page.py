"""A forger's hand on the pages of real certificates: what is drawn is changed, and what the text layer says is not."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import pikepdf
from fontTools.pens.transformPen import TransformPen
from PIL import Image

from demo.editing import glyphs_in, meanings, opened, saved
from issuer.certificate.faces import SONG, font_of
from tests.outlines import PathPen


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
        pen, scale = PathPen(), size / 1000
        for character in text:
            placed = TransformPen(pen, (scale, 0, 0, -scale, x, y))
            font_of(SONG).draw_glyph_with_pen(font_of(SONG).get_nominal_glyph(ord(character)) or 0, placed)
            x += size
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


def changed(pdf: bytes, text: str, change: Callable[[Line], bytes]) -> bytes:
    """The certificate with other instructions in the place of those that draw `text`, white space aside."""
    with opened(pdf) as document:
        for page in document.pages:
            blocks = list(_blocks(page))
            if all(block.text != text for block in blocks):
                continue
            written = b""
            for block in blocks:
                drawing = pikepdf.unparse_content_stream(block.instructions) + b"\n"
                if block.text == text:
                    line = Line(document=document, page=page, drawing=drawing, place=block.place, length=len(text))
                    drawing = change(line)
                written += drawing
            page.Contents = document.make_stream(written)
            return saved(document)
    raise ValueError(f"{text} is not on a page")


class _Block(NamedTuple):
    """The instructions from a BT to its ET, with the text that they draw, without white space; or those in between."""

    instructions: list[Any]
    text: str = ""
    place: tuple[float, float, float] = (0.0, 0.0, 0.0)


def _blocks(page: pikepdf.Page) -> Iterator[_Block]:
    meant: dict[bytes, str] = {}
    instructions: list[Any] = []
    text, place = "", (0.0, 0.0, 0.0)
    instruction: Any
    for instruction in pikepdf.parse_content_stream(page):
        operands, operator = instruction
        if str(operator) == "BT":
            yield _Block(instructions)
            instructions, text = [], ""
        instructions.append(instruction)
        match str(operator):
            case "Tf":
                meant, place = meanings(page.Resources.Font[operands[0]]), (*place[:2], float(operands[1]))
            case "Tm":
                place = float(operands[4]), float(operands[5]), place[2]
            case "TJ":
                text += "".join(meant.get(glyph, "") for glyph in glyphs_in(operands[0]))
            case "ET":
                yield _Block(instructions, "".join(text.split()), place)
                instructions = []
    yield _Block(instructions)


def swapped(pdf: bytes, one: str, other: str) -> bytes:
    """The certificate with two characters drawn in the place of each other, in all fonts that have both of them.

    Their ToUnicode maps are changed as well, so that the text layer says the same as before.
    """
    with opened(pdf) as document:
        page = document.pages[0]
        swaps: dict[str, dict[bytes, bytes]] = {}
        for name, font in page.Resources.Font.items():
            glyphs = {said: glyph for glyph, said in meanings(font).items()}
            if one in glyphs and other in glyphs:
                a, b = glyphs[one], glyphs[other]
                swaps[name] = {a: b, b: a}
                table = font.ToUnicode.read_bytes().decode()
                for code, said in ((a.hex(), other), (b.hex(), one)):
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
    return pikepdf.String(b"".join(swap.get(glyph, glyph) for glyph in glyphs_in([shown])))

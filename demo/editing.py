"""A page as a PDF editor has it: the texts that it draws, each with its glyphs, and the instructions that draw them."""

import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf

__all__ = ["Instruction", "Piece", "glyphs_in", "meanings", "opened", "pieces", "replaced", "saved"]

Instruction = tuple[list[Any], pikepdf.Operator]


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One text as it is drawn. `matrix` leads from the text's own space to the page's, in points; `colour` sets its ink.

    `font` is the font's name among the page's resources, `shown` the operand of the TJ that draws the text.
    """

    text: str
    font: str
    size: float
    matrix: pikepdf.Matrix
    colour: Instruction | None
    shown: list[Any]

    @property
    def glyphs(self) -> list[bytes]:
        """The glyph ids, two bytes each."""
        return glyphs_in(self.shown)


def opened(pdf: bytes) -> pikepdf.Pdf:
    """The document for editing."""
    return pikepdf.open(io.BytesIO(pdf))


def saved(document: pikepdf.Pdf, **how: Any) -> bytes:
    """The document written anew, as one whole."""
    written = io.BytesIO()
    document.save(written, **how)
    return written.getvalue()


def glyphs_in(shown: Iterable[Any]) -> list[bytes]:
    """The glyph ids in the operand of a TJ, two bytes each."""
    joined = b"".join(bytes(part) for part in shown if isinstance(part, pikepdf.String))
    return [joined[i : i + 2] for i in range(0, len(joined), 2)]


def meanings(font: Any) -> dict[bytes, str]:
    """The text of each two-byte glyph id, by the font's ToUnicode map."""
    table = font.ToUnicode.read_bytes().decode()
    pairs = re.findall(r"<([0-9a-fA-F]{4})>\s*<([0-9a-fA-F]+)>", table.partition("endcodespacerange")[2])
    return {bytes.fromhex(glyph): bytes.fromhex(text).decode("utf-16-be") for glyph, text in pairs}


def pieces(page: pikepdf.Page) -> list[Piece]:
    """The texts that a page draws, in its order."""
    return [piece for _, piece in _read(page) if piece]


def replaced(
    document: pikepdf.Pdf, page: pikepdf.Page, text: str, change: Callable[[Piece, Instruction], list[Instruction]]
) -> None:
    """Replace the instruction that draws `text`, wherever the page does. Raises `ValueError` where it does not."""
    changed: list[Any] = []
    found = False
    for instruction, piece in _read(page):
        if piece and piece.text == text:
            found = True
            changed += change(piece, instruction)
        else:
            changed.append(instruction)
    if not found:
        raise ValueError(f"{text} is not on the page")
    page.obj.Contents = document.make_stream(pikepdf.unparse_content_stream(changed))


def _read(page: pikepdf.Page) -> Iterator[tuple[Instruction, Piece | None]]:
    meant: dict[bytes, str] = {}
    font, size, placed = "", 0.0, pikepdf.Matrix()
    colour: Instruction | None = None
    at = pikepdf.Matrix()
    outer: list[tuple[pikepdf.Matrix, Instruction | None]] = []
    instruction: Any
    for instruction in pikepdf.parse_content_stream(page):
        operands, operator = list(instruction.operands), instruction.operator
        piece = None
        match str(operator):
            case "q":
                outer.append((at, colour))
            case "Q":
                at, colour = outer.pop()
            case "cm":
                at = pikepdf.Matrix(*map(float, operands)) @ at
            case "rg" | "g" | "k":
                colour = (operands, operator)
            case "Tm":
                placed = pikepdf.Matrix(*map(float, operands))
            case "Tf":
                font, size = str(operands[0]), float(operands[1])
                meant = meanings(page.obj.Resources.Font[font])
            case "TJ":
                shown = list(operands[0])
                text = "".join(meant.get(glyph, "") for glyph in glyphs_in(shown))
                piece = Piece(text=text, font=font, size=size, matrix=placed @ at, colour=colour, shown=shown)
        yield (operands, operator), piece

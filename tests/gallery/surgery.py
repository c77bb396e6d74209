"""What a forger with a PDF library does to a page: cover, lay on, draw as shapes or as a picture, save as a revision."""

import struct
import zlib
from collections.abc import Callable, Iterable
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont
from PIL import Image

from demo.editing import Piece, opened, pieces, saved
from issuer.certificate.badge import PDFIUM
from issuer.certificate.faces import SONG, path_of
from tests.outlines import PathPen

__all__ = [
    "Box",
    "blank",
    "cover",
    "cut",
    "drawn_page",
    "image",
    "lay",
    "outlined",
    "paint",
    "piece_of",
    "place",
    "revised",
    "searchable",
    "sheet",
    "typed",
    "without_attachments",
]

Box = tuple[float, float, float, float]  # left, bottom, right, top; in points
SONG_FILE = path_of(SONG)


def sheet(page: pikepdf.Page) -> Box:
    """The whole page."""
    left, bottom, right, top = map(float, page.mediabox)
    return left, bottom, right, top


def blank(document: pikepdf.Pdf, box: Box = (0, 0, 595, 842)) -> pikepdf.Page:
    """A new page with nothing on it, behind the others."""
    page = document.add_blank_page()
    page.mediabox = pikepdf.Array(list(box))
    page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary())
    return page


def piece_of(page: pikepdf.Page, text: str) -> Piece:
    """The first piece that draws `text`."""
    return next(piece for piece in pieces(page) if piece.text == text)


def place(pdf: bytes, text: str, *, margin: float = 2) -> Box:
    """Where the first page shows `text`, with a margin, in points."""
    with PDFIUM, pypdfium2.PdfDocument(pdf) as document:
        shown = document[0].get_textpage()
        found = shown.search(text).get_next()
        assert found, f"{text} is not shown"
        boxes = [shown.get_charbox(found[0] + i, loose=False) for i in range(found[1])]
    left, bottom, right, top = zip(*boxes, strict=True)
    return min(left) - margin, min(bottom) - margin, max(right) + margin, max(top) + margin


def drawn_page(pdf: bytes, dpi: float, number: int = 0) -> Image.Image:
    """A page as it is seen."""
    with PDFIUM, pypdfium2.PdfDocument(pdf) as document:
        seen: Image.Image = document[number].render(scale=dpi / 72).to_pil()
    return seen.convert("RGB")


def cut(pdf: bytes, box: Box, dpi: float = 300) -> Image.Image:
    """A part of the first page as it is seen."""
    seen, scale = drawn_page(pdf, dpi), dpi / 72
    left, bottom, right, top = (round(edge * scale) for edge in box)
    return seen.crop((left, seen.height - top, right, seen.height - bottom))


def paint(document: pikepdf.Pdf, page: pikepdf.Page, instructions: str) -> None:
    """Draw on top of the page, in points from its lower left corner."""
    page.contents_add(document.make_stream(b"q"), prepend=True)
    page.contents_add(document.make_stream(f"Q q {instructions} Q".encode()))


def cover(document: pikepdf.Pdf, page: pikepdf.Page, box: Box, paper: tuple[float, float, float] = (1, 1, 1)) -> None:
    """A box in the colour of the paper."""
    left, bottom, right, top = box
    red, green, blue = paper
    paint(document, page, f"{red} {green} {blue} rg {left} {bottom} {right - left} {top - bottom} re f")


def lay(
    document: pikepdf.Pdf,
    page: pikepdf.Page,
    source: pikepdf.Page,
    *laid: Piece,
    moved: tuple[float, float] = (0, 0),
    scale: float = 1,
) -> None:
    """Draw pieces of another document's page onto this one, one behind the other, in their own fonts and colours."""
    a, b, c, d, e, f = laid[0].matrix.shorthand
    parts = [f"{a * scale} {b} {c} {d * scale} {e + moved[0]} {f + moved[1]} Tm"]
    fonts = page.obj.Resources.Font
    for piece in laid:
        name = f"/Laid{piece.font.removeprefix('/')}"
        if name not in fonts:
            fonts[name] = document.copy_foreign(source.obj.Resources.Font[piece.font])
        shown = pikepdf.unparse_content_stream([([pikepdf.Array(piece.shown)], pikepdf.Operator("TJ"))])
        colour = pikepdf.unparse_content_stream([piece.colour]).decode() if piece.colour else "0 g"
        parts.append(f"{colour} {name} {piece.size} Tf {shown.decode('latin-1')}")
    page.contents_add(document.make_stream(b"q"), prepend=True)
    page.contents_add(document.make_stream(f"Q q BT {' '.join(parts)} ET Q".encode("latin-1")))


def outlined(text: str, size: float, *, spaced: float = 0, face: Path = SONG_FILE) -> str:
    """The shapes of `text` as a path that begins at the origin; fill it with `f`."""
    font = TTFont(face)
    glyphs, names, at = font.getGlyphSet(), font.getBestCmap(), 0.0
    pen, scale = PathPen(glyphs), size / font["head"].unitsPerEm
    for character in text:
        glyph = glyphs[names[ord(character)]]
        glyph.draw(TransformPen(pen, (scale, 0, 0, scale, at, 0)))
        at += glyph.width * scale + spaced
    return " ".join(pen.written)


def image(document: pikepdf.Pdf, page: pikepdf.Page, seen: Image.Image, box: Box) -> None:
    """Draw a picture onto the page."""
    made = document.make_stream(zlib.compress(seen.tobytes()))
    made.Type, made.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    made.Width, made.Height, made.BitsPerComponent = seen.width, seen.height, 8
    made.ColorSpace = pikepdf.Name.DeviceGray if seen.mode == "L" else pikepdf.Name.DeviceRGB
    made.Filter = pikepdf.Name.FlateDecode
    name = page.add_resource(made, pikepdf.Name.XObject)
    left, bottom, right, top = box
    paint(document, page, f"{right - left} 0 0 {top - bottom} {left} {bottom} cm {name} Do")


def revised(pdf: bytes, change: Callable[[pikepdf.Pdf], Iterable[Any]]) -> bytes:
    """The same bytes with a revision behind them (ISO 32000-1 §7.5.6): the objects that `change` gives, and all new ones."""
    with pikepdf.open(BytesIO(pdf)) as document:
        first_new = len(document.objects) + 1
        changed = {each.objgen[0]: each for each in change(document)}
        changed |= {
            each.objgen[0]: each for each in document.objects if each.is_indirect and each.objgen[0] >= first_new
        }
        root = document.Root.objgen[0]
        places, written = {}, bytearray(pdf if pdf.endswith(b"\n") else pdf + b"\n")
        for number, each in sorted(changed.items()):
            places[number] = len(written)
            written += b"%d 0 obj\n%s\nendobj\n" % (number, _body(each))
    number = max(first_new, *places) + 1
    places[number] = len(written)
    rows = b"".join(struct.pack(">BIH", 1, at, 0) for _, at in sorted(places.items()))
    index = " ".join(f"{each} 1" for each in sorted(places))
    before = int(pdf.rsplit(b"startxref", 1)[1].split()[0])
    written += (
        f"{number} 0 obj\n<< /Type /XRef /W [1 4 2] /Index [{index}] /Size {number + 1} /Root {root} 0 R /Prev {before} "
        f"/Length {len(rows)} >>\nstream\n"
    ).encode()
    written += rows + f"\nendstream\nendobj\nstartxref\n{places[number]}\n%%EOF\n".encode()
    return bytes(written)


def _body(made: Any) -> bytes:
    if not isinstance(made, pikepdf.Stream):
        unparsed: bytes = made.unparse(resolved=True)
        return unparsed
    data = made.read_raw_bytes()
    about = pikepdf.Dictionary(dict(made.items()) | {"/Length": len(data)})
    return about.unparse() + b"\nstream\n" + data + b"\nendstream"


def typed(pdf: bytes) -> bytes:
    """The texts of a page alone, on a blank sheet: as a word processor has them, without QR code, seal and attachment."""
    with opened(pdf) as source, pikepdf.new() as document:
        there = source.pages[0]
        page = blank(document, sheet(there))
        for _, line in groupby(pieces(there), lambda piece: piece.matrix.shorthand):
            lay(document, page, there, *line)
        return saved(document)


def searchable(seen: Image.Image, text_of: bytes) -> bytes:
    """A picture as the only page, and under it the text of another one, unseen: as programs make it that read scans."""
    with opened(typed(text_of)) as document:
        page = document.pages[0]
        hidden = b"".join(part.read_bytes() for part in page.obj.Contents).replace(b"BT ", b"BT 3 Tr ")
        page.obj.Contents = document.make_stream(hidden)
        image(document, page, seen, sheet(page))
        return saved(document)


def without_attachments(pdf: bytes) -> bytes:
    """The document as a program leaves it that keeps no attachments."""
    with opened(pdf) as document:
        for name in list(document.attachments):
            del document.attachments[name]
        for name in ("/AF", "/Names"):
            if name in document.Root:
                del document.Root[name]
        return saved(document)

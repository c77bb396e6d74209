"""A certificate as the layout engine lays it out, taken down: every stroke of its pages, and where each field stands."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pydyf
from weasyprint.document import Document
from weasyprint.formatting_structure import boxes
from weasyprint.pdf.stream import Stream

from issuer.certificate.compiled.fields import Refused
from issuer.certificate.compiled.shaping import Setting
from issuer.certificate.faces import LATIN, ROMAN, Face

__all__ = ["POINTS_PER_PIXEL", "Place", "Sheet", "operators", "painted", "sheets", "texts_on"]

POINTS_PER_PIXEL = 0.75
FONT = re.compile(r"/(\S+) (\S+) Tf")
SHOWN = re.compile(r"<([0-9a-f]*)>|(-?[0-9.e-]+)")
# What a style may not do to a field, with the value that does nothing.
PLAIN = {
    "font_variant_caps": "normal", "font_variant_ligatures": "normal", "font_variant_numeric": "normal",
    "font_variant_east_asian": "normal", "font_variant_alternates": "normal", "font_variant_position": "normal",
    "font_feature_settings": "normal", "font_variation_settings": "normal", "font_kerning": "auto",
    "font_language_override": "normal", "text_decoration_line": "none", "word_spacing": 0, "visibility": "visible",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a field stands: `x`, `y` of its baseline and its `width` in CSS pixels."""

    field: str
    x: float
    y: float
    width: float
    setting: Setting


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A page: its operators, with the place of a field where one is drawn, and how it was drawn, as `shaping.Line.shown`.

    Static text stands here as it reads, since the numbers of its glyphs differ from probe to probe.
    """

    parts: tuple[bytes | Place, ...]
    shown: Mapping[str, tuple[str | float, ...]]


def sheets(document: Document, fields: Mapping[str, str], han: Face, cache: Path, picture: str) -> list[Sheet]:
    """Each page of a document; `fields` has the texts of those that stand on a page, `picture` is the id of the QR code.

    Raises `Refused` where two texts read alike, or a field is drawn in another way than as a line of text.
    """
    names = {text: name for name, text in fields.items()}
    found = [_sheet(document, page, _Looking(names, han, cache, picture)) for page in document.pages]
    standing = [part.field for sheet in found for part in sheet.parts if isinstance(part, Place)]
    if len(names) < len(fields) or sorted(standing) != sorted(fields):
        raise Refused("a field does not stand on the page once")
    return found


def texts_on(document: Document) -> Iterator[Any]:
    """Every box of text of a document."""
    for page in document.pages:
        yield from _texts(page._page_box)  # noqa: SLF001, what a page was laid out to is nowhere public


def painted(document: Document) -> dict[Any, Any]:
    """The fonts that a document is drawn with, as WeasyPrint keeps them."""
    fonts: dict[Any, Any] = {}
    for page in document.pages:
        _paint(document, page, fonts)
    return fonts


def operators(stream: pydyf.Stream) -> list[bytes]:
    """What a content stream consists of."""
    return [pydyf._to_bytes(part) for part in stream.stream]  # noqa: SLF001, as the stream writes itself


class _Looking(NamedTuple):
    """What is looked for on a page: fields by their texts, and how they are set."""

    names: Mapping[str, str]
    han: Face
    cache: Path
    picture: str


def _sheet(document: Document, page: Any, looking: _Looking) -> Sheet:
    fonts: dict[Any, Any] = {}
    stream = _paint(document, page, fonts)
    standing = {}
    for box in _texts(page._page_box):  # noqa: SLF001
        if box.text in looking.names:
            x, y = box.position_x, box.position_y + box.baseline
            place = Place(field=looking.names[box.text], x=x, y=y, width=box.width, setting=_setting(box, looking))
            standing[b"1 0 0 -1 %s %s Tm" % (_number(x), _number(y))] = place
    by_name = {font.hash: font for font in fonts.values()}
    parts: list[bytes | Place] = []
    shown = {}
    font = None
    given = iter(operators(stream))
    for operator in given:
        if operator in standing:
            place = standing.pop(operator)
            if parts[-1] != b"BT":
                raise Refused("a field is drawn together with other text")
            shown[place.field] = tuple(_shown(given, by_name))
            parts += [place, b"ET"]
        elif chosen := FONT.fullmatch(operator.decode("latin-1")):
            font = by_name[chosen[1]]
            parts.append(f"{font.family} {font.style} {chosen[2]} Tf".encode())
        elif operator.endswith(b" TJ"):
            parts.append(" ".join(map(str, _read(operator, font))).encode() + b" TJ")
        else:
            parts.append(operator.replace(looking.picture.encode(), b"picture"))
    if standing:
        raise Refused("a field was not drawn where it stands")
    return Sheet(parts=tuple(parts), shown=shown)


def _paint(document: Document, page: Any, fonts: dict[Any, Any]) -> Stream:
    """A page as WeasyPrint draws it, the fonts that it takes added to `fonts`."""
    kinds = ("ExtGState", "XObject", "Pattern", "Shading", "ColorSpace")
    resources = pydyf.Dictionary({kind: pydyf.Dictionary() for kind in kinds})
    size = (0, 0, page.width, page.height)
    stream = Stream(fonts, size, resources, {}, {}, document.color_profiles, document.output_intent)
    stream.transform(d=-1, f=page.height * POINTS_PER_PIXEL)
    page.paint(stream, POINTS_PER_PIXEL)
    return stream


def _number(value: float) -> bytes:
    return pydyf._to_bytes(float(value))  # type: ignore[no-any-return]  # noqa: SLF001


def _texts(box: Any) -> Iterator[Any]:
    box = getattr(box, "_box", box)  # where the place is held for one that is positioned absolutely
    if isinstance(box, boxes.TextBox):
        yield box
    elif isinstance(box, boxes.ParentBox):
        for child in box.children:
            yield from _texts(child)


def _setting(box: Any, looking: _Looking) -> Setting:
    style = box.style
    if unlike := [name for name, value in PLAIN.items() if style[name] != value]:
        raise Refused(f"a field is set with {unlike[0]}")
    first = style["font_family"][0]
    latin = [face for face in LATIN if (face.weight, face.style) == (style["font_weight"], style["font_style"])]
    if not latin or first not in {looking.han.family, ROMAN.family}:
        raise Refused("a field is set in a face of another kind")
    spacing = style["letter_spacing"]
    return Setting(
        latin=latin[0],
        chinese=first == looking.han.family,
        han=looking.han,
        size=style["font_size"],
        spacing=0.0 if spacing == "normal" else spacing,
        language=style["lang"] or "",
        cache=looking.cache,
    )


def _shown(given: Iterator[bytes], by_name: Mapping[str, Any]) -> Iterator[str | float]:
    """What is shown up to the end of a text object."""
    font = None
    for operator in given:
        if operator == b"ET":
            return
        if chosen := FONT.fullmatch(operator.decode("latin-1")):
            font = by_name[chosen[1]]
            yield from (font.family, float(chosen[2]))
        elif font and operator.endswith(b" TJ"):
            yield from _read(operator, font)
        else:
            raise Refused("a field is drawn with other operators than those of text")


def _read(operator: bytes, font: Any) -> Iterator[str | float]:
    for codes, number in SHOWN.findall(operator.decode()):
        yield from (font.to_unicode[int(codes[i : i + 4], 16)] for i in range(0, len(codes), 4))
        if number and float(number):
            yield float(number)

"""From a document that the layout engine laid out to a `Frozen` one: its objects, those that differ left out."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import chain
from pathlib import Path
from string import ascii_letters, digits
from typing import Any
from zlib import decompress

import pydyf
import uharfbuzz as hb
from weasyprint.document import Document
from weasyprint.pdf.stream import Stream

from issuer.certificate.compiled.capture import operators, painted, texts_on
from issuer.certificate.compiled.fields import CODE, ISSUED, TITLE, VERIFY_URL, Refused
from issuer.certificate.compiled.fonts import OBJECTS, Font
from issuer.certificate.compiled.frozen import Form, Frozen, Page
from issuer.certificate.compiled.moving import NUMBER, Moving, Slot, Stroke
from issuer.certificate.compiled.shaping import shape
from issuer.certificate.compiled.writing import BEST, Writer, deflated
from issuer.certificate.faces import LATIN, Face
from issuer.certificate.instances import static_font
from issuer.certificate.pdf import written
from issuer.certificate.structure import finish

__all__ = ["HEAD", "freeze"]

# What stands in the head of a document and in its link while it is frozen; nothing else may read like these.
MOMENT = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
HEAD = {
    TITLE: "Title of a probe",
    CODE: "Code of a probe",
    ISSUED: f"{MOMENT:%Y-%m-%dT%H:%M:%SZ}",
    VERIFY_URL: "https://probe.invalid/verify",
}
# In each Latin font, whether a certificate says them or not: so it is the same for nearly all and made once. What stands
# still needs most of them anyway.
USUAL = f"{ascii_letters}{digits} .-–"
REFERENCE = re.compile(rb"(\d+) 0 R")
Part = bytes | Stroke | Slot
ITALIC = 2  # Pango's number for it
PDF_MOMENT = pydyf.String(f"D:{MOMENT:%Y%m%d%H%M%SZ}").data


def freeze(
    document: Document,
    texts: Mapping[str, str],
    pages: Sequence[Sequence[Part]],
    proven: tuple[Mapping[str, float], Mapping[str, float]],
    cache: Path,
) -> Frozen:
    """A document whose fields say `texts`; `proven` are the narrowest and the widest that they may be. Raises `Refused`."""
    taken = _taken(document, texts)
    pdf, objects = taken.pdf, taken.objects
    contents = [_reference(pdf.objects[number]["Contents"]) for number in pdf.pages["Kids"][::3]]
    streams = {o.number: o for o in objects if isinstance(o, pydyf.Stream)}
    (metadata,) = (n for n, o in streams.items() if o.extra.get("Type") == "/Metadata")
    (attachment,) = (n for n, o in streams.items() if o.extra.get("Type") == "/EmbeddedFile")
    pictures = [n for n, o in streams.items() if o.extra.get("ImageMask") == "true"]
    address = pydyf.String(HEAD[VERIFY_URL]).data
    links = {o.number: o.data.split(address) for o in objects if o.number not in streams and address in o.data}
    if len(pictures) != 1 or not links:
        raise Refused("the design has not one QR code and a link to the verifier")
    told = (o.data.replace(address, b"") for o in objects if o.number not in streams)
    if any(_says(data, text) for data in told for text in (*HEAD.values(), *texts.values())):
        raise Refused("the document says what a field says beside its pages")
    info = len(objects) + 1  # the first number that is free
    faces = _faces(pages, texts)
    together = info + 1 + OBJECTS * len(faces)  # the last three: two object streams, and where all objects are
    (resources,) = {_reference(pdf.objects[number]["Resources"]) for number in pdf.pages["Kids"][::3]}
    named = pdf.objects[_reference(pdf.objects[resources]["Font"])]
    fonts: list[Font] = []
    replaced: set[int] = set()
    for number, face in zip(range(info + 1, together, OBJECTS), faces, strict=True):
        fonts.append(font := _font(face, number, document.fonts.values(), cache))
        name = font.name.decode()
        if name in named:
            replaced |= _reachable(pdf, _reference(named[name]))
        named[name] = f"{number} 0 R"
    apart = {*contents, *links, *replaced, pictures[0], metadata, attachment}
    writer = Writer(together + 3)
    for number, stream in streams.items():
        if number not in apart:
            writer.add(number, _tightened(stream))
    writer.add_together(
        together, {o.number: o.data for o in objects if o.number not in apart | streams.keys()}, level=BEST
    )
    return Frozen(
        written=bytes(writer.content),
        entries=bytes(writer.entries),
        objects=together + 3,
        catalog=pdf.catalog.number,
        pages=[
            _page(number, list(_aligned(parts, taken.strokes[number])))
            for number, parts in zip(contents, pages, strict=True)
        ],
        fonts=fonts,
        links=links,
        picture=pictures[0],
        attachment=attachment,
        metadata=(metadata, _packet(taken.packet)),
        info=(info, _info({key: value.data for key, value in pdf.info.items()})),
        narrow=proven[0],
        wide=proven[1],
    )


@dataclass(frozen=True, kw_only=True)
class _Taken:
    """A document before it is written: the operators of its content streams, and its metadata, before they are deflated."""

    pdf: pydyf.PDF
    objects: Sequence[pydyf.Object]
    strokes: Mapping[int, list[bytes]]
    packet: bytes


def _taken(document: Document, texts: Mapping[str, str]) -> _Taken:
    """The document without the letters of its fields."""
    said = frozenset(texts.values())
    for box in texts_on(document):
        if any(word in box.text for word in HEAD.values()):
            raise Refused("the design prints what it tells the reader's software")
        if box.text in said:
            box.text = ""  # its place stays
    document.fonts = _named(document)
    found = []

    def take(document: Document, pdf: pydyf.PDF) -> None:
        streams = [o for o in pdf.objects if isinstance(o, pydyf.Stream)]
        (packet,) = (b"\n".join(operators(o)) for o in streams if o.extra.get("Type") == "/Metadata")
        strokes = {o.number: operators(o) for o in streams if isinstance(o, Stream)}
        finish(document, pdf)
        found.append(_Taken(pdf=pdf, objects=tuple(pdf.objects[1:]), strokes=strokes, packet=packet))

    written(document, "", issued_at=MOMENT, identifier="", finish=take)
    return found[0]


def _says(data: bytes, text: str) -> bool:
    """Whether an object holds a text; of numbers, two letters or one ideograph nobody could tell."""
    tells = any(map(str.isalpha, text)) and len(text) > (2 if text.isascii() else 1)
    return tells and (text.encode() in data or text.encode("utf-16-be").hex().encode() in data.lower())


def _named(document: Document) -> dict[Any, Any]:
    """The fonts of a document, named after the letters that are drawn with them and not after the file they came from."""
    fonts = painted(document)
    for font in fonts.values():
        letters = f"{font.family} {font.weight} {font.style} {sorted(font.to_unicode.items())}".encode()
        font.hash = "".join(chr(65 + byte % 26) for byte in sha256(letters).digest()[:6])
        font.name = b"/%s+%s" % (font.hash.encode(), font.name.partition(b"+")[2])
        font.to_unicode, font.widths = {}, {}
    return fonts


def _faces(pages: Sequence[Sequence[Part]], texts: Mapping[str, str]) -> list[Face]:
    """The faces that draw the fields."""
    slots = (part for parts in pages for part in parts if isinstance(part, Slot))
    lines = (shape(texts[slot.place.field], slot.place.setting) for slot in slots)
    return list(dict.fromkeys(run.face for line in lines for run in line.runs))


def _font(face: Face, number: int, standing: Iterable[Any], cache: Path) -> Font:
    """The font of a face: for a Latin one, that which also draws what stands still, if anything does."""
    if face not in LATIN:  # these are numbered anew for each document
        return Font(face=face, name=b"V%d" % number, number=number, texts={}, widths={}, cache=cache)
    name, texts, widths = b"V%d" % number, _usual(static_font(face, cache)), dict[int, int]()
    for font in standing:
        if (font.family, font.weight, font.style == ITALIC) == (face.family, face.weight, face.style == "italic"):
            name, texts, widths = font.hash.encode(), texts | font.to_unicode, dict(font.widths)
            break
    return Font(face=face, name=name, number=number, texts=texts, widths=widths, cache=cache)


def _usual(font: hb.Font) -> dict[int, str]:
    """The glyphs of `USUAL` characters."""
    return {glyph: character for character in USUAL if (glyph := font.get_nominal_glyph(ord(character)))}


def _reachable(pdf: pydyf.PDF, number: int) -> set[int]:
    """An object and all that it names."""
    data = pdf.objects[number]
    named = REFERENCE.findall(data.data) if isinstance(data, pydyf.Dictionary) else ()
    return {number}.union(*(_reachable(pdf, int(each)) for each in named))


def _aligned(parts: Sequence[Part], operators: Sequence[bytes]) -> Iterator[Part]:
    """The parts of a page, as the document without its fields writes them."""
    given = iter(operators)
    for part in parts:
        if isinstance(part, Slot):
            yield part
            continue
        operator = next(given, b"")
        if isinstance(part, Stroke):
            same = NUMBER.sub(b"%f", operator) == part.form
        else:
            same = operator == part or operator.endswith((b" Tf", b" TJ", b" Do"))
        if not same:
            raise Refused("the page is drawn otherwise without its fields")
        yield part if isinstance(part, Stroke) else operator
    if next(given, None):
        raise Refused("the page is drawn otherwise without its fields")


def _page(number: int, parts: Sequence[Part]) -> Page:
    """A page of those parts; only numbers that do move are left open."""
    forms: list[bytes] = []
    values: list[Moving | str] = []
    for part in parts:
        if isinstance(part, bytes):
            forms.append(part.replace(b"%", b"%%"))
            continue
        form = b"1 0 0 -1 %f %f Tm\n%%s" if isinstance(part, Slot) else part.form
        numbers = (part.x, part.y) if isinstance(part, Slot) else part.numbers
        forms.append(form.replace(b"%f", b"%s") % tuple(b"%f" if each.shares else b"%f" % each.at for each in numbers))
        values += [each for each in numbers if each.shares]
        values += [part.place.field] if isinstance(part, Slot) else []
    settings = {part.place.field: part.place.setting for part in parts if isinstance(part, Slot)}
    return Page(number=number, form=b"\n".join(forms), values=values, settings=settings)


def _tightened(stream: pydyf.Stream) -> bytes:
    """A stream of the frozen part as an object, deflated as well as can be."""
    if stream.extra.get("Filter") != "/FlateDecode":
        return bytes(stream.data)
    extra = {key: value for key, value in stream.extra.items() if key not in {"Filter", "Length"}}
    return deflated(pydyf.Dictionary(extra).data[2:-2], decompress(b"".join(operators(stream))), BEST)


def _packet(packet: bytes) -> Form:
    """The XMP packet."""
    fields = {HEAD[name].encode(): name for name in (TITLE, CODE, ISSUED)}
    parts = re.split(b"|".join(map(re.escape, fields)).join((b"(", b")")), packet)
    return _form(parts, fields)


def _info(entries: Mapping[str, bytes]) -> Form:
    """The document information dictionary (ISO 32000-1, 14.3.3)."""
    fields = {pydyf.String(HEAD[TITLE]).data: TITLE, pydyf.String(HEAD[CODE]).data: CODE, PDF_MOMENT: ISSUED}
    parts = chain.from_iterable((b"/%s " % key.encode(), value) for key, value in entries.items())
    return _form([b"<<", *parts, b">>"], fields)


def _form(parts: Sequence[bytes], fields: Mapping[bytes, str]) -> Form:
    """The parts as one text, those left open that are what a field said."""
    form = b"".join(b"%s" if part in fields else part.replace(b"%", b"%%") for part in parts)
    return Form(form, tuple(fields[part] for part in parts if part in fields))


def _reference(data: Any) -> int:
    return int(data.split()[0])

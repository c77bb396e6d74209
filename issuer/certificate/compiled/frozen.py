"""The document of a kind of certificate: all but its fields written down once, as bytes.

What differs from certificate to certificate is written behind what does not: the strokes of the pages, the fonts of what
the fields say, the QR code, the link to the verifier, the token, title and dates.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import md5, sha256
from itertools import chain
from pathlib import Path
from xml.sax.saxutils import escape

import pydyf

from issuer.certificate.compiled.fields import CODE, ISSUED, TITLE, Refused
from issuer.certificate.compiled.fonts import Embedded, Font
from issuer.certificate.compiled.moving import Slot, Stroke
from issuer.certificate.compiled.shaping import Line, Setting, shape
from issuer.certificate.compiled.writing import Writer
from issuer.certificate.faces import Face
from issuer.certificate.pictures import Stencil

__all__ = ["Frozen", "Part"]

MARGIN = 1e-4  # CSS pixels
Part = bytes | Stroke | Slot


@dataclass(frozen=True, kw_only=True)
class Frozen:
    """A kind of certificate, written but for its fields.

    `written` and `entries` are what a `Writer` goes on from, `objects` how many it will have. The numbers are those of
    the objects that are still to be written; `links` and `metadata` have the text around what goes into them. `fonts`
    draw the fields, and the kind is proven for fields as wide as in `narrow` and `wide` and between.
    """

    written: bytes
    entries: bytes
    objects: int
    catalog: int
    pages: Sequence[tuple[int, Sequence[Part]]]
    fonts: Mapping[Face, Font]
    links: Mapping[int, Sequence[bytes]]
    picture: int
    attachment: int
    metadata: tuple[int, Sequence[bytes | str]]
    info: tuple[int, Mapping[str, bytes | str]]
    narrow: Mapping[str, float]
    wide: Mapping[str, float]
    cache: Path

    def lines(self, texts: Mapping[str, str]) -> Mapping[str, Line] | None:
        """What each field on a page says, in glyphs; None where one is wider or narrower than was proven."""
        lines = {}
        for field, setting in self._settings.items():
            line = lines[field] = shape(texts[field], setting)
            if not self.narrow[field] - MARGIN <= line.width <= self.wide[field] + MARGIN:
                return None
        return lines

    def filled(
        self,
        texts: Mapping[str, str],
        lines: Mapping[str, Line],
        token: str,
        *,
        verify_url: str,
        qr_code: bytes,
        issued_at: datetime,
    ) -> bytes:
        """A certificate of this kind."""
        files = {face: Embedded(face, glyphs, self.cache) for face, glyphs in self._glyphs(lines.values()).items()}
        writer = Writer(self.objects, self.written, self.entries)
        wider = {field: line.width - self.narrow[field] for field, line in lines.items()}
        for number, parts in self.pages:
            strokes = (self._stroke(part, lines, wider, files) for part in parts)
            writer.add_stream(number, b"", b"\n".join(strokes), level=6)  # most of what is written
        small: dict[int, bytes] = {}
        for face, font in self.fonts.items():
            small |= files[face].write(writer, font)
        address = pydyf.String(verify_url).data
        small |= {number: address.join(around) for number, around in self.links.items()}
        self._write_picture(writer, qr_code)
        moment = b"(D:%s)" % f"{issued_at:%Y%m%d%H%M%SZ}".encode()
        content = token.encode()
        writer.add_stream(
            self.attachment,
            b"/Type/EmbeddedFile/Subtype/application#2fjwt/Params<</CheckSum<%s>/Size %d/CreationDate%s/ModDate%s>>"
            % (md5(content).hexdigest().encode(), len(content), moment, moment),  # noqa: S324, as the format asks
            content,
        )
        small |= self._write_metadata(writer, texts, issued_at, moment)
        writer.add_together(self.objects - 2, small)
        identifier = sha256(writer.content).hexdigest()[:32].encode()
        return writer.end(
            b"/Root %d 0 R/Info %d 0 R/ID[<%s><%s>]" % (self.catalog, self.info[0], identifier, identifier)
        )

    @cached_property
    def _settings(self) -> Mapping[str, Setting]:
        slots = (part for _, parts in self.pages for part in parts if isinstance(part, Slot))
        return {slot.place.field: slot.place.setting for slot in slots}

    def _glyphs(self, lines: Iterable[Line]) -> dict[Face, dict[int, str]]:
        """The glyphs that each face is to be cut down to, and what they stand for."""
        found = {face: dict(font.texts) for face, font in self.fonts.items()}
        for run in chain.from_iterable(line.runs for line in lines):
            if run.face not in found:
                raise Refused("a face draws a field that drew none of the probes")
            for placed in run.glyphs:
                if found[run.face].setdefault(placed.glyph, placed.text) != placed.text:
                    raise Refused("one glyph stands for two characters")
        return found

    def _stroke(
        self, part: Part, lines: Mapping[str, Line], wider: Mapping[str, float], files: Mapping[Face, Embedded]
    ) -> bytes:
        if isinstance(part, bytes):
            return part
        if isinstance(part, Stroke):
            return part.form % tuple(number.now(wider) for number in part.numbers)
        line = lines[part.place.field]
        drawn = [b"1 0 0 -1 %f %f Tm" % (part.x.now(wider), part.y.now(wider))]
        for run in line.runs:
            numbers = files[run.face].numbers
            shown = b"<"  # and `<>` between two numbers, as WeasyPrint has it: without it PDFium moves a letter
            for placed in run.glyphs:
                shown += b">%f<" % -placed.offset if placed.offset else b""
                shown += b"%04x" % numbers[placed.glyph]
                shown += b">%d<" % placed.kern if placed.kern else b""
            shown = shown[:-1] if shown.endswith(b"<") else shown + b">"
            drawn.append(b"/%s %f Tf\n[%s] TJ" % (self.fonts[run.face].name, line.size, shown))
        return b"\n".join(drawn)

    def _write_picture(self, writer: Writer, qr_code: bytes) -> None:
        stencil = Stencil(qr_code)
        picture = stencil.get_x_object(interpolate=False, ratio=1)
        extra = pydyf.Dictionary(picture.extra).data[2:-2]
        writer.add_stream(self.picture, extra, b"".join(picture.stream))

    def _write_metadata(
        self, writer: Writer, texts: Mapping[str, str], issued_at: datetime, moment: bytes
    ) -> dict[int, bytes]:
        said = {TITLE: texts[TITLE], CODE: texts[CODE], ISSUED: f"{issued_at:%Y-%m-%dT%H:%M:%SZ}"}
        number, parts = self.metadata
        packet = b"".join(escape(said[part]).encode() if isinstance(part, str) else part for part in parts)
        writer.add_stream(number, b"/Type/Metadata/Subtype/XML", packet)
        number, entries = self.info
        values = {TITLE: pydyf.String(said[TITLE]).data, CODE: pydyf.String(said[CODE]).data, ISSUED: moment}
        written = (b"/%s %s" % (key.encode(), values[v] if isinstance(v, str) else v) for key, v in entries.items())
        return {number: b"<<%s>>" % b"".join(written)}

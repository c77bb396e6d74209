"""The document of a kind of certificate: all but its fields written down once, as bytes.

What differs from certificate to certificate is written behind what does not: the strokes of the pages, the fonts of what
the fields say, the QR code, the link to the verifier, the token, title and dates.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import md5, sha256
from itertools import chain
from xml.sax.saxutils import escape

import pydyf

from issuer.certificate.compiled.fields import CODE, ISSUED, TITLE, Refused
from issuer.certificate.compiled.fonts import Embedded, Font
from issuer.certificate.compiled.moving import Moving
from issuer.certificate.compiled.shaping import Line, Setting, shape, together
from issuer.certificate.compiled.writing import Writer
from issuer.certificate.faces import Face
from issuer.certificate.pictures import Stencil

__all__ = ["Form", "Frozen", "Page"]

MARGIN = 1e-4  # CSS pixels
REPEATING = 4  # level of compression: a QR code has each row four times, and becomes a fourth smaller


@dataclass(frozen=True)
class Form:
    """A text with `%s` for what each field of `values` says."""

    form: bytes
    values: tuple[str, ...]

    def filled(self, said: Mapping[str, bytes]) -> bytes:
        """The text with what they say."""
        return self.form % tuple(said[field] for field in self.values)


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page but for its fields: `form` has `%f` for each number that moves and `%s` for the letters of each field.

    These are `values`, in that order, and `settings` says how each field on it is set. `number` is that of its content.
    """

    number: int
    form: bytes
    values: Sequence[Moving | str]
    settings: Mapping[str, Setting]


@dataclass(frozen=True, kw_only=True)
class Frozen:
    """A kind of certificate, written but for its fields.

    `written` and `entries` are what a `Writer` goes on from, `objects` how many it will have. The numbers are those of
    the objects that are still to be written; `links` have the text around the address that goes into them. `fonts`
    draw the fields, and the kind is proven for fields as wide as in `narrow` and `wide` and between.
    """

    written: bytes
    entries: bytes
    objects: int
    catalog: int
    pages: Sequence[Page]
    fonts: Sequence[Font]
    links: Mapping[int, Sequence[bytes]]
    picture: int
    attachment: int
    metadata: tuple[int, Form]
    info: tuple[int, Form]
    narrow: Mapping[str, float]
    wide: Mapping[str, float]

    def lines(self, texts: Mapping[str, str]) -> Mapping[str, Line] | None:
        """What each field on a page says, in glyphs; None where one is wider or narrower than was proven."""
        lines = {}
        for field, setting in chain.from_iterable(page.settings.items() for page in self.pages):
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
        said = self._said(lines.values())
        files = {font.face: font.embedded(said[font.face]) for font in self.fonts}
        writer = Writer(self.objects, self.written, self.entries)
        wider = {field: line.width - self.narrow[field] for field, line in lines.items()}
        letters = {field: self._letters(line, files) for field, line in lines.items()}
        for page in self.pages:
            values = (letters[v] if isinstance(v, str) else v.now(wider) for v in page.values)
            writer.add_stream(page.number, b"", page.form % tuple(values))
        small: dict[int, bytes] = {}
        for file in files.values():
            small |= file.write(writer)
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

    def _said(self, lines: Iterable[Line]) -> dict[Face, dict[int, str]]:
        """The glyphs that each face draws the fields with, and what they stand for."""
        found: dict[Face, dict[int, str]] = {font.face: {} for font in self.fonts}
        for run in chain.from_iterable(line.runs for line in lines):
            if run.face not in found:
                raise Refused("a face draws a field that drew none of the probes")
            found[run.face] = together(found[run.face], run.said)
        return found

    def _letters(self, line: Line, files: Mapping[Face, Embedded]) -> bytes:
        return b"\n".join(
            b"/%s %f Tf\n[%s] TJ" % (files[run.face].name, line.size, run.shown(files[run.face].numbers))
            for run in line.runs
        )

    def _write_picture(self, writer: Writer, qr_code: bytes) -> None:
        picture = Stencil(qr_code).get_x_object(interpolate=False, ratio=1)
        extra = pydyf.Dictionary(picture.extra).data[2:-2]
        writer.add_stream(self.picture, extra, b"".join(picture.stream), REPEATING)

    def _write_metadata(
        self, writer: Writer, texts: Mapping[str, str], issued_at: datetime, moment: bytes
    ) -> dict[int, bytes]:
        said = {TITLE: texts[TITLE], CODE: texts[CODE], ISSUED: f"{issued_at:%Y-%m-%dT%H:%M:%SZ}"}
        number, packet = self.metadata
        escaped = {field: escape(text).encode() for field, text in said.items()}
        writer.add_stream(number, b"/Type/Metadata/Subtype/XML", packet.filled(escaped))
        number, entries = self.info
        strings = {TITLE: pydyf.String(said[TITLE]).data, CODE: pydyf.String(said[CODE]).data, ISSUED: moment}
        return {number: entries.filled(strings)}

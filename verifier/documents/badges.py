"""Baked badges: a PNG or an SVG with a credential in it (Open Badges 3.0 §5.3, and 2.0, whose badges are named at least).

Everything that is baked in is handed on, also what the specification forbids: a second credential, or one that is packed.
"""

import zlib
from collections.abc import Iterator
from xml.parsers import expat

from verifier.errors import CannotOpen

__all__ = ["in_png", "in_svg"]

LARGEST = 32 * 1024  # bytes of one text; a token has 16 KiB at most
MOST_CHUNKS = 20_000  # of a PNG: of 20 MiB they are some thousands, as encoders cut it
MOST = 8  # that are looked at; two are already one too many
KEYWORDS = (b"openbadgecredential", b"openbadges")  # 3.0 §5.3.1.1, 2.0
LONGEST_NAMES = 512  # bytes of keyword, flags, language and translated keyword
NAMESPACES = ("https://purl.imsglobal.org/ob/v3p0", "http://openbadges.org")  # 3.0 §5.3.2.1, 2.0
ELEMENTS = ("credential", "assertion")
DEEPEST = 200  # elements within each other
PIECE = 64 * 1024


def in_png(data: bytes) -> tuple[str, ...]:
    """The texts that are baked into a PNG, wherever in the file they stand. Raises `CannotOpen` if its chunks break off."""
    texts = []
    for kind, content in _chunks(data):
        keyword, _, rest = content.partition(b"\0")
        if kind in {b"iTXt", b"tEXt", b"zTXt"} and keyword in KEYWORDS:
            texts.append(_text(kind, rest))
        if len(texts) > MOST:
            raise CannotOpen("The picture has more credentials in it than one.", "too_large")
    return tuple(texts)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Type and content of the chunks before the end of the picture (PNG §5.3); of long ones the first bytes."""
    at = 8
    for _ in range(MOST_CHUNKS):
        length, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        if at + 12 + length > len(data):
            raise CannotOpen("The picture breaks off: its end is missing.", "damaged")
        if kind == b"IEND":
            return
        yield kind, data[at + 8 : at + 8 + min(length, LARGEST + LONGEST_NAMES)]
        at += 12 + length
    raise CannotOpen("The picture is made of more pieces than are read: take a screenshot of it.", "too_large")


def _text(kind: bytes, rest: bytes) -> str:
    """The text behind the keyword of a chunk (PNG §11.3.3), whatever is no text in it replaced."""
    packed = kind == b"zTXt"
    if kind == b"zTXt":
        rest = rest[1:]  # the method, of which there is one
    elif kind == b"iTXt":
        packed = rest[:1] == b"\1"
        *_, rest = rest[2:].split(b"\0", 2)  # language, translated keyword
    if packed:
        try:
            rest = zlib.decompressobj().decompress(rest, LARGEST)
        except zlib.error:
            return ""
    return rest[:LARGEST].decode("utf-8", "replace")


def in_svg(data: bytes) -> tuple[str, ...]:
    """The texts that are baked into an SVG: the attribute `verify`, else what stands in the element.

    Expat fetches nothing by itself; entities, which could grow without end, are refused. Raises `CannotOpen`.
    """
    reading = _Svg()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = reading.begin
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.text
    parser.EntityDeclHandler = reading.entity
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    try:
        for at in range(0, len(data), PIECE):
            parser.Parse(data[at : at + PIECE], False)
        parser.Parse(b"", True)
    except (expat.ExpatError, UnicodeError, LookupError, ValueError) as error:
        raise CannotOpen("The picture is damaged: it is no SVG that can be read.", "damaged") from error
    return tuple(reading.found)


class _Svg:
    """What Expat finds, which calls one method for each piece."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._depth = 0
        self._inside: list[str] | None = None

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, element = name.rpartition(" ")
        self._depth += 1
        if self._depth == 1 and element != "svg":
            raise CannotOpen("The picture is damaged: it is no SVG that can be read.", "damaged")
        if self._depth > DEEPEST or len(self.found) > MOST:
            raise CannotOpen("The picture has more in it than a badge can have.", "too_large")
        if namespace in NAMESPACES and element in ELEMENTS:
            self._inside = []
            if attributes.get("verify"):
                self.found.append(attributes["verify"][:LARGEST])
                self._inside = None

    def text(self, text: str) -> None:
        if self._inside is not None and sum(map(len, self._inside)) < LARGEST:
            self._inside.append(text)

    def end(self, name: str) -> None:
        self._depth -= 1
        if self._inside is not None:
            self.found.append("".join(self._inside)[:LARGEST].strip())
            self._inside = None

    def entity(self, *_: object) -> None:
        raise CannotOpen("The picture declares entities, which no badge needs. They are not read.", "too_large")

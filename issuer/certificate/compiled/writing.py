"""Writing a PDF object by object behind what is already written (ISO 32000-1, 7.5)."""

from deflate import zlib_compress

__all__ = ["BEST", "FAST", "Writer", "deflated"]

HEADER = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"
ENTRY = 7  # bytes of the cross-reference stream: the kind, four for the place, two for the place in an object stream
# Levels of compression: the lowest for what is written each time, since twice the time saves a fortieth, and the highest
# for what is kept.
FAST, BEST = 1, 12


def deflated(extra: bytes, data: bytes, level: int = FAST) -> bytes:
    """A stream as an object; `extra` are the entries of its dictionary beside those that say how it is written."""
    content = zlib_compress(data, level)
    return b"<<%s/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream" % (extra, len(content), content)


class Writer:
    """A PDF in the making: `content`, and in `entries` where each of its objects is."""

    def __init__(self, objects: int, content: bytes = HEADER, entries: bytes | None = None) -> None:
        """A file that will have so many objects, its cross-reference stream being the last."""
        self._last = objects - 1
        self.content = bytearray(content)
        self.entries = bytearray(entries or b"\0\0\0\0\0\xff\xff" + bytes(ENTRY * (objects - 1)))

    def add(self, number: int, data: bytes) -> None:
        """An object as it stands."""
        self._enter(number, b"\1" + len(self.content).to_bytes(4, "big") + b"\0\0")
        self.content += b"%d 0 obj\n%s\nendobj\n" % (number, data)

    def add_stream(self, number: int, extra: bytes, data: bytes, level: int = FAST) -> None:
        """A stream; `extra` are the other entries of its dictionary."""
        self.add(number, deflated(extra, data, level))

    def add_together(self, number: int, objects: dict[int, bytes], level: int = FAST) -> None:
        """Objects that are no streams, in an object stream with that number (7.5.7)."""
        places, body = [], b""
        for place, (each, data) in enumerate(objects.items()):
            self._enter(each, b"\2" + number.to_bytes(4, "big") + place.to_bytes(2, "big"))
            places.append(b"%d %d" % (each, len(body)))
            body += data + b"\n"
        head = b" ".join(places) + b"\n"
        self.add_stream(number, b"/Type/ObjStm/N %d/First %d" % (len(objects), len(head)), head + body, level)

    def end(self, trailer: bytes) -> bytes:
        """The whole file, with a cross-reference stream (7.5.8) that holds the entries of the `trailer`."""
        at = len(self.content)
        self._enter(self._last, b"\1" + at.to_bytes(4, "big") + b"\0\0")
        extra = b"/Type/XRef/Size %d/W[1 4 2]%s" % (self._last + 1, trailer)
        self.add_stream(self._last, extra, bytes(self.entries))
        return bytes(self.content) + b"startxref\n%d\n%%%%EOF\n" % at

    def _enter(self, number: int, entry: bytes) -> None:
        self.entries[ENTRY * number : ENTRY * (number + 1)] = entry

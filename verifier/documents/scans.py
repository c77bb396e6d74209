"""How often a JPEG goes over its picture, which its size does not say: each scan costs as much as the whole picture."""

import re
from collections.abc import Iterator

from verifier.errors import CannotOpen

__all__ = ["scans"]

MARKER = re.compile(rb"\xff([^\0\xff\xd0-\xd7])")  # those left out stand within a scan (ITU-T T.81, table B.1)
FIRST_WITH_LENGTH, START, END, SCAN = b"\xc0", b"\xd8", b"\xd9", b"\xda"
MOST_SEGMENTS = 2_000  # those that a camera writes are long: of 20 MiB they are some hundreds
MOST_FILLING = 64  # bytes in front of a marker, in the head of a picture


def scans(data: bytes) -> Iterator[int]:
    """The number of components of each scan (ITU-T T.81 §B.2.3): 3 for a photo, 1 to 3 of each scan of a progressive one.

    Markers are found where a decoder finds them, and nothing behind the end of the picture. Raises `CannotOpen`.
    """
    at, head = 0, True
    for _ in range(MOST_SEGMENTS):
        marker = MARKER.search(data, at)
        if marker is None or marker[1] == END:
            return
        if head and marker.start() - at > MOST_FILLING:
            raise CannotOpen("The picture is damaged: its parts do not follow each other.", "damaged")
        at = marker.end()
        if marker[1] >= FIRST_WITH_LENGTH and marker[1] != START:
            if marker[1] == SCAN:
                head = False
                yield int.from_bytes(data[at + 2 : at + 3])
            at += int.from_bytes(data[at : at + 2])
    raise CannotOpen("The picture is made of more pieces than are read: take a screenshot of it.", "too_large")

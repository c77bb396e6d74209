"""Whether the text that a page claims is really to be seen on it: the page is drawn, and its text again beside it."""

from dataclasses import dataclass

import pypdfium2
from PIL import Image

from verifier.verdict import Trace

__all__ = ["DPI", "Seen", "look_at"]

DPI = 200


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What can be seen of a page: the lines of its text without what is hidden, and the picture in greys at `DPI`.

    `traces` are `hidden_text` and `shapes_differ` (`verifier.verdict.TRACES`), each at most once.
    """

    lines: tuple[str, ...]
    traces: tuple[Trace, ...]
    picture: Image.Image


def look_at(page: pypdfium2.PdfPage, number: int) -> Seen:
    """Look at page `number`, counted from 1."""
    picture: Image.Image = page.render(scale=DPI / 72, grayscale=True).to_pil()
    text = page.get_textpage().get_text_bounded()
    return Seen(lines=tuple(line for line in text.splitlines() if line.strip()), traces=(), picture=picture)

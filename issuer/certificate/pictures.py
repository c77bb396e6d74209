"""The pictures of a certificate, drawn once for all certificates or in one stroke.

WeasyPrint parses and draws an SVG file anew for every document, which takes longer than all the rest of the page. A file
of shapes is the same on every certificate, so its drawing is kept, deflated, and each document gets it as a Form XObject
(ISO 32000-1, 8.10). A QR code is different each time, but nothing more than bits: a stencil mask (8.9.6.2).

The classes are what WeasyPrint takes for images: they have `get_intrinsic_size` and `draw`, and what `Stream.add_image`
is given has `id` and `get_x_object`.
"""

import zlib
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any
from xml.etree import ElementTree as ET

import pydyf
from weasyprint.images import SVGImage
from weasyprint.pdf.stream import Stream
from weasyprint.svg import SVG
from weasyprint.urls import URLFetcher

from issuer.errors import Misconfigured

__all__ = ["BITMAP", "VECTOR", "Shapes", "Stencil", "shapes"]

BITMAP, VECTOR = "image/x-portable-bitmap", "image/svg+xml"
SHAPES = frozenset(
    f"{{http://www.w3.org/2000/svg}}{tag}"
    for tag in (
        "svg", "g", "defs", "use", "clipPath", "title", "desc",
        "path", "rect", "circle", "ellipse", "line", "polyline", "polygon",
    )
)  # fmt: skip


class Stencil:
    """A bitmap (binary PBM, 1 is dark) painted in the `color` of its element, with crisp edges in every size."""

    def __init__(self, bitmap: bytes) -> None:
        _, size, self._rows = bitmap.split(b"\n", 2)
        self._width, self._height = map(int, size.split())
        self.id = sha256(bitmap).hexdigest()

    def get_intrinsic_size(self, resolution: float, font_size: float) -> tuple[float, float, float]:
        """Width and height in CSS pixels, and their ratio."""
        return self._width / resolution, self._height / resolution, self._width / self._height

    def draw(self, stream: Stream, width: float, height: float, style: Any) -> None:
        """Paint it `width` by `height` from the origin of `stream`."""
        stream.set_color(style["color"])
        stream.transform(width, 0, 0, -height, 0, height)
        stream.draw_x_object(stream.add_image(self, interpolate=False, ratio=1))

    def get_x_object(self, interpolate: bool, ratio: float) -> pydyf.Stream:
        """The mask as an object for one document."""
        extra = {
            "Type": "/XObject",
            "Subtype": "/Image",
            "Width": self._width,
            "Height": self._height,
            "ImageMask": "true",
            "BitsPerComponent": 1,
            "Decode": pydyf.Array([1, 0]),
            "Interpolate": "false",
        }
        return pydyf.Stream([self._rows], extra, compress=True)


@lru_cache(maxsize=64)
def shapes(svg: bytes, fetcher: URLFetcher) -> "Shapes | None":
    """The picture in an SVG file of plain shapes; None for one with text, gradients, filters or pictures in it.

    Raises `Misconfigured` for what is no XML, or needs more than this file to be.
    """
    try:
        tree = ET.fromstring(svg)  # noqa: S314, a file of the design
    except ET.ParseError as error:
        raise Misconfigured(f"The certificate's design is broken. A picture is not SVG: {error}.") from error
    return Shapes(tree, svg, fetcher) if SHAPES.issuperset(element.tag for element in tree.iter()) else None


class Shapes(SVGImage):  # type: ignore[misc]
    """An SVG file that is drawn the first time a size is asked for."""

    def __init__(self, tree: ET.Element, svg: bytes, fetcher: URLFetcher) -> None:
        self._svg = SVG(tree, None, None, fetcher)
        self._name = sha256(svg).hexdigest()
        self._drawn: dict[tuple[float, float], _Drawn | None] = {}

    def draw(self, stream: Stream, width: float, height: float, style: Any) -> None:
        """Draw it `width` by `height` at the origin of `stream`."""
        if (width, height) not in self._drawn:
            self._drawn[width, height] = self._draw_once(stream, width, height)
        drawn = self._drawn[width, height]
        if drawn:
            stream.draw_x_object(stream.add_image(drawn, interpolate=False, ratio=1))
        else:
            self._svg.draw(stream, width, height, None, None)

    def _draw_once(self, stream: Stream, width: float, height: float) -> "_Drawn | None":
        """The drawing, or None when it cannot be taken over to another document: groups name objects of this one."""
        resources = {kind: pydyf.Dictionary() for kind in ("ExtGState", "XObject", "Pattern", "Shading")}
        alone = stream.clone(resources=pydyf.Dictionary(resources), tags=None)
        self._svg.draw(alone, width, height, None, None)
        states = resources.pop("ExtGState")
        if any(resources.values()) or any(operator.endswith((b" cs", b" CS")) for operator in alone.stream):
            return None
        content = zlib.compress(b"\n".join(alone.stream), level=9)
        return _Drawn(id=f"{self._name}-{width}-{height}", width=width, height=height, states=states, content=content)


@dataclass(frozen=True, kw_only=True)
class _Drawn:
    id: str
    width: float
    height: float
    states: pydyf.Dictionary
    content: bytes

    def get_x_object(self, interpolate: bool, ratio: float) -> pydyf.Stream:
        """The drawing as an object for one document: WeasyPrint numbers what it writes."""
        return pydyf.Stream(
            [self.content],
            {
                "Type": "/XObject",
                "Subtype": "/Form",
                "BBox": pydyf.Array([0, 0, self.width, self.height]),
                "Resources": pydyf.Dictionary({"ExtGState": self.states, "Font": None}),
                "Filter": "/FlateDecode",
            },
        )

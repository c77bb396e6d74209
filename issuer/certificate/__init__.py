"""The certificate: what a credential says, as a PDF that a person can frame and a screen reader can read.

It is a view of the token and never the other way round. Importing this package needs neither WeasyPrint nor its system
libraries; the first `render` does.
"""

from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any, Literal, NamedTuple

from credential.wording import Wording, texts_of
from issuer.certificate.badge import picture
from issuer.certificate.design import (
    CLASSIC,
    LARGE_PRINT,
    MEDAL,
    PLAIN,
    Brand,
    Design,
    design_in,
    designs,
    is_packaged,
    packaged,
    read_design,
)
from issuer.certificate.extra import added_characters, use_extra_fonts
from issuer.certificate.faces import LATIN, Undrawable, printable, undrawable, unfaithful
from issuer.certificate.fitting import TooLong
from issuer.certificate.instances import static
from issuer.certificate.layout import lay
from issuer.certificate.libraries import LibrariesMissing, missing_libraries, require_libraries
from issuer.certificate.shelf import Shelf

__all__ = [
    "CLASSIC",
    "LARGE_PRINT",
    "MEDAL",
    "PLAIN",
    "Brand",
    "Design",
    "Drawn",
    "LibrariesMissing",
    "TooLong",
    "Undrawable",
    "added_characters",
    "design_in",
    "designs",
    "draw",
    "is_packaged",
    "missing_libraries",
    "packaged",
    "picture",
    "prepare_faces",
    "read_design",
    "render",
    "require_libraries",
    "undrawable",
    "unfaithful",
    "use_extra_fonts",
]


class Drawn(NamedTuple):
    """A certificate, and how it was drawn: "compiled" (`certificate.compiled`) or "laid_out" by WeasyPrint."""

    pdf: bytes
    way: Literal["compiled", "laid_out"]


# One certificate at a time in a process: drawing keeps the interpreter busy anyway, and the open font files are shared.
DRAWING = Lock()


def render(wording: Wording, token: str, **how: Any) -> bytes:
    """The PDF of `draw`."""
    return draw(wording, token, **how).pdf


def draw(
    wording: Wording,
    token: str,
    *,
    verify_url: str,
    issued_at: datetime,
    cache: Path,
    design: Design,
    brand: Brand = PLAIN,
    shelf: Shelf | None = None,
) -> Drawn:
    """The certificate of `token` as a PDF: PDF/A-3a and PDF/UA-1, the token attached. Same input, same way, same
    bytes.

    `verify_url` goes into the QR code as it is, and its host is printed beside it. `issued_at` (aware) becomes the
    dates of the file. `cache` is a folder of ours that keeps the static Latin faces; the first call on a machine fills
    it in some seconds. What other processes
    compiled is on the `shelf`.

    Raises `Undrawable` naming the characters that cannot be shown, `TooLong`, `Misconfigured` for a broken design, and
    `LibrariesMissing` with the line to run.
    """
    if unprintable := [text for text in texts_of(wording) if not printable(text)]:
        raise Undrawable("\n".join(unprintable))
    require_libraries()
    from issuer.certificate.compiled import compiled  # noqa: PLC0415, it loads the libraries just asked for
    from issuer.certificate.pdf import write  # noqa: PLC0415, as does this

    moment = issued_at.astimezone(UTC).replace(microsecond=0)
    cache = cache.absolute()
    with DRAWING:
        if pdf := compiled(
            wording,
            token,
            verify_url=verify_url,
            issued_at=moment,
            cache=cache,
            design=design,
            brand=brand,
            shelf=shelf,
        ):
            return Drawn(pdf, "compiled")
        laid = lay(
            wording,
            design=design,
            brand=brand,
            verify_url=verify_url,
            issued=f"{moment:%Y-%m-%dT%H:%M:%SZ}",
            cache=cache,
        )
        return Drawn(write(laid, token, issued_at=moment), "laid_out")


def prepare_faces(cache: Path) -> None:
    """Make the static Latin faces now (some seconds, once per `cache`), so that the first certificate need not wait."""
    for face in LATIN:
        static(face, cache.absolute())

"""From HTML to a PDF that is PDF/A-3a (ISO 19005-3) and PDF/UA-1 (ISO 14289-1) at once, with the token attached.

Importing this module imports WeasyPrint, which needs system libraries: `issuer.certificate.libraries` asks first.
"""

import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from urllib.request import OpenerDirector
from xml.etree import ElementTree as ET

from issuer.certificate.allowance import renew
from issuer.certificate.libraries import exact_names

# No font of this machine may get into a certificate, and fontconfig reads this once, when WeasyPrint loads it.
os.environ["FONTCONFIG_FILE"] = str(Path(__file__).with_name("fonts.conf"))
with warnings.catch_warnings(), exact_names():
    warnings.filterwarnings("ignore", message="No fonts configured")
    from pydyf import PDF
    from weasyprint import CSS, HTML, Attachment
    from weasyprint.document import Document, DocumentMetadata
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from issuer.certificate.layout import ASSETS, Laid
from issuer.certificate.pictures import BITMAP, VECTOR, Shapes, Stencil, shapes
from issuer.certificate.structure import finish
from issuer.errors import Misconfigured

__all__ = ["laid_out", "write", "written"]

TOKEN = f"{ASSETS}credential.jwt"
PDFUA = ET.parse(Path(__file__).with_name("pdfua.xml")).getroot()  # noqa: S314, our own file
for prefix, namespace in (
    ("pdfaExtension", "http://www.aiim.org/pdfa/ns/extension/"),
    ("pdfaSchema", "http://www.aiim.org/pdfa/ns/schema#"),
    ("pdfaProperty", "http://www.aiim.org/pdfa/ns/property#"),
):  # PDF/A prescribes these prefixes (ISO 19005-3, 6.6.2.3.3); ElementTree would invent its own
    ET.register_namespace(prefix, namespace)


class InMemory(URLFetcher):  # type: ignore[misc]
    """Answers the addresses it was given, `{address: (media type, content)}`, and refuses all others.

    WeasyPrint's own fetcher reads local files and the network. This one is made without any of its handlers.
    """

    def __init__(self, files: Mapping[str, tuple[str, bytes]]) -> None:
        OpenerDirector.__init__(self)
        self._fail_on_errors = True
        self._files = files
        self.refused: list[str] = []  # WeasyPrint passes over some of the errors that we raise

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        """The content of `url`. Raises `PermissionError` for everything that is not in memory."""
        if url not in self._files:
            self.refused.append(url)
            raise PermissionError(f"A certificate may not load {url}.")
        media_type, content = self._files[url]
        return URLFetcherResponse(url, content, {"Content-Type": media_type})


NOTHING = InMemory({})


class Metadata(DocumentMetadata):  # type: ignore[misc]
    """WeasyPrint's metadata with the mark of PDF/UA-1 added, since it writes one variant only."""

    def generate_rdf_metadata(self, variant: str, version: int, conformance: str) -> bytes:
        """The RDF of the XMP packet, in UTF-8."""
        rdf = ET.fromstring(super().generate_rdf_metadata(variant, version, conformance))  # noqa: S314, just written
        rdf.extend(PDFUA)
        written: bytes = ET.tostring(rdf, encoding="utf-8")
        return written


def write(laid: Laid, token: str, *, issued_at: datetime) -> bytes:
    """The PDF of `laid` with `token` in it as `credential.jwt`. The same input makes the same bytes."""
    with laid_out(laid) as document:
        return written(
            document, token, issued_at=issued_at, identifier=f"{laid.style}{laid.html}{token}", finish=finish
        )


@contextmanager
def laid_out(laid: Laid) -> Iterator[Document]:
    """The pages of a certificate, not drawn yet. Raises `Misconfigured` where the design is broken."""
    renew()
    fetcher, fonts = InMemory(laid.files), FontConfiguration()
    try:
        styles = [CSS(string=laid.faces, url_fetcher=fetcher, font_config=fonts), _style(laid.style)]
        document = HTML(string=laid.html, url_fetcher=fetcher).render(
            stylesheets=styles, font_config=fonts, cache=_pictures(laid), pdf_variant="pdf/a-3a"
        )
        document.metadata = Metadata(**vars(document.metadata))
        yield document
    except FatalURLFetchingError as error:
        raise Misconfigured(f"The certificate's design is broken. {error.__cause__}") from error
    if fetcher.refused:
        raise Misconfigured(f"The certificate's design is broken. A certificate may not load {fetcher.refused[0]}.")


def written(
    document: Document, token: str, *, issued_at: datetime, identifier: str, finish: Callable[[Document, PDF], None]
) -> bytes:
    """The PDF of a document with `token` attached, its objects put right by `finish` before they are written."""
    pdf = document.write_pdf(
        pdf_variant="pdf/a-3a",
        pdf_identifier=sha256(identifier.encode()).digest()[:16],
        attachments=[
            Attachment(
                url=TOKEN,
                url_fetcher=InMemory({TOKEN: ("application/jwt", token.encode())}),
                name="credential.jwt",
                description="The signed credential, an Open Badges 3.0 JWT. This page is a view of it.",
                relationship="Source",
                created=issued_at,
                modified=issued_at,
            )
        ],
        finisher=finish,
    )
    assert isinstance(pdf, bytes)
    return pdf


def _pictures(laid: Laid) -> dict[str, Stencil | Shapes]:
    """The pictures that we draw ourselves, by address; all others are left to WeasyPrint."""
    pictures: dict[str, Stencil | Shapes] = {}
    for address, (media_type, content) in laid.files.items():
        if media_type == BITMAP:
            pictures[address] = Stencil(content)
        elif media_type == VECTOR and (picture := shapes(content, NOTHING)):
            pictures[address] = picture
    return pictures


@lru_cache
def _style(css: str) -> CSS:
    """A design's style sheet, parsed once: it is the same for every certificate, unlike the faces."""
    return CSS(string=css, url_fetcher=NOTHING)

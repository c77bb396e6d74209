"""One document of a kind of certificates: probed, proven, frozen."""

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from hashlib import sha256
from pathlib import Path
from time import thread_time
from typing import Any

from markupsafe import escape
from weasyprint.document import Document

from credential.wording import Wording
from issuer.certificate.compiled.capture import sheets
from issuer.certificate.compiled.fields import (
    CODE,
    ISSUED,
    TITLE,
    VERIFY_URL,
    Refused,
    filled,
    mark,
    marks_in,
    opened,
)
from issuer.certificate.compiled.freezing import HEAD, freeze
from issuer.certificate.compiled.frozen import Frozen
from issuer.certificate.compiled.moving import Probe, Shares, followed, probed, settled
from issuer.certificate.compiled.probes import probe_texts
from issuer.certificate.design import Brand, Design
from issuer.certificate.layout import HAN, Fit, fill_in, fitted, with_files
from issuer.certificate.pdf import laid_out
from issuer.certificate.qr import qr

__all__ = ["Compiler", "standing"]

MOST_SECONDS = 15  # of processor time to compile one; whoever asked for the certificate is waiting
# How many letters more than in the first certificate of a kind a name is tried with, and any other field. Fewer, where a
# line would break; then the next certificate may be too wide.
MORE = ((24, 4), (24, 1), (8, 0), (0, 0))
SMALLEST, LARGEST = qr("1"), qr("1" * 1500)  # QR codes: of a digit, and of more than any certificate has
TOLD = re.compile(r"<title>.*?</title>|<meta [^>]*>", re.DOTALL)  # where fields may stand in the head
LINK = re.compile(f'href="{mark(VERIFY_URL)}"')
Texts = Mapping[str, str]


class Compiler:
    """Makes the documents of the kinds that say what `wording` says but for their fields."""

    def __init__(self, wording: Wording, *, design: Design, brand: Brand, verifier: str, cache: Path) -> None:
        self._wording, self._design, self._brand = wording, design, brand
        self._verifier, self._cache = verifier, cache
        self.han = HAN[design.manifest.chinese]
        self.fit = partial(fitted, cache, self.han)
        self._moves: set[Shares] = set()

    def filled_in(self, put: Callable[[str], Any], fit: Fit, issued: str, verify_url: str) -> str:
        """The template with `put(name)` in the place of each field."""
        return fill_in(
            opened(self._wording, put)[0],
            design=self._design,
            brand=self._brand,
            verify_url=verify_url,
            verifier=self._verifier,
            issued=issued,
            fit=fit,
        )

    def compiled(self, html: str, texts: Texts, same_kind: Callable[[Texts], bool]) -> Frozen:
        """A document of the kind that is `html` with marks in it, proven for `texts` and such as are about as wide.

        Raises `Refused` where that cannot be proven, or takes too long.
        """
        found, why, ends = standing(html), Refused("nothing was tried"), thread_time() + MOST_SECONDS
        for names, others in MORE:
            most = {f: names if f.startswith("name-") else 0 if f == CODE else others for f in found}
            try:
                tried = probe_texts(texts, most, (self.han, self._cache), same_kind)
                for said in (texts, *tried):
                    self._check(html, said)
                narrow, wide = ({field: said[field] for field in found} for said in tried)
                return self._frozen(html, narrow, wide, ends)
            except Refused as error:
                why = error
        raise why

    def _check(self, html: str, said: Texts) -> None:
        """Raise `Refused` unless the template makes of texts what is made of the HTML with marks."""
        issued, verify_url = HEAD[ISSUED], HEAD[VERIFY_URL]
        expected = filled(html, {f: str(escape(t)) for f, t in {**HEAD, **said}.items()})
        if self.filled_in(said.__getitem__, self.fit, issued, verify_url) != expected:
            raise Refused("the design makes something else of a text than print it")

    def _frozen(self, html: str, narrow: Texts, wide: Texts, ends: float) -> Frozen:
        def laid(said: Texts, picture: bytes = SMALLEST) -> AbstractContextManager[Document]:
            if thread_time() > ends:
                raise Refused("to compile it takes too long")
            return self._laid_out(html, said, picture)

        def some(*fields: str) -> Probe:
            said = {**narrow, **{field: wide[field] for field in fields}}
            with laid(said, LARGEST) as document:
                return self._probe(document, said, LARGEST)

        with laid(narrow) as document, laid(wide) as other:
            first, last = self._probe(document, narrow), self._probe(other, wide)
            if not settled(first, last):
                raise Refused("with wide texts a line is broken that is not with narrow ones")
            pages = followed(first, last, some, self._moves)
            proven = (first.widths, last.widths)
            frozen = freeze(document, narrow, pages, proven, self._cache)
            if freeze(other, wide, pages, proven, self._cache) != frozen:
                raise Refused("something beside the pages' strokes depends on the fields")
            return frozen

    def _probe(self, document: Document, said: Texts, picture: bytes = SMALLEST) -> Probe:
        return probed(sheets(document, said, self.han, self._cache, sha256(picture).hexdigest()), said)

    def _laid_out(self, html: str, said: Texts, picture: bytes) -> AbstractContextManager[Document]:
        head, end, body = html.partition("</head>")
        written = filled(head + end, HEAD) + filled(
            body, {f: str(escape(text)) for f, text in {**HEAD, **said}.items()}
        )
        return laid_out(
            with_files(
                written,
                design=self._design,
                brand=self._brand,
                qr_code=picture,
                cache=self._cache,
                first=filled(html, _Nothing()),
            )
        )


class _Nothing(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return ""


def standing(html: str) -> list[str]:
    """The fields that stand on the pages. Raises `Refused` where one stands there twice, or one that has no place there."""
    head, _, body = html.partition("</head>")
    if marks_in(TOLD.sub("", head)) or mark(VERIFY_URL) in LINK.sub("", body):
        raise Refused("a field stands where fields do not")
    fields = [field for field in marks_in(body) if field != VERIFY_URL]
    if len(set(fields)) < len(fields) or {TITLE, ISSUED} & set(fields):
        raise Refused("a field stands where fields do not")
    return fields

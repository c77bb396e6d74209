"""The kinds of certificates that say the same but for their fields, and the document of each, made when it is worth it."""

import logging
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from time import thread_time
from typing import Any

from markupsafe import escape
from weasyprint.document import Document

from credential.wording import Wording
from issuer.certificate.compiled.asking import Answering, Node, find
from issuer.certificate.compiled.capture import sheets
from issuer.certificate.compiled.fields import (
    CODE,
    ISSUED,
    TITLE,
    VERIFY_URL,
    Field,
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
from issuer.certificate.compiled.shaping import Line, written
from issuer.certificate.design import Brand, Design
from issuer.certificate.faces import Face
from issuer.certificate.layout import HAN, Fit, fill_in, fitted, with_files
from issuer.certificate.pdf import laid_out
from issuer.certificate.qr import qr
from issuer.errors import Misconfigured

__all__ = ["Kinds"]

log = logging.getLogger("issuer")

MOST = 200  # kinds of one wording
MOST_DOCUMENTS = 8  # of one kind
MOST_SECONDS = 15  # of processor time to compile one; whoever asked for the certificate is waiting
# How many letters more than in the first certificate of a kind a name is tried with, and any other field. Fewer, where a
# line would break; then the next certificate may be too wide.
MORE = ((24, 4), (24, 1), (8, 0), (0, 0))
SMALLEST, LARGEST = qr("1"), qr("1" * 1500)  # QR codes: of a digit, and of more than any certificate has
TOLD = re.compile(r"<title>.*?</title>|<meta [^>]*>", re.DOTALL)  # where fields may stand in the head
LINK = re.compile(f'href="{mark(VERIFY_URL)}"')
Texts = Mapping[str, str]


@dataclass
class Kind:
    """Certificates with the same HTML but for their fields.

    Each of its `documents` was proven for fields of certain widths. `refused` says why there will be no more of them,
    `asked` how many certificates fitted none since the last was made.
    """

    html: str
    asked: int = 0
    documents: list[Frozen] = field(default_factory=list)
    refused: str = ""


@dataclass(frozen=True)
class Written:
    """How does a field change between scripts? None where it is not plain."""

    name: str
    han: Face

    def __call__(self, texts: Texts) -> tuple[tuple[str, ...], ...] | None:
        try:
            return written(texts[self.name], self.han)
        except Refused:
            return None


class Kinds:
    """All kinds of certificates that say what `wording` says but for their fields."""

    def __init__(self, wording: Wording, *, design: Design, brand: Brand, verifier: str, cache: Path) -> None:
        self._wording, self._design, self._brand = wording, design, brand
        self._verifier, self._cache = verifier, cache
        self._han = HAN[design.manifest.chinese]
        self._fit = partial(fitted, cache, self._han)
        self._root: Node[Kind] = Node()
        self._moves: set[Shares] = set()
        self._count = 0
        self._ends = 0.0

    def document(self, texts: Texts, worth_it: int) -> tuple[Frozen, Mapping[str, Line]] | None:
        """The document for what the fields say, and the lines that go into it; None until `worth_it` asked for such.

        Raises `Refused` where it cannot be compiled.
        """
        node = find(self._root, texts) or self._met(texts)
        kind = node.end
        assert kind is not None
        for document in kind.documents:
            if lines := document.lines(texts):
                return document, lines
        kind.asked += 1
        if not kind.refused and kind.asked >= worth_it and (another := self._another(node, kind, texts)):
            if lines := another.lines(texts):
                return another, lines
            kind.refused = "the probes do not hold what they were made for"
        if kind.refused:
            raise Refused(kind.refused)
        return None

    def _another(self, node: Node[Kind], kind: Kind, texts: Texts) -> Frozen | None:
        """One more document of a kind; None where `kind.refused` says why there is none."""
        try:
            document = self._compiled(node, kind, texts)
        except Refused as error:
            kind.refused = str(error)
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001, what looks into a library may break with it, and no certificate then
            log.warning("A design is not compiled: %r", error)
            kind.refused = "the layout engine is not as it was"
        else:
            kind.asked = 0
            kind.documents.insert(0, document)
            if len(kind.documents) == MOST_DOCUMENTS:
                kind.refused = "it comes in too many widths"
            return document
        return None

    def _met(self, texts: Texts) -> Node[Kind]:
        """A kind that is met for the first time."""
        if self._count == MOST:
            raise Refused("there are too many kinds")
        answering = Answering(self._root, texts, self._fit)
        try:
            html = self._filled_in(
                lambda name: Field(name, answering.longer), answering.fit, mark(ISSUED), mark(VERIFY_URL)
            )
            if unknown := set(marks_in(html)) - texts.keys() - {ISSUED, VERIFY_URL}:
                raise Refused(f"the design makes {min(unknown)} of a field")
            plain = [answering.ask(Written(name, self._han)) for name in _standing(html)]
            answering.node.end = Kind(html, refused="" if all(plain) else "a text is not plain")
        except (Refused, Misconfigured) as error:
            answering.node.end = Kind("", refused=str(error))
        self._count += 1
        return answering.node

    def _filled_in(self, put: Callable[[str], Any], fit: Fit, issued: str, verify_url: str) -> str:
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

    def _compiled(self, node: Node[Kind], kind: Kind, texts: Texts) -> Frozen:
        standing = _standing(kind.html)
        why, self._ends = Refused("nothing was tried"), thread_time() + MOST_SECONDS
        for names, others in MORE:
            most = {f: names if f.startswith("name-") else 0 if f == CODE else others for f in standing}
            try:
                tried = probe_texts(texts, most, (self._han, self._cache), lambda said: find(self._root, said) is node)
                for said in (texts, *tried):
                    self._check(kind.html, said)
                return self._frozen(kind.html, *({f: said[f] for f in standing} for said in tried))
            except Refused as error:
                why = error
        raise why

    def _check(self, html: str, said: Texts) -> None:
        """Raise `Refused` unless the template makes of texts what is made of the HTML with marks."""
        issued, verify_url = HEAD[ISSUED], HEAD[VERIFY_URL]
        expected = filled(html, {f: str(escape(t)) for f, t in {**HEAD, **said}.items()})
        if self._filled_in(said.__getitem__, self._fit, issued, verify_url) != expected:
            raise Refused("the design makes something else of a text than print it")

    def _frozen(self, html: str, narrow: Texts, wide: Texts) -> Frozen:
        def some(*fields: str) -> Probe:
            said = {**narrow, **{field: wide[field] for field in fields}}
            with self._laid_out(html, said, LARGEST) as document:
                return self._probe(document, said, LARGEST)

        with self._laid_out(html, narrow) as document, self._laid_out(html, wide) as other:
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
        return probed(sheets(document, said, self._han, self._cache, sha256(picture).hexdigest()), said)

    def _laid_out(self, html: str, said: Texts, picture: bytes = SMALLEST) -> AbstractContextManager[Document]:
        if thread_time() > self._ends:
            raise Refused("to compile it takes too long")
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


def _standing(html: str) -> list[str]:
    """The fields that stand on the pages. Raises `Refused` where one stands there twice, or one that has no place there."""
    head, _, body = html.partition("</head>")
    if marks_in(TOLD.sub("", head)) or mark(VERIFY_URL) in LINK.sub("", body):
        raise Refused("a field stands where fields do not")
    fields = [field for field in marks_in(body) if field != VERIFY_URL]
    if len(set(fields)) < len(fields) or {TITLE, ISSUED} & set(fields):
        raise Refused("a field stands where fields do not")
    return fields

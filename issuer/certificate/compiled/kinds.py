"""The kinds of certificates that say the same but for their fields, and the document of each, made when it is worth it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from html import escape
from pathlib import Path

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
from issuer.certificate.compiled.moving import Probe, followed, probed, settled
from issuer.certificate.compiled.probes import probe_texts
from issuer.certificate.compiled.shaping import written
from issuer.certificate.design import Brand, Design
from issuer.certificate.faces import Face
from issuer.certificate.layout import HAN, Laid, fill_in, fitted, with_files
from issuer.certificate.pdf import laid_out
from issuer.certificate.qr import qr

__all__ = ["Kinds"]

MOST = 1000  # kinds of one wording
# How many letters more than in the first certificate of a kind a name is tried with, and any other field. Fewer, where a
# line would break; then the next certificate may be too wide.
MORE = ((24, 4), (24, 1), (8, 0), (0, 0))
PICTURES = tuple(qr(digits) for digits in ("1", "1" * 1500))  # the smallest QR code, and one of more than any has
Texts = Mapping[str, str]


@dataclass
class Kind:
    """Certificates with the same HTML but for their fields. `refused` says why there will be no `document`."""

    html: str
    asked: int = 0
    document: Frozen | None = None
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
        self._root: Node[Kind] = Node()
        self._count = 0

    def document(self, texts: Texts, worth_it: int) -> Frozen | None:
        """The document of the kind that `texts` are of; None until that was asked for `worth_it` times.

        Raises `Refused` where it cannot be compiled.
        """
        node = find(self._root, texts) or self._met(texts)
        kind = node.end
        assert kind is not None
        kind.asked += 1
        if not (kind.document or kind.refused) and kind.asked >= worth_it:
            try:
                kind.document = self._compiled(node, kind, texts)
            except Refused as error:
                kind.refused = str(error)
        if kind.refused:
            raise Refused(kind.refused)
        return kind.document

    def _met(self, texts: Texts) -> Node[Kind]:
        """A kind that is met for the first time."""
        if self._count == MOST:
            raise Refused("there are too many kinds")
        answering = Answering(self._root, texts, partial(fitted, self._cache, self._han))
        try:
            html = self._filled_in(answering)
            plain = [answering.ask(Written(field, self._han)) for field in _standing(html)]
            answering.node.end = Kind(html, refused="" if all(plain) else "a text is not plain")
        except Refused as error:
            answering.node.end = Kind("", refused=str(error))
        self._count += 1
        return answering.node

    def _filled_in(self, answering: Answering[Kind]) -> str:
        """The template with marks in the place of fields."""
        wording, _ = opened(self._wording, lambda name: Field(name, answering.longer))
        return fill_in(
            wording,
            design=self._design,
            brand=self._brand,
            verify_url=mark(VERIFY_URL),
            verifier=self._verifier,
            issued=mark(ISSUED),
            fit=answering.fit,
        )

    def _compiled(self, node: Node[Kind], kind: Kind, texts: Texts) -> Frozen:
        standing = _standing(kind.html)
        why = Refused("nothing was tried")
        for names, others in MORE:
            most = {field: names if field.startswith("name-") else others for field in standing}
            try:
                tried = probe_texts(texts, most, self._han, lambda said: find(self._root, said) is node)
                return self._frozen(kind.html, standing, tried)
            except Refused as error:
                why = error
        raise why

    def _frozen(self, html: str, standing: Sequence[str], tried: tuple[Texts, Texts]) -> Frozen:
        def probe(wide: Sequence[str], picture: bytes) -> Probe:
            said = {field: tried[field in wide][field] for field in standing}
            with laid_out(self._laid(html, said, picture)) as document:
                return probed(sheets(document, said, self._han, self._cache, sha256(picture).hexdigest()), said)

        narrow, wide = probe((), PICTURES[0]), probe(standing, PICTURES[1])
        if not settled(narrow, wide):
            raise Refused("with wide texts a line is broken that is not with narrow ones")
        pages = followed(narrow, wide, probe(standing[::2], PICTURES[0]), lambda field: probe((field,), PICTURES[0]))
        said = {field: tried[0][field] for field in standing}
        with laid_out(self._laid(html, said, PICTURES[0])) as document:
            return freeze(document, said, pages, (narrow.widths, wide.widths), self._cache)

    def _laid(self, html: str, said: Texts, picture: bytes) -> Laid:
        head, end, body = html.partition("</head>")
        written = filled(head + end, HEAD) + filled(body, {f: escape(text) for f, text in {**HEAD, **said}.items()})
        return with_files(
            written,
            design=self._design,
            brand=self._brand,
            qr_code=picture,
            cache=self._cache,
            first=filled(html, _Nothing()),
        )


class _Nothing(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return ""


def _standing(html: str) -> list[str]:
    """The fields that stand on the pages. Raises `Refused` where one stands there twice, or one that has no place there."""
    head, _, body = html.partition("</head>")
    fields = [field for field in marks_in(body) if field != VERIFY_URL]
    if len(set(fields)) < len(fields) or {TITLE, ISSUED} & set(fields) or set(marks_in(head)) - {TITLE, CODE, ISSUED}:
        raise Refused("a field stands where fields do not")
    return fields

"""The kinds of certificates that say the same but for their fields, and the document of each, made when it is worth it."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain
from pathlib import Path

import msgspec

from credential.wording import Wording
from issuer.certificate.compiled.asking import Answering, Node, find
from issuer.certificate.compiled.compiling import Compiler, standing
from issuer.certificate.compiled.fields import ISSUED, VERIFY_URL, Field, Refused, mark, marks_in
from issuer.certificate.compiled.frozen import Frozen
from issuer.certificate.compiled.shaping import Line, written
from issuer.certificate.design import Brand, Design
from issuer.certificate.faces import Face
from issuer.certificate.shelf import Shelf
from issuer.errors import Misconfigured

__all__ = ["Kinds"]

log = logging.getLogger("issuer")

MOST = 200  # kinds of one wording
MOST_DOCUMENTS = 8  # of one kind
Texts = Mapping[str, str]
Found = tuple[Frozen, Mapping[str, Line]]

# Shared as MessagePack, which a path is text in, and not pickled: who took over one process would have all.
DOCUMENT: msgspec.msgpack.Decoder[Frozen | str] = msgspec.msgpack.Decoder(
    Frozen | str, dec_hook=lambda kind, text: kind(text)
)


@dataclass
class Kind:
    """Certificates with the same HTML but for their fields; `name` is the same in every process.

    Each of its `documents` was proven for fields of certain widths. `refused` says why there will be no more of them,
    `asked` how many certificates fitted none since the last was made.
    """

    html: str
    name: str = ""
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

    def __init__(
        self, wording: Wording, *, design: Design, brand: Brand, verifier: str, cache: Path, shelf: Shelf | None
    ) -> None:
        self._compiler = Compiler(wording, design=design, brand=brand, verifier=verifier, cache=cache)
        self._shelf = shelf
        self._look = sha256(msgspec.msgpack.encode((design, brand), order="deterministic")).digest()
        self._root: Node[Kind] = Node()
        self._count = 0

    def document(self, texts: Texts, worth_it: int) -> Found | None:
        """The document for what the fields say, and the lines that go into it; None until `worth_it` asked for such.

        Raises `Refused` where it cannot be compiled.
        """
        node = find(self._root, texts) or self._met(texts)
        kind = node.end
        assert kind is not None
        found = self._fitting(kind, texts)
        if found is None and not kind.refused:
            kind.asked += 1
            if kind.asked >= worth_it:
                found = self._another(node, kind, texts)
        if found is None and kind.refused:
            raise Refused(kind.refused)
        return found

    def _fitting(self, kind: Kind, texts: Texts) -> Found | None:
        """The document of a kind that was proven for such texts, be it another process that made it."""
        for document in chain(kind.documents, self._taken(kind)):
            if lines := document.lines(texts):
                return document, lines
        return None

    def _taken(self, kind: Kind) -> Iterator[Frozen]:
        """The documents of other processes that are not yet among ours, until one was refused them."""
        while self._shelf and not kind.refused and (content := self._shelf.take(kind.name, len(kind.documents))):
            try:
                taken = DOCUMENT.decode(content)
            except msgspec.MsgspecError:  # it is none of ours
                return
            if isinstance(taken, str):
                kind.refused = taken
                return
            _add(kind, taken)
            yield taken

    def _share(self, kind: Kind, number: int, made: Frozen | str) -> None:
        if self._shelf:
            self._shelf.put(kind.name, number, msgspec.msgpack.encode(made, enc_hook=str))

    def _another(self, node: Node[Kind], kind: Kind, texts: Texts) -> Found | None:
        """One more document of a kind, for these texts; None where `kind.refused` says why there is none."""
        number = len(kind.documents)
        try:
            document = self._compiler.compiled(kind.html, texts, lambda said: find(self._root, said) is node)
        except Refused as error:
            kind.refused = str(error)
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001, what looks into a library may break with it, and no certificate then
            log.warning("A design is not compiled: %r", error)
            kind.refused = "the layout engine is not as it was"
            return None
        else:
            if lines := document.lines(texts):
                self._share(kind, number, document)
                _add(kind, document)
                return document, lines
            kind.refused = "the probes do not hold what they were made for"
        self._share(kind, number, kind.refused)
        return None

    def _met(self, texts: Texts) -> Node[Kind]:
        """A kind that is met for the first time."""
        if self._count == MOST:
            raise Refused("there are too many kinds")
        answering = Answering(self._root, texts, self._compiler.fit)
        try:
            html = self._compiler.filled_in(
                lambda name: Field(name, answering.longer), answering.fit, mark(ISSUED), mark(VERIFY_URL)
            )
            if unknown := set(marks_in(html)) - texts.keys() - {ISSUED, VERIFY_URL}:
                raise Refused(f"the design makes {min(unknown)} of a field")
            plain = [answering.ask(Written(name, self._compiler.han)) for name in standing(html)]
            scripts = repr(plain).encode()
            name = sha256(self._look + scripts + html.encode()).hexdigest()
            answering.node.end = Kind(html, name, refused="" if all(plain) else "a text is not plain")
        except (Refused, Misconfigured) as error:
            answering.node.end = Kind("", refused=str(error))
        self._count += 1
        return answering.node


def _add(kind: Kind, document: Frozen) -> None:
    """One more document, tried first from now on."""
    kind.asked = 0
    kind.documents.insert(0, document)
    if len(kind.documents) == MOST_DOCUMENTS:
        kind.refused = "it comes in too many widths"

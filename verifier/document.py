"""A document from a stranger: opened in a fresh child process with limits, and compared with what was signed."""

import multiprocessing
import unicodedata
from collections.abc import Iterator
from multiprocessing.connection import Connection

import msgspec

from credential.wording import Wording
from verifier import pdf
from verifier.errors import CannotOpen
from verifier.pdf import Opened
from verifier.verdict import Difference

__all__ = ["Opened", "differences", "open_document"]

SECONDS = 10
LARGEST_ANSWER = 16 * 1024 * 1024
# A warmed server forks one child for each document: limits on CPU time add up over a worker's life, so none is used twice.
CHILDREN = multiprocessing.get_context("forkserver")
CHILDREN.set_forkserver_preload(["verifier.pdf"])


def open_document(data: bytes) -> Opened:
    """Open a PDF in a child. Raises `CannotOpen` when it is damaged, protected, too slow or too large for the limits."""
    receiving, sending = CHILDREN.Pipe(duplex=False)
    child = CHILDREN.Process(target=_open_and_send, args=(sending, data), daemon=True)
    child.start()
    sending.close()
    try:
        if not receiving.poll(SECONDS):
            raise CannotOpen("The document took too long to open.")
        # As JSON: to unpickle what comes from a process that read a stranger's file would be to run it.
        answer = msgspec.json.decode(receiving.recv_bytes(LARGEST_ANSWER), type=_Answer)
    except (EOFError, OSError, msgspec.MsgspecError) as error:  # the child died at a limit
        raise CannotOpen("The document needs more memory or time than one document may have.") from error
    finally:
        child.kill()
        child.join()
        receiving.close()
    if answer.opened is None:
        raise CannotOpen(answer.problem)
    return answer.opened


class _Answer(msgspec.Struct, frozen=True):
    """What a child sends: the document, or why there is none."""

    opened: Opened | None = None
    problem: str = ""


def _open_and_send(sending: Connection, data: bytes) -> None:
    pdf.limit()
    try:
        answer = _Answer(opened=pdf.open_pdf(data))
    except CannotOpen as error:
        answer = _Answer(problem=str(error))
    sending.send_bytes(msgspec.json.encode(answer))


def differences(opened: Opened, wording: Wording) -> tuple[Difference, ...]:
    """The signed values that the document's text does not show, compared after NFKC and without white space.

    A name, a title or an organisation must stand on lines of its own: found within a longer line, it may be a part of
    another name. A fact such as 学时 Hours 96 must stand between white space.
    """
    lines = _Places([line for page in opened.lines for line in page])
    words = _Places([word for page in opened.lines for line in page for word in line.split()])
    found = []
    for field, text, places in _signed(wording, lines, words):
        if not places.show(text):
            found.append(Difference(field=field, signed=text))
    return tuple(found)


def _signed(wording: Wording, lines: "_Places", words: "_Places") -> Iterator[tuple[str, str, "_Places"]]:
    for field in ("organisation", "title", "name", "achievement"):
        for text in getattr(wording, field):
            yield field, text.text, lines
    for fact in wording.facts:
        labelled = [label.text for label in fact.labels] + [value.text for value in fact.values]
        yield fact.key, " ".join(labelled), words
    yield "code", wording.code, words


class _Places:
    """Texts written one after the other, with the places where each begins."""

    def __init__(self, texts: list[str]) -> None:
        self._edges = {0}
        written = []
        length = 0
        for text in map(_plain, texts):
            length += len(text)
            written.append(text)
            self._edges.add(length)
        self._text = "".join(written)

    def show(self, text: str) -> bool:
        """Whether `text` stands from the beginning of one text to the end of the same or a later one."""
        wanted = _plain(text)
        at = self._text.find(wanted)
        while at >= 0:
            if at in self._edges and at + len(wanted) in self._edges:
                return True
            at = self._text.find(wanted, at + 1)
        return False


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).replace("\ufffe", "").split())

"""A document from a stranger, opened in a fresh child process with limits."""

import multiprocessing
from multiprocessing.connection import Connection

import msgspec

from verifier.documents import pdf
from verifier.documents.opened import Opened
from verifier.errors import CannotOpen

__all__ = ["open_document"]

SECONDS = 10
LARGEST_ANSWER = 16 * 1024 * 1024
# A warmed server forks one child for each document: limits on CPU time add up over a worker's life, so none is used twice.
CHILDREN = multiprocessing.get_context("forkserver")
CHILDREN.set_forkserver_preload(["verifier.documents.pdf"])


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

"""Opens a PDF. Runs only in the child process of `verifier.documents.child`, which loads this module once and then forks."""

import io
import os
import resource
import sys

import pikepdf
import pypdfium2

from verifier.documents.opened import Opened
from verifier.documents.seen import Seen, look_at
from verifier.errors import CannotOpen

__all__ = ["limit", "open_pdf"]

CPU_SECONDS = 5
MEMORY = 1024**3
MOST_PAGES = 20
MOST_ATTACHMENTS = 20
LARGEST_ATTACHMENT = 64 * 1024
MOST_CHARACTERS = 200_000


def limit() -> None:
    """Bound this process: CPU time, memory, no files written, no core dump."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":  # macOS counts its shared libraries into the address space
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 2)  # the libraries write warnings about a stranger's file


def open_pdf(data: bytes) -> Opened:
    """The attachments and the text of a PDF. Raises `CannotOpen` with a sentence."""
    try:
        pages = _pages(data)
        traces = tuple(trace for page in pages for trace in page.traces)
        return Opened(kind="pdf", attached=_attached(data), lines=tuple(page.lines for page in pages), traces=traces)
    except CannotOpen:
        raise
    except pikepdf.PasswordError as error:
        raise CannotOpen("The document is protected by a password.") from error
    except MemoryError as error:
        raise CannotOpen("The document needs more memory than one document may have.") from error
    except Exception as error:  # two C++ libraries and a stranger's file: whatever it is, it is not readable
        raise CannotOpen("The document is damaged, or not a PDF that can be read.") from error


def _attached(data: bytes) -> tuple[str, ...]:
    found = []
    with pikepdf.open(io.BytesIO(data)) as document:
        if len(document.pages) > MOST_PAGES:
            raise CannotOpen(f"The document has {len(document.pages)} pages; at most {MOST_PAGES} are read.")
        if len(document.attachments) > MOST_ATTACHMENTS:
            raise CannotOpen(f"The document has more than {MOST_ATTACHMENTS} attachments.")
        for name in document.attachments:
            content = document.attachments[name].get_file().read_bytes()
            if len(content) <= LARGEST_ATTACHMENT:
                found.append(content.decode("ascii", "replace"))
    return tuple(found)


def _pages(data: bytes) -> list[Seen]:
    pages = []
    document = pypdfium2.PdfDocument(data)
    for number, page in enumerate(document, 1):
        if page.get_textpage().count_chars() > MOST_CHARACTERS:
            raise CannotOpen("The document has more text than a certificate can have.")
        pages.append(look_at(page, number))
    return pages

"""Opens a PDF. Runs only in a child process of `verifier.documents.server`, which loads this module once and then forks."""

import io
from collections.abc import Iterable, Iterator

import pikepdf
import pypdfium2

from verifier.documents import attachments, codes, traces
from verifier.documents.objects import dictionaries
from verifier.documents.opened import Opened
from verifier.documents.seen import Seen, look_at
from verifier.errors import CannotOpen
from verifier.verdict import Trace

__all__ = ["open_pdf"]

MOST_PAGES = 20
LARGEST_PAGE = 1200 * 1700  # square points: a sheet of A2
MOST_CHARACTERS = 100_000
MOST_LINKS = 50
LONGEST_LINK = 8 * 1024  # characters; with a whole token in digits an address has some 3,000


def open_pdf(data: bytes) -> Opened:
    """What a PDF holds, shows and hides. Raises `CannotOpen` with a sentence."""
    try:
        return _opened(data)
    except (CannotOpen, MemoryError):
        raise
    except pikepdf.PasswordError as error:
        raise CannotOpen("The document is protected by a password.", "protected") from error
    except Exception as error:  # two C++ libraries and a stranger's file: whatever it is, it is not readable
        raise CannotOpen("The document is damaged, or not a PDF that can be read.", "damaged") from error


def _opened(data: bytes) -> Opened:
    # Readers mend a damaged file each in its own way, and then do not all show the same: it is not read at all.
    with pikepdf.open(io.BytesIO(data), attempt_recovery=False) as document:
        parts = list(dictionaries(document))
        if len(document.pages) > MOST_PAGES:
            raise CannotOpen(
                f"The document has {len(document.pages)} pages; at most {MOST_PAGES} are read.", "too_large"
            )
        files = [attachments.text_of(file) for file in attachments.files_of(parts)]
        links = _links(parts)
        found = [*traces.of_file(document, data), *(trace for part in parts for trace in traces.of_dictionary(part))]
        for number, page in enumerate(document.pages, 1):
            found += traces.of_page(page, number)
    if len(files) > 1 or not all(map(attachments.is_credential, files)):
        found.append(Trace(code="other_attachments"))
    lines, said = [], dict[str, None]()
    for number, seen in enumerate(_pages(data), 1):
        lines.append(seen.lines)
        found += seen.traces
        said |= dict.fromkeys(codes.on_page(seen.picture))
        if len(said) > 1:
            found.append(Trace(code="several_qr", page=number))
    return Opened(
        kind="pdf",
        attached=tuple(text for text in files if text is not None),
        codes=tuple(said),
        links=links,
        lines=tuple(lines),
        traces=_once(found),
    )


def _pages(data: bytes) -> Iterator[Seen]:
    """What is to be seen of each page. Raises `CannotOpen` if there is more of it than a certificate has."""
    characters = 0
    with pypdfium2.PdfDocument(data) as document:
        for number, page in enumerate(document, 1):
            if page.get_width() * page.get_height() > LARGEST_PAGE:
                raise CannotOpen(f"Page {number} is larger than a sheet of A2.", "too_large")
            text = page.get_textpage()
            characters += text.count_chars()
            if characters > MOST_CHARACTERS:
                raise CannotOpen("The document has more text than a certificate can have.", "too_large")
            yield look_at(page, text, number)


def _links(parts: Iterable[pikepdf.Object]) -> tuple[str, ...]:
    """The addresses that links lead to (ISO 32000-1 §12.6.4.7). Raises `CannotOpen`."""
    found = dict.fromkeys(str(part.URI) for part in parts if isinstance(part.get("/URI"), pikepdf.String))
    if len(found) > MOST_LINKS or any(len(link) > LONGEST_LINK for link in found):
        raise CannotOpen("The document has more links, or longer ones, than a certificate can have.", "too_large")
    return tuple(found)


def _once(found: Iterable[Trace]) -> tuple[Trace, ...]:
    """The first trace of each kind on each page, with a page where there is one that says so."""
    first: dict[tuple[str, int | None], Trace] = {}
    for trace in found:
        first.setdefault((trace.code, trace.page), trace)
    with_page = {code for code, page in first if page is not None}
    return tuple(trace for (code, page), trace in first.items() if page is not None or code not in with_page)

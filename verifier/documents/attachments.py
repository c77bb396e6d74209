"""The files inside a PDF, wherever they hang: in the catalog's names, at a page, at an annotation, or nowhere any more."""

import re
import zlib
from collections.abc import Iterable

import pikepdf

from verifier.errors import CannotOpen

__all__ = ["files_of", "is_credential", "text_of"]

LARGEST = 32 * 1024  # bytes; a token has 16 KiB at most
MOST = 20
CREDENTIAL = re.compile(r"\s*[\w-]+\.[\w-]+\.[\w-]*\s*")


def files_of(dictionaries: Iterable[pikepdf.Object]) -> tuple[pikepdf.Stream, ...]:
    """The embedded files among the dictionaries of a document, each once (ISO 32000-1 §7.11.4). Raises `CannotOpen`."""
    embedded = pikepdf.Name.EmbeddedFile
    found: dict[tuple[int, int], pikepdf.Stream] = {}
    for dictionary in dictionaries:
        named = dictionary.get("/EF")
        candidates = list(named.values()) if isinstance(named, pikepdf.Dictionary) else []
        if dictionary.get("/Type") == embedded:
            candidates.append(dictionary)
        found |= {each.objgen: each for each in candidates if isinstance(each, pikepdf.Stream)}
        if len(found) > MOST:
            raise CannotOpen(f"The document has more than {MOST} attachments.", "too_large")
    return tuple(found.values())


def text_of(file: pikepdf.Stream) -> str | None:
    """What the file holds, None if it is larger than any token: it is unpacked no further than that."""
    packed = file.read_raw_bytes()
    if len(packed) > LARGEST:
        return None
    match file.get("/Filter"):
        case None:
            content = packed
        case pikepdf.Name.FlateDecode if "/DecodeParms" not in file:
            try:
                content = zlib.decompressobj().decompress(packed, LARGEST + 1)
            except zlib.error as error:
                raise CannotOpen("An attachment of the document is damaged.") from error
        case _:
            content = file.read_bytes()
    return content.decode("ascii", "replace") if len(content) <= LARGEST else None


def is_credential(text: str | None) -> bool:
    """Whether a file may be a token: three parts of base64url."""
    return text is not None and CREDENTIAL.fullmatch(text) is not None

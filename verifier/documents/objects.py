"""Every object of a PDF, whether anything leads to it or not: what is hidden is hidden off the paths that readers take."""

from collections.abc import Iterator

import pikepdf

from verifier.errors import CannotOpen

__all__ = ["dictionaries"]

MOST_OBJECTS = 20_000  # a certificate of five pages has some 500
MOST_PARTS = 100_000  # of all objects together: entries of dictionaries and arrays
CONTAINERS = (pikepdf.Array, pikepdf.Dictionary, pikepdf.Stream)


def dictionaries(document: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """All dictionaries and streams, also those within others, each once. Raises `CannotOpen` if there are too many."""
    if len(document.objects) > MOST_OBJECTS:
        raise CannotOpen("The document has more objects than a certificate can have.", "too_large")
    parts = 0
    left = [each for each in document.objects if isinstance(each, CONTAINERS)]
    while left:
        container = left.pop()
        if isinstance(container, pikepdf.Array):
            inside = list(container)
        else:
            yield container
            inside = list(container.values())
        parts += len(inside)
        if parts > MOST_PARTS:
            raise CannotOpen("The document has more objects than a certificate can have.", "too_large")
        # What is referred to is an object of the document and has its own turn, so that no loop is walked.
        left += (each for each in inside if isinstance(each, CONTAINERS) and not each.is_indirect)

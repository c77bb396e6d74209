"""The directory as people read it: searched by a part of a name or of an address, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import normalize

from verifier.directory import KnownIssuer

__all__ = ["Listed", "find_listed"]

ON_A_PAGE = 50
LONGEST_QUERY = 100


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One page of what was found: `count` in all, `page` of `pages`, which count from 1."""

    query: str
    issuers: tuple[KnownIssuer, ...]
    count: int
    page: int
    pages: int


def find_listed(entries: Sequence[KnownIssuer], query: str, page: str) -> Listed:
    """The entries with `query` in a name, in any language, or in their id; every one of them for "". Keeps their order."""
    asked = query.strip()[:LONGEST_QUERY]
    wanted = _plain(asked)
    found = [entry for entry in entries if any(wanted in _plain(text) for text in (*entry.names.values(), entry.id))]
    pages = max(1, -(-len(found) // ON_A_PAGE))
    number = min(max(1, int(page)), pages) if page.isdecimal() and len(page) < LONGEST_QUERY else 1
    shown = found[(number - 1) * ON_A_PAGE : number * ON_A_PAGE]
    return Listed(query=asked, issuers=tuple(shown), count=len(found), page=number, pages=pages)


def _plain(text: str) -> str:
    return normalize("NFKC", text).casefold()

"""Whose certificate it is said to be, and whether that is one of the names that were signed."""

import re
import unicodedata

__all__ = ["same_name"]

# What people write between the parts of a name, or leave out: spaces, hyphens, apostrophes, the middle dots of keyboards.
BETWEEN = re.compile(r"[\s\-‐‑'’.·•‧・･∙⋅]+")


def same_name(one: str | None, other: str | None) -> bool:
    """Whether two spellings are one name: after NFKC, without case, spaces and middle dots."""
    return _plain(one) == _plain(other)


def _plain(name: str | None) -> str:
    return BETWEEN.sub("", unicodedata.normalize("NFKC", name or "")).casefold()

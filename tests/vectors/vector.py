"""One vector: a token, when and with what it is looked at, and the verdict it must get."""

from typing import Any

from tests.vectors import workshop as w

Vector = tuple[str, dict[str, Any]]


def vector(name: str, why: str, token: str, expect: str, *, at: str = w.AT, **published: str | None) -> Vector:
    """`expect` is `verdict: reason`. `published` adds documents or, where None, takes them away: `list`, `keys`."""
    verdict, reason = expect.split(": ")
    documents: dict[str, str | None] = {**w.published()}
    for short, url in (("list", w.LIST), ("keys", w.KEY_SET)):
        if short in published:
            documents[url] = published[short]
    return name, {
        "why": why,
        "token": token,
        "at": at,
        "directory": w.directory(),
        "published": {url: text for url, text in documents.items() if text is not None},
        "expect": {"verdict": verdict, "reason": reason},
    }

"""Hosts that are made to be taken for another: never proof of a forgery, always worth a word.

A host looks like a known one when it reads the same once characters are exchanged for their doubles (0 and o, rn and m,
Cyrillic а and Latin a) and hyphens are left out, when it begins with the known one, when it has the name (weizheng of
verify.weizheng.cn) under another suffix or with something hung on, or when a letter or two of that name are changed. What
lies under a known host belongs to it.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["resembles"]

LONGEST = 253
CYRILLIC = ("авеорсухіїјѕԁһӏкмнтгпьй", "abeopcyxiijsdhlkmhtrnbn")
GREEK = ("αβγεηικνορτυχωϲ", "abyenikvoptuxwc")
DOUBLES = str.maketrans("01357ı" + CYRILLIC[0] + GREEK[0], "olesti" + CYRILLIC[1] + GREEK[1])
PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("i", "l"))
SECOND_LEVEL = {"ac", "co", "com", "edu", "go", "gov", "ne", "net", "or", "org"}  # before a country: .edu.cn, .co.uk
# What many hosts are called that have nothing to do with each other.
COMMON = {
    "academy", "account", "api", "app", "badge", "badges", "campus", "cert", "certificate", "certificates", "check",
    "college", "credential", "credentials", "example", "education", "issuer", "learn", "learning", "login", "mail",
    "online", "portal", "school", "student", "test", "training", "university", "verifier", "verify", "www",
}  # fmt: skip
SHORTEST_CHANGED, SHORTEST_CHANGED_TWICE = 5, 8  # letters: shorter names are a letter apart by chance
SHORTEST_HUNG_ON = 6  # as a part of a longer word; between hyphens and dots four letters are enough
SHORTEST_NAME = 4


@dataclass(frozen=True)
class _Host:
    """A host as people read it, and how it reads at a glance: whole, in parts (`.a.b.`), and in words."""

    name: str
    labels: tuple[str, ...]  # before the public suffix
    suffix: str
    bare: str
    parts: str
    words: frozenset[str]

    @property
    def brand(self) -> str:
        """Weizheng of verify.weizheng.cn"""
        return self.labels[-1]


def resembles(host: str, known: Iterable[str]) -> str | None:
    """The known host that `host` looks like and is not; None too where it is one of them, or lies under one.

    Hosts are names without a port. Addresses in numbers, and names without a dot, look like nothing.
    """
    stranger = _read(host)
    hosts = [(mine, each) for each in known if (mine := _known(each))]
    if stranger is None or any(f".{stranger.name}".endswith(f".{mine.name}") for mine, _ in hosts):
        return None
    return min((each for mine, each in hosts if _looks_like(stranger, mine)), default=None)


def _looks_like(stranger: _Host, known: _Host) -> bool:
    if stranger.bare == known.bare or known.parts in stranger.parts:
        return True
    if stranger.labels == known.labels:  # the same but for its suffix
        return len(known.labels) > 1 or known.brand not in COMMON
    if (stranger.brand, stranger.suffix) == (known.brand, known.suffix):  # it belongs to whom the known one belongs to
        there, mine = (_bare("".join(each.labels[:-1])) for each in (stranger, known))
        return bool(there and mine) and _nearly(there, mine)
    if known.brand in COMMON or len(known.brand) < SHORTEST_NAME:
        return False
    return _has(stranger, _bare(known.brand))


def _has(stranger: _Host, brand: str) -> bool:
    """Whether a known name, or nearly that name, is a word or a part of a word in front of the stranger's suffix."""
    if brand in stranger.words:
        return True
    if len(brand) >= SHORTEST_HUNG_ON and any(
        word.startswith(brand) or word.endswith(brand) for word in stranger.words
    ):
        return True
    return any(_nearly(word, brand) for word in stranger.words)


def _nearly(word: str, brand: str) -> bool:
    """Whether a letter or two are changed, but not the first, by which people know a word."""
    most = 2 if len(brand) >= SHORTEST_CHANGED_TWICE else 1 if len(brand) >= SHORTEST_CHANGED else 0
    if word[:1] != brand[:1] or abs(len(word) - len(brand)) > most:
        return False
    return _edits(word, brand) <= most


@lru_cache(maxsize=20_000)
def _known(host: str) -> _Host | None:
    return _read(host)


def _read(host: str) -> _Host | None:
    """The host in small letters, without a dot at its end; None for one that is no name with a dot in it."""
    labels = tuple(map(_decoded, host[:LONGEST].lower().rstrip(".").split(".")))
    if len(labels) < 2 or labels[-1].isdigit():
        return None
    country = len(labels[-1]) == 2 and len(labels) > 2 and labels[-2] in SECOND_LEVEL
    cut = -2 if country else -1
    name = ".".join(labels)
    words = (word for label in labels[:cut] for word in (label, *label.split("-")))
    return _Host(
        name=name,
        labels=labels[:cut],
        suffix=".".join(labels[cut:]),
        bare=".".join(map(_bare, labels)),
        parts=f".{'.'.join(map(_bare, name.replace('-', '.').split('.')))}.",
        words=frozenset(map(_bare, words)),
    )


def _decoded(label: str) -> str:
    """An internationalised label as people see it (RFC 3492)."""
    try:
        return label[4:].encode("ascii").decode("punycode").lower() if label.startswith("xn--") else label
    except UnicodeError:
        return label


def _bare(text: str) -> str:
    """How it reads at a glance: doubles exchanged, accents and hyphens left out."""
    letters = "".join(mark for mark in unicodedata.normalize("NFKD", text) if not unicodedata.combining(mark))
    letters = letters.translate(DOUBLES).replace("-", "")
    for pair, one in PAIRS:
        letters = letters.replace(pair, one)
    return letters


def _edits(one: str, other: str) -> int:
    """How many letters must be changed, put in, left out or exchanged with their neighbour."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, mark in enumerate(one, 1):
        last, before, row = before, row, [i]
        for j, letter in enumerate(other, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (mark != letter))
            if i > 1 and j > 1 and mark == other[j - 2] and one[i - 2] == letter:
                best = min(best, last[j - 2] + 1)
            row.append(best)
    return row[-1]

"""Hosts that are made to be taken for another: never proof of a forgery, always worth a word.

A host looks like a known one when it reads the same once characters are exchanged for their doubles (0 and o, rn and m,
Cyrillic а and Latin a) and hyphens are left out, when it begins with the known one, when it has the name (weizheng of
verify.weizheng.cn) under another suffix or with something hung on, or when a letter or two of that name are changed. What
lies under a known host belongs to it.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass

__all__ = ["KnownHosts", "resembles"]

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
MOST_CHANGED = 2
SHORTEST_CHANGED, SHORTEST_CHANGED_TWICE = 5, 8  # letters: shorter names are a letter apart by chance
SHORTEST_HUNG_ON = 6  # as a part of a longer word; between hyphens and dots four letters are enough
SHORTEST_NAME = 4


@dataclass(frozen=True)
class _Host:
    """A host as people read it, and how it reads at a glance: whole, in parts (`.a.b.`), in words, in front of the brand."""

    name: str
    labels: tuple[str, ...]  # before the public suffix
    suffix: str
    bare: str
    parts: str
    words: frozenset[str]
    front: str

    @property
    def brand(self) -> str:
        """Weizheng of verify.weizheng.cn"""
        return self.labels[-1]


class KnownHosts:
    """Hosts that a stranger's can be compared with at once, however many they are. Made once for each directory."""

    def __init__(self, hosts: Iterable[str]) -> None:
        self._names: set[str] = set()
        self._by_sign: dict[Hashable, list[tuple[_Host, str]]] = defaultdict(list)
        self._brands: dict[tuple[str, int], set[str]] = defaultdict(set)  # by first letter and length
        for host in hosts:
            if mine := _read(host):
                self._names.add(mine.name)
                brand = _bare(mine.brand)
                self._brands[brand[:1], len(brand)].add(brand)
                for sign in (mine.bare, mine.parts, mine.labels, (mine.brand, mine.suffix), ("brand", brand)):
                    self._by_sign[sign].append((mine, host))

    def hold(self, stranger: _Host) -> bool:
        """Whether it is one of these, or lies under one."""
        labels = stranger.name.split(".")
        return any(".".join(labels[place:]) in self._names for place in range(len(labels)))

    def alike(self, stranger: _Host) -> Iterator[str]:
        """Those that it looks like."""
        for sign in (*_signs(stranger), *(("brand", brand) for brand in self._brands_in(stranger))):
            yield from (host for mine, host in self._by_sign.get(sign, ()) if _looks_like(stranger, mine))

    def _brands_in(self, stranger: _Host) -> Iterator[str]:
        for word in stranger.words:
            yield from (cut for end in range(len(word) + 1) for cut in (word[:end], word[end:]))
            for length in range(len(word) - MOST_CHANGED, len(word) + MOST_CHANGED + 1):
                yield from (brand for brand in self._brands.get((word[:1], length), ()) if _nearly(word, brand))


def resembles(host: str, *known: KnownHosts) -> str | None:
    """The known host that `host` looks like and is not; None too where it is one of them, or lies under one.

    Hosts are names without a port. Addresses in numbers, and names without a dot, look like nothing.
    """
    stranger = _read(host)
    if stranger is None or any(hosts.hold(stranger) for hosts in known):
        return None
    return min((like for hosts in known for like in hosts.alike(stranger)), default=None)


def _signs(stranger: _Host) -> Iterator[Hashable]:
    """What a known host that it looks like has in common with it, but for the brand."""
    yield from (stranger.bare, stranger.labels, (stranger.brand, stranger.suffix))
    parts = stranger.parts[1:-1].split(".")
    places = range(len(parts) + 1)
    yield from (f".{'.'.join(parts[first:last])}." for last in places for first in places[:last])


def _looks_like(stranger: _Host, known: _Host) -> bool:
    if stranger.bare == known.bare or known.parts in stranger.parts:
        return True
    if stranger.labels == known.labels:  # the same but for its suffix
        return len(known.labels) > 1 or known.brand not in COMMON
    if (stranger.brand, stranger.suffix) == (known.brand, known.suffix):  # it belongs to whom the known one belongs to
        return bool(stranger.front and known.front) and _nearly(stranger.front, known.front)
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
    most = MOST_CHANGED if len(brand) >= SHORTEST_CHANGED_TWICE else 1 if len(brand) >= SHORTEST_CHANGED else 0
    if word[:1] != brand[:1] or abs(len(word) - len(brand)) > most:
        return False
    if len(set(word) ^ set(brand)) > 2 * most:  # a change takes one letter away and brings one: most are told by that
        return False
    return _edits(word, brand) <= most


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
        front=_bare("".join(labels[: cut - 1])),
    )


def _decoded(label: str) -> str:
    """An internationalised label as people see it (RFC 3492)."""
    try:
        return label[4:].encode("ascii").decode("punycode").lower() if label.startswith("xn--") else label
    except UnicodeError:
        return label


def _bare(text: str) -> str:
    """How it reads at a glance: doubles exchanged, accents and hyphens left out."""
    letters = text if text.isascii() else _without_accents(text)
    letters = letters.translate(DOUBLES).replace("-", "")
    for pair, one in PAIRS:
        letters = letters.replace(pair, one)
    return letters


def _without_accents(text: str) -> str:
    return "".join(mark for mark in unicodedata.normalize("NFKD", text) if not unicodedata.combining(mark))


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

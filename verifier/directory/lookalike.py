"""Hosts that are made to be taken for another: never proof of a forgery, always worth a word.

A host looks like a known one when it reads the same once characters are exchanged for their doubles (0 and o, rn and m,
Cyrillic а and Latin a) and hyphens are left out, when it begins with the known one, when it has the name (weizheng of
verify.weizheng.cn) under another suffix or with something hung on, or when a letter or two of that name are changed. What
lies under a known host belongs to it.
"""

import unicodedata
from collections.abc import Iterable
from ipaddress import ip_address

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


def resembles(host: str, known: Iterable[str]) -> str | None:
    """The known host that `host` looks like and is not; None too where it is one of them, or lies under one.

    Hosts are names without a port. Addresses in numbers, and names without a dot, look like nothing.
    """
    hosts = {plain: each for each in known if _is_name(plain := _readable(each))}
    stranger = _readable(host)
    if not _is_name(stranger) or any(stranger == each or stranger.endswith(f".{each}") for each in hosts):
        return None
    return next((each for plain, each in sorted(hosts.items()) if _looks_like(stranger, plain)), None)


def _looks_like(stranger: str, known: str) -> bool:
    if _bare(stranger) == _bare(known) or f".{_bare(known)}" in f".{_bare(stranger)}":
        return True
    there, mine = _labels(stranger), _labels(known)
    if there == mine:  # the same but for its suffix
        return True
    name = mine[-1]
    if (
        stranger.endswith(known[known.rindex(name) :]) and there[-1] == name
    ):  # it belongs to whom the known one belongs to
        return len(there) > 1 and len(mine) > 1 and _nearly(_bare("".join(there[:-1])), _bare("".join(mine[:-1])))
    return name not in COMMON and len(name) >= SHORTEST_NAME and any(_has(label, name) for label in there)


def _has(label: str, name: str) -> bool:
    """Whether a label of a stranger's host has the name of a known one in it, or nearly is that name."""
    bare, mine = _bare(label), _bare(name)
    if bare == mine or mine in map(_bare, label.split("-")):
        return True
    if len(mine) >= SHORTEST_HUNG_ON and (bare.startswith(mine) or bare.endswith(mine)):
        return True
    return any(_nearly(part, mine) for part in {bare, *map(_bare, label.split("-"))})


def _nearly(one: str, other: str) -> bool:
    most = 2 if len(other) >= SHORTEST_CHANGED_TWICE else 1 if len(other) >= SHORTEST_CHANGED else 0
    return _edits(one, other, most) <= most


def _labels(host: str) -> list[str]:
    """The labels before the public suffix, which is the last one, or the last two as in .edu.cn."""
    labels = host.split(".")
    country = len(labels[-1]) == 2 and len(labels) > 2 and labels[-2] in SECOND_LEVEL
    return labels[: -2 if country else -1]


def _bare(text: str) -> str:
    """How it reads at a glance: doubles exchanged, accents and hyphens left out."""
    letters = "".join(mark for mark in unicodedata.normalize("NFKD", text) if not unicodedata.combining(mark))
    letters = letters.translate(DOUBLES).replace("-", "")
    for pair, one in PAIRS:
        letters = letters.replace(pair, one)
    return letters


def _readable(host: str) -> str:
    """In small letters, without a dot at its end, with internationalised labels as people see them (RFC 3492)."""
    labels = host[:LONGEST].lower().rstrip(".").split(".")
    return ".".join(map(_decoded, labels)).casefold()


def _decoded(label: str) -> str:
    try:
        return label[4:].encode("ascii").decode("punycode") if label.startswith("xn--") else label
    except UnicodeError:
        return label


def _is_name(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return "." in host
    return False


def _edits(one: str, other: str, most: int) -> int:
    """How many letters must be changed, put in, left out or exchanged with their neighbour; `most` + 1 if it is more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, mark in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, letter in enumerate(other, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (mark != letter))
            if i > 1 and j > 1 and mark == other[j - 2] and one[i - 2] == letter:
                best = min(best, last[j - 2] + 1)
            row.append(best)
    return row[-1]

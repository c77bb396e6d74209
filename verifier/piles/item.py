"""One thing of a pile that is to be verified: what it is called there, and how it is read when its turn comes."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

__all__ = ["LARGEST_PILE", "MOST", "UNOPENED", "Item", "NotOpened", "is_left_behind", "labelled", "unopened"]

MOST = 1000  # items that are verified
LARGEST_PILE = 500 * 1024 * 1024  # bytes of all items together, unpacked
LONGEST_LABEL = 200  # characters
LEFT_BEHIND = re.compile(
    r"(?:^|[/\\])(?:__MACOSX[/\\].*|\._[^/\\]*|\.DS_Store|Thumbs\.db|desktop\.ini)$", re.IGNORECASE | re.DOTALL
)

# Why an item has no verdict. What to do about it is said under `unopened.` in the words.
UNOPENED = {
    "damaged": "It is damaged: it cannot be unpacked.",
    "fault": "A fault of ours. It was not verified.",
    "nested": "Archives within a pile are not opened: unpack it and hand in what is inside.",
    "no_code": "There is no code, address or token in this row.",
    "no_names": "The applicant list cannot be read, or has no column of names beside one of file names or codes.",
    "nothing_inside": "There is nothing in this pile that could be verified.",
    "out_of_time": "The pile as a whole takes too long: hand in the rest as another.",
    "packed_otherwise": "It is packed in a way that is not read.",
    "protected": "It is protected by a password.",
    "too_large": "It is larger than 20 MiB.",
    "too_large_together": "The pile is larger than 500 MiB, unpacked: hand in the rest as another.",
    "too_many": "The pile has more than 1,000 items: hand in the rest as another.",
    "too_many_codes": "The pile has more than 200 codes, and for each its issuer is asked: hand in the rest as another.",
    "too_slow": "It took longer than a minute to verify.",
}


class NotOpened(Exception):
    """An item cannot be had. `code` is one of `UNOPENED`; the message is for people."""

    def __init__(self, code: str) -> None:
        super().__init__(UNOPENED[code])
        self.code = code


@dataclass(frozen=True)
class Item:
    """`label` is what it is called, `name` whose it is where a list says so; `read` gives it or raises `NotOpened`."""

    label: str
    read: Callable[[], bytes]
    name: str | None = None


def unopened(label: str, code: str) -> Item:
    """An item of which it is known already that it cannot be had."""

    def read() -> NoReturn:
        raise NotOpened(code)

    return Item(labelled(label), read)


def is_left_behind(name: str) -> bool:
    """Whether it is what systems leave in every folder, and nobody handed in."""
    return bool(LEFT_BEHIND.search(name))


def labelled(name: str) -> str:
    """A stranger's name for a file as a label: with slashes, on one line, its end where it is long."""
    plain = name[-LONGEST_LABEL:].replace("\\", "/").encode(errors="replace").decode()
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in plain)

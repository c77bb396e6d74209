"""A zip from a stranger: its names are labels and never paths, its sizes are counted and never believed."""

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from typing import IO, cast

from verifier.documents.kinds import kind_of
from verifier.errors import CannotOpen
from verifier.evidence import LARGEST
from verifier.piles.allowance import Allowance
from verifier.piles.item import Item, NotOpened, is_left_behind, labelled, unopened
from verifier.piles.slices import MOST_AT_ONCE, Slice, TooMuch

__all__ = ["is_archive", "listed", "names_in"]

MOST_LISTED = 10_000  # entries
LONGEST_LIST = 4 * 1024 * 1024  # bytes of the directory at the end of a zip; each entry takes some 500 of memory
ENCRYPTED, UTF_8 = 0x1, 0x800  # bits of the flags (APPNOTE §4.4.4)
# What the library raises for a zip that is none; NotImplementedError is a RuntimeError, what is no UTF-8 a ValueError.
BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, OverflowError, RuntimeError, ValueError)


def listed(file: Slice, label: str, allowance: Allowance) -> list[Item]:
    """The files in a zip, each to be unpacked when its turn comes; one item that says why when it cannot be read.

    Folders, links and what systems leave behind are passed over. Raises `NotOpened` when time is over.
    """
    try:
        archive = _opened(file)
    except TooMuch:
        return [unopened(label, "too_many")]
    except BROKEN:
        return [unopened(label, "damaged")]
    entries = archive.infolist()
    found = [
        Item(labelled(name), partial(_unpacked, archive, entry, allowance))
        for entry, name in allowance.while_in_time(_files(entries[:MOST_LISTED]))
    ]
    # Each item holds on to the archive, which would hold on to every entry that is none.
    archive.filelist, archive.NameToInfo = [], {}
    if len(entries) > MOST_LISTED:
        found.append(unopened(label, "too_many"))
    return found


def names_in(file: Slice) -> set[str]:
    """The names of the first entries of a zip; none where it cannot be read."""
    try:
        return set(_opened(file).namelist()[:MOST_LISTED])
    except BROKEN:
        return set()


def is_archive(data: bytes) -> bool:
    """Whether something is packed in it, by its first bytes; an office's file, which is a zip too, is none."""
    try:
        kind_of(data)
    except CannotOpen as error:
        return error.code == "unpack"
    return False


def _opened(file: Slice) -> zipfile.ZipFile:
    """The zip, unless its directory is longer than `LONGEST_LIST`: then reading that, which is done at once, is too much."""
    part = Slice(*file.part)
    part.most = LONGEST_LIST
    archive = zipfile.ZipFile(cast("IO[bytes]", part))
    part.most = MOST_AT_ONCE
    return archive


def _files(entries: list[zipfile.ZipInfo]) -> Iterator[tuple[zipfile.ZipInfo, str]]:
    for entry in entries:
        name = _name(entry)
        if not entry.is_dir() and not is_left_behind(name) and not stat.S_ISLNK(entry.external_attr >> 16):
            yield entry, name


def _name(entry: zipfile.ZipInfo) -> str:
    """The name as it was meant: without the flag for UTF-8 it is what the packing system wrote, in China mostly GBK."""
    if entry.flag_bits & UTF_8:
        return entry.filename
    raw = entry.orig_filename.partition("\0")[0].encode("cp437", "replace")  # how it was decoded (APPNOTE, annex D)
    for encoding in ("utf-8", "gb18030"):  # macOS writes UTF-8 and does not say so; GBK is hardly ever valid UTF-8
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, allowance: Allowance) -> bytes:
    if entry.flag_bits & ENCRYPTED:
        raise NotOpened("protected")
    # Of these two the library unpacks no more than it is asked for; of others a few bytes can become hundreds of megabytes.
    if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise NotOpened("packed_otherwise")
    try:
        with archive.open(entry) as packed:
            data = packed.read(LARGEST + 1)
    except BROKEN as error:
        raise NotOpened("damaged") from error
    allowance.take(len(data))
    if len(data) > LARGEST:
        raise NotOpened("too_large")
    if is_archive(data):
        raise NotOpened("nested")
    return data

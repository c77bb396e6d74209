"""Reading a directory: one file, or a folder of them, as whoever runs the verifier likes to keep it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from verifier.directory.entries import Entry, Refused, known
from verifier.directory.known import Directory, KnownIssuer
from verifier.errors import Misconfigured

__all__ = ["files_of", "read_directory"]

LARGEST = 16 * 1024 * 1024  # of all files together
MOST_FILES = 1000


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    issuers: tuple[Entry, ...]


def read_directory(path: Path) -> Directory:
    """Read and check a directory: a JSON file, or a folder of `*.json` files that are read as one.

    Raises `Misconfigured` with the first thing that is wrong, and in which file.
    """
    try:
        return _read(path)
    except FileNotFoundError as error:
        raise Misconfigured(
            f"There is no directory at {error.filename or path}. Set VERIFIER_DIRECTORY to a JSON file, or a folder of "
            "them, of the issuers you trust; an issuer prints its entry with `issuer directory`."
        ) from error
    except OSError as error:
        raise Misconfigured(f"The directory {error.filename or path} cannot be read: {error.strerror}.") from error


def files_of(path: Path) -> tuple[Path, ...]:
    """The files of a directory in the order of their names; hidden ones are left to the editors that make them."""
    if not path.is_dir():
        return (path,)
    return tuple(sorted(file for file in path.iterdir() if file.suffix == ".json" and not file.name.startswith(".")))


def _read(path: Path) -> Directory:
    files = files_of(path)
    if not files:
        raise Misconfigured(f"The directory {path} is a folder without any .json file.")
    if len(files) > MOST_FILES:
        raise Misconfigured(f"The directory {path} has more than {MOST_FILES:,} files.")
    if sum(file.stat().st_size for file in files) > LARGEST:
        raise Misconfigured(f"The directory {path} is larger than 16 MiB.")
    found: dict[str, KnownIssuer] = {}
    services: dict[str, tuple[str, Path]] = {}
    where: dict[str, Path] = {}
    for file, one in ((each, one) for each in files for one in _entries(each)):
        if one.id in found:
            both = "twice" if where[one.id] == file else f"and so does {where[one.id]}"
            raise Misconfigured(f"The directory {file} names {one.id} {both}.")
        service, first = services.setdefault(one.tag or "", (one.service, file))
        if one.tag and service != one.service:
            also = "" if first == file else f", with {first}"
            raise Misconfigured(f"The directory {file} gives the tag {one.tag} to two services{also}.")
        found[one.id], where[one.id] = one, file
    if not found:
        raise Misconfigured(f"The directory {path} names no issuer.")
    changed = datetime.fromtimestamp(max(file.stat().st_mtime for file in files), UTC)
    return Directory(
        issuers={name: one for name, one in found.items() if not one.is_platform},
        platforms=tuple(one for one in found.values() if one.is_platform),
        changed=f"{changed:%Y-%m-%d}",
    )


def _entries(file: Path) -> Iterator[KnownIssuer]:
    with file.open("rb") as opened:
        content = opened.read(LARGEST + 1)  # it may have grown since it was measured
    if len(content) > LARGEST:
        raise Misconfigured(f"The directory {file} is larger than 16 MiB.")
    try:
        for entry in msgspec.json.decode(content, type=_File).issuers:
            yield known(entry)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise Misconfigured(f"The directory {file} is not what it must be: {error}.") from error
    except Refused as error:
        raise Misconfigured(f"The directory {file}: {error}") from error

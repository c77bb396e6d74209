"""Credentials in a folder: their certificates and badges as they are kept, and beside them their tokens.

A file has its name when it is whole, so whoever is interrupted and begins again writes only what is not there.
"""

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import get_ident

from issuer.credentials.renditions import file_name, made_all, recorded_of
from issuer.errors import IssuerError
from issuer.service import Service
from issuer.tables import Credential

__all__ = ["Written", "has_all", "write_all"]


@dataclass(frozen=True, kw_only=True)
class Written:
    """How many certificates and badges were written, how many were there, and why others could not be drawn, by name."""

    new: int
    kept: int
    refused: Mapping[str, IssuerError]


def write_all(service: Service, credentials: Sequence[Credential], names: Collection[str], folder: Path) -> Written:
    """Write the renditions `names` of some credentials, and last their tokens. What is there and whole is left as it is."""
    new = kept = 0
    refused: dict[str, IssuerError] = {}
    for name in names:
        there = [each for each in credentials if (folder / file_name(each.code, name)).exists()]
        with service.database.reading() as session:
            recorded = recorded_of(session, there, name) if there else {}
        known = {code: {file.sha256 for file in files} for code, files in recorded.items()}
        whole = {each.code for each in there if _is_one(folder / file_name(each.code, name), known[each.code])}
        missing = [each for each in credentials if each.code not in whole]
        kept += len(credentials) - len(missing)
        for code, content in made_all(service, missing, name).items():
            if isinstance(content, IssuerError):
                refused[file_name(code, name)] = content
            else:
                _write(folder / file_name(code, name), content)
                new += 1
    for each in credentials:
        token, file = (each.token or "").encode(), _token_file(each.code, folder)
        if not _is_one(file, {sha256(token).hexdigest()}):
            _write(file, token)
    return Written(new=new, kept=kept, refused=refused)


def has_all(folder: Path, code: str, names: Collection[str]) -> bool:
    """Whether the files of a credential have their names there, which they have when they are whole."""
    return all(
        file.exists() for file in (_token_file(code, folder), *(folder / file_name(code, name) for name in names))
    )


def _token_file(code: str, folder: Path) -> Path:
    return folder / f"{code}.jwt"


def _is_one(file: Path, digests: Collection[str]) -> bool:
    """Whether the file is there and whole; somebody may have changed it."""
    try:
        return bool(digests) and sha256(file.read_bytes()).hexdigest() in digests
    except FileNotFoundError:
        return False


def _write(file: Path, content: bytes) -> None:
    new = file.with_name(f".{os.getpid()}-{get_ident()}")  # the same for all that a thread writes: a kill leaves one
    new.write_bytes(content)
    new.replace(file)

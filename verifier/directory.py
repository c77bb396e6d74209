"""The directory: the issuers this verifier knows, under the names it knows them by. Pinned, never taken from a QR code."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from credential import did
from credential.errors import CredentialError
from credential.jwks import PublicKey, read_key_set
from verifier.errors import Misconfigured

__all__ = ["Directory", "KnownIssuer", "is_loopback", "read_directory", "under"]

LARGEST = 16 * 1024 * 1024
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class _Entry(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: dict[str, str]
    tag: str | None = None
    service: str | None = None
    url_prefix: str | None = None
    jwks: dict[str, Any] | None = None
    jwks_uri: str | None = None
    since: str


class _File(msgspec.Struct, frozen=True, kw_only=True):
    issuers: tuple[_Entry, ...]


@dataclass(frozen=True, kw_only=True)
class KnownIssuer:
    """An issuer of the directory: its legal name per language, its pinned keys by `kid`, and where it may be asked.

    Issuers of other software have no `tag` and no `service`: nobody can look up their credentials by a code. The id may be
    a did:key or did:jwk, which is its own key; without a `url_prefix` nothing is ever fetched for it.
    """

    id: str
    tag: str | None
    service: str
    names: Mapping[str, str]
    url_prefix: str | None
    keys: Mapping[str, PublicKey]
    jwks_uri: str | None
    since: str

    @property
    def is_platform(self) -> bool:
        """Whether this entry stands for the organisations of a platform."""
        return False

    def may_fetch(self, url: object) -> bool:
        """Whether `url` lies under this issuer's prefix; no other address is ever asked on its behalf."""
        return isinstance(url, str) and self.url_prefix is not None and under(url, self.url_prefix)

    def may_own(self, kid: str) -> bool:
        """Whether a key of this id could be this issuer's: an address of somebody else's is not."""
        return not kid.startswith(("http:", "https:")) or self.may_fetch(kid)


@dataclass(frozen=True, kw_only=True)
class Directory:
    """All known issuers by id. `changed` is the day (UTC) the file was last written."""

    issuers: Mapping[str, KnownIssuer]
    changed: str

    def listing(self, language: str = "") -> tuple[KnownIssuer, ...]:
        """All entries for people to read, by their name in `language`."""
        return tuple(sorted(self.issuers.values(), key=lambda known: known.names.get(language, known.id)))

    def service_of(self, tag: str) -> KnownIssuer | None:
        """An issuer of the one service that a code's tag names."""
        return next((issuer for issuer in self.issuers.values() if issuer.tag == tag), None)


def read_directory(file: Path) -> Directory:
    """Read and check the directory. Raises `Misconfigured` with the first thing that is wrong in it."""
    try:
        if file.stat().st_size > LARGEST:
            raise Misconfigured(f"The directory {file} is larger than 16 MiB.")
        entries = msgspec.json.decode(file.read_bytes(), type=_File).issuers
        changed = file.stat().st_mtime
    except FileNotFoundError as error:
        raise Misconfigured(
            f"There is no directory at {file}. Set VERIFIER_DIRECTORY to a JSON file of the issuers you trust; an issuer "
            "prints its entry with `issuer directory`."
        ) from error
    except OSError as error:
        raise Misconfigured(f"The directory {file} cannot be read: {error.strerror}.") from error
    except (msgspec.MsgspecError, RecursionError) as error:
        raise Misconfigured(f"The directory {file} is not what it must be: {error}.") from error
    issuers: dict[str, KnownIssuer] = {}
    services: dict[str, str | None] = {}
    for entry in entries:
        issuer = _known(entry, file)
        if entry.id in issuers:
            raise Misconfigured(f"The directory {file} names {entry.id} twice.")
        if entry.tag and services.setdefault(entry.tag, entry.service) != entry.service:
            raise Misconfigured(f"The directory {file} gives the tag {entry.tag} to two services.")
        issuers[entry.id] = issuer
    return Directory(issuers=issuers, changed=f"{datetime.fromtimestamp(changed, UTC):%Y-%m-%d}")


def _known(entry: _Entry, file: Path) -> KnownIssuer:
    if entry.tag and not re.fullmatch(r"[A-Z]{2,6}", entry.tag):
        raise Misconfigured(f"The directory {file}: the tag of {entry.id} must be 2 to 6 capital letters.")
    if not _is_day(entry.since):
        raise Misconfigured(f"The directory {file}: since of {entry.id} must be a day such as 2026-01-01.")
    if not entry.name:
        raise Misconfigured(f"The directory {file}: {entry.id} needs a name.")
    if bool(entry.tag) != bool(entry.service):
        raise Misconfigured(f"The directory {file}: {entry.id} needs both a tag and a service, or neither.")
    _check_addresses(entry, file)
    return KnownIssuer(
        id=entry.id,
        tag=entry.tag,
        service=(entry.service or "").rstrip("/"),
        names=entry.name,
        url_prefix=entry.url_prefix,
        keys=_keys(entry, file),
        jwks_uri=entry.jwks_uri,
        since=entry.since,
    )


def _check_addresses(entry: _Entry, file: Path) -> None:
    """Everything that may be fetched lies under the prefix; a DID, which is no address, may do without one."""
    if entry.url_prefix is None:
        if not entry.id.startswith(did.METHODS) or entry.service:
            raise Misconfigured(f"The directory {file}: {entry.id} needs a url_prefix.")
        return
    on_this_machine = entry.url_prefix.startswith("http://") and is_loopback(entry.url_prefix)
    if not entry.url_prefix.startswith("https://") and not on_this_machine:
        raise Misconfigured(f"The directory {file}: {entry.url_prefix} must be https (http is for this machine only).")
    own = None if entry.id.startswith(did.METHODS) else entry.id
    for url in filter(None, (own, entry.service, entry.jwks_uri)):
        if not under(url, entry.url_prefix):
            raise Misconfigured(f"The directory {file}: {url} does not lie under {entry.url_prefix}.")


def _keys(entry: _Entry, file: Path) -> Mapping[str, PublicKey]:
    """The pinned keys by `kid`; those of a DID are the DID's own, and no others may stand beside it."""
    is_did = entry.id.startswith("did:")
    if bool(entry.jwks or entry.jwks_uri) == is_did:
        needs = "is its own key and takes no" if is_did else "needs its keys in"
        raise Misconfigured(f"The directory {file}: {entry.id} {needs} jwks or jwks_uri.")
    try:
        if is_did:
            return did.keys_of(entry.id)
        keys = read_key_set(entry.jwks) if entry.jwks else {}
    except CredentialError as error:
        raise Misconfigured(f"The directory {file}: {entry.id}: {error}") from error
    if entry.jwks and not keys:
        raise Misconfigured(f"The directory {file}: {entry.id} has no key that we verify with.")
    return keys


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def is_loopback(url: str) -> bool:
    """Whether the address is this machine itself, by its literal name."""
    try:
        return urlsplit(url).hostname in LOOPBACK
    except ValueError:
        return False


def under(url: str, prefix: str) -> bool:
    """Whether `url` has the same origin as `prefix` and its path begins with the same whole segments."""
    if not url.isascii() or any(character in url for character in "\\ \t\r\n@"):
        return False
    try:
        there, known = urlsplit(url), urlsplit(prefix)
        if (there.scheme, there.hostname, there.port) != (known.scheme, known.hostname, known.port):
            return False
    except ValueError:
        return False
    segments = there.path.split("/")
    wanted = known.path.rstrip("/").split("/")
    dotted = any(segment.lower().replace("%2e", ".") in {".", ".."} for segment in segments)
    return segments[: len(wanted)] == wanted and not dotted and "%2f" not in there.path.lower()

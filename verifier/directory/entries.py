"""The form of an entry, and what must be right in it before anybody is known by it."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from credential import did
from credential.errors import CredentialError
from credential.jwks import PublicKey, read_key_set
from verifier.directory.addresses import is_web_address, split, under
from verifier.directory.known import KnownIssuer

__all__ = ["Entry", "Refused", "known"]

TAG = re.compile(r"[A-Z]{2,6}")
Address = Annotated[str, Meta(min_length=1, max_length=500)]
Name = Annotated[str, Meta(min_length=1, max_length=300)]


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An issuer by its `id`, or by `organisations` a platform: what the ids of all of its organisations begin with.

    A member that is not one of these is refused: a misspelt one would be a check that silently is not made.
    """

    id: Annotated[str, Meta(min_length=1, max_length=4000)] | None = None  # a did:jwk holds a whole key
    organisations: Address | None = None
    name: Annotated[dict[Annotated[str, Meta(min_length=1, max_length=35)], Name], Meta(min_length=1, max_length=20)]
    tag: str | None = None
    service: Address | None = None
    url_prefix: Address | None = None
    jwks: dict[str, Any] | None = None
    jwks_uri: Address | None = None
    verifiers: Annotated[tuple[Address, ...], Meta(max_length=20)] = ()
    since: str


class Refused(Exception):
    """What is wrong with an entry, as the end of a sentence that begins with the file's name."""


def known(entry: Entry) -> KnownIssuer:
    """The issuer or the platform of an entry. Raises `Refused` with the first thing that is wrong in it."""
    if (entry.id is None) == (entry.organisations is None):
        raise Refused("an entry needs an id, or in its place organisations.")
    name = entry.id or entry.organisations or ""
    if entry.tag is not None and not TAG.fullmatch(entry.tag):
        raise Refused(f"the tag of {name} must be 2 to 6 capital letters.")
    if not _is_day(entry.since):
        raise Refused(f"since of {name} must be a day such as 2026-01-01.")
    if bool(entry.tag) != bool(entry.service):
        raise Refused(f"{name} needs both a tag and a service, or neither.")
    _check_addresses(entry, name)
    if entry.organisations is not None:
        _check_platform(entry, entry.organisations)
    return KnownIssuer(
        id=name,
        tag=entry.tag,
        service=(entry.service or "").rstrip("/"),
        names=entry.name,
        url_prefix=entry.url_prefix,
        keys={} if entry.organisations else _keys(entry, name),
        jwks_uri=entry.jwks_uri,
        since=entry.since,
        verifiers=tuple(url.rstrip("/") for url in entry.verifiers),
        platform=entry.organisations or "",
    )


def _check_addresses(entry: Entry, name: str) -> None:
    """Everything that may be fetched lies under the prefix; a DID, which is no address, may do without one."""
    for url in entry.verifiers:
        _plain(url, f"a verifier of {name}")
    if entry.url_prefix is None:
        if not name.startswith(did.METHODS) or entry.service or entry.organisations:
            raise Refused(f"{name} needs a url_prefix.")
        return
    _plain(entry.url_prefix, "a url_prefix")
    own = None if name.startswith(did.METHODS) else name
    for url in filter(None, (own, entry.service, entry.jwks_uri)):
        if not under(url, entry.url_prefix):
            raise Refused(f"{url} does not lie under {entry.url_prefix}.")


def _check_platform(entry: Entry, organisations: str) -> None:
    """The ids of organisations are compared letter by letter, so what they begin with is written in the one usual way."""
    _plain(organisations, "organisations")
    parts = split(organisations)
    if parts is None or not organisations.endswith("/") or parts.netloc != parts.netloc.lower():
        raise Refused(f"{organisations} must be an address in small letters with a slash at its end.")
    if entry.jwks or entry.jwks_uri:
        raise Refused(f"the organisations of {organisations} publish their own keys: it takes no jwks and no jwks_uri.")


def _plain(url: str, what: str) -> None:
    parts = split(url)
    if parts is None or not is_web_address(url) or parts.query or parts.fragment:
        raise Refused(f"{url} must be https (http is for this machine only) and plain to be {what}.")


def _keys(entry: Entry, name: str) -> Mapping[str, PublicKey]:
    """The pinned keys by `kid`; those of a DID are the DID's own, and no others may stand beside it."""
    is_did = name.startswith("did:")
    if bool(entry.jwks or entry.jwks_uri) == is_did:
        needs = "is its own key and takes no" if is_did else "needs its keys in"
        raise Refused(f"{name} {needs} jwks or jwks_uri.")
    keys = _read(did.keys_of, name, name) if is_did else _read(read_key_set, entry.jwks, name) if entry.jwks else {}
    if entry.jwks and not keys:
        raise Refused(f"{name} has no key that we verify with.")
    return keys


def _read(reader: Callable[[Any], Mapping[str, PublicKey]], given: object, name: str) -> Mapping[str, PublicKey]:
    try:
        return reader(given)
    except CredentialError as error:
        raise Refused(f"{name}: {error}") from error


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False

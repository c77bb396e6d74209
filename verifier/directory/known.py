"""What is known of an issuer, and of a platform whose one entry stands for all of its organisations."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import msgspec

from credential.jwks import PublicKey, written
from verifier.directory.addresses import under

__all__ = ["Directory", "KnownIssuer"]

# The last segment of an organisation's id. No dot and no %: nothing that a server could read as another address.
ORGANISATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


@dataclass(frozen=True, kw_only=True)
class KnownIssuer:
    """An issuer of the directory: its legal name per language, its pinned keys by `kid`, and where it may be asked.

    Issuers of other software have no `tag` and no `service`: nobody can look up their credentials by a code. The id may be
    a did:key or did:jwk, which is its own key; without a `url_prefix` nothing is ever fetched for it. `verifiers` are the
    addresses that it prints in QR codes, without a slash at the end; none where the directory does not say.

    A platform is one too, and issues nothing itself: its id is what the ids of its organisations begin with, and is their
    `platform` as well as its own. Such an organisation has no names here, for only the platform's stand in the directory:
    they are in `listed_by`, which is empty for every issuer with an entry of its own.
    """

    id: str
    tag: str | None
    service: str
    names: Mapping[str, str]
    url_prefix: str | None
    keys: Mapping[str, PublicKey]
    jwks_uri: str | None
    since: str
    verifiers: tuple[str, ...] = ()
    listed_by: Mapping[str, str] = field(default_factory=dict)
    platform: str = ""

    @property
    def is_platform(self) -> bool:
        """Whether this entry stands for the organisations of a platform."""
        return self.id == self.platform

    def may_fetch(self, url: object) -> bool:
        """Whether `url` lies under this issuer's prefix; no other address is ever asked on its behalf."""
        return isinstance(url, str) and "#" not in url and self._is_own(url)

    def may_own(self, kid: str) -> bool:
        """Whether a key of this id could be this issuer's: an address of somebody else's is not."""
        return not kid.startswith(("http:", "https:")) or self._is_own(kid)

    def _is_own(self, url: str) -> bool:
        return self.url_prefix is not None and under(url, self.url_prefix)

    def organisation(self, id_: str) -> "KnownIssuer | None":
        """The organisation of this platform with that id: what the platform's begin with, and one plain segment."""
        name = id_.removeprefix(self.id)
        if not self.is_platform or name == id_ or not ORGANISATION.fullmatch(name):
            return None
        return replace(self, id=id_, names={}, listed_by=self.names, jwks_uri=f"{id_}/jwks.json")


@dataclass(frozen=True, kw_only=True)
class Directory:
    """All known issuers by id, and the platforms. `changed` is the day (UTC) on which the files were last written."""

    issuers: Mapping[str, KnownIssuer]
    platforms: tuple[KnownIssuer, ...] = ()
    changed: str

    @property
    def count(self) -> int:
        """How many entries there are."""
        return len(self.issuers) + len(self.platforms)

    def issuer(self, id_: str) -> KnownIssuer | None:
        """The issuer with this id: by an entry of its own, else as an organisation of a platform."""
        own = self.issuers.get(id_)
        return own or next(filter(None, (platform.organisation(id_) for platform in self.platforms)), None)

    def service_of(self, tag: str) -> KnownIssuer | None:
        """The platform, else an issuer, of the one service that a code's tag names."""
        return next((known for known in self._entries() if known.tag == tag), None)

    def names_of_service(self, tag: str) -> Mapping[str, str]:
        """The names of the platform with this tag, or of the only issuer; a service of many others has no one name."""
        service = self.service_of(tag)
        alone = sum(issuer.tag == tag for issuer in self.issuers.values()) == 1
        return service.names if service and (service.is_platform or alone) else {}

    def listing(self, language: str = "") -> tuple[KnownIssuer, ...]:
        """All entries for people to read: the platforms (`is_platform`), then the issuers, by their name in `language`."""
        return tuple(sorted(self._entries(), key=lambda known: (not known.is_platform, _place(known, language))))

    @cached_property
    def as_json(self) -> bytes:
        """What a browser needs of it to verify by itself, as UTF-8 JSON."""
        return msgspec.json.encode({"changed": self.changed, "issuers": [_copied(known) for known in self._entries()]})

    @cached_property
    def hosts(self) -> frozenset[str]:
        """Every host that an entry names: of its service, its prefix and the verifiers that it prints."""
        urls = {url for known in self._entries() for url in (known.url_prefix, known.service, *known.verifiers) if url}
        return frozenset(host for url in urls if (host := urlsplit(url).hostname))

    def _entries(self) -> tuple[KnownIssuer, ...]:
        return (*self.platforms, *self.issuers.values())


def _copied(known: KnownIssuer) -> dict[str, Any]:
    return {
        "id": known.id,
        "tag": known.tag,
        "service": known.service,
        "names": known.names,
        "url_prefix": known.url_prefix,
        "keys": [written(key) for key in known.keys.values()],
        "publishes_keys": known.is_platform or known.jwks_uri is not None,
        "since": known.since,
        "verifiers": known.verifiers,
        "platform": known.is_platform,
    }


def _place(known: KnownIssuer, language: str) -> bytes:
    """The place of a name in a list: GB 18030 has the common characters in the order of their pinyin."""
    name = known.names.get(language) or next(iter(known.names.values()))
    return name.casefold().encode("gb18030", "replace")

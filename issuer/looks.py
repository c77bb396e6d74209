"""Looks: which designs, colours and logo an achievement version was published with. Its credentials keep them for ever.

The files of a design lie in the store under `designs/NAME/VERSION/`, a logo under `logos/SHA256.png`: put there before
the version that names them is recorded, and read from there ever after. What `templates/` holds now is for versions
published from now on.
"""

from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Any

import msgspec

from issuer.certificate import CLASSIC, LARGE_PRINT, MEDAL, Brand, Design, is_packaged, packaged, read_design
from issuer.errors import Misconfigured
from issuer.files import Files
from issuer.service import Service
from issuer.tables import Achievement, Organisation

__all__ = ["DesignVersion", "Look", "brand_of", "design_of", "keep", "look_of"]


class DesignVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a design; `version` as in `certificate.Design`."""

    name: str
    version: str


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What a certificate, its rendition in large letters and its badge are drawn with.

    `ink`, `accent` and `seal` as in `certificate.Brand`; `logo` is the SHA-256 of the PNG.
    """

    certificate: DesignVersion
    large_print: DesignVersion
    badge: DesignVersion
    ink: str | None = None
    accent: str | None = None
    seal: str | None = None
    logo: str | None = None


def keep(service: Service, organisation: Organisation, design: str) -> dict[str, Any]:
    """The `Look` of what `organisation` publishes now with `design`, all that it names put into the store before.

    Raises `Misconfigured` for a design that is broken or not there, and `Unavailable`.
    """
    given, logo = organisation.look or {}, organisation.logo
    used = _designs(design)
    for each in used.values():
        for file, content in each.files.items():
            service.files.put(f"{_folder(each.name, each.version)}/{file}", content)
    colours = {member: given.get(member) for member in ("ink", "accent", "seal")}
    look = msgspec.structs.replace(_look(used), **colours, logo=sha256(logo).hexdigest() if logo else None)
    if logo and look.logo:
        service.files.put(_picture(look.logo), logo)
    kept: dict[str, Any] = msgspec.to_builtins(look)
    return kept


def look_of(achievement: Achievement) -> Look:
    """The look of an achievement version. One from before looks were recorded has the classic design as it is now."""
    if achievement.look is not None:
        return msgspec.convert(achievement.look, Look)
    return _look(_designs(CLASSIC))


def design_of(service: Service, design: DesignVersion) -> Design:
    """A design exactly as it was. Raises `Misconfigured` where the store has lost it, and `Unavailable`."""
    return _design(service.files, design.name, design.version)


def brand_of(service: Service, look: Look) -> Brand:
    """The colours, the seal and the logo of a look. Raises as `design_of`."""
    logo = _logo(service.files, look.logo) if look.logo else None
    return Brand(ink=look.ink, accent=look.accent, seal=look.seal, logo=logo)


def _designs(certificate: str) -> dict[str, Design]:
    """The designs as they are now, by the member of `Look` that they stand in."""
    return {"certificate": packaged(certificate), "large_print": packaged(LARGE_PRINT), "badge": packaged(MEDAL)}


def _look(used: Mapping[str, Design]) -> Look:
    versions = {part: {"name": design.name, "version": design.version} for part, design in used.items()}
    return msgspec.convert(versions, Look)


@lru_cache(maxsize=64)
def _design(files: Files, name: str, version: str) -> Design:
    if is_packaged(name) and (now := packaged(name)).version == version:
        return now  # the same bytes: no need to ask the store
    kept = files.below(_folder(name, version))
    if kept and (then := read_design(name, kept)).version == version:
        return then
    raise Misconfigured(
        f"The store of files has lost the design {name}, version {version}, and credentials were issued with it. Put "
        f"{_folder(name, version)}/ back as it was, from a backup; nothing else can be drawn in its place."
    )


@lru_cache(maxsize=256)
def _logo(files: Files, digest: str) -> bytes:
    kept = files.get(_picture(digest))
    if kept is None or sha256(kept).hexdigest() != digest:
        raise Misconfigured(
            f"The store of files has lost a logo that credentials were issued with. Put {_picture(digest)} back, from a "
            "backup."
        )
    return kept


def _folder(name: str, version: str) -> str:
    return f"designs/{name}/{version}"


def _picture(digest: str) -> str:
    return f"logos/{digest}.png"

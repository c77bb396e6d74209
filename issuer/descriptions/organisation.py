"""An organisation as an operator describes it in a file."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from issuer.addresses import NAME, is_web_address
from issuer.descriptions.look import Look, read_look
from issuer.descriptions.reading import Reading, converted
from issuer.logo import LogoRefused, read_logo
from keys.signer import Algorithm

__all__ = ["MOST_SIGNATORIES", "DescribedLook", "DescribedOrganisation", "read_organisation"]

TAG = re.compile(r"[A-Z]{2,6}")
MOST_SIGNATORIES = 3


class DescribedLook(Look, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The look as described in a file. `logo` is the file of a picture, relative to the description's own."""

    logo: str | None = None


class DescribedOrganisation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An organisation as described in a file. `name` and each signatory have one text per language.

    `algorithm` is that of its first key; later ones follow the key before them unless `keys rotate` says otherwise.
    """

    id: str
    tag: str
    name: dict[str, str]
    url: str | None = None
    signatories: tuple[dict[str, str], ...] = ()
    algorithm: Algorithm = "ES256"
    look: DescribedLook = DescribedLook()


def read_organisation(given: Mapping[str, Any], beside: Path) -> tuple[DescribedOrganisation, bytes | None]:
    """The description of an organisation, each text cleaned, and its logo as `issuer.logo` draws it anew.

    `beside` is the folder of the file. Raises `Invalid` with each problem.
    """
    described = converted(given, DescribedOrganisation, "organisation")
    reading = Reading()
    if not NAME.fullmatch(described.id):
        reading.refuse("id", "must be small letters, digits and hyphens, such as glimmer")
    if not TAG.fullmatch(described.tag):
        reading.refuse("tag", "must be 2 to 6 capital letters, such as WG")
    if "zh-Hans" not in described.name:
        reading.refuse("name", "needs a zh-Hans name")
    if described.url is not None and not is_web_address(described.url):
        reading.refuse("url", "must be an http or https address")
    cleaned = msgspec.structs.replace(
        described,
        name=reading.names("name", described.name),
        signatories=reading.several_names("signatories", described.signatories, most=MOST_SIGNATORIES),
        look=read_look(reading, described.look),
    )
    logo = _logo(reading, beside / described.look.logo) if described.look.logo else None
    reading.end()
    return cleaned, logo


def _logo(reading: Reading, file: Path) -> bytes | None:
    try:
        return read_logo(file)
    except LogoRefused as refused:
        reading.refuse("look.logo", f"{file} {refused}")
    return None

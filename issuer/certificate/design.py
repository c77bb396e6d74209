"""Designs and brands: how a certificate looks, apart from what it says.

A design is a folder of `templates/certificates` with `design.toml`, `certificate.html`, `certificate.css` and SVG files,
all but the first of them Jinja2 templates; `parts.html` beside the folders is common to all. It is versioned by its
content: one changed byte is another version. A brand is what an organisation adds: two colours, a logo, a seal.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Literal

import msgspec

from issuer.errors import Misconfigured

__all__ = ["DESIGNS", "LARGE_PRINT", "PLAIN", "Brand", "Design", "Manifest", "designs", "packaged", "read_design"]

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "certificates"
DESIGNS = ("classic-landscape", "modern-landscape", "portrait-transcript", "skill-level")
LARGE_PRINT = "large-print"  # the rendition of every design for people who need large letters
NEEDED = ("certificate.html", "certificate.css")
KINDS = (".html", ".css", ".svg", ".toml")
LARGEST = 512 * 1024
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`design.toml`. Colours are `#rrggbb`; `ink` and `accent` hold where a brand has none of its own.

    `chinese` is the face that draws Chinese; the other draws only what that one lacks.
    """

    name: dict[str, str]
    page: str
    paper: str
    ink: str
    accent: str
    chinese: Literal["song", "hei"] = "song"

    def __post_init__(self) -> None:
        for colour in (self.paper, self.ink, self.accent):
            if not COLOUR.fullmatch(colour):
                raise ValueError(f"a colour is written as #1b2f4e, not as {colour[:20]!r}")


@dataclass(frozen=True, kw_only=True, eq=False)
class Design:
    """One version of a design: its files by name, and what its manifest says. Equal are designs of the same version."""

    name: str
    files: Mapping[str, bytes]
    manifest: Manifest

    @cached_property
    def version(self) -> str:
        """16 hexadecimal digits of a hash over the names and contents of all its files."""
        content = msgspec.msgpack.encode(sorted(self.files.items()))
        return sha256(content).hexdigest()[:16]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Design) and (other.name, other.version) == (self.name, self.version)

    def __hash__(self) -> int:
        return hash((self.name, self.version))


@dataclass(frozen=True, kw_only=True)
class Brand:
    """What of an organisation's own a certificate shows; None leaves it to the design.

    `seal` is the text of the name seal: "" for no seal, None for one made from the organisation's name. `logo` is a PNG
    that `issuer.logo` encoded.
    """

    ink: str | None = None
    accent: str | None = None
    seal: str | None = None
    logo: bytes | None = None


PLAIN = Brand()


def read_design(name: str, files: Mapping[str, bytes]) -> Design:
    """A design from its files. Raises `Misconfigured` that names the file and what is wrong with it."""
    for needed in ("design.toml", *NEEDED):
        if needed not in files:
            raise Misconfigured(f"The design {name} has no {needed}.")
    if sum(map(len, files.values())) > LARGEST:
        raise Misconfigured(f"The design {name} is larger than {LARGEST // 1024} KB.")
    try:
        manifest = msgspec.toml.decode(files["design.toml"], type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Misconfigured(f"The design {name}: design.toml: {error}") from error
    return Design(name=name, files=dict(files), manifest=manifest)


def packaged(name: str) -> Design:
    """The design as it lies in `templates/certificates` now. Raises `Misconfigured`."""
    folder = FOLDER / name
    if not folder.is_dir():
        raise Misconfigured(f"There is no design {name[:60]!r}; there are {', '.join(designs())}.")
    files = {file.name: file.read_bytes() for file in folder.iterdir() if file.suffix in KINDS}
    return read_design(name, {**files, "parts.html": (FOLDER / "parts.html").read_bytes()})


def designs() -> tuple[str, ...]:
    """The names of the designs that an achievement can choose."""
    return tuple(name for name in DESIGNS if (FOLDER / name).is_dir())

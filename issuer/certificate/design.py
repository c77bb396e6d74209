"""Designs and brands: how a certificate or a badge looks, apart from what it says.

A design is a folder of `templates/certificates` with `design.toml`, `certificate.html`, `certificate.css` and SVG files,
all but the first of them Jinja2 templates, or one of `templates/badges` with `badge.html` and `badge.css`;
`certificates/parts.html` is common to all. It is versioned by its content: one changed byte is another version. A brand is
what an organisation adds: two colours, a logo, a seal.
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

__all__ = [
    "CLASSIC", "FOLDER", "LARGE", "LARGE_PRINT", "MEDAL", "PLAIN", "Brand", "Design", "Manifest", "design_in",
    "designs", "is_packaged", "packaged", "read_design",
]  # fmt: skip

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "certificates"
BADGES = FOLDER.parent / "badges"
CLASSIC = "classic-landscape"
LARGE_PRINT = "large-print"  # the rendition of every design for people who need large letters
LARGE = "large-"  # before the name of a rendition: the same in large print
MEDAL = "medal"  # the one badge
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
    """One version of a design: its files by name, and what its manifest says. Equal are designs of the same version.

    `page` is what it draws, certificate or badge; its template and its style sheet are called that.
    """

    name: str
    page: str
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
    page = "badge" if "badge.html" in files else "certificate"
    for needed in ("design.toml", f"{page}.html", f"{page}.css"):
        if needed not in files:
            raise Misconfigured(f"The design {name} has no {needed}.")
    if sum(map(len, files.values())) > LARGEST:
        raise _too_large(name)
    for file, content in files.items():
        try:
            content.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Misconfigured(f"The design {name}: {file} is not text in UTF-8.") from error
    try:
        manifest = msgspec.toml.decode(files["design.toml"], type=Manifest)
    except msgspec.MsgspecError as error:
        raise Misconfigured(f"The design {name}: design.toml: {error}") from error
    return Design(name=name, page=page, files=dict(files), manifest=manifest)


def packaged(name: str) -> Design:
    """The design as it lies in `templates` now. Raises `Misconfigured`."""
    if not is_packaged(name):
        raise Misconfigured(f"There is no design {name[:60]!r}; there are {', '.join(designs())}.")
    return design_in(_folder(name))


def design_in(folder: Path) -> Design:
    """The design as it lies in a folder anywhere now, called as the folder is. Raises `Misconfigured`."""
    name = folder.resolve().name
    files = [file for file in folder.iterdir() if file.suffix in KINDS and file.is_file()]
    if sum(file.stat().st_size for file in files) > LARGEST:  # before anything is read
        raise _too_large(name)
    contents = {file.name: file.read_bytes() for file in files}
    return read_design(name, {**contents, "parts.html": (FOLDER / "parts.html").read_bytes()})


def is_packaged(name: str) -> bool:
    """Whether there is such a design in `templates` now."""
    return _folder(name).is_dir()


def designs() -> tuple[str, ...]:
    """The names of the designs that an achievement can choose."""
    return tuple(sorted(f.parent.name for f in FOLDER.glob("*/design.toml") if f.parent.name != LARGE_PRINT))


def _too_large(name: str) -> Misconfigured:
    return Misconfigured(f"The design {name} is larger than {LARGEST // 1024} KB.")


def _folder(name: str) -> Path:
    return (BADGES if name == MEDAL else FOLDER) / name

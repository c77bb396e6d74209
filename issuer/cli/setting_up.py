"""Commands that set an issuer up: its organisation, what it awards, and who may ask it and know it."""

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from issuer import organisations
from issuer.achievements import publish
from issuer.certificate import prepare_faces
from issuer.cli.acting import say, the_organisation, the_service
from issuer.descriptions.organisation import read_organisation
from issuer.descriptions.reading import toml_file
from issuer.errors import Conflict

__all__ = ["achievement", "api_key", "directory", "init", "organisation"]

File = Annotated[Path, typer.Argument(help="A TOML file; see demo/ for one to start from.")]


def init(file: File) -> None:
    """Set up an organisation: its record, its first signing key and an API key, which is shown this once."""
    service = the_service()
    with service.database.reading() as session:
        if known := organisations.listed(session):
            raise Conflict(
                f"There is already an organisation, {known[0].id}, and this version serves one. For another API key: "
                "issuer api-key"
            )
    described = toml_file(file)
    read_organisation(described, file.parent)
    print("Preparing the fonts (some seconds, once on a machine) …", file=sys.stderr)
    prepare_faces(service.settings.cache_dir)  # before anything is made: whoever breaks off here has lost nothing
    organisation = organisations.create(service, described, file.parent)
    key = organisations.make_api_key(service, organisation, "made by init")
    say.print(f"Organisation {organisation.id} ({organisation.names['zh-Hans']}) is ready.")
    say.print(f"Profile   {service.addresses.organisation(organisation.id)}")
    say.print(f"API key   {key}")
    say.print("Keep the API key now: only its hash is stored. Next: issuer achievement FILE.toml")


def organisation(file: File) -> None:
    """Change the look, the signatories and the url. What is published keeps its own until it is published again."""
    service = the_service()
    changed = organisations.change(service, the_organisation(service).id, toml_file(file), file.parent)
    say.print(f"Organisation {changed.id} ({changed.names['zh-Hans']}) has the look, signatories and url of {file}.")
    say.print("Achievements take them over when they are published again: issuer achievement FILE.toml")


def achievement(files: Annotated[list[Path], typer.Argument(help="TOML files, one achievement each.")]) -> None:
    """Publish achievements; a changed one becomes a new version, and credentials already issued keep theirs."""
    service = the_service()
    organisation = the_organisation(service)
    for file in files:
        published = publish(service, organisation.id, toml_file(file))
        say.print(service.addresses.achievement(organisation.id, published.slug, published.version))


def api_key(label: Annotated[str, typer.Option(help="What it is for.")] = "made by hand") -> None:
    """Make another API key, good for a year and shown this once."""
    service = the_service()
    say.print(organisations.make_api_key(service, the_organisation(service), label))


def directory(
    *,
    platform: Annotated[
        bool, typer.Option("--platform", help="One entry for every organisation of this service; no key is pinned.")
    ] = False,
) -> None:
    """Print the directory entry by which a verifier knows this issuer, its keys pinned."""
    service = the_service()
    made = organisations.platform_entry if platform else organisations.directory_entry
    entry = made(service, the_organisation(service))
    print(msgspec.json.format(msgspec.json.encode({"issuers": [entry]}), indent=2).decode())

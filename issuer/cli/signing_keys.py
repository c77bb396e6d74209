"""Commands for the organisation's signing keys."""

from datetime import UTC, datetime
from typing import Annotated, Literal

import typer

from issuer import confirmations
from issuer.cli.acting import minute, progress_on, say, the_organisation, the_service

__all__ = ["compromised", "confirm", "list_keys", "rotate"]

PINNED = "Verifiers whose entry has no jwks_uri need the new entry: issuer directory"
Key = Annotated[str, typer.Argument(help="The key's thumbprint, as `issuer keys list` shows it.")]


def list_keys() -> None:
    """Show every key: its state, since when, from when on it signs, and its thumbprint."""
    service = the_service()
    keyring, now = service.keyrings.of(the_organisation(service).id), service.now()
    for key in keyring.keys:  # no table: a thumbprint must stand whole in a narrow window, to be copied
        stands = keyring.standing(key, now)
        say.print(f"{key.id}  {key.alg}")
        say.print(f"    {stands.state} since {minute(stands.since)} UTC, signs from {minute(key.signs_from)} UTC on")


def rotate(
    at_once: Annotated[bool, typer.Option("--now", help="Sign with it at once, before verifiers know it.")] = False,
    algorithm: Annotated[
        Literal["ES256", "RS256"] | None, typer.Option(help="By default that of the key that signs now.")
    ] = None,
) -> None:
    """Publish a new signing key, which takes over 15 minutes later by itself. What the old key signed stays valid."""
    service = the_service()
    keyring = service.keyrings.of(the_organisation(service).id).rotate(
        service.now(), algorithm=algorithm, at_once=at_once
    )
    if waiting := keyring.waiting(service.now()):
        say.print(f"Key {waiting.id} is published and signs from {minute(waiting.signs_from)} UTC on.")
    else:
        say.print(f"Signing with {keyring.active(service.now()).id} from now on.")
    say.print(PINNED)


def compromised(key: Key) -> None:
    """Say that someone else may hold a key. It cannot be taken back; verifiers doubt all it signed until you confirm it."""
    service = the_service()
    keyring = service.keyrings.of(the_organisation(service).id).mark_compromised(key, service.now())
    marked = keyring.standing(keyring.find(key), service.now())
    say.print(f"Key {key} is compromised since {minute(marked.since)} UTC. Its private half was deleted.")
    say.print(f"Signing with {keyring.active(service.now()).id}.")
    say.print(f"Confirm what we issued with it: issuer keys confirm {key}")
    say.print(PINNED)


def confirm(
    key: Key,
    until: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"],
            help="Only what was issued before this moment (UTC); by default before the key was marked compromised.",
        ),
    ] = None,
) -> None:
    """Confirm, under the key that signs now, every credential in our database that a compromised key signed."""
    service = the_service()
    with progress_on.status("Confirming …"):
        count = confirmations.confirm(
            service, the_organisation(service).id, key, until.replace(tzinfo=UTC) if until else None
        )
    say.print(f"{count} credentials of {key} are confirmed.")

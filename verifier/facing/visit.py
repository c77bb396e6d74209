"""What the door and the desk know of one request, for its line in the log. Nothing in it names anyone."""

from dataclasses import dataclass

from litestar.types import Scope

__all__ = ["Visit", "visit_of"]

NAME = "verifier_visit"


@dataclass
class Visit:
    """One request: who shares its allowance, and what was given and answered. `client` is never written down.

    So many `bytes` came, of which `held` are in memory, or a pile's in its file.
    """

    client: str
    bytes: int = 0
    held: int = 0
    kind: str | None = None
    verdict: str | None = None
    reason: str | None = None

    def begin(self, scope: Scope) -> None:
        """From now on `visit_of` finds it."""
        scope["state"][NAME] = self


def visit_of(scope: Scope) -> Visit:
    """The visit that the scope of a request belongs to."""
    visit: Visit = scope["state"][NAME]
    return visit

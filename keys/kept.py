"""A kept key: what may be public of it, and its state at a moment.

Nothing is ever switched. A state follows from a few recorded moments and the clock, so that every process sees a key take
over at the same moment without being told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from keys.signer import Algorithm

__all__ = ["CLOCKS_APART", "OVERLAP", "KeptKey", "Standing", "State", "spent", "standing"]

State = Literal["next", "active", "retired", "compromised"]
# From publishing to signing. A verifier keeps keys for 5 minutes and a cache before it the set for 1; clocks differ by 5.
OVERLAP = timedelta(minutes=15)
CLOCKS_APART = timedelta(minutes=1)  # of our own machines: a late one may still ask for the key that has just retired


class KeptKey(msgspec.Struct, frozen=True, kw_only=True):
    """The public half of a key. `id` is its RFC 7638 thumbprint; published since `made`, it signs from `signs_from` on."""

    id: str
    alg: Algorithm
    jwk: dict[str, str]
    made: datetime
    signs_from: datetime
    compromised_at: datetime | None = None

    @property
    def takes_over(self) -> bool:
        """Whether it ever signs: a key that was compromised while it waited does not, and so retires no other."""
        return self.compromised_at is None or self.compromised_at > self.signs_from


@dataclass(frozen=True)
class Standing:
    """A key's state and since when it has it."""

    state: State
    since: datetime


def standing(keys: Sequence[KeptKey], key: KeptKey, now: datetime) -> Standing:
    """How `key`, one of `keys` (the last to sign first), stands at the moment `now`. At most one of them is active."""
    if key.compromised_at:
        return Standing("compromised", key.compromised_at)
    # The first key has nothing to wait for: a clock that was set back must not leave an organisation without any.
    if now < key.signs_from and key != keys[-1]:
        return Standing("next", key.made)
    successors = [later for later in keys[: keys.index(key)] if later.takes_over and later.signs_from <= now]
    return Standing("retired", successors[-1].signs_from) if successors else Standing("active", key.signs_from)


def spent(keys: Sequence[KeptKey], now: datetime) -> list[KeptKey]:
    """The keys whose private half no process needs any more: compromised, or retired for longer than clocks differ."""
    found = []
    for key in keys:
        stands = standing(keys, key, now)
        if stands.state == "compromised" or (stands.state == "retired" and now - stands.since > CLOCKS_APART):
            found.append(key)
    return found

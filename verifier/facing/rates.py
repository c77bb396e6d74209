"""How often one address may ask. In this process's memory: several processes each count for themselves."""

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

__all__ = ["ASSET", "BURST_SECONDS", "CODE", "COPY", "DOCUMENT", "FRAME", "PAGE", "PILE", "VERIFICATION", "Rates"]

# What a request costs. The first four are charged at the door, the others when it is known what was given.
ASSET = 0.01  # a script, an icon, words: a phone that comes for the first time asks for some sixty
PAGE = 0.1
FRAME = 0.3  # of a camera, two a second: so a scan never uses up what its verification will need
VERIFICATION = 1.0
PILE = 30.0  # half of what is saved up: one at any time, and a second one where little else was asked
CODE = 1.0  # more: somebody else's service is asked
COPY = 0.3  # more: an issuer may be asked; a browser that verifies one credential wants three of them
DOCUMENT = 2.0  # more: a process of its own
BURST_SECONDS = 60  # an allowance not used is saved up for so long: an office checks a stack of certificates at once
MOST_KEPT = 100_000


class Rates:
    """A bucket per address that fills with `per_second` and holds what `BURST_SECONDS` bring; 0 for no limit at all."""

    def __init__(self, per_second: float, now: Callable[[], float] = monotonic) -> None:
        self._per_second = per_second
        self._most = per_second * BURST_SECONDS
        self._now = now
        self._kept: OrderedDict[str, tuple[float, float]] = OrderedDict()  # what is left, and when that was

    def charge(self, who: str, cost: float) -> float:
        """Take `cost` from the bucket: 0 when it held so much, else the seconds until it will, and nothing is taken.

        Where it can never hold so much, all that it can hold is enough.
        """
        if not self._per_second:
            return 0
        cost = min(cost, self._most)
        now = self._now()
        left, at = self._kept.get(who, (self._most, now))
        left = min(self._most, left + (now - at) * self._per_second)
        if left < cost:
            return (cost - left) / self._per_second
        self._kept[who] = (left - cost, now)
        self._kept.move_to_end(who)
        if len(self._kept) > MOST_KEPT:  # who asked longest ago has most of the allowance back: the least is forgotten
            self._kept.popitem(last=False)
        return 0

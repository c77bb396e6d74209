"""Fair measuring on an unfair machine: everything takes its turn in every round, and rounds are compared, not totals."""

import time
from collections.abc import Callable, Mapping
from statistics import median

__all__ = ["ROUNDS", "Times", "measure", "ratio"]

ROUNDS = 41
SECONDS_A_TURN = 0.02

Times = Mapping[str, tuple[float, ...]]


def measure(candidates: Mapping[str, Callable[[], object]], rounds: int = ROUNDS) -> Times:
    """Seconds per call of each candidate in each round. One round gives every candidate a turn of some 20 ms."""
    calls = {name: _calls_a_turn(call) for name, call in candidates.items()}
    times: dict[str, list[float]] = {name: [] for name in candidates}
    names = list(candidates)
    for number in range(rounds):
        for name in names if number % 2 else reversed(names):
            times[name].append(_turn(candidates[name], calls[name]))
    return {name: tuple(taken) for name, taken in times.items()}


def ratio(times: Times, baseline: str, candidate: str) -> float:
    """How many times as fast as the baseline: the median over rounds, each of which saw the same noise."""
    return median(base / taken for base, taken in zip(times[baseline], times[candidate], strict=True))


def _turn(call: Callable[[], object], calls: int) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        call()
    return (time.perf_counter() - start) / calls


def _calls_a_turn(call: Callable[[], object]) -> int:
    _turn(call, 3)  # warm
    return max(3, int(SECONDS_A_TURN / min(_turn(call, 5) for _ in range(5))))

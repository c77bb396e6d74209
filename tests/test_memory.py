"""What many ask for at the same time is fetched once, and by one of them at a time."""

import asyncio
from datetime import timedelta

from tests.conftest import Clock
from verifier.errors import Unreachable
from verifier.published.memory import Memory, Recent

HOUR = timedelta(hours=1)


class Fetching:
    """Takes a few turns of the event loop, and counts how many do so at the same time."""

    def __init__(self, *, fails: bool = False) -> None:
        self.fails = fails
        self.times = self.now = self.most = 0

    async def __call__(self) -> int:
        self.times += 1
        self.now += 1
        self.most = max(self.most, self.now)
        for _ in range(5):
            await asyncio.sleep(0)
        self.now -= 1
        if self.fails:
            raise Unreachable("Nobody is there.", "some_fault")
        return self.times


async def one_after_another(memory: Memory, fetching: Fetching, *, anew: bool) -> list[int | str | None]:
    """A hundred askers, of whom some come while others wait and some when the first have what they wanted."""

    async def ask(turns: int) -> int | str | None:
        for _ in range(turns):
            await asyncio.sleep(0)
        try:
            return int((await memory.once("it", HOUR, fetching, lambda: anew)).value)
        except Unreachable as error:
            return error.fault

    return list(await asyncio.gather(*(ask(turns) for turns in range(100))))


def test_many_askers_wait_for_one_fetch(clock: Clock) -> None:
    fetching = Fetching()
    assert asyncio.run(one_after_another(Memory(clock), fetching, anew=False)) == [1] * 100
    assert fetching.times == 1


def test_a_failure_is_shared_too_and_kept_for_ten_seconds(clock: Clock) -> None:
    memory, fetching = Memory(clock), Fetching(fails=True)
    assert asyncio.run(one_after_another(memory, fetching, anew=False)) == ["some_fault"] * 100
    assert fetching.times == 1
    clock.move(seconds=10)
    fetching.fails = False
    assert asyncio.run(one_after_another(memory, fetching, anew=False)) == [2] * 100


def test_who_wants_it_anew_waits_for_whoever_came_before_and_nobody_stands_in_a_line_in_the_end(clock: Clock) -> None:
    memory, fetching = Memory(clock), Fetching()
    asyncio.run(one_after_another(memory, fetching, anew=True))
    assert fetching.most == 1
    assert memory._lines._lines == {}


def test_what_is_kept_is_bounded_and_the_oldest_goes_first() -> None:
    recent: Recent[int] = Recent(3)
    for number in (1, 2, 3, 1, 4):
        recent.put(str(number), number)
    assert list(recent) == ["3", "1", "4"]

"""A limit on waiting that is only set where something is waited for: in all else as `asyncio.timeout`."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from verifier.facing.waiting import Overdue, within


async def at_once() -> int:
    return 7


async def after_waiting() -> int:
    await asyncio.sleep(0)
    await asyncio.sleep(0.001)
    return 7


async def too_long() -> None:
    await asyncio.Event().wait()


async def a_fault_at_once() -> None:
    raise ZeroDivisionError


async def a_fault_after_waiting() -> None:
    await asyncio.sleep(0)
    raise ZeroDivisionError


async def a_timeout_of_its_own() -> None:
    async with asyncio.timeout(0):
        await too_long()


@pytest.mark.parametrize("asked", [at_once, after_waiting])
def test_what_is_in_time_is_given(asked: Callable[[], Awaitable[int]]) -> None:
    assert asyncio.run(within(60, asked())) == 7


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        (a_fault_at_once, ZeroDivisionError),
        (a_fault_after_waiting, ZeroDivisionError),
        (a_timeout_of_its_own, TimeoutError),
        (too_long, Overdue),
    ],
)
def test_a_fault_stays_what_it_is_and_only_the_limit_is_overdue(
    asked: Callable[[], Awaitable[Any]], fault: type[Exception]
) -> None:
    with pytest.raises(fault):
        asyncio.run(within(0.01, asked()))


def test_what_is_overdue_cleans_up_and_may_wait_for_that() -> None:
    said = []

    async def careful() -> None:
        try:
            await too_long()
        finally:
            await asyncio.sleep(0.001)
            said.append("cleaned up")

    with pytest.raises(Overdue):
        asyncio.run(within(0.01, careful()))
    assert said == ["cleaned up"]


def test_who_is_cancelled_while_waiting_is_cancelled() -> None:
    async def asking() -> None:
        task = asyncio.create_task(within(60, too_long()))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(asking())


def test_a_timer_is_set_only_for_what_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    timers: list[float | None] = []
    timeout = asyncio.timeout

    def timer(seconds: float | None) -> asyncio.Timeout:
        timers.append(seconds)
        return timeout(seconds)

    monkeypatch.setattr(asyncio, "timeout", timer)
    asyncio.run(within(60, at_once()))
    assert timers == []
    asyncio.run(within(60, after_waiting()))
    assert timers == [60]

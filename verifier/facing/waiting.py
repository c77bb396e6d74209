"""A limit on how long something is waited for, which costs nothing where nothing has to be waited for."""

import asyncio
import types
from collections.abc import Awaitable, Generator
from functools import partial
from typing import Any, TypeVar

__all__ = ["Overdue", "within"]

Thing = TypeVar("Thing")


class Overdue(Exception):
    """It took longer than it may."""


async def within(seconds: float, asked: Awaitable[Thing]) -> Thing:
    """What `asked` gives, as under `asyncio.timeout`, whose timer is only set where it comes to wait for something.

    Most verifications never do. Raises `Overdue` when they wait longer, and whatever `asked` does.
    """
    steps = asked.__await__()
    try:
        awaited = next(steps)
    except StopIteration as done:
        thing: Thing = done.value
        return thing
    try:
        async with asyncio.timeout(seconds) as limit:
            return await _the_rest(steps, awaited)
    except TimeoutError as error:
        if not limit.expired():
            raise
        raise Overdue from error


@types.coroutine
def _the_rest(steps: Generator[Any, Any, Thing], awaited: Any) -> Generator[Any, Any, Thing]:
    """Wait for what is `awaited`, and go on: `yield from` of what was begun before (PEP 380)."""
    while True:
        try:
            yield awaited
            going_on = partial(next, steps)
        except BaseException as error:  # noqa: BLE001 - that the time is over, most likely
            going_on = partial(steps.throw, error)
        try:
            awaited = going_on()
        except StopIteration as done:
            thing: Thing = done.value
            return thing

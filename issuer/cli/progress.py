"""What `issuer issue` says while it works: a bar on a terminal, else a line every ten seconds."""

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

__all__ = ["Told"]

EVERY = 10  # seconds
COLUMNS = (
    TextColumn("{task.description}"),
    BarColumn(),
    MofNCompleteColumn(),
    TextColumn("{task.fields[rate]}"),
    TimeRemainingColumn(),
)


class Told:
    """How far the work is: each of the `steps` has as many pieces as it says, of which `did` counts those that are done.

    The rate and the time that is left are those of the last step.
    """

    def __init__(self, steps: Mapping[str, int], console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._steps = steps
        self._last = list(steps)[-1]
        self._done = dict.fromkeys(steps, 0)
        self._console = console
        self._clock = clock
        self._began = self._said = clock()
        self._bar = Progress(*COLUMNS, console=console, disable=not console.is_terminal)
        self._tasks = {step: self._bar.add_task(step, total=total, rate="") for step, total in steps.items()}

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    @property
    def seconds(self) -> float:
        """Since the beginning; never 0."""
        return max(self._clock() - self._began, 1e-9)

    def did(self, step: str, count: int) -> None:
        """So many more pieces of a step are done."""
        self._done[step] += count
        self._bar.update(self._tasks[step], advance=count, rate=f"{self._done[step] / self.seconds:,.0f}/s")
        if not self._console.is_terminal and self._clock() - self._said >= EVERY:
            self._said = self._clock()
            self._console.print(self._line(), soft_wrap=True, highlight=False)

    def _line(self) -> str:
        far = ", ".join(f"{step} {self._done[step]:,} of {total:,}" for step, total in self._steps.items())
        if not (rate := self._done[self._last] / self.seconds):
            return far
        left = (self._steps[self._last] - self._done[self._last]) / rate
        return f"{far}; {rate:,.1f} a second, {timedelta(seconds=round(left))} left"

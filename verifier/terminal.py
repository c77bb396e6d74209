"""A verdict on a terminal."""

import unicodedata

from rich.console import Console
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text as Styled

from verifier.answer import Answer
from verifier.words import UNWRITTEN, Words

__all__ = ["COLOURS", "SYMBOLS", "writable", "write"]

COLOURS = {"valid": "green", "invalid": "red", "unchecked": "yellow"}
SYMBOLS = {"valid": "✓", "invalid": "✗", "unchecked": "?", "passed": "✓", "failed": "✗", "not_checked": "–"}


def write(words: Words, answer: Answer) -> None:
    """Write a verdict in words to standard output."""
    console = Console(highlight=False, markup=False, emoji=False)
    colour = COLOURS[answer.verdict]
    console.print()
    console.print(Styled(f" {SYMBOLS[answer.verdict]} {answer.word} ", style=f"bold reverse {colour}"))
    console.print(writable(answer.means), style=colour)
    console.print(writable(answer.next))
    if answer.shows == "differs":
        console.print()
        console.print(words.say("verdict.differences"), style="bold")
        for trace in answer.shown.traces:
            console.print(f" {writable(trace)}")
        unsigned = [(words.say("label.unsigned"), text, "") for text in answer.shown.unsigned]
        console.print(_grid([*((pair.label, pair.plain, "") for pair in answer.shown.pairs), *unsigned]))
        if answer.shown.more:
            console.print(f" {answer.shown.more}")
    if answer.rows:
        console.print()
        if answer.warning:
            console.print(writable(answer.warning), style="yellow")
        console.print(_grid([(row.label, row.plain, row.note) for row in answer.rows]))
    console.print()
    console.print(words.say("verdict.steps"), style="bold")
    steps = Grid.grid(padding=(0, 1))
    for number, found in enumerate(answer.steps, 1):
        said = Styled(writable(found.text))
        if found.note:
            said.append(f"\n{writable(found.note)}", style="dim")
        steps.add_row(f" {number}", Styled(SYMBOLS[found.result], style=_step_colour(answer, found.result)), said)
    console.print(steps)
    console.print()
    console.print(f"{answer.checked_at} {words.say('verdict.reason', reason=answer.reason)}", style="dim")


def _step_colour(answer: Answer, result: str) -> str:
    """As on the page: green belongs to a valid credential alone."""
    if result == "passed":
        return "green" if answer.verdict == "valid" else "default"
    return "red" if result == "failed" else "dim"


def _grid(rows: list[tuple[str, str, str]]) -> Padding:
    grid = Grid.grid(padding=(0, 2))
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column(overflow="fold")
    for label, value, note in rows:
        said = Styled(writable(value), style="bold")
        if note:
            said.append(f"{chr(10) if value else ''}{writable(note)}", style="dim not bold")
        grid.add_row(label, said)
    return Padding(grid, (0, 0, 0, 1))


def writable(text: str) -> str:
    """A stranger's text as it may stand in a terminal: a signed name must not redraw the verdict above it."""
    return UNWRITTEN.sub("\N{REPLACEMENT CHARACTER}", unicodedata.normalize("NFC", text))

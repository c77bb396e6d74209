"""The lines of the demo's tables: what should be, what was, and whether they agree."""

from dataclasses import dataclass

from rich import box
from rich.table import Table
from rich.text import Text

__all__ = ["Line", "tables"]


@dataclass(frozen=True)
class Line:
    """A line of a table: what was shown to the verifier, what it should answer and what it did answer."""

    what: str
    expected: tuple[str, ...]
    got: tuple[str, ...]
    code: str = ""

    @property
    def right(self) -> bool:
        """Whether every answer is as it should be."""
        return self.expected == self.got


def tables(lines: list[Line]) -> tuple[Table, Table]:
    """The lines as two tables: the roster, and the gallery of what must not pass."""
    roster = _table("The roster", "learner", "code", "by its PDF", "by QR")
    gallery = _table("The gallery: what is refused, forged or withdrawn", "what was shown", "answer")
    for line in lines:
        mark = "[green]✓[/]" if line.right else "[red]✗[/]"
        answers = [
            got if got == expected else f"[red]{got}[/] instead of {expected}"
            for expected, got in zip(line.expected, line.got, strict=True)
        ]
        if line.code:
            roster.add_row(mark, Text(line.what, overflow="ellipsis", no_wrap=True), line.code, *answers)
        else:
            gallery.add_row(mark, line.what, *answers)
    return roster, gallery


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("", min_width=1)
    for column in columns:  # all within 80 columns: a long name gives way
        width = {"learner": 17, "code": 22}.get(column)
        table.add_column(column, no_wrap=column != "what was shown", min_width=width, max_width=width)
    return table

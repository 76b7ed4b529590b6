"""Tables for people: they fold instead of cutting, and money stands at the right."""

import sys
from collections.abc import Sequence
from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDE = 100
"""From this many columns on there is room for wider gaps and for what narrow terminals go without."""


def is_wide() -> bool:
    """Whether stdout has that room."""
    return console().width >= WIDE


class Column:
    """A heading, and whether the cells are figures that line up at the right."""

    def __init__(self, title: str, *, figures: bool = False, keep: bool = False) -> None:
        self.title = title
        self.figures = figures
        self.keep = keep
        """Never folded: figures, states and marks that are wrong when broken."""


def console(stream: TextIO | None = None) -> Console:
    """A console on stdout that honours NO_COLOR, pipes and narrow terminals."""
    stream = stream or sys.stdout
    return Console(file=stream, highlight=False, soft_wrap=False, emoji=False, markup=False)


def draw(columns: Sequence[Column], rows: Sequence[Sequence[str]], *, title: str = "", foot: str = "") -> None:
    """Print one table on stdout."""
    out = console()
    if title:
        out.print(Text(title, style="bold"))
    gap = 2 if out.width >= WIDE else 1
    table = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0), header_style="bold")
    for column in columns:
        table.add_column(
            column.title,
            justify="right" if column.figures else "left",
            no_wrap=column.figures or column.keep,
            overflow="fold",
        )
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    out.print(table)
    if foot:
        out.print(Text(foot))


def pairs(rows: Sequence[tuple[str, str]]) -> None:
    """Print `key  value` lines, values folded under themselves."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True, style="bold")
    grid.add_column(overflow="fold")
    for key, value in rows:
        grid.add_row(Text(key), Text(value))
    console().print(grid)

"""Tables for people: they fold instead of cutting, and money stands at the right."""

import sys
from collections.abc import Iterable, Sequence
from typing import TextIO

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from .spoken import typed

WIDE = 100
"""From this many columns on there is room for wider gaps and for what narrow terminals go without."""

LEAST_FOLDED = 10
"""A column that folds into less than this is no help."""


def is_wide() -> bool:
    """Whether stdout has that room."""
    return console().width >= WIDE


class Column:
    """A heading, and whether the cells are figures that line up at the right."""

    def __init__(self, title: str, *, figures: bool = False, keep: bool = False) -> None:
        self.title = title
        self.figures = figures
        self.keep = keep
        """Never folded: states and marks that are wrong when broken."""

    @property
    def folds(self) -> bool:
        """Whether a long cell goes on in the next line. A figure never does: half a price is a wrong price."""
        return not (self.figures or self.keep)


def console(stream: TextIO | None = None) -> Console:
    """A console on stdout that honours NO_COLOR, pipes and narrow terminals."""
    stream = stream or sys.stdout
    return Console(file=stream, highlight=False, soft_wrap=False, emoji=False, markup=False)


def draw(
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    *,
    title: str = "",
    foot: str = "",
    notes: Iterable[str] = (),
) -> None:
    """Print one table on stdout; where it is too narrow for one, each row as a block of its own.

    `foot` folds like a paragraph. `notes` are lines of their own below it and never fold, to be copied whole.
    """
    out = console()
    if title:
        out.print(Text(title, style="bold"))
    gap = 2 if out.width >= WIDE else 1
    whole = _whole_words(columns, rows)
    if _least_width(whole, rows, gap) <= out.width:
        _put(out, _table(whole, rows, gap))
    elif _least_width(columns, rows, gap) <= out.width:
        _put(out, _table(columns, rows, gap))
    else:
        for row in rows:
            pairs([(column.title, cell) for column, cell in zip(columns, row, strict=True) if cell])
            out.print()
    if foot:
        _put(out, Text(typed(foot)))
    for note in notes:
        out.print(Text(typed(note)), soft_wrap=True)


def _put(out: Console, drawn: RenderableType) -> None:
    """Print `drawn` without the blanks that fill its lines: they would be in the way of whoever copies."""
    for line in out.render_lines(drawn, pad=False):
        text = Text.assemble(*((part.text, part.style or "") for part in line))
        text.rstrip()
        out.print(text, soft_wrap=True)


def _whole_words(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[Column]:
    """The columns, where those fold that have more than one word to fold at, and no other."""
    return [
        column if column.figures or any(" " in row[at] for row in rows) else Column(column.title, keep=True)
        for at, column in enumerate(columns)
    ]


def _table(columns: Sequence[Column], rows: Sequence[Sequence[str]], gap: int) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0), header_style="bold")
    for at, column in enumerate(columns):
        table.add_column(
            column.title,
            justify="right" if column.figures else "left",
            no_wrap=not column.folds,
            min_width=None if column.folds else _longest(column, rows, at),
            overflow="fold",
        )
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def _least_width(columns: Sequence[Column], rows: Sequence[Sequence[str]], gap: int) -> int:
    cells = [
        min(_longest(column, rows, at), LEAST_FOLDED) if column.folds else _longest(column, rows, at)
        for at, column in enumerate(columns)
    ]
    return sum(cells) + gap * (len(columns) - 1)


def _longest(column: Column, rows: Sequence[Sequence[str]], at: int) -> int:
    return max(cell_len(text) for text in (column.title, *(row[at] for row in rows)))


def pairs(rows: Sequence[tuple[str, str]]) -> None:
    """Print `key  value` lines, values folded under themselves."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True, style="bold")
    grid.add_column(overflow="fold")
    for key, value in rows:
        grid.add_row(Text(key), Text(value))
    _put(console(), grid)

"""Long work as it happens: a live table on a terminal, one line per change in a pipe. All on stderr."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from ..core.progress import Progress, Stage, Step

if TYPE_CHECKING:
    from rich.table import Table

MARKS = {Stage.WAITING: "·", Stage.RUNNING: "…", Stage.DONE: "✓", Stage.FAILED: "✗"}
MAX_TEXT = 100
LIFE_SECONDS = 15.0
"""How long a pipe may stay silent about an item that is still at it."""


@contextmanager
def live_progress() -> Iterator[Progress]:
    """A listener for `core.progress` steps, drawn until the block ends."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from rich.live import Live

    from .tables import console

    board = _Board()
    with Live(board, console=console(sys.stderr), refresh_per_second=8, transient=False):
        yield board


class _Lines:
    """One plain line for each item that starts, has news, ends or fails, and a sign of life now and then."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._last: dict[str, tuple[Step, float]] = {}

    def __call__(self, step: Step, /) -> None:
        with self._lock:
            last, told = self._last.get(step.item, (None, 0.0))
            if last is not None and not _is_news(last, step) and monotonic() < told + LIFE_SECONDS:
                return
            self._last[step.item] = step, monotonic()
            text = f"  {step.text}" if step.text else ""
            sys.stderr.write(f"{MARKS[step.stage]} {step.item}{text}\n")


def _is_news(last: Step, step: Step) -> bool:
    return step.stage != last.stage or (not step.measures and step.text != last.text)


class _Board:
    """The newest news of every item, with how long it has been at it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._steps: dict[str, Step] = {}
        self._since: dict[str, float] = {}
        self._took: dict[str, float] = {}

    def __call__(self, step: Step, /) -> None:
        with self._lock:
            self._steps[step.item] = step
            began = self._since.setdefault(step.item, monotonic())
            if step.stage in {Stage.DONE, Stage.FAILED}:
                self._took[step.item] = monotonic() - began

    def __rich__(self) -> "Table":
        from rich.table import Table
        from rich.text import Text

        grid = Table.grid(padding=(0, 1))
        with self._lock:
            for item, step in self._steps.items():
                seconds = self._took.get(item, monotonic() - self._since[item])
                grid.add_row(MARKS[step.stage], Text(item), f"{seconds:.0f} s", Text(step.text[:MAX_TEXT]))
        return grid

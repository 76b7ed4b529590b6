"""Stopping: the first request ends an operation cleanly, the second at once."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Cancel:
    """Counts how often a person asked to stop. Safe to call in a signal handler."""

    def __init__(self) -> None:
        self.requests = 0

    def ask(self) -> None:
        """Ask (again) for an end."""
        self.requests += 1


@contextmanager
def on_interrupt(cancel: Cancel) -> Iterator[Cancel]:
    """Turn SIGINT and SIGTERM into requests while an operation runs (in the main thread only)."""
    if threading.current_thread() is not threading.main_thread():
        yield cancel
        return

    def ask(_number: int, _frame: FrameType | None) -> None:
        cancel.ask()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield cancel
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

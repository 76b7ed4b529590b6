"""How many calls are running, so that an orphaned plugin leaves only when none is."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Busy:
    """Counts running calls. Safe to use from many threads."""

    def __init__(self) -> None:
        self._running = 0
        self._lock = threading.Lock()

    @property
    def running(self) -> int:
        """Calls under way now."""
        return self._running

    @contextmanager
    def one(self) -> Iterator[None]:
        """Counts one call while it runs."""
        self._add(1)
        try:
            yield
        finally:
            self._add(-1)

    def _add(self, amount: int) -> None:
        with self._lock:
            self._running += amount

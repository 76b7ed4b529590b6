"""A token for a gateway, kept while it is good: an outside signer may want a button pressed for each."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from ...core.clock import Clock

KEPT_FOR = timedelta(minutes=5)
"""Half of what both custodies make tokens good for, so that none runs out on its way."""


class Pass:
    """Gives the token that `make` gave last, and asks for another in time. Safe to share between threads."""

    def __init__(self, make: Callable[[datetime], str], clock: Clock) -> None:
        self._make = make
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: tuple[str, datetime] | None = None

    def __call__(self) -> str:
        """The token. Raises as `make` does, and keeps nothing then."""
        with self._lock:
            now = self._clock()
            if self._kept is None or now >= self._kept[1]:
                self._kept = self._make(now), now + KEPT_FOR
            return self._kept[0]

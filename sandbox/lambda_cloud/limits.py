"""The documented rate limits: one call a second, one launch in twelve."""

import threading
import time
from collections.abc import Callable

CALL_SECONDS = 1.0
LAUNCH_SECONDS = 12.0


class RateLimit:
    """Lets a call through, or says how long to wait."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._next: dict[bool, float] = {}
        self._lock = threading.Lock()

    def wait_seconds(self, *, launch: bool) -> float:
        """Zero for a call that may pass, which then counts."""
        now = self._clock()
        with self._lock:
            wait = self._next.get(launch, 0.0) - now
            if wait > 0:
                return wait
            self._next[launch] = now + (LAUNCH_SECONDS if launch else CALL_SECONDS)
            return 0.0

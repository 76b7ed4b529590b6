"""Machines this process has just made. EC2 may take seconds to know an id that it has given out.

In that time "not found" is not "gone". Another process has no such memory: there the sweep by tag,
asked again later, is what finds a machine whose maker died within those seconds.
"""

import threading
import time
from collections.abc import Callable

from ..base import Machine

SETTLED_SECONDS = 60.0


class Recent:
    """Safe between threads; `clock` is monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._made: dict[str, tuple[float, Machine]] = {}

    def add(self, machine: Machine) -> None:
        """Remember a machine that was just made."""
        with self._lock:
            self._made[machine.ref.id] = (self._clock(), machine)

    def get(self, instance_id: str) -> Machine | None:
        """The machine as it was made, while EC2 may not know it yet."""
        with self._lock:
            made_at, machine = self._made.get(instance_id, (0.0, None))
            if machine is None or self._clock() - made_at < SETTLED_SECONDS:
                return machine
            del self._made[instance_id]
            return None

    def seen(self, instance_id: str) -> None:
        """EC2 knows it now: from here on "not found" means gone."""
        with self._lock:
            self._made.pop(instance_id, None)

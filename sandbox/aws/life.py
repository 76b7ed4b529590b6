"""How machines come up and are taken away: moto has them running at once, and for ever."""

import time
from collections.abc import Callable
from typing import Any

from ..faults import FaultKind, Faults
from .moto_side import Moto
from .spotrequests import SpotRequests

PENDING, RUNNING = ("pending", 0), ("running", 16)

SPOT_TAKEN = ("Server.SpotInstanceTermination", "Server.SpotInstanceTermination: Spot instance termination")
LOST = ("Server.InternalError", "Server.InternalError: The host of the instance failed")


class Life:
    """Call `settle` before anyone looks. Not for threads; `clock` is monotonic seconds."""

    def __init__(
        self,
        moto: Moto,
        requests: SpotRequests,
        faults: Faults,
        ready_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._moto = moto
        self._requests = requests
        self._faults = faults
        self._ready_seconds = ready_seconds
        self._clock = clock
        self._ready_at: dict[str, float] = {}

    def begin(self, instance: Any) -> None:
        """A new machine: pending for a while, with an address that leads nowhere (RFC 5737)."""
        _set_state(instance, *PENDING)
        number = sum(1 for _ in self._moto.instances())
        instance.nics[0].public_ip = f"198.51.100.{number % 254 + 1}"
        self._ready_at[instance.id] = self._clock() + self._ready_seconds

    def settle(self) -> None:
        """Let time pass: machines come up, and a fault takes one away."""
        self._take_away()
        now = self._clock()
        due = {id_ for id_, ready_at in self._ready_at.items() if ready_at <= now}
        for instance in self._moto.instances() if due else ():
            if instance.id in due and instance.state == "pending":
                _set_state(instance, *RUNNING)
        for id_ in due:
            del self._ready_at[id_]

    def living(self) -> list[Any]:
        """Every machine that can be taken away."""
        return [one for one in self._moto.instances() if one.state in {"pending", "running"}]

    def _take_away(self) -> None:
        if self._faults.peek(FaultKind.PREEMPT) is None:
            return
        living = self.living()
        self._faults.forget_strangers(FaultKind.PREEMPT, {one.id for one in living})
        for instance in living:
            if self._faults.take(FaultKind.PREEMPT, instance.id):
                spot = instance.lifecycle == "spot"
                instance.terminate()
                instance.state_reason.code, instance.state_reason.message = SPOT_TAKEN if spot else LOST
                self._requests.close(instance.id, "instance-terminated-no-capacity")


def _set_state(instance: Any, name: str, code: int) -> None:
    instance._state.name, instance._state.code = name, code  # noqa: SLF001 - moto has no other way

"""Faults that a stand-in is asked to show: a small file in its folder, shared by processes.

The one who injects and the stand-in that obeys are different processes; every change is made under
a lock and written whole. Where nothing was injected there is no file, and asking costs one `stat`.
"""

import builtins
from collections.abc import Collection
from enum import StrEnum
from pathlib import Path

import msgspec

from ..core.errors import MissingError
from ..core.files import exclusive_lock, write_atomic
from ..core.shapes import ready


class FaultKind(StrEnum):
    """What may go wrong at a seller."""

    CAPACITY = "capacity"
    """A create is refused: nothing left of that kind."""
    THROTTLE = "throttle"
    """A call is refused: too many of them."""
    SLOW = "slow"
    """A call is answered late."""
    TIMEOUT_AFTER_CREATE = "timeout-after-create"
    """A machine is made, and its answer is lost."""
    PRICE_MOVED = "price-moved"
    """Prices are higher than they were, until cleared."""
    PREEMPT = "preempt"
    """A running machine is taken away."""
    BAD_JSON = "bad-json"
    """An answer is not what the content type promises."""
    HALF_ANSWER = "half-answer"
    """An answer ends in the middle."""
    RECLAIM = "reclaim"
    """A running machine's seller says when it takes it back."""
    RUN_DRY = "run-dry"
    """The money that was paid ahead for a machine is spent."""
    DARK = "dark"
    """Who runs the machines does not answer, until cleared."""
    WITHDRAWN = "withdrawn"
    """A bid is withdrawn before it can be taken."""
    FAILS_LATER = "fails-later"
    """A change is accepted, and fails afterwards."""
    OTHER_VERSION = "other-version"
    """What is asked for is served in another version alone, until cleared."""


ON_MACHINES = frozenset({FaultKind.PREEMPT, FaultKind.RECLAIM, FaultKind.RUN_DRY})
"""Kinds that come upon one machine, which may be named."""
STANDING = frozenset({FaultKind.PRICE_MOVED, FaultKind.DARK, FaultKind.OTHER_VERSION})
"""Kinds that stay until they are cleared; `take` leaves them where they are."""


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`kind` is to be shown `count` more times, to `machine` or, where that is None, to anyone."""

    kind: FaultKind
    machine: str | None = None
    count: int = 1

    def concerns(self, kind: FaultKind, machine: str | None) -> bool:
        """Whether a call of `kind` about `machine` meets this fault; None asks about all machines."""
        return self.kind is kind and (machine is None or self.machine is None or self.machine == machine)


class Faults:
    """The faults waiting in one stand-in's folder. Safe between threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "faults.json"
        self._lock = folder / "faults.lock"

    def inject(self, kind: FaultKind, *, machine: str | None = None, count: int = 1) -> Fault:
        """Let `kind` happen `count` times. Raises `ValueError` for a count below one."""
        if count < 1:
            raise ValueError(f"a fault happens at least once, not {count} times")
        fault = Fault(kind=kind, machine=machine, count=count)
        with exclusive_lock(self._lock, wait=True):
            self._write([*self.list(), fault])
        return fault

    def take(self, kind: FaultKind, machine: str | None = None) -> Fault | None:
        """The oldest waiting fault of `kind` for `machine`, one time of it used up; or None."""
        if not self._file.exists():
            return None
        with exclusive_lock(self._lock, wait=True):
            waiting = self.list()
            fault = next((row for row in waiting if row.concerns(kind, machine)), None)
            if fault is not None and kind not in STANDING:
                self._write(_use_one(waiting, fault))
            return fault

    def peek(self, kind: FaultKind) -> Fault | None:
        """The oldest waiting fault of `kind`, left as it is; or None."""
        return next((row for row in self.list() if row.kind is kind), None)

    def forget_strangers(self, kind: FaultKind, machines: Collection[str]) -> None:
        """Drop the faults of `kind` that name a machine which is none of `machines`: nobody will ever meet them."""
        if not any(_names_a_stranger(row, kind, machines) for row in self.list()):
            return
        with exclusive_lock(self._lock, wait=True):
            self._write([row for row in self.list() if not _names_a_stranger(row, kind, machines)])

    def clear(self, kind: FaultKind | None = None) -> None:
        """Forget the faults of `kind`, or all of them."""
        with exclusive_lock(self._lock, wait=True):
            self._write([row for row in self.list() if kind is not None and row.kind is not kind])

    def list(self) -> list[Fault]:
        """All that is waiting, oldest first."""
        try:
            data = self._file.read_bytes()
        except FileNotFoundError:
            return []
        return msgspec.json.decode(data, type=ready(builtins.list[Fault]))

    def _write(self, faults: builtins.list[Fault]) -> None:
        if faults:
            write_atomic(self._file, msgspec.json.encode(faults))
        else:
            self._file.unlink(missing_ok=True)


def unknown_machine(
    provider: str, machine: str | None, there: Collection[str], kind: FaultKind = FaultKind.PREEMPT
) -> MissingError:
    """No machine of that id, or none at all where none is named; it says which there are."""
    known = sorted(there)
    return MissingError(
        f"{provider} has no machine {machine!r}" if machine else f"{provider} has no machine",
        why=f"it has: {', '.join(known)}" if known else "nothing runs there",
        fix=f"ampacity sandbox fault {provider} {kind} --machine {known[0]}" if known else "ampacity status",
        code="AMP-SANDBOX-MACHINE",
    )


def _names_a_stranger(fault: Fault, kind: FaultKind, machines: Collection[str]) -> bool:
    return fault.kind is kind and fault.machine is not None and fault.machine not in machines


def _use_one(waiting: list[Fault], fault: Fault) -> list[Fault]:
    at = waiting.index(fault)
    rest = [msgspec.structs.replace(fault, count=fault.count - 1)] if fault.count > 1 else []
    return [*waiting[:at], *rest, *waiting[at + 1 :]]

"""What `drift` hands back."""

from datetime import datetime
from enum import StrEnum

import msgspec

from ...providers.base import MachineState
from .ways import REPLAN

NEVER_MADE = "never made"
"""What is wrong with a machine that the last applied plan wants and that no seller ever made."""
NOT_REPLACED = "not replaced yet"
NOT_REMOVED = "not removed yet"
UNSETTLED = "create call"
"""What is wrong with a machine whose create call was interrupted: it is there, and the state does not have it."""
UNFINISHED = frozenset({NEVER_MADE, NOT_REPLACED, NOT_REMOVED, UNSETTLED})
"""What is wrong with machines that a change which did not come to its end left as they were."""
MACHINE = "machine"
"""What differs where all of it does: one that is gone, or that is in no state."""
STATE = "state"
"""What differs where a machine runs no more, or failed."""


class DriftKind(StrEnum):
    """How the world differs from the state and from the last applied plan."""

    MISSING = "missing"
    CHANGED = "changed"
    EXTRA = "extra"


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """One difference. `before` is what the state has, `after` what the seller says."""

    machine: str
    provider: str
    kind: DriftKind
    what: str
    before: str = ""
    after: str = ""

    @property
    def recovers(self) -> bool:
        """Whether it is what a change that did not come to its end leaves: a new plan does not settle it."""
        return self.what in UNFINISHED or self.kind is DriftKind.EXTRA

    @property
    def failed(self) -> bool:
        """Whether the machine has failed since the state saw it."""
        return self.what == STATE and self.after == MachineState.FAILED.value

    @property
    def gone(self) -> bool:
        """Whether its seller has it no more."""
        return self.kind is DriftKind.MISSING and self.what == MACHINE


class DriftReport(msgspec.Struct, frozen=True, kw_only=True):
    """Every difference, and what could not be compared.

    `changing` is the command that changes the deployment now, `None` where none does: all that may be its work.
    """

    name: str
    differences: tuple[Drift, ...]
    problems: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    """Machines that run, and that their sellers have said they take back."""
    destroying_since: datetime | None = None
    """When a destroy began that did not come to its end."""
    changing: str | None = None
    anew: str = ""
    """The command that makes anew what is lost; empty where it is not known to be another than `recover`."""

    @property
    def interrupted(self) -> bool:
        """Whether a destroy began that nobody is at any more."""
        return self.destroying_since is not None and self.changing is None

    @property
    def found(self) -> bool:
        """Whether there is any drift. What is left by a destroy is."""
        return bool(self.differences) or self.interrupted

    @property
    def fix(self) -> str:
        """The command that mends it: what an unfinished change left, is in no state or is lost, needs no new plan,
        unless to make it anew could cost more than was approved in all.

        While a command changes it nothing is to be mended: what it leaves is seen once it has ended.
        """
        if self.changing is not None:
            return f"ampacity drift {self.name}"
        if self.destroying_since is not None:
            return f"ampacity destroy {self.name}"
        lost = {drift.machine for drift in self.differences if drift.failed or drift.gone}
        recovers = all(drift.recovers or drift.machine in lost for drift in self.differences)
        return self.anew or f"ampacity recover {self.name}" if recovers else REPLAN

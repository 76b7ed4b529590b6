"""What `apply` and `recover` hand back."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from .sums import sum_known
from .ways import REPLAN

REWRITE = f"edit the spec as its seller says, then {REPLAN}"
_INVALID = "[AMP-PROVIDER-INVALID]"
_UNSOLD = ("[AMP-PROVIDER-CAPACITY-", "[AMP-PROVIDER-PRICE-MOVED]")


class Outcome(StrEnum):
    """How one machine came out of a change."""

    OK = "ok"
    FAILED = "failed"
    PENDING = "pending"
    """Its seller has it and it is not ready yet, or may have it and cannot say (then `id` is `None`)."""
    UNKNOWN = "unknown"
    """It was there when it was last seen, and its seller could not be asked now."""
    ABSENT = "absent"
    """Nothing was asked of the seller: the work stopped before."""


class MachineOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """One machine after a change. `exists` where its seller surely has it, ready or not: then it bills.

    But for one that was only ordered: it bills nothing yet, and `ordered_usd` is what is held for it.
    `fix` is the way on that belongs to its `reasons`, empty where none is known. `self_ending` says that its
    seller or the machine itself ends it at `ends_at`; `paid_until` is when the money that was paid ahead for
    it is spent, or with `limit_hours` when its seller ends it, which pays on until then.
    """

    name: str
    provider: str
    region: str
    sku: str
    outcome: Outcome
    reasons: tuple[str, ...] = ()
    fix: str = ""
    id: str | None = None
    exists: bool = False
    address: str | None = None
    ssh: str | None = None
    urls: tuple[str, ...] = ()
    usd_per_hour: Decimal | None = None
    ends_at: datetime | None = None
    self_ending: bool = False
    paid_until: datetime | None = None
    limit_hours: Decimal | None = None
    ordered_usd: Decimal | None = None

    @property
    def doubtful(self) -> bool:
        """Whether nobody can say if its seller has it: then it may bill."""
        return self.outcome is Outcome.UNKNOWN or (self.outcome is Outcome.PENDING and not self.exists)

    @property
    def unsold(self) -> bool:
        """Whether its seller refused it for its price or for want of capacity, as the code in its reason says."""
        return not self.exists and any(code in reason for code in _UNSOLD for reason in self.reasons)

    @property
    def invalid(self) -> bool:
        """Whether its seller makes no such machine, however often it is asked, as the code in its reason says."""
        return not self.exists and any(_INVALID in reason for reason in self.reasons)


class ApplyReport(msgspec.Struct, frozen=True, kw_only=True):
    """What an apply or a recovery left standing. `notes` says what was found and done beside the plan.

    `kept` are machines that the plan removes and that stay, as those meant to take their place failed. `asked_at`
    is when it stood so.
    """

    name: str
    machines: tuple[MachineOutcome, ...]
    kept: tuple[MachineOutcome, ...] = ()
    removed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    cancelled: bool = False
    ends_at: datetime | None = None
    asked_at: datetime | None = None

    @property
    def partial(self) -> bool:
        """Whether anything that was wanted is not there: exit 4, with both ways on."""
        return bool(self.problems or self.kept) or any(machine.outcome is not Outcome.OK for machine in self.machines)

    @property
    def unsold(self) -> bool:
        """Whether all that is missing was refused for its price or for want of capacity, and would be again."""
        sure = bool(self._lacking) and not self.cancelled and not self.problems
        return sure and all(machine.unsold for machine in self._lacking)

    @property
    def wrong(self) -> bool:
        """Whether nothing was made, and all that is missing for what the spec says: exit 2."""
        return bool(self._lacking) and not self.existing and all(machine.invalid for machine in self._lacking)

    @property
    def finish(self) -> str:
        """The command that finishes the work."""
        if any(machine.invalid for machine in self._lacking):
            return REWRITE
        return REPLAN if self.unsold else f"ampacity recover {self.name}"

    @property
    def retry(self) -> str | None:
        """The command that asks the same sellers for the same once more, where that is not the way to finish."""
        return f"ampacity recover {self.name}" if self.unsold else None

    @property
    def give_up(self) -> str:
        """The command that ends it all."""
        return f"ampacity destroy {self.name}"

    @property
    def usd_per_hour(self) -> Decimal | None:
        """What the machines that are up cost together; `None` when one of their prices is not known."""
        prices = [machine.usd_per_hour for machine in self.machines if machine.outcome is Outcome.OK]
        return sum_known(prices)

    @property
    def existing(self) -> int:
        """How many machines the sellers surely have, ready or not, kept ones included."""
        return len(self._existing)

    @property
    def ordered(self) -> tuple[MachineOutcome, ...]:
        """Those of them that bill nothing yet."""
        return tuple(machine for machine in self._existing if machine.ordered_usd is not None)

    @property
    def stops_at(self) -> datetime | None:
        """When the first machine ends though no end was asked: by its seller, or as its money is spent.

        `None` where an end was asked, or where nothing that stands ends but by `destroy`.
        """
        ends = [machine.ends_at or machine.paid_until for machine in self.standing]
        known = [end for end in ends if end is not None]
        return min(known) if self.ends_at is None and known else None

    @property
    def overdue_since(self) -> datetime | None:
        """The first end that is past of what stands; `None` while none is."""
        now, ends = self.asked_at, [self.ends_at, *(machine.ends_at for machine in self.standing)]
        past = [end for end in ends if now is not None and end is not None and end <= now]
        return min(past) if past and self.standing else None

    @property
    def standing(self) -> tuple[MachineOutcome, ...]:
        """What its sellers have, and what they may have."""
        return tuple(machine for machine in (*self.machines, *self.kept) if machine.exists or machine.doubtful)

    @property
    def billing_usd_per_hour(self) -> Decimal | None:
        """What all of these cost together; `None` when one of their prices, or how one stands, is not known."""
        return None if self.doubtful else sum_known([machine.usd_per_hour for machine in self._existing])

    @property
    def doubtful(self) -> int:
        """Of how many machines nobody can say whether they are there."""
        return sum(machine.doubtful for machine in self.standing)

    @property
    def _lacking(self) -> list[MachineOutcome]:
        return [machine for machine in self.machines if machine.outcome is not Outcome.OK]

    @property
    def _existing(self) -> list[MachineOutcome]:
        return [machine for machine in (*self.machines, *self.kept) if machine.exists]

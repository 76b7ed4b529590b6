"""What the verbs hand back: frozen values that the command line renders."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

import msgspec

from ..core.money import total
from ..providers.base import Gpu, MachineState, Market

NEVER_MADE = "never made"
"""What is wrong with a machine that the last applied plan wants and that no seller ever made."""
NOT_REPLACED = "not replaced yet"
NOT_REMOVED = "not removed yet"
UNFINISHED = frozenset({NEVER_MADE, NOT_REPLACED, NOT_REMOVED})
"""What is wrong with machines that a change which did not come to its end left as they were."""
STATE = "state"
"""What differs where a machine runs no more, or failed."""

REPLAN = "ampacity plan SPEC, then apply the new plan"
REWRITE = f"edit the spec as its seller says, then {REPLAN}"
_INVALID = "[AMP-PROVIDER-INVALID]"
_UNSOLD = ("[AMP-PROVIDER-CAPACITY-", "[AMP-PROVIDER-PRICE-MOVED]")


class Outcome(StrEnum):
    """How one machine came out of a change."""

    OK = "ok"
    FAILED = "failed"
    PENDING = "pending"
    """Its seller has it and it is not ready yet, or may have it and cannot say (then `id` is `None`)."""
    ABSENT = "absent"
    """Nothing was asked of the seller: the work stopped before."""


class MachineOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """One machine after a change. `exists` where its seller surely has it, ready or not: then it bills.

    `fix` is the way on that belongs to its `reasons`, empty where none is known.
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

    `kept` are machines that the plan removes and that stay, as those meant to take their place failed.
    """

    name: str
    machines: tuple[MachineOutcome, ...]
    kept: tuple[MachineOutcome, ...] = ()
    removed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    cancelled: bool = False
    ends_at: datetime | None = None

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
    def billing_usd_per_hour(self) -> Decimal | None:
        """What all of these cost together; `None` when one of their prices is not known."""
        return sum_known([machine.usd_per_hour for machine in self._existing])

    @property
    def _lacking(self) -> list[MachineOutcome]:
        return [machine for machine in self.machines if machine.outcome is not Outcome.OK]

    @property
    def _existing(self) -> list[MachineOutcome]:
        return [machine for machine in (*self.machines, *self.kept) if machine.exists]


class MachineStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One machine now. `state` is `unknown` where its seller could not be asked; `problems` says why.

    It is `unseen` for one that ran, and that its seller surely has and cannot see now; `note` says why.

    `usd_so_far` is by its seller's books where it keeps such; else that of one that is gone is at most:
    nobody may know since when it is. `settled` says that it is the seller's last word. `paid_until`,
    `held_usd`, `taken_back_at` and `urls` are as in `providers.base.Machine`. Where its seller could not be
    asked these are what it said at `told_at`.
    """

    name: str
    provider: str
    region: str
    sku: str
    market: Market
    gpu: Gpu
    state: str
    id: str | None
    zone: str | None = None
    address: str | None = None
    ssh: str | None = None
    urls: tuple[str, ...] = ()
    usd_per_hour: Decimal | None = None
    usd_so_far: Decimal | None = None
    settled: bool = False
    created_at: datetime | None = None
    ends_at: datetime | None = None
    self_ending: bool = False
    overdue: bool = False
    paid_until: datetime | None = None
    held_usd: Decimal | None = None
    taken_back_at: datetime | None = None
    told_at: datetime | None = None
    note: str = ""
    problems: tuple[str, ...] = ()

    @property
    def runs_dry_at(self) -> datetime | None:
        """When the money paid ahead is spent, where that ends it before its time."""
        if self.paid_until is None or self.state == "gone":
            return None
        return self.paid_until if self.ends_at is None or self.paid_until < self.ends_at else None


class FormerMachine(msgspec.Struct, frozen=True, kw_only=True):
    """A machine that was removed, replaced or lost. It bills until it was removed or first found gone.

    With `prepaid` money was paid ahead for it, of which `refunded_usd` came back. `settled` says that these
    and `usd` are its seller's last word; else they are reckoned from what it said before, by price and time.
    """

    name: str
    provider: str
    id: str
    usd_per_hour: Decimal | None
    since: datetime | None
    until: datetime
    usd: Decimal | None
    refunded_usd: Decimal | None = None
    prepaid: bool = False
    settled: bool = False

    @property
    def about(self) -> bool:
        """Whether its seller keeps books and its last word is not known, or not what came back."""
        return self.prepaid and (not self.settled or self.refunded_usd is None)


class DeploymentStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A deployment now. Sums are `None` when one of their parts is not known.

    The last applied plan also wants `missing`, which were never made, and `outdated` made anew; `leaving`
    it wants gone: `recover` tries again. With `destroying_since` it is `destroy` that must be finished.
    `changing` is the command that changes it now, `None` where none does: all that may be its work.
    `former` are those that are not among `machines`.
    """

    name: str
    deployment: str
    asked_at: datetime
    machines: tuple[MachineStatus, ...]
    ends_at: datetime | None
    overdue: bool
    missing: tuple[str, ...] = ()
    outdated: tuple[str, ...] = ()
    leaving: tuple[str, ...] = ()
    destroying_since: datetime | None = None
    changing: str | None = None
    former: tuple[FormerMachine, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def bills_until_destroy(self) -> bool:
        """Whether nothing but `destroy` ends the bill: no end, and a machine that no spent money ends either."""
        return self.ends_at is None and any(machine.paid_until is None for machine in self.machines)

    @property
    def runs_dry_at(self) -> datetime | None:
        """When the first machine ends before its time, because the money paid ahead for it is spent."""
        return min((at for machine in self.machines if (at := machine.runs_dry_at)), default=None)

    @property
    def taken_back_at(self) -> datetime | None:
        """When the first machine of which its seller has given notice is taken back; `None` where none is."""
        return min((machine.taken_back_at for machine in self.machines if machine.taken_back_at), default=None)

    @property
    def overdue_since(self) -> datetime | None:
        """The first end that is past, of the deployment or of a machine in it; `None` while none is."""
        ends = [self.ends_at, *(machine.ends_at for machine in self.machines if machine.overdue)]
        return min((end for end in ends if end is not None and end <= self.asked_at), default=None)

    @property
    def held_usd(self) -> Decimal:
        """What sellers hold of money paid ahead, as far as they say; it comes back at `destroy`."""
        return held(self.machines)

    @property
    def usd_per_hour(self) -> Decimal | None:
        """What it costs an hour, of the machines that are not gone."""
        return sum_known([machine.usd_per_hour for machine in self.machines if machine.state != "gone"])

    @property
    def usd_so_far(self) -> Decimal | None:
        """What all its machines have cost since they were made, former ones included."""
        return sum_known([*(machine.usd_so_far for machine in self.machines), self.usd_of_former])

    @property
    def usd_of_former(self) -> Decimal | None:
        """The part of it that former machines cost."""
        return sum_known([machine.usd for machine in self.former])


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
    def failed(self) -> bool:
        """Whether the machine has failed since the state saw it."""
        return self.what == STATE and self.after == MachineState.FAILED.value


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
        """The command that mends it: what an unfinished change left, and what failed, needs no new plan.

        While a command changes it nothing is to be mended: what it leaves is seen once it has ended.
        """
        if self.changing is not None:
            return f"ampacity drift {self.name}"
        if self.destroying_since is not None:
            return f"ampacity destroy {self.name}"
        failed = {drift.machine for drift in self.differences if drift.failed}
        recovers = all(drift.what in UNFINISHED or drift.machine in failed for drift in self.differences)
        return f"ampacity recover {self.name}" if recovers else REPLAN


class DestroyReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was removed, what is left, and what it all cost as far as that is known.

    `left` has a line for each machine that is, or may be, still there, with its seller, its price
    and why; `left_usd_per_hour` is what they cost together, `None` where that is not known.
    `freed_usd` is what came back of money paid ahead for what was removed; `about` says that a seller's
    last word on these sums is not known.
    """

    name: str
    removed: tuple[str, ...]
    left: tuple[str, ...] = ()
    left_usd_per_hour: Decimal | None = Decimal(0)
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    usd_so_far: Decimal | None = None
    freed_usd: Decimal = Decimal(0)
    about: bool = False
    cancelled: bool = False

    @property
    def complete(self) -> bool:
        """Whether nothing of the deployment is left."""
        return not self.left and not self.problems


A_MOMENT = timedelta(minutes=1)
"""By how much two forecasts of the same end may differ."""


class TopUp(msgspec.Struct, frozen=True, kw_only=True):
    """Money to be paid ahead for one machine, so that it lasts until `until`. `usd` 0: it does already.

    `asked_until` is until when it was asked to last, where that is beyond its end and so is not paid for.
    """

    name: str
    provider: str
    id: str
    paid_until: datetime
    until: datetime
    usd: Decimal
    asked_until: datetime | None = None


class TopUpQuote(msgspec.Struct, frozen=True, kw_only=True):
    """What paying ahead would take, machine by machine, and what could not be asked."""

    name: str
    asked_at: datetime
    top_ups: tuple[TopUp, ...]
    problems: tuple[str, ...] = ()

    @property
    def due(self) -> tuple[TopUp, ...]:
        """Those that take money, or that end before then though enough is paid, as a seller's own limit does."""
        return tuple(each for each in self.top_ups if each.usd > 0 or each.until - each.paid_until > A_MOMENT)

    @property
    def usd(self) -> Decimal:
        """What they take together."""
        return total(each.usd for each in self.top_ups)


class TopUpReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was paid ahead; `paid` has each machine's new `paid_until`."""

    name: str
    paid: tuple[TopUp, ...]
    problems: tuple[str, ...] = ()

    @property
    def usd(self) -> Decimal:
        """What that took together."""
        return total(each.usd for each in self.paid)


NO_DEPLOYMENT = "no deployment here has its id"
"""Why a machine is an orphan that only `orphans --end` can end."""


class Orphan(msgspec.Struct, frozen=True, kw_only=True):
    """A machine with our labels that no state here accounts for, or that is past its end."""

    provider: str
    region: str
    id: str
    deployment: str
    deployment_name: str
    machine: str
    why: str
    usd_per_hour: Decimal | None = None
    created_at: datetime | None = None
    ends_at: datetime | None = None

    @property
    def abandoned(self) -> bool:
        """Whether no verb that takes a deployment's name can reach it from here."""
        return self.why == NO_DEPLOYMENT


class OrphanReport(msgspec.Struct, frozen=True, kw_only=True):
    """`problems` has a line for every seller that could not be asked: then the list is not complete.

    So has it for every state that could not be read; `unread` is those lines alone.
    """

    orphans: tuple[Orphan, ...]
    asked: tuple[str, ...]
    problems: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


def held(machines: Iterable[MachineStatus]) -> Decimal:
    """What is held of money paid ahead for `machines`; one that is gone or not prepaid holds nothing."""
    there = (machine for machine in machines if machine.state != "gone")
    return total(machine.held_usd for machine in there if machine.held_usd is not None)


def sum_known(amounts: list[Decimal | None]) -> Decimal | None:
    """The sum, or `None` when one of the amounts is not known: missing is not zero."""
    known = [amount for amount in amounts if amount is not None]
    return total(known) if len(known) == len(amounts) else None


class EndReport(msgspec.Struct, frozen=True, kw_only=True):
    """Which machines were ended, by id, and why others were not."""

    ended: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

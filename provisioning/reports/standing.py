"""What `status` hands back."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

import msgspec

from ...core.money import total
from ...providers.base import Gpu, MachineState, Market
from .sums import sum_known

_LOST = frozenset({"gone", MachineState.FAILED.value})


class MachineStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One machine now. `state` is `unknown` where its seller could not be asked; `problems` says why.

    It is `unseen` for one that ran, and that its seller surely has and cannot see now; `note` says why.

    `usd_so_far` is by its seller's books where it keeps such; else that of one that is gone is at most:
    nobody may know since when it is. `settled` says that it is the seller's last word. `paid_until`,
    `limit_hours`, `held_usd`, `taken_back_at` and `urls` are as in `providers.base.Machine`. Where its seller could
    not be asked these are what it said at `told_at`.
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
    limit_hours: Decimal | None = None
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
    `former` are those that are not among `machines`. `anew` is the command that makes anew what is `lost`, empty
    where nothing is.
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
    anew: str = ""
    problems: tuple[str, ...] = ()

    @property
    def lost(self) -> tuple[str, ...]:
        """The machines that are gone or have failed before their end; none while a command changes them."""
        if self.changing is not None or self.destroying_since is not None:
            return ()
        early = (each for each in self.machines if each.ends_at is None or self.asked_at < each.ends_at)
        return tuple(machine.name for machine in early if machine.state in _LOST)

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


def held(machines: Iterable[MachineStatus]) -> Decimal:
    """What is held of money paid ahead for `machines`; one that is gone or not prepaid holds nothing."""
    there = (machine for machine in machines if machine.state != "gone")
    return total(machine.held_usd for machine in there if machine.held_usd is not None)

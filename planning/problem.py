"""What is to be chosen, without a word about how: slots to fill and limits to keep."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import msgspec

from ..core.money import total
from ..providers.base import Offer, PowerLimit
from .costs import Cost
from .running import Running
from .slots import Horizon, Slot, make_slots
from .spec import Spec, exact


class Spent(msgspec.Struct, frozen=True, kw_only=True):
    """What the deployment cost so far, and what its running machines add to that while somebody takes advice."""

    usd: Decimal = Decimal(0)
    growing_usd_per_hour: Decimal = Decimal(0)
    growing_hours: Decimal = Decimal(1)


NOTHING_SPENT = Spent()


class Budgeted(msgspec.Struct, frozen=True, kw_only=True):
    """A limit on money: the spec's key, and what it means per hour over `hours`, beside what is `spent`."""

    key: str
    usd: Decimal
    hours: Decimal
    unit: str
    spent: Spent = NOTHING_SPENT
    until_ends: bool = False
    """Whether what ends before the hours are over takes less of it."""

    @property
    def usd_per_hour(self) -> Decimal:
        """What may be spent in an hour; negative where more is spent than allowed."""
        return (self.usd - self.spent.usd) / self.hours

    def usd_of(self, slot: Slot) -> Decimal:
        """What a node of `slot` takes of it."""
        return Cost(usd_per_hour=slot.usd_per_hour, seconds=self._seconds(slot)).within(self.hours)

    def usd_per_hour_of(self, slot: Slot) -> Decimal:
        """The same for each of the hours."""
        return slot.usd_per_hour if self._seconds(slot) is None else self.usd_of(slot) / self.hours

    def _seconds(self, slot: Slot) -> int | None:
        return slot.seconds if self.until_ends else None


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """A power feed: what it can carry for this deployment, its running machines included."""

    name: str
    allowed_kw: Decimal
    reported: bool = True
    """Whether its owner said what is free; where not, nothing new is placed on it."""
    source: str = ""
    """The file that says what it can carry."""
    held_kw: Mapping[str, Decimal] = msgspec.field(default_factory=dict)
    """What other deployments take of it, by their names."""


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Fill `slots`, sorted by the offers' keys, with at least `gpus`, at the least price."""

    gpus: int
    most_gpus: int
    """Never more than this: one node could go, and no limit would mind it."""
    slots: tuple[Slot, ...]
    max_providers: int | None
    spot_share: Decimal
    budgets: tuple[Budgeted, ...]
    feeds: tuple[Feed, ...]
    stay_first: bool
    """Whether running machines go before cheaper new ones."""

    @property
    def providers(self) -> tuple[str, ...]:
        """The sellers, sorted."""
        return tuple(sorted({slot.offer.provider for slot in self.slots}))

    def useful_nodes(self, slot: Slot) -> int:
        """The most nodes of `slot` that could ever help, whatever its seller has."""
        return -(-self.most_gpus // slot.gpus)

    def most_nodes(self, slot: Slot) -> int:
        """The most nodes of `slot` that can be had and could ever help."""
        useful = self.useful_nodes(slot)
        return useful if slot.room is None else min(useful, slot.stays + slot.room)


def make_problem(
    spec: Spec,
    fitting: Sequence[Offer],
    running: Sequence[Running],
    limits: Iterable[PowerLimit],
    *,
    rebalance: bool,
    horizon: Horizon | None = None,
    spent: Spent = NOTHING_SPENT,
) -> Problem:
    """The choice that `spec` leaves among `fitting` offers beside what runs and what was `spent` already.

    The ends within `horizon` count in a budget for all its hours.
    """
    slots = make_slots(fitting, running, horizon if spec.budget.usd_total is not None else None)
    return Problem(
        gpus=spec.gpu.count,
        most_gpus=spec.gpu.count + max((slot.gpus for slot in slots), default=1) - 1,
        slots=slots,
        max_providers=spec.placement.max_providers,
        spot_share=exact(spec.market.max_spot_share),
        budgets=_budgets(spec, spent),
        feeds=_feeds(spec.name, slots, running, limits),
        stay_first=not rebalance,
    )


def _budgets(spec: Spec, spent: Spent) -> tuple[Budgeted, ...]:
    hourly, whole = spec.budget.usd_per_hour, spec.budget.usd_total
    budgets = []
    if hourly is not None:
        budgets.append(Budgeted(key="budget.usd_per_hour", usd=hourly, hours=Decimal(1), unit="USD per hour"))
    if whole is not None:
        hours = exact(spec.hours)
        total_usd = Budgeted(key="budget.usd_total", usd=whole, hours=hours, unit="USD", spent=spent, until_ends=True)
        budgets.append(total_usd)
    return tuple(budgets)


def _feeds(
    name: str, slots: Sequence[Slot], running: Sequence[Running], limits: Iterable[PowerLimit]
) -> tuple[Feed, ...]:
    told = {limit.feed: limit for limit in limits}
    feeds = sorted({feed for slot in slots if slot.offer.power for feed in slot.offer.power.feeds})
    return tuple(
        Feed(
            name=feed,
            allowed_kw=(limit.free_kw if limit else Decimal(0)) + total(one.draws(feed) for one in running),
            reported=limit is not None,
            source=limit.source if limit else "",
            held_kw={holder: kw for holder, kw in limit.held_kw.items() if holder != name} if limit else {},
        )
        for feed in feeds
        for limit in [told.get(feed)]
    )

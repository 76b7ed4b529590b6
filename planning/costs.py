"""What each machine costs from now on: at its own price where one was agreed, until its own end where that stays."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal

import msgspec

from ..providers.base import Market, Offer
from .plan import MADE, Action, BaseState, Plan, PlannedMachine, RunningMachine

SECONDS_PER_HOUR = 3600
_MICRO = Decimal("0.000001")


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """One machine's price, and for how many seconds more where that is not the plan's to say."""

    usd_per_hour: Decimal
    seconds: int | None = None

    def within(self, hours: Decimal) -> Decimal:
        """What it costs in the next `hours`, to a millionth where its own end cuts them."""
        whole = self.usd_per_hour * hours
        return whole if self.seconds is None else min(whole, self._own(self.seconds))

    def beside(self, hours: Decimal) -> Decimal:
        """How much less than `hours` it costs until its own end; below zero where that is later. Rounded down."""
        if self.seconds is None:
            return Decimal(0)
        rest = hours * SECONDS_PER_HOUR - self.seconds
        return (self.usd_per_hour * rest / SECONDS_PER_HOUR).quantize(_MICRO, rounding=ROUND_FLOOR)

    def _own(self, seconds: int) -> Decimal:
        return (self.usd_per_hour * seconds / SECONDS_PER_HOUR).quantize(_MICRO)


def costs(
    base: BaseState, machines: Iterable[PlannedMachine], offers: Mapping[str, Offer], now: datetime
) -> dict[str, Cost]:
    """The cost of each of `machines` by name, bought by `offers` (by id) or running in `base`."""
    there = {machine.name: machine for machine in base.machines}
    return {machine.name: _cost(machine, there.get(machine.name), offers[machine.offer], now) for machine in machines}


def plan_costs(plan: Plan) -> dict[str, Cost]:
    """The same of a plan's machines, from the moment at which it was made."""
    return costs(plan.base, plan.machines, {offer.id: offer for offer in plan.offers}, plan.created_at)


def staying_usd_per_hour(machine: RunningMachine, offer: Offer) -> Decimal:
    """What it costs an hour if it stays: what its auction brought, else what its `offer` costs today.

    Of an order that nobody was taken for, which costs nothing yet, it is what the auction will probably bring.
    """
    agreed = machine.usd_per_hour if offer.market is Market.AUCTION else None
    return agreed or offer.usd_per_hour or Decimal(0)


def seconds_left(machine: RunningMachine, now: datetime) -> int | None:
    """For how long it still runs, `None` without an end of its own."""
    return None if machine.ends_at is None else max(0, int((machine.ends_at - now).total_seconds()))


def _cost(machine: PlannedMachine, running: RunningMachine | None, offer: Offer, now: datetime) -> Cost:
    if machine.action in MADE or running is None:
        return Cost(usd_per_hour=offer.usd_per_hour or Decimal(0))
    seconds = seconds_left(running, now) if machine.action is Action.KEEP else None
    return Cost(usd_per_hour=staying_usd_per_hour(running, offer), seconds=seconds)

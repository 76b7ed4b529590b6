"""The plan's money, from its own parts: what `build_plan` writes and what a plan file must add up to."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import msgspec

from ..core.money import ceil_cents, greatest, plain, total
from ..providers.base import Offer
from .costs import SECONDS_PER_HOUR, Cost, costs
from .plan import MADE, BaseState, PlannedMachine, Prepaid, Totals

_MICRO = Decimal("0.000001")


def make_totals(
    base: BaseState,
    machines: Sequence[PlannedMachine],
    offers: Mapping[str, Offer],
    *,
    ceiling_usd_per_hour: Decimal,
    hours: Decimal,
    ttl_hours: Decimal | None,
    now: datetime,
    prepaid: Sequence[Prepaid] = (),
) -> Totals:
    """Totals of `machines` bought by `offers` (by id), next to what runs in `base`, with what is locked at first."""
    each = costs(base, machines, offers, now)
    after = usd_per_hour_of(each)
    gpus = sum(offers[machine.offer].gpu.count for machine in machines)
    totals = Totals(
        usd_per_hour_before=_before(base),
        usd_per_hour_after=after,
        usd_per_gpu_hour=plain((after / max(1, gpus)).quantize(_MICRO)),
        expected_usd=plain(total(cost.within(hours) for cost in each.values())),
        ceiling_usd_per_hour=ceiling_usd_per_hour,
        worst_case_usd=None if ttl_hours is None else _worst(ceiling_usd_per_hour, ttl_hours, each),
        gpus=gpus,
        nodes=len(machines),
    )
    totals = _with_deposits(totals, prepaid, each, ttl_hours)
    if ttl_hours is not None:
        lasting = _lasting(base, machines, offers, prepaid)
        return msgspec.structs.replace(totals, bill_until_destroyed=lasting)
    return msgspec.structs.replace(totals, worst_case_usd=_endless(totals, prepaid, machines, offers))


def usd_per_hour_of(each: Mapping[str, Cost]) -> Decimal:
    """What machines cost in an hour together."""
    return plain(total(cost.usd_per_hour for cost in each.values()))


def _before(base: BaseState) -> Decimal:
    """What runs now, without what has no known price: that is said beside it."""
    prices = [machine.price for machine in base.machines if machine.alive]
    return plain(total(price for price in prices if price is not None))


def _worst(ceiling_usd_per_hour: Decimal, ttl_hours: Decimal, each: Mapping[str, Cost]) -> Decimal:
    """The ceiling until the end. What keeps its own end costs its price, which nobody moves, no longer than that.

    Where all keep theirs the last of them is the end.
    """
    own = [cost.seconds for cost in each.values() if cost.seconds is not None]
    hours = Decimal(max(own)) / SECONDS_PER_HOUR if own and len(own) == len(each) else ttl_hours
    whole = ceiling_usd_per_hour * hours
    most = whole.quantize(_MICRO, rounding=ROUND_CEILING) if own else whole
    return plain(most - total(cost.beside(hours) for cost in each.values()))


def _lasting(
    base: BaseState, machines: Sequence[PlannedMachine], offers: Mapping[str, Offer], prepaid: Sequence[Prepaid]
) -> int:
    """Machines that go on billing after their end: they end neither by themselves nor with a known sum paid ahead."""
    timed = {machine.name: machine.self_ending for machine in base.machines}
    bounded = {each.machine for each in prepaid if each.deposit_usd is not None}
    return sum(
        not (offers[machine.offer].self_ending if machine.action in MADE else timed.get(machine.name, False))
        for machine in machines
        if machine.name not in bounded
    )


def _endless(
    totals: Totals, prepaid: Sequence[Prepaid], machines: Sequence[PlannedMachine], offers: Mapping[str, Offer]
) -> Decimal | None:
    """The worst case where no end is asked: sellers that end each machine themselves bound it, else nothing does.

    One that stays may have been given more time since it was made, so it has no bound.
    """
    paid = {each.machine: each for each in prepaid}
    most = [_most(totals, machine, offers[machine.offer], paid.get(machine.name)) for machine in machines]
    known = [usd for usd in most if usd is not None]
    return plain(total(known)) if known and len(known) == len(most) else None


def _most(totals: Totals, machine: PlannedMachine, offer: Offer, paid: Prepaid | None) -> Decimal | None:
    if machine.action not in MADE:
        return None
    deposit = None if paid is None else paid.deposit_usd
    limit = greatest(offer.limit_hours, None if paid is None else paid.limit_hours)
    if limit is None:
        return deposit
    return max(deposit or Decimal(0), share_of_ceiling(offer.usd_per_hour or Decimal(0), totals) * limit)


def _with_deposits(
    totals: Totals, prepaid: Sequence[Prepaid], costing: Mapping[str, Cost], ttl_hours: Decimal | None
) -> Totals:
    """What is locked in all; in the worst case what its seller has or pays beyond a machine's own is spent too."""
    sums = [each.deposit_usd for each in prepaid]
    known = [usd for usd in sums if usd is not None]
    worst = totals.worst_case_usd
    if worst is not None and ttl_hours is not None:
        worst = plain(worst + total(_beyond(totals, prepaid, costing, ttl_hours)))
    deposit = plain(total(known)) if len(known) == len(sums) else None
    return msgspec.structs.replace(totals, worst_case_usd=worst, deposit_usd=deposit)


def _beyond(
    totals: Totals, prepaid: Sequence[Prepaid], costing: Mapping[str, Cost], ttl_hours: Decimal
) -> Iterator[Decimal]:
    for each in prepaid:
        if each.deposit_usd is not None and each.machine in costing:
            share = share_of_ceiling(costing[each.machine].usd_per_hour, totals)
            spent = max(each.deposit_usd, share * (each.limit_hours or 0))
            yield max(Decimal(0), spent - share * ttl_hours)


def ceiling(usd_per_hour: Decimal, headroom: Decimal, budget_usd_per_hour: Decimal | None = None) -> Decimal:
    """How far live prices may rise: by `headroom`, up to whole cents, within the budget, never below the price."""
    raised = ceil_cents(usd_per_hour * (1 + headroom))
    capped = raised if budget_usd_per_hour is None else min(raised, budget_usd_per_hour)
    return plain(max(capped, usd_per_hour))


def share_of_ceiling(usd_per_hour: Decimal, totals: Totals) -> Decimal:
    """One machine's part of the ceiling, by its price and rounded down: the parts never exceed the whole."""
    if not totals.usd_per_hour_after:
        return Decimal(0)
    raised = usd_per_hour * totals.ceiling_usd_per_hour / totals.usd_per_hour_after
    return plain(max(raised.quantize(_MICRO, rounding=ROUND_FLOOR), usd_per_hour))

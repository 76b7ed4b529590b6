"""The worst case of a recovery, held against the one that was approved with the last plan."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

import msgspec

from ..core.errors import PolicyError
from ..core.money import greatest, show_most_usd, show_usd, total
from ..providers.base import Machine, Offer
from .deposits import deposits_now, hours_until, unknown_deposit
from .desk import Work
from .former import former_machines
from .machines import MachineInputs
from .observe import Sighting
from .outlook import Outlook
from .records import DeploymentRecord
from .refusals import PLAN_AGAIN, live_price
from .reports import FormerMachine, sum_known
from .stakes import Stakes
from .status import cost, deployment_status, last_told

CENT = Decimal("0.01")
"""By less nothing is passed: what bills by the block costs as its clock runs, and sums are approved in cents."""


def with_stakes(work: Work, ahead: Outlook, seen: Sequence[Sighting], outside: Sequence[Machine]) -> Outlook:
    """`ahead` with what was spent and approved; sellers that are paid ahead are asked what they would lock."""
    former, now = former_machines(work.journal.entries()), work.desk.clock()
    stakes = stakes_of(work.record, seen, former, now, outside)
    quotes, freed = deposits_now(work.desk, ahead.bought, ahead.sites), _freed_usd(ahead, seen)
    return msgspec.structs.replace(ahead, stakes=msgspec.structs.replace(stakes, quotes=quotes, freed_usd=freed))


def _freed_usd(ahead: Outlook, seen: Sequence[Sighting]) -> dict[str, Decimal]:
    """What comes back, by seller, of machines that end before they are made anew."""
    replaced, freed = {machine.name for machine in ahead.replaced}, dict[str, Decimal]()
    for sighting in seen:
        held, seller = last_told(sighting).held_usd, sighting.record.inputs.offer.provider
        if sighting.alive and held and sighting.record.inputs.name in replaced:
            freed[seller] = freed.get(seller, Decimal(0)) + held
    return freed


def stakes_of(
    record: DeploymentRecord,
    seen: Sequence[Sighting],
    former: Iterable[FormerMachine],
    now: datetime,
    outside: Sequence[Machine] = (),
) -> Stakes:
    """What was spent and approved until `now`, without what would be locked: no seller is asked."""
    status = deployment_status(record, seen, now, former)
    known = [(machine.name, machine.usd_so_far) for machine in status.machines]
    known += [(machine.name, machine.usd) for machine in status.former]
    known += [(each.ref.id, cost(each.usd_per_hour, each.created_at, now)) for each in outside]
    return Stakes(
        asked_at=now,
        usd_per_hour=sum_known([status.usd_per_hour, *(each.usd_per_hour for each in outside)]),
        spent_usd=total(usd for _, usd in known if usd is not None),
        uncertain=tuple(name for name, usd in known if usd is None),
        approved_usd=record.approved_usd,
    )


def worst_usd(ahead: Outlook, stakes: Stakes, live: Mapping[str, Offer]) -> Decimal | None:
    """What the deployment costs in all at most, what was spent included; `None` where nothing bounds it.

    Its machines cost their most until their ends, or as long as a seller pays on for them by itself, together no
    more than the ceiling lets them, and each no less than what is locked for it: the plan's own sum, over the
    time that is left.
    """
    rows = [*_standing(ahead, stakes), *_bought(ahead, stakes, live)]
    used = [each.usd for each in rows if each.usd is not None]
    if any(each.usd is None and each.locked_usd is None for each in rows):
        return None
    hours = greatest(*(each.hours for each in rows)) or Decimal(0)
    ceiling = ahead.ceiling_usd_per_hour
    capped = total(used) if ceiling is None else min(total(used), ceiling * hours - _ended(ahead, stakes, hours))
    return total([stakes.spent_usd, capped, *(each.beyond_usd for each in rows)])


def _ended(ahead: Outlook, stakes: Stakes, hours: Decimal) -> Decimal:
    """What the ceiling has room for in `hours`, and what ends before costs no more: the plan leaves it out too."""
    known = [(each.usd_per_hour, hours_until(each.ends_at, stakes.asked_at)) for each in ahead.standing]
    return total(usd * (hours - left) for usd, left in known if usd is not None and left is not None)


def refuse_beyond(ahead: Outlook, live: Mapping[str, Offer]) -> None:
    """Raises `PolicyError` where what is bought locks nobody knows what, or could cost more than was approved in all.

    AMP-WORST-CASE. A record from before the worst case was kept, or of a plan without one, has none to hold.
    """
    stakes = ahead.stakes
    if not ahead.bought or stakes is None:
        return
    for quote in stakes.quotes:
        if quote.usd is None:
            raise unknown_deposit(quote, f"ampacity recover {ahead.name}")
    worst, approved = worst_usd(ahead, stakes, live), stakes.approved_usd
    if approved is None or (worst is not None and worst - approved < CENT):
        return
    raise PolicyError(
        "To recover could cost more than was approved in all",
        why=f"{_sums(stakes, worst)}; {show_most_usd(approved)} was approved",
        fix=f"{PLAN_AGAIN}, or ampacity destroy {ahead.name}",
        code="AMP-WORST-CASE",
    )


def _sums(stakes: Stakes, worst: Decimal | None) -> str:
    locked = total(quote.usd for quote in stakes.quotes if quote.usd is not None)
    locks = f"it locks {show_most_usd(locked)}; " if locked else ""
    spent = show_usd(stakes.spent_usd)
    if worst is None:
        return f"{locks}nothing bounds what it costs beside the {spent} so far"
    return f"{locks}{show_most_usd(worst)} at worst with the {spent} so far"


class _Row(NamedTuple):
    """One machine: its most an hour, for how long, and what is locked for it; `None` is not known."""

    usd_per_hour: Decimal | None
    hours: Decimal | None
    locked_usd: Decimal | None

    @property
    def usd(self) -> Decimal | None:
        return None if self.usd_per_hour is None or self.hours is None else self.usd_per_hour * self.hours

    @property
    def beyond_usd(self) -> Decimal:
        return max(Decimal(0), (self.locked_usd or Decimal(0)) - (self.usd or Decimal(0)))


def _standing(ahead: Outlook, stakes: Stakes) -> Iterator[_Row]:
    for each in ahead.standing:
        yield _Row(each.most_usd_per_hour, hours_until(each.ends_at, stakes.asked_at), each.held_usd)


def _bought(ahead: Outlook, stakes: Stakes, live: Mapping[str, Offer]) -> Iterator[_Row]:
    locked = {quote.machine: quote.usd for quote in stakes.quotes}
    limits = {quote.machine: quote.limit_hours for quote in stakes.quotes}
    for machine in ahead.bought:
        end = hours_until(machine.ends_at, stakes.asked_at)
        hours = greatest(machine.offer.limit_hours if end is None else end, limits.get(machine.name))
        yield _Row(_price(machine, live), hours, locked.get(machine.name))


def _price(machine: MachineInputs, live: Mapping[str, Offer]) -> Decimal:
    """The most that it may cost an hour: its own ceiling where prices move, else the price of now."""
    if machine.max_usd_per_hour is not None:
        return machine.max_usd_per_hour
    return live_price(machine.name, machine.offer, live)

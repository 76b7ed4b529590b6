"""The machines that a deployment once had and has no more, with what they cost. Pure.

The journal knows them: it is written wherever a machine is removed, replaced or found gone, by
whichever process is alive then, and is put aside with the deployment.
"""

from collections.abc import Iterable
from decimal import Decimal

from ..core.money import plain
from .journal import EntryState, JournalEntry
from .reports import FormerMachine
from .status import cost


def former_machines(entries: Iterable[JournalEntry]) -> tuple[FormerMachine, ...]:
    """Every machine that is gone, in the order in which they went."""
    return tuple(_former(entry, entry.id) for entry in entries if entry.id and entry.state is EntryState.GONE)


def _former(entry: JournalEntry, made: str) -> FormerMachine:
    price = entry.inputs.offer.usd_per_hour if entry.usd_per_hour is None else entry.usd_per_hour
    return FormerMachine(
        name=entry.name,
        provider=entry.provider,
        id=made,
        usd_per_hour=price,
        since=entry.since,
        until=entry.at,
        usd=_cost(entry, price),
        refunded_usd=_refund(entry, price),
        prepaid=entry.held_usd is not None or entry.settlement is not None,
        settled=entry.settlement is not None,
    )


def _cost(entry: JournalEntry, price: Decimal | None) -> Decimal | None:
    """Its seller's last word; else what its books said and its price since then; by price and time without books."""
    if entry.settlement is not None:
        return entry.settlement.spent_usd
    if entry.spent_usd is None:
        return cost(price, entry.since, entry.at)
    after = cost(price, entry.spent_at, entry.at)
    return None if after is None else entry.spent_usd + after


def _refund(entry: JournalEntry, price: Decimal | None) -> Decimal | None:
    """What came back of what was paid ahead: as its seller says, else what had been paid in less what it cost.

    Without books it is what was held when that was last said.
    """
    if entry.settlement is not None and entry.settlement.refunded_usd is not None:
        return entry.settlement.refunded_usd
    if entry.held_usd is None or entry.spent_usd is None:
        return entry.held_usd
    spent = _cost(entry, price)
    return None if spent is None else max(Decimal(0), plain(entry.held_usd + entry.spent_usd - spent))

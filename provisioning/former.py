"""The machines that a deployment once had and has no more, with what they cost. Pure.

The journal knows them: it is written wherever a machine is removed, replaced or found gone, by
whichever process is alive then, and is put aside with the deployment.
"""

from collections.abc import Iterable
from decimal import Decimal

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
    )


def _cost(entry: JournalEntry, price: Decimal | None) -> Decimal | None:
    """What its seller's books said last and its price since then; by price and time alone where it keeps none."""
    if entry.spent_usd is None:
        return cost(price, entry.since, entry.at)
    after = cost(price, entry.spent_at, entry.at)
    return None if after is None else entry.spent_usd + after

"""Why an auction brought nothing: how many bid, what stood in each one's way, how to go on. Pure."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from textwrap import shorten

from ...core.money import show_usd
from ...core.words import count
from ...providers.base import Bid, Failure, MachineOrder, ProviderError
from ..wayon import PART

ELSEWHERE = "other GPUs, regions or sellers in the spec, or a higher budget.price_headroom, then ampacity plan SPEC"
"""Some markets take no bid above the order's ceiling, so that nobody bids may mean that it is too low."""
MOST_BIDS = 20
LONGEST_REASON = 160
_MEASURED = Decimal("1.02")
"""A price per block is told per hour by how long blocks take lately: so far above a ceiling it may be the same."""
SHUNNED = "shunned since it failed a machine here; the apply of a new plan lifts that"
HIGHER = "raise budget.price_headroom or budget.usd_per_hour in the spec, then ampacity plan SPEC"
OWN_PRICE = "raise the price in the spec's own definition, then ampacity plan SPEC"


def unsold(
    order: MachineOrder,
    ceiling_usd_per_hour: Decimal,
    bids: Sequence[Bid],
    *,
    own_usd_per_hour: Decimal | None = None,
) -> ProviderError:
    """The error of an order for which none of `bids` could be taken. It is told when the order is closed.

    `own_usd_per_hour` is the most that the order's own definition pays.
    """
    kind, why, fix = _reason(ceiling_usd_per_hour, bids, own_usd_per_hour)
    what = f"{order.offer.provider}: no bid could be taken for {order.labels.machine}"
    told = PART.join((f"{why}; the order is closed", *_refusals(bids)))
    return ProviderError(order.offer.provider, kind, told, what=what, fix=fix)


def _reason(ceiling: Decimal, bids: Sequence[Bid], own: Decimal | None) -> tuple[Failure, str, str]:
    if not bids and own is not None and own < ceiling * _MEASURED:
        price = _usd(min(own, ceiling))
        why = f"nobody bid at {price}, the most that the spec's own definition pays"
        return Failure.CAPACITY_GLOBAL, why, OWN_PRICE
    if not bids:
        return Failure.CAPACITY_GLOBAL, f"nobody bid at a ceiling of {_usd(ceiling)}", ELSEWHERE
    many = count(len(bids), "bid")
    allowed = [bid for bid in bids if _may_be_taken(bid)]
    if not allowed:
        return Failure.CAPACITY_GLOBAL, f"{many}, {'all ' if len(bids) > 1 else ''}refused", _way_on(bids)
    first = _cheapest(allowed)
    refused = f", {len(bids) - len(allowed)} refused" if len(bids) > len(allowed) else ""
    if (first.usd_per_hour or 0) > ceiling:
        above = f"the cheapest that may be taken, {_who(first)}, is above the ceiling of {_usd(ceiling)}"
        return Failure.PRICE_MOVED, f"{many}{refused}; {above}", HIGHER
    gone = f"the cheapest, {_who(first)}, was withdrawn before it was taken"
    return Failure.CAPACITY_GLOBAL, f"{many}{refused}; {gone}", ELSEWHERE


def _may_be_taken(bid: Bid) -> bool:
    return bid.allowed and bid.usd_per_hour is not None


def _refusals(bids: Sequence[Bid]) -> Iterator[str]:
    """Each bid that may not be taken and why, the cheapest first."""
    refused = sorted((bid for bid in bids if not _may_be_taken(bid)), key=_by_price)
    for bid in refused[:MOST_BIDS]:
        why = (bid.why_not or "its price is not known").replace(PART, " ")
        yield f"{_who(bid)}: {shorten(why, LONGEST_REASON, placeholder=' …')}"
    if len(refused) > MOST_BIDS:
        yield f"{len(refused) - MOST_BIDS} more, dearer or without a price"


def _way_on(bids: Sequence[Bid]) -> str:
    shunned = any(bid.why_not == SHUNNED for bid in bids)
    return f"ampacity plan SPEC, to take them again; or {ELSEWHERE}" if shunned else ELSEWHERE


def _cheapest(bids: Sequence[Bid]) -> Bid:
    return min(bids, key=_by_price)


def _by_price(bid: Bid) -> tuple[bool, Decimal, str]:
    return bid.usd_per_hour is None, bid.usd_per_hour or Decimal(0), bid.bidder


def _who(bid: Bid) -> str:
    return bid.bidder if bid.usd_per_hour is None else f"{bid.bidder} at {_usd(bid.usd_per_hour)}"


def _usd(usd_per_hour: Decimal) -> str:
    return f"{show_usd(usd_per_hour, places=4)} per hour"

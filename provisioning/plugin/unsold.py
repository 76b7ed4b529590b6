"""Why an auction brought nothing: how many bid, the cheapest of them, what stood in its way, how to go on. Pure."""

from collections.abc import Sequence
from decimal import Decimal

from ...core.money import show_usd
from ...providers.base import Bid, Failure, MachineOrder, ProviderError

ELSEWHERE = "other GPUs, regions or sellers in the spec, or a higher budget.price_headroom, then ampacity plan SPEC"
"""Some markets take no bid above the order's ceiling, so that nobody bids may mean that it is too low."""
HIGHER = "raise budget.price_headroom or budget.usd_per_hour in the spec, then ampacity plan SPEC"


def unsold(order: MachineOrder, ceiling_usd_per_hour: Decimal, bids: Sequence[Bid]) -> ProviderError:
    """The error of an order for which none of `bids` could be taken. It is told when the order is closed."""
    kind, why, fix = _reason(ceiling_usd_per_hour, bids)
    what = f"{order.offer.provider}: no bid could be taken for {order.labels.machine}"
    return ProviderError(order.offer.provider, kind, f"{why}; the order is closed. Way on: {fix}", what=what, fix=fix)


def _reason(ceiling: Decimal, bids: Sequence[Bid]) -> tuple[Failure, str, str]:
    if not bids:
        return Failure.CAPACITY_GLOBAL, f"nobody bid at a ceiling of {_usd(ceiling)}", ELSEWHERE
    many = "1 bid" if len(bids) == 1 else f"{len(bids)} bids"
    allowed = [bid for bid in bids if bid.allowed and bid.usd_per_hour is not None]
    if not allowed:
        first = _cheapest(bids)
        return Failure.CAPACITY_GLOBAL, f"{many}, all refused; the cheapest, {_who(first)}: {first.why_not}", ELSEWHERE
    first = _cheapest(allowed)
    if (first.usd_per_hour or 0) > ceiling:
        refused = f", {len(bids) - len(allowed)} refused" if len(allowed) < len(bids) else ""
        above = f"the cheapest that may be taken, {_who(first)}, is above the ceiling of {_usd(ceiling)}"
        return Failure.PRICE_MOVED, f"{many}{refused}; {above}", HIGHER
    return Failure.CAPACITY_GLOBAL, f"{many}; the cheapest, {_who(first)}, was withdrawn before it was taken", ELSEWHERE


def _cheapest(bids: Sequence[Bid]) -> Bid:
    return min(bids, key=lambda bid: (bid.usd_per_hour is None, bid.usd_per_hour or 0, bid.bidder))


def _who(bid: Bid) -> str:
    return bid.bidder if bid.usd_per_hour is None else f"{bid.bidder} at {_usd(bid.usd_per_hour)}"


def _usd(usd_per_hour: Decimal) -> str:
    return f"{show_usd(usd_per_hour, places=4)} per hour"

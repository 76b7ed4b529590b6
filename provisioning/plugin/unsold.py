"""Why an auction brought nothing: how many bid, the cheapest of them, what stood in its way, how to go on. Pure."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from textwrap import shorten

from ...core.money import show_usd
from ...providers.base import Bid, Failure, MachineOrder, ProviderError

ELSEWHERE = "other GPUs, regions or sellers in the spec, or a higher budget.price_headroom, then ampacity plan SPEC"
"""Some markets take no bid above the order's ceiling, so that nobody bids may mean that it is too low."""
MOST_REASONS = 4
LONGEST_REASON = 160
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
    return ProviderError(order.offer.provider, kind, f"{why}; the order is closed", what=what, fix=fix)


def _reason(ceiling: Decimal, bids: Sequence[Bid], own: Decimal | None) -> tuple[Failure, str, str]:
    if not bids and own is not None and own < ceiling:
        why = (
            f"nobody bid at {_usd(own)}, the most that the spec's own definition pays (the plan allows {_usd(ceiling)})"
        )
        return Failure.CAPACITY_GLOBAL, why, OWN_PRICE
    if not bids:
        return Failure.CAPACITY_GLOBAL, f"nobody bid at a ceiling of {_usd(ceiling)}", ELSEWHERE
    many = "1 bid" if len(bids) == 1 else f"{len(bids)} bids"
    allowed = [bid for bid in bids if bid.allowed and bid.usd_per_hour is not None]
    if not allowed:
        return Failure.CAPACITY_GLOBAL, f"{many}, all refused ({_refusals(bids)})", _way_on(bids)
    first = _cheapest(allowed)
    if (first.usd_per_hour or 0) > ceiling:
        others = [bid for bid in bids if bid not in allowed]
        refused = f", {len(others)} refused ({_refusals(others)})" if others else ""
        above = f"the cheapest that may be taken, {_who(first)}, is above the ceiling of {_usd(ceiling)}"
        return Failure.PRICE_MOVED, f"{many}{refused}; {above}", HIGHER
    return Failure.CAPACITY_GLOBAL, f"{many}; the cheapest, {_who(first)}, was withdrawn before it was taken", ELSEWHERE


def _refusals(bids: Sequence[Bid]) -> str:
    """How often each reason was given, the most frequent first, and the cheapest bid that it befell."""
    counts = Counter(bid.why_not for bid in bids).most_common()
    told = []
    for reason, number in counts[:MOST_REASONS]:
        first = _cheapest([bid for bid in bids if bid.why_not == reason])
        told.append(f"{number} x {shorten(reason, LONGEST_REASON, placeholder=' …')}, the cheapest {_who(first)}")
    rest = sum(number for _, number in counts[MOST_REASONS:])
    return "; ".join([*told, *([f"{rest} for other reasons"] if rest else [])])


def _way_on(bids: Sequence[Bid]) -> str:
    shunned = any(bid.why_not == SHUNNED for bid in bids)
    return f"ampacity plan SPEC, to take them again; or {ELSEWHERE}" if shunned else ELSEWHERE


def _cheapest(bids: Sequence[Bid]) -> Bid:
    return min(bids, key=lambda bid: (bid.usd_per_hour is None, bid.usd_per_hour or 0, bid.bidder))


def _who(bid: Bid) -> str:
    return bid.bidder if bid.usd_per_hour is None else f"{bid.bidder} at {_usd(bid.usd_per_hour)}"


def _usd(usd_per_hour: Decimal) -> str:
    return f"{show_usd(usd_per_hour, places=4)} per hour"

"""Why an auction brought nothing: how many bid, what stood in each one's way, how to go on. Pure."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from textwrap import shorten
from typing import NamedTuple

from ...core.money import show_usd
from ...core.words import count
from ...providers.base import Bid, Bidders, Failure, MachineOrder, ProviderError
from ..wayon import PART

ELSEWHERE = "other GPUs, regions or sellers in the spec, or a higher budget.price_headroom"
"""Some markets take no bid above the order's ceiling, so that nobody bids may mean that it is too low."""
MOST_BIDS = 20
LONGEST_REASON = 160
_MEASURED = Decimal("1.02")
"""A price per block is told per hour by how long blocks take lately: so far above a ceiling it may be the same."""
SHUNNED = "shunned since it failed a machine here; the apply of a new plan lifts that"
HIGHER = "raise budget.price_headroom or budget.usd_per_hour in the spec"
OWN_PRICE = "raise the price in the spec's own definition"


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
    terms = _Terms(ceiling_usd_per_hour, own_usd_per_hour, order.offer.bidders or Bidders())
    kind, why, fix = _reason(terms, bids)
    what = f"{order.offer.provider}: no bid could be taken for {order.labels.machine}"
    told = PART.join((f"{why}; the order is closed", *_refusals(bids)))
    return ProviderError(order.offer.provider, kind, told, what=what, fix=fix)


class _Terms(NamedTuple):
    """What bids are held against: the plan's ceiling, what the definition pays, and what is asked of who bids."""

    ceiling: Decimal
    own: Decimal | None
    bidders: Bidders

    @property
    def own_binds(self) -> bool:
        return self.own is not None and self.own < self.ceiling * _MEASURED

    def limit(self, article: str = "a") -> str:
        if self.own is None or not self.own_binds:
            return f"{article} ceiling of {_usd(self.ceiling)}"
        return f"{_usd(min(self.own, self.ceiling))}, the most that the spec's own definition pays"

    def ways(self, otherwise: str) -> str:
        """The limit that binds is what can be moved, be it the definition's price or its demands."""
        price = OWN_PRICE if self.own_binds else otherwise
        demands = self.bidders.demands
        fewer = f"ask less of bidders ({demands}) in the spec's own definition or the context; or " if demands else ""
        return f"{fewer}{price}, then ampacity plan SPEC"


def _reason(terms: _Terms, bids: Sequence[Bid]) -> tuple[Failure, str, str]:
    ways = terms.ways(ELSEWHERE)
    if not bids:
        return Failure.CAPACITY_GLOBAL, f"{terms.bidders.nobody} bid at {terms.limit()}", ways
    many = count(len(bids), "bid")
    allowed = [bid for bid in bids if _may_be_taken(bid)]
    if not allowed:
        at = f" at {terms.limit()}" if terms.own_binds else ""
        return Failure.CAPACITY_GLOBAL, f"{many}, {'all ' if len(bids) > 1 else ''}refused{at}", _again(bids) + ways
    first = _cheapest(allowed)
    refused = f", {len(bids) - len(allowed)} refused" if len(bids) > len(allowed) else ""
    if (first.usd_per_hour or 0) > terms.ceiling:
        above = f"the cheapest that may be taken, {_who(first)}, is above {terms.limit('the')}"
        return Failure.PRICE_MOVED, f"{many}{refused}; {above}", terms.ways(HIGHER)
    gone = f"the cheapest, {_who(first)}, was withdrawn before it was taken"
    return Failure.CAPACITY_GLOBAL, f"{many}{refused}; {gone}", ways


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


def _again(bids: Sequence[Bid]) -> str:
    shunned = any(bid.why_not == SHUNNED for bid in bids)
    return "ampacity plan SPEC, to take them again; or " if shunned else ""


def _cheapest(bids: Sequence[Bid]) -> Bid:
    return min(bids, key=_by_price)


def _by_price(bid: Bid) -> tuple[bool, Decimal, str]:
    return bid.usd_per_hour is None, bid.usd_per_hour or Decimal(0), bid.bidder


def _who(bid: Bid) -> str:
    return bid.bidder if bid.usd_per_hour is None else f"{bid.bidder} at {_usd(bid.usd_per_hour)}"


def _usd(usd_per_hour: Decimal) -> str:
    return f"{show_usd(usd_per_hour, places=4)} per hour"

"""Auctions: an order draws bids, a rule fixed in the plan chooses, nobody chooses by hand.

The rule is pure and lives here so that plan and apply cannot disagree about it.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from .machine import MachineOrder


class BidRule(StrEnum):
    """How the winner is chosen."""

    CHEAPEST_ALLOWED = "cheapest-allowed"
    """The lowest price within the ceiling; ties go to the lowest address."""


class Bid(msgspec.Struct, frozen=True, kw_only=True):
    """One bidder's price for an order, per node."""

    id: str
    bidder: str
    """The bidder's address, the tie-breaker."""
    usd_per_hour: Decimal
    allowed: bool
    """Whether every filter of the order (audit, region, GPU really offered) is met."""
    why_not: str = ""


class AuctionOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An open order. Something may be locked in it until it is closed."""

    id: str
    order: MachineOrder
    opened_at: datetime
    bids_until: datetime


def choose_bid(bids: Iterable[Bid], ceiling_usd_per_hour: Decimal) -> Bid | None:
    """The winning bid under `BidRule.CHEAPEST_ALLOWED`, or `None` when no allowed bid is within the ceiling."""
    fitting = [bid for bid in bids if bid.allowed and bid.usd_per_hour <= ceiling_usd_per_hour]
    return min(fitting, key=lambda bid: (bid.usd_per_hour, bid.bidder, bid.id), default=None)

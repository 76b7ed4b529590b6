"""Auctions: an order draws bids, a rule fixed in the plan chooses, nobody chooses by hand.

The rule is pure and lives here so that plan and apply cannot disagree about it.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec


class BidRule(StrEnum):
    """How the winner is chosen."""

    CHEAPEST_ALLOWED = "cheapest-allowed"
    """The lowest price within the ceiling; ties go to the lowest address."""


class Bidders(msgspec.Struct, frozen=True, kw_only=True):
    """Whose bids may be taken: part of what is approved. Empty means anybody's, from anywhere.

    `audited_by` are those of whom one must have vouched for the bidder, `audited_by_all` those who all must have;
    `regions` are globs of where it says it is, `attributes` what it must say of itself (`key=value`).
    """

    audited_by: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    audited_by_all: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()

    @property
    def nobody(self) -> str:
        """`nobody in us-* audited by akash1…`: whose bids were looked for where there are none."""
        return f"nobody {self.demands}".rstrip()

    @property
    def demands(self) -> str:
        """`in us-* audited by akash1…`: what is asked of who bids, empty where nothing is."""
        where = f" in {' or '.join(self.regions)}" if self.regions else ""
        vouched = f" audited by {self.auditors}" if self.auditors else ""
        stated = f" with {' and '.join(self.attributes)}" if self.attributes else ""
        return f"{where}{vouched}{stated}".lstrip()

    @property
    def auditors(self) -> str:
        """`akash1… or akash2…`; empty where nobody needs to have vouched."""
        ways = (" or ".join(self.audited_by), " and ".join(self.audited_by_all))
        return ", and by ".join(filter(None, ways))


class Bid(msgspec.Struct, frozen=True, kw_only=True):
    """One bidder's price for an order, per node."""

    id: str
    bidder: str
    """The bidder's address, the tie-breaker."""
    usd_per_hour: Decimal | None
    """`None` where it asks for money of another kind: such a bid is never allowed."""
    allowed: bool
    """Whether every filter of the order (audit, region, GPU really offered) is met."""
    why_not: str = ""


class Stage(StrEnum):
    """How far an auction has come."""

    BIDDING = "bidding"
    """The order is out, and holds what it holds, until a bid is taken or it is closed."""
    TAKEN = "taken"
    """A bid was taken and bills; what is to run there has not been delivered."""
    DELIVERED = "delivered"
    """The bidder has what is to run."""
    ENDED = "ended"
    """The bidder gave it up, or it was closed: nothing will come of it any more."""


class Sale(msgspec.Struct, frozen=True, kw_only=True):
    """An auction as it stands. `bids_until` is when the choice is made among the bids so far."""

    stage: Stage
    bids_until: datetime
    bidder: str | None = None
    """Who was taken."""


def choose_bid(bids: Iterable[Bid], ceiling_usd_per_hour: Decimal) -> Bid | None:
    """The winning bid under `BidRule.CHEAPEST_ALLOWED`, or `None` when no allowed bid is within the ceiling."""
    priced = [
        (bid.usd_per_hour, bid.bidder, bid.id, bid) for bid in bids if bid.allowed and bid.usd_per_hour is not None
    ]
    fitting = [row for row in priced if row[0] <= ceiling_usd_per_hour]
    return min(fitting, key=lambda row: row[:3])[3] if fitting else None

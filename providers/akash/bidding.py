"""Bids as the chain has them, told in dollars, each with the reason why it may not be taken. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

import msgspec

from ..base import Bid, Bidders
from ..text import clean
from .gpumatch import contradiction, provider_states
from .values import DENOM, BlockTime, LeaseId, MarketBid, SellerFacts

OPEN = "open"
REGION_ATTRIBUTE = "location-region"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a bid must meet beside its price. `gpu_keys` are alternatives."""

    gpu_units: int
    gpu_keys: tuple[str, ...]
    bidders: Bidders


def tell_bid(bid: MarketBid, seller: SellerFacts | None, wanted: Wanted, block: BlockTime) -> Bid:
    """The bid for a person and for the rule of choice. `seller` is `None` for one that the chain does not know."""
    priced = bid.denom == DENOM
    why_not = next(reasons(bid, seller, wanted), "")
    return Bid(
        id=bid_id(bid.id),
        bidder=bid.id.provider,
        usd_per_hour=block.usd_per_hour(bid.uact_per_block) if priced else None,
        allowed=not why_not,
        why_not=why_not,
    )


def reasons(bid: MarketBid, seller: SellerFacts | None, wanted: Wanted) -> Iterator[str]:
    """Why it may not be taken, the plainest first; nothing where it may."""
    if bid.state != OPEN:
        yield "it was withdrawn" if bid.state == "closed" else f"it is {clean(bid.state)}, not open"
    if bid.denom != DENOM:
        yield f"it asks for {clean(bid.denom)}, and only {DENOM} (about one US dollar a million) is paid"
    if seller is None:
        yield "the chain knows nothing of this provider"
    else:
        yield from _audit(seller, wanted.bidders)
        yield from _region(seller, wanted.bidders.regions)
        yield from _attributes(seller, wanted.bidders.attributes)
        yield from _gpu(bid, seller, wanted)


def bid_id(bid: LeaseId) -> str:
    """Names one bid of a deployment: `GSEQ/OSEQ/PROVIDER/BSEQ`."""
    return f"{bid.gseq}/{bid.oseq}/{bid.provider}/{bid.bseq}"


def find_bid(bids: Iterable[MarketBid], wanted: str) -> MarketBid | None:
    """The bid that `bid_id` names, if it is still open."""
    return next((bid for bid in bids if bid_id(bid.id) == wanted and bid.state == OPEN), None)


def _audit(seller: SellerFacts, bidders: Bidders) -> Iterator[str]:
    if bidders.audited_by and not set(bidders.audited_by) & set(seller.audited_by):
        yield f"none of {', '.join(bidders.audited_by)} has audited this provider"
    missing = [auditor for auditor in bidders.audited_by_all if auditor not in seller.audited_by]
    if missing:
        yield f"{' and '.join(missing)} {'has' if len(missing) == 1 else 'have'} not audited this provider"


def _region(seller: SellerFacts, regions: Sequence[str]) -> Iterator[str]:
    if not regions:
        return
    region = seller.attributes.get(REGION_ATTRIBUTE)
    if region is None:
        yield "this provider does not say where it is"
    elif not any(fnmatchcase(region, glob) for glob in regions):
        yield f"it is in {clean(region)}, not in {' or '.join(regions)}"


def _attributes(seller: SellerFacts, wanted: Sequence[str]) -> Iterator[str]:
    """Keys may be globs, as in the chain's own comparison, and values are compared as they are."""
    for attribute in wanted:
        key, _, value = attribute.partition("=")
        if not any(fnmatchcase(name, key) and stated == value for name, stated in seller.attributes.items()):
            yield clean(f"this provider does not state {attribute}")


def _gpu(bid: MarketBid, seller: SellerFacts, wanted: Wanted) -> Iterator[str]:
    if wanted.gpu_units == 0:
        return
    if bid.gpus is None:
        yield "it does not say which GPU it brings"
        return
    if bid.gpus.units < wanted.gpu_units:
        yield f"it brings {bid.gpus.units} GPUs of {wanted.gpu_units}"
    problem = contradiction(wanted.gpu_keys, bid.gpus.attributes)
    if problem:
        yield clean(f"it {problem}")
    if not provider_states(wanted.gpu_keys, seller.attributes):
        yield "this provider's own attributes state no such GPU"

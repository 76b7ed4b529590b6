"""Bids, leases, and how each side ends them (node: x/market/handler/server.go at 3efe26b)."""

from decimal import Decimal

import msgspec

from . import deployments, escrow
from .checks import DENOM
from .matching import capable, requirements_met
from .refusals import escrow as refused_escrow
from .refusals import market as refused
from .rows import Bid, BidId, Lease, Order, Payment, Reclamation
from .spec import Coin, Unit
from .state import State

MAX_BIDS = 20
BID_DEPOSIT = Coin(denom=DENOM, amount=Decimal(500_000))


def create_bid(
    state: State, bid_id: BidId, price: Coin, offer: tuple[Unit, ...] = (), window_seconds: int | None = None
) -> None:
    """Enter a bid, its deposit taken."""
    order = _order(state, bid_id)
    _check_bid(state, order, bid_id, price)
    _check_window(state, bid_id, window_seconds)
    account = escrow.make_escrow(
        state, scope="bid", xid=bid_id.xid, owner=bid_id.provider, depositor=bid_id.provider, coin=BID_DEPOSIT
    )
    state.bids[bid_id.xid] = Bid(
        id=bid_id, price=price, created_at=state.height, offer=offer, account=account, window_seconds=window_seconds
    )


def create_lease(state: State, bid_id: BidId) -> Lease:
    """Take a bid: it bills from this block on, and the others have lost."""
    bid = state.bids.get(bid_id.xid)
    if bid is None:
        raise refused(18, "invalid bid: bid not found")
    if bid.state != "open":
        raise refused(12, "bid not open")
    order = _order(state, bid_id)
    if order.state != "open":
        raise refused(13, "bid: order not open")
    deployment = state.deployment(bid_id.owner, bid_id.dseq)
    if deployment.groups[bid_id.gseq - 1].state != "open":
        raise refused(17, "group not open")
    if bid.price.denom != deployment.account.denom:
        raise refused_escrow(5, "invalid denomination")
    escrow.settle(state, deployment)
    agreed = None if bid.window_seconds is None else Reclamation(window_seconds=bid.window_seconds)
    lease = Lease(
        id=bid_id,
        price=bid.price,
        created_at=state.height,
        payment=Payment(rate=bid.price.amount),
        reclamation=agreed,
    )
    state.leases[bid_id.xid] = lease
    state.orders[_order_key(bid_id)] = msgspec.structs.replace(order, state="active")
    state.bids[bid_id.xid] = msgspec.structs.replace(bid, state="active")
    for key, other in _bids_of(state, bid_id):
        if other.state == "open":
            deployments.end_bid(state, key, "lost")
    return lease


def close_lease(state: State, bid_id: BidId) -> None:
    """By the owner. The group stays open, and a new order draws bids."""
    if _order(state, bid_id).state != "active":
        raise refused(24, "order closed")
    _end(state, bid_id, "lease_closed_owner")
    deployment = state.deployment(bid_id.owner, bid_id.dseq)
    group = deployment.groups[bid_id.gseq - 1]
    if group.state == "open":
        deployments.open_order(state, deployment, group)


def close_bid(state: State, bid_id: BidId, reason: str) -> None:
    """By the provider: an open bid is withdrawn, a lease ended and its group paused."""
    bid = state.bids.get(bid_id.xid)
    if bid is None:
        raise refused(6, "unknown bid")
    if bid.state == "open":
        deployments.end_bid(state, bid_id.xid, "closed")
        return
    _check_notice(state, bid_id)
    _end(state, bid_id, reason)
    deployment = state.deployment(bid_id.owner, bid_id.dseq)
    groups = tuple(
        msgspec.structs.replace(group, state="paused") if group.gseq == bid_id.gseq else group
        for group in deployment.groups
    )
    state.deployments[f"{bid_id.owner}/{bid_id.dseq}"] = msgspec.structs.replace(deployment, groups=groups)


def start_reclaim(state: State, bid_id: BidId, reason: str) -> None:
    """By the provider: the lease ends when the window of its bid has passed."""
    lease = _active(state, bid_id)
    if lease.state == "reclaiming":
        raise refused(10, "lease not active")
    if lease.reclamation is None:
        raise refused(35, "lease does not have reclamation configured")
    window = lease.reclamation.window_seconds
    deadline = int(state.clock.time(state.height).timestamp()) + window
    notice = Reclamation(window_seconds=window, started_at=state.height, deadline=deadline, reason=reason)
    state.leases[bid_id.xid] = msgspec.structs.replace(lease, state="reclaiming", reclamation=notice)


def _check_notice(state: State, bid_id: BidId) -> None:
    """A provider that promised a notice gives it first, and waits."""
    lease = _active(state, bid_id)
    if lease.reclamation is None:
        return
    if lease.state == "active":
        raise refused(37, "reclamation not started; call MsgLeaseStartReclaim first")
    if state.now < lease.reclamation.deadline:
        raise refused(38, "reclamation window has not elapsed")


def _end(state: State, bid_id: BidId, reason: str) -> None:
    _active(state, bid_id)
    escrow.settle(state, state.deployment(bid_id.owner, bid_id.dseq))
    deployments.end_lease(state, bid_id.xid, "closed", reason)
    deployments.end_bid(state, bid_id.xid, "closed")
    key = _order_key(bid_id)
    state.orders[key] = msgspec.structs.replace(state.orders[key], state="closed")


def _active(state: State, bid_id: BidId) -> Lease:
    lease = state.leases.get(bid_id.xid)
    if lease is None:
        raise refused(20, "invalid lease: lease not found")
    if not lease.living:
        raise refused(10, "lease not active")
    return lease


def _check_bid(state: State, order: Order, bid_id: BidId, price: Coin) -> None:
    provider = state.providers.get(bid_id.provider)
    if order.state != "open":
        raise refused(13, "bid: order not open")
    if provider is None:
        raise refused(30, "unknown provider")
    if bid_id.xid in state.bids:
        raise refused(21, "invalid bid: bid exists from provider")
    if len(_bids_of(state, bid_id)) > MAX_BIDS:
        raise refused(31, f"invalid bid: too many existing bids ({MAX_BIDS})")
    if price.amount <= 0:
        raise refused(19, "invalid bid: zero price")
    if price.denom != DENOM or price.amount > order.spec.price:
        raise refused(22, "bid price is invalid")
    if not requirements_met(order.spec, provider):
        raise refused(5, "attribute mismatch")
    if not capable(order.spec, provider):
        raise refused(32, "capabilities mismatch")


def _check_window(state: State, bid_id: BidId, window_seconds: int | None) -> None:
    least = state.deployment(bid_id.owner, bid_id.dseq).min_window_seconds
    if least is None:
        return
    if window_seconds is None:
        raise refused(40, "order requires reclamation but bid does not offer it")
    if window_seconds < least:
        raise refused(41, "reclamation window shorter than order minimum")


def _order(state: State, bid_id: BidId) -> Order:
    try:
        return state.orders[_order_key(bid_id)]
    except KeyError:
        raise refused(15, "invalid order: order not found") from None


def _bids_of(state: State, bid_id: BidId) -> list[tuple[str, Bid]]:
    prefix = f"{_order_key(bid_id)}/"
    return [row for row in state.bids.items() if row[0].startswith(prefix)]


def _order_key(bid_id: BidId) -> str:
    return f"{bid_id.owner}/{bid_id.dseq}/{bid_id.gseq}/{bid_id.oseq}"

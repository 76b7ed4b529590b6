"""What time brings about: accounts run dry, bids and leases lapse, bidders bid, and faults are shown."""

from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal

import msgspec

from ..faults import FaultKind, Faults
from . import bidding, deployments, escrow, leases
from .checks import MIN_WINDOW_SECONDS
from .refusals import ChainRefusedError
from .rows import Lease, Reclamation
from .runtime import end_overrun
from .state import State
from .stock import Manner, Stock
from .tx.mempool import include_due

BID_SECONDS = 300
"""A provider's own program withdraws a bid that nobody took for so long."""
MANIFEST_SECONDS = 300
"""And ends a lease for which no manifest came."""
DECOMMISSION = "lease_closed_reason_decommission"
PRICE_RISE = Decimal("1.2")


def tick(state: State, stock: Stock, faults: Faults) -> None:
    """Bring `state` to its own time."""
    include_due(state, faults)
    for deployment in deployments.overdrawn(state):
        deployments.finish(state, escrow.settle(state, deployment))
    end_overrun(state)
    _lapse(state)
    for kind, strike in _STRIKES.items():
        if faults.peek(kind):
            _upon_leases(state, faults, kind, strike)
    bidding.bid_on_open_orders(state, stock, price_rise(faults))
    if faults.peek(FaultKind.WITHDRAWN):
        _withdraw(state, stock, faults)


def price_rise(faults: Faults) -> Decimal:
    """What every price is multiplied by."""
    return PRICE_RISE if faults.peek(FaultKind.PRICE_MOVED) else Decimal(1)


def _lapse(state: State) -> None:
    for bid in [row for row in state.bids.values() if row.state == "open"]:
        if _age_seconds(state, bid.created_at) >= BID_SECONDS:
            leases.close_bid(state, bid.id, "lease_closed_invalid")
    for lease in living(state):
        late = _age_seconds(state, lease.created_at) >= MANIFEST_SECONDS
        if lease.manifest is None and lease.reclamation is None and late:
            leases.close_bid(state, lease.id, "lease_closed_reason_manifest_timeout")
        elif lease.reclamation is not None and 0 < lease.reclamation.deadline <= state.now:
            leases.close_bid(state, lease.id, lease.reclamation.reason)


def _upon_leases(state: State, faults: Faults, kind: FaultKind, strike: Callable[[State, Lease], None]) -> None:
    there = living(state)
    faults.forget_strangers(kind, {str(lease.id.dseq) for lease in there})
    for lease in there:
        if faults.take(kind, str(lease.id.dseq)):
            with suppress(ChainRefusedError):  # the notice is out already
                strike(state, lease)


def _preempt(state: State, lease: Lease) -> None:
    """A provider that promised a notice gives it; another just ends the lease."""
    promised = lease.reclamation is not None and lease.state == "active"
    take = leases.start_reclaim if promised else leases.close_bid
    take(state, lease.id, DECOMMISSION)


def _reclaim(state: State, lease: Lease) -> None:
    """The notice, of the length that was promised; who promised none is taken to have promised an hour."""
    if lease.reclamation is None:
        promised = Reclamation(window_seconds=MIN_WINDOW_SECONDS)
        state.leases[lease.id.xid] = msgspec.structs.replace(lease, reclamation=promised)
    leases.start_reclaim(state, lease.id, DECOMMISSION)


def _run_dry(state: State, lease: Lease) -> None:
    escrow.drain(state, state.deployment(lease.id.owner, lease.id.dseq))


_STRIKES: dict[FaultKind, Callable[[State, Lease], None]] = {
    FaultKind.PREEMPT: _preempt,
    FaultKind.RECLAIM: _reclaim,
    FaultKind.RUN_DRY: _run_dry,
}


def _withdraw(state: State, stock: Stock, faults: Faults) -> None:
    """The cheapest bid that would be taken is withdrawn."""
    honest = {bidder.address for bidder in stock.bidders if bidder.manner is Manner.HONEST}
    usable = [bid for bid in state.bids.values() if bid.state == "open" and bid.id.provider in honest]
    if usable and faults.take(FaultKind.WITHDRAWN):
        cheapest = min(usable, key=lambda bid: bid.price.amount)
        leases.close_bid(state, cheapest.id, "lease_closed_reason_unspecified")


def living(state: State) -> list[Lease]:
    """Every lease that can end."""
    return [lease for lease in state.leases.values() if lease.living]


def _age_seconds(state: State, height: int) -> float:
    return (state.height - height) * state.clock.block_seconds

"""What time brings about: accounts run dry, bids and leases lapse, bidders bid, and faults are shown."""

from contextlib import suppress
from decimal import Decimal

from ..faults import FaultKind, Faults
from . import bidding, deployments, escrow, leases
from .refusals import ChainRefusedError
from .rows import Lease
from .runtime import end_overrun
from .state import State
from .stock import Stock
from .tx.mempool import include_due

BID_SECONDS = 300
"""A provider's own program withdraws a bid that nobody took for so long."""
MANIFEST_SECONDS = 300
"""And ends a lease for which no manifest came."""
PRICE_RISE = Decimal("1.2")


def tick(state: State, stock: Stock, faults: Faults) -> None:
    """Bring `state` to its own time."""
    include_due(state, faults)
    for deployment in deployments.overdrawn(state):
        deployments.finish(state, escrow.settle(state, deployment))
    end_overrun(state)
    _lapse(state)
    if faults.peek(FaultKind.PREEMPT):
        _preempt(state, faults)
    bidding.bid_on_open_orders(state, stock, price_rise(faults))


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


def _preempt(state: State, faults: Faults) -> None:
    """A provider that promised a notice gives it; another just ends the lease."""
    there = living(state)
    faults.forget_strangers(FaultKind.PREEMPT, {str(lease.id.dseq) for lease in there})
    for lease in there:
        if faults.take(FaultKind.PREEMPT, str(lease.id.dseq)):
            promised = lease.reclamation is not None and lease.state == "active"
            take = leases.start_reclaim if promised else leases.close_bid
            with suppress(ChainRefusedError):  # the notice is out already
                take(state, lease.id, "lease_closed_reason_decommission")


def living(state: State) -> list[Lease]:
    """Every lease that can end."""
    return [lease for lease in state.leases.values() if lease.living]


def _age_seconds(state: State, height: int) -> float:
    return (state.height - height) * state.clock.block_seconds

"""From an open order to a provider that has what is to run. Every step is read from the chain, none from memory.

Only that a manifest was delivered is known to the provider alone: it is asked, and given it again
where it does not say so.
"""

import threading

from ..base import Bid, Bidders, Failure, MachineOrder, ProviderError, Sale, Stage
from .bidding import Wanted, find_bid, tell_bid
from .compiling import bidders_of, compile_order
from .demands import narrowed
from .doors import Doors
from .ledger import Ledger
from .machines import RUNNING_LEASES, Moment, current
from .orders import Orders
from .refusals import failed
from .sdl.compiled import Compiled
from .settings import Settings
from .values import Address, Deployment, Dseq, Lease, MarketBid, SellerFacts


class Auctions:
    """Sells one order. Safe to share between threads."""

    def __init__(self, ledger: Ledger, orders: Orders, doors: Doors, settings: Settings) -> None:
        self._ledger = ledger
        self._orders = orders
        self._doors = doors
        self._settings = settings
        self._delivered: set[tuple[Address, Dseq]] = set()
        self._lock = threading.Lock()

    def sale(self, dseq: Dseq, moment: Moment) -> Sale:
        """See `Bids.sale`. A provider that cannot be asked has not got it: to deliver again is harmless."""
        deployment = self._orders.look(dseq)
        if deployment is None:
            return Sale(stage=Stage.ENDED, bids_until=moment.now)
        lease = current(self._ledger.leases(dseq))
        return Sale(
            stage=self._stage(deployment, lease),
            bids_until=moment.at(deployment.created_height) + self._settings.bids_last,
            bidder=lease.id.provider if lease else None,
        )

    def bids(self, dseq: Dseq, order: MachineOrder) -> list[Bid]:
        """See `Bids.bids`."""
        block = self._ledger.block_time()
        compiled = compile_order(order, self._settings, block)
        wanted = wanted_of(compiled, narrowed(bidders_of(order, self._settings), compiled))
        bids = self._ledger.bids(dseq)
        sellers = {bid.id.provider: self._facts(bid.id.provider) for bid in bids}
        return [tell_bid(bid, sellers[bid.id.provider], wanted, block) for bid in bids]

    def accept(self, dseq: Dseq, bid: Bid) -> None:
        """See `Bids.accept`. Quiet where it was taken already."""
        if self._taken(dseq, bid):
            return
        found = find_bid(self._ledger.bids(dseq), bid.id)
        if found is None or not self._same_price(found, bid):
            raise failed(Failure.CAPACITY_GLOBAL, f"the bid of {bid.bidder} is gone")
        try:
            self._ledger.lease(found.id)
        except ProviderError as error:
            if error.definite or not self._taken(dseq, bid):
                raise

    def deliver(self, dseq: Dseq, order: MachineOrder) -> None:
        """See `Bids.deliver`. Raises before anything is sent where it is not what the deployment was opened for."""
        deployment = self._orders.look(dseq)
        lease = current(self._ledger.leases(dseq))
        if deployment is None or not deployment.active or (lease is not None and lease.state not in RUNNING_LEASES):
            raise failed(Failure.CAPACITY_GLOBAL, f"deployment {dseq} has no lease any more")
        if lease is None:
            raise failed(Failure.UNREACHABLE, f"deployment {dseq} has no lease yet, as far as the node knows")
        compiled = compile_order(order, self._settings, self._ledger.block_time())
        if compiled.manifest_hash != deployment.manifest_hash:
            raise failed(
                Failure.INVALID,
                f"what is to run is not what deployment {dseq} was opened for: its hash on the chain is another",
                "ampacity plan SPEC: the order was changed after it was opened, and is closed",
            )
        self._doors.deliver(lease.id, compiled.manifest)
        with self._lock:
            self._delivered.add((lease.id.provider, dseq))

    def _stage(self, deployment: Deployment, lease: Lease | None) -> Stage:
        if not deployment.active:
            return Stage.ENDED
        if lease is None:
            return Stage.BIDDING
        if lease.state not in RUNNING_LEASES:
            return Stage.ENDED
        with self._lock:
            if (lease.id.provider, deployment.dseq) in self._delivered:
                return Stage.DELIVERED
        return Stage.DELIVERED if self._doors.look(lease.id, strikes=1).known else Stage.TAKEN

    def _taken(self, dseq: Dseq, bid: Bid) -> bool:
        leases = self._ledger.leases(dseq)
        return any(lease.id.provider == bid.bidder and lease.state in RUNNING_LEASES for lease in leases)

    def _same_price(self, found: MarketBid, bid: Bid) -> bool:
        """A bid's price cannot change; another bid under its name would be another bargain."""
        return bid.usd_per_hour == self._ledger.block_time().usd_per_hour(found.uact_per_block)

    def _facts(self, address: Address) -> SellerFacts | None:
        try:
            return self._ledger.seller(address)
        except ProviderError as error:
            if error.kind in {Failure.INVALID, Failure.NONSENSE}:
                return None
            raise


def wanted_of(compiled: Compiled, bidders: Bidders) -> Wanted:
    """What a bid must bring for the compiled order, and who may bid."""
    units = [unit for group in compiled.groups for unit in group.units if unit.gpu_units]
    return Wanted(
        gpu_units=sum(unit.gpu_units * unit.count for unit in units),
        gpu_keys=tuple(dict.fromkeys(attribute.key for unit in units for attribute in unit.gpu_attributes)),
        bidders=bidders,
    )

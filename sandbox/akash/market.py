"""The market of one stand-in: one state, changed whole or not at all, by one thread at a time.

Who reads gets a `State` that nobody changes any more, brought to the present: nothing runs in the
background, so what time brings about is done when somebody looks.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import msgspec

from ..faults import FaultKind, Faults
from . import bank, bidding, deployments, leases
from .checks import DENOM
from .clock import BlockClock
from .rows import Account, BidId, Deployment, Lease
from .spec import Coin, GroupSpec
from .state import State, load_state, save_state
from .stock import Stock
from .tick import tick


class Market:
    """Deployments, orders, bids, leases and their money. Every refusal is a `ChainRefusedError`."""

    def __init__(
        self,
        folder: Path,
        faults: Faults,
        stock: Stock,
        *,
        block_seconds: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """What `folder` holds goes on, with the block time that it began with."""
        self.faults = faults
        self.stock = stock
        self._folder = folder
        self._clock = clock
        self._lock = threading.Lock()  # one change inside another would be lost
        fresh = BlockClock(started_at=clock(), block_seconds=block_seconds)
        self._state = load_state(folder) or State(clock=fresh, now=fresh.started_at)
        with self.change() as state:
            bidding.register(state, stock)

    def read(self) -> State:
        """The market as it is now. Not to be changed."""
        with self.change() as state:
            return state

    @contextmanager
    def change(self) -> Iterator[State]:
        """A state to change. Kept, on disk too, unless the body raises: then nothing happened."""
        with self._lock:
            state = self._state.copy(self._clock())
            tick(state, self.stock, self.faults)
            self._keep(state)
            working = state.copy(state.now)
            yield working
            self._keep(working)

    def open_account(self, address: str, coins: Mapping[str, int], public_key: bytes | None = None) -> Account:
        """The account, made with `coins` where there is none."""
        with self.change() as state:
            bank.open_account(state, address, coins, public_key)
            return state.account(address)

    def register_gateway(self, provider: str, host_uri: str, certificate_pem: bytes, public_key_pem: bytes) -> None:
        """Where a provider's gateway listens now, and the one certificate that it shows."""
        with self.change() as state:
            row = state.providers[provider]
            state.providers[provider] = msgspec.structs.replace(
                row, host_uri=host_uri, certificates=(certificate_pem,), public_keys=(public_key_pem,)
            )

    def create_deployment(
        self, *, owner: str, dseq: int, groups: Sequence[GroupSpec], hash_: bytes, deposit_uact: Decimal
    ) -> Deployment:
        """Open a deployment out of the owner's balance. The fault `capacity` lets its orders draw no bids."""
        with self.change() as state:
            return deployments.create(
                state,
                owner=owner,
                dseq=dseq,
                groups=groups,
                hash_=hash_,
                deposit=Coin(denom=DENOM, amount=deposit_uact),
                depositor=owner,
                silent=self.faults.take(FaultKind.CAPACITY) is not None,
            )

    def close_deployment(self, owner: str, dseq: int) -> None:
        """End it; what is left goes back to the depositors."""
        with self.change() as state:
            deployments.close(state, owner, dseq)

    def update_deployment(self, owner: str, dseq: int, hash_: bytes) -> None:
        """Another manifest's hash."""
        with self.change() as state:
            deployments.update(state, owner, dseq, hash_)

    def deposit(self, owner: str, dseq: int, uact: Decimal) -> None:
        """Top up a deployment out of the owner's balance."""
        with self.change() as state:
            deployments.add_deposit(state, f"{owner}/{dseq}", owner, Coin(denom=DENOM, amount=uact))

    def create_lease(self, bid_id: BidId) -> Lease:
        """Take a bid."""
        with self.change() as state:
            return leases.create_lease(state, bid_id)

    def close_bid(self, bid_id: BidId, reason: str = "lease_closed_reason_unspecified") -> None:
        """As its provider does: withdraw the bid, or end the lease."""
        with self.change() as state:
            leases.close_bid(state, bid_id, reason)

    def deliver(self, bid_id: BidId, manifest: bytes) -> None:
        """Its provider's gateway took the manifest of a living lease."""
        with self.change() as state:
            lease = state.leases[bid_id.xid]
            state.leases[bid_id.xid] = msgspec.structs.replace(lease, manifest=manifest, delivered_at=state.now)

    def _keep(self, state: State) -> None:
        if not _same(state, self._state):
            save_state(self._folder, state)
        self._state = state


def _same(one: State, other: State) -> bool:
    """Whether every table has the very same rows."""
    return all(_same_rows(getattr(one, name), getattr(other, name)) for name in one.tables())


def _same_rows(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    return len(one) == len(other) and all(other.get(key) is row for key, row in one.items())

"""The reading half of the managed wallet: the chain itself, for the account that the Console holds."""

import time
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Protocol, TypeVar

from ...base import ProviderError
from ..values import Address, BlockTime, Deployment, Dseq, Lease, MarketBid, SellerFacts
from .client import ConsoleApi
from .tokens import token_issuer

T = TypeVar("T")

LOOKS_AFTER_SECONDS = (0.0, 0.5, 1.0, 1.0, 2.0, 2.0, 4.0, 4.0)
"""The node that is read may lag behind the one that the Console writes to: pauses before each look."""


class Reads(Protocol):
    """What of a `Ledger` needs no key: `chain.reader.ChainReader` is one."""

    def block_time(self) -> BlockTime:
        """See `Ledger.block_time`."""
        ...

    def height(self) -> int:
        """See `Ledger.height`."""
        ...

    def check_versions(self) -> None:
        """See `Ledger.check_versions`."""
        ...

    def min_deposit_uact(self) -> Decimal:
        """See `Ledger.min_deposit_uact`."""
        ...

    def deployment(self, dseq: Dseq) -> Deployment | None:
        """See `Ledger.deployment`."""
        ...

    def active_deployments(self) -> Iterator[Deployment]:
        """See `Ledger.active_deployments`."""
        ...

    def bids(self, dseq: Dseq) -> list[MarketBid]:
        """See `Ledger.bids`."""
        ...

    def leases(self, dseq: Dseq) -> list[Lease]:
        """See `Ledger.leases`."""
        ...

    def seller(self, address: Address) -> SellerFacts:
        """See `Ledger.seller`."""
        ...

    def certificates(self, address: Address) -> list[bytes]:
        """See `Ledger.certificates`."""
        ...


class ManagedReading:
    """Asks the chain about the account whose key the Console has. `reads` makes what asks, once it is known whose.

    Every call raises `ProviderError`.
    """

    def __init__(
        self,
        api: ConsoleApi,
        reads: Callable[[Address], Reads],
        *,
        sleep: Callable[[float], None] = time.sleep,
        looks_after_seconds: Sequence[float] = LOOKS_AFTER_SECONDS,
    ) -> None:
        self._api = api
        self._reads = reads
        self._sleep = sleep
        self._looks_after_seconds = looks_after_seconds

    def owner(self) -> Address:
        """See `Ledger.owner`."""
        return self._owner

    def block_time(self) -> BlockTime:
        """See `Ledger.block_time`."""
        return self._chain.block_time()

    def height(self) -> int:
        """See `Ledger.height`."""
        return self._chain.height()

    def check_versions(self) -> None:
        """See `Ledger.check_versions`."""
        self._chain.check_versions()

    def min_deposit_uact(self) -> Decimal:
        """See `Ledger.min_deposit_uact`."""
        return self._chain.min_deposit_uact()

    def deployment(self, dseq: Dseq) -> Deployment | None:
        """See `Ledger.deployment`."""
        return self._chain.deployment(dseq)

    def active_deployments(self) -> Iterator[Deployment]:
        """See `Ledger.active_deployments`."""
        return self._chain.active_deployments()

    def leases(self, dseq: Dseq) -> list[Lease]:
        """See `Ledger.leases`."""
        return self._chain.leases(dseq)

    def seller(self, address: Address) -> SellerFacts:
        """See `Ledger.seller`."""
        return self._chain.seller(address)

    def certificates(self, address: Address) -> list[bytes]:
        """See `Ledger.certificates`."""
        return self._chain.certificates(address)

    @cached_property
    def _owner(self) -> Address:
        return token_issuer(self._api)

    @cached_property
    def _chain(self) -> Reads:
        return self._reads(self._owner)

    def _awaited(self, look: Callable[[], T | None]) -> T | None:
        """What `look` finds within a dozen seconds; a node that cannot be asked meanwhile has shown nothing."""
        for pause_seconds in self._looks_after_seconds:
            self._sleep(pause_seconds)
            try:
                found = look()
            except ProviderError:
                continue
            if found is not None:
                return found
        return None

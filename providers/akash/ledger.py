"""The one seam to the chain. Everything above it speaks of deployments, bids, leases and their money.

Two custodies stand behind it: a wallet of one's own (`chain/`), and the Console's managed wallet
(`console/`). When the market leaves its present chain, only what is behind this seam changes.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

import msgspec

from .leash import Leash
from .sdl.compiled import Compiled
from .values import Address, BlockTime, Closed, Deployment, Dseq, Lease, LeaseId, MarketBid, SellerFacts


class OpenRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A deployment to open. `dseq` is a wish: a managed wallet numbers its deployments by itself."""

    dseq: Dseq
    compiled: Compiled
    deposit_uact: Decimal


class Ledger(Protocol):
    """What a custody can do. Every call raises `ProviderError`; those that spend are never repeated blindly.

    A call whose outcome is not known raises it with `Failure.UNKNOWN_OUTCOME`: the caller looks for the
    deployment before it tries again.
    """

    def owner(self) -> Address:
        """The account that owns our deployments."""
        ...

    def block_time(self) -> BlockTime:
        """Measured from two block headers, once per ledger."""
        ...

    def height(self) -> int:
        """The latest block's."""
        ...

    def check_versions(self) -> None:
        """Raises `ProviderError` for a node that says it serves other versions of the modules than are spoken here."""
        ...

    def min_deposit_uact(self) -> Decimal:
        """The least that opens a deployment, from the chain's parameters."""
        ...

    def balance_uact(self) -> Decimal | None:
        """What the account can still deposit; `None` where the custody does not say."""
        ...

    def fees_uakt(self) -> Decimal | None:
        """What the account holds for the chain's fees; `None` where the custody pays them itself."""
        ...

    def open(self, request: OpenRequest) -> Deployment:
        """Open a deployment, its deposit taken and its one order out. Not idempotent: look first."""
        ...

    def deployment(self, dseq: Dseq) -> Deployment | None:
        """That deployment, closed ones too; `None` where there never was one."""
        ...

    def active_deployments(self) -> Iterator[Deployment]:
        """Every deployment of the owner that holds a deposit, all pages."""
        ...

    def bids(self, dseq: Dseq) -> list[MarketBid]:
        """Every bid for the deployment's order, whatever its state."""
        ...

    def lease(self, bid: LeaseId) -> Lease:
        """Take the bid. Raises `ProviderError` `CAPACITY_GLOBAL` for one that is gone."""
        ...

    def leases(self, dseq: Dseq) -> list[Lease]:
        """The deployment's leases, whatever their state."""
        ...

    def close(self, dseq: Dseq) -> Closed:
        """Close the deployment (never its lease alone, which would open a new order). Quiet when closed."""
        ...

    def top_up(self, dseq: Dseq, uact: Decimal) -> None:
        """Add to the deployment's escrow."""
        ...

    def leash(self, dseq: Dseq) -> Leash:
        """How long the custody lets a leased deployment run."""
        ...

    def limit_hours(self, deposit_uact: Decimal, uact_per_block: Decimal) -> int | None:
        """How long the custody would let run, and pay on for, what is opened so; `None` where only its escrow pays."""
        ...

    def let_run(self, dseq: Dseq, lasts: timedelta) -> None:
        """Let it run so long since its lease began. Nothing where only the escrow ends it, or it may already."""
        ...

    def seller(self, address: Address) -> SellerFacts:
        """The provider's own data and who audited it."""
        ...

    def certificates(self, address: Address) -> list[bytes]:
        """The provider's valid certificates on the chain, DER; for gateways whose own is self-signed."""
        ...

    def gateway_token(self, provider: Address, dseq: Dseq, now: datetime) -> str:
        """A JWT (ES256K, low-s) for that provider's gateway and that deployment alone, good for minutes."""
        ...

"""The market in its own terms, as every part of this folder speaks of it.

Amounts are uact (a millionth of an ACT, one ACT is about one US dollar); a price is uact per block.
What the chain, the Console and a provider's gateway say is turned into these at their edges.
"""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NewType

import msgspec

Address = NewType("Address", str)
"""A bech32 account, `akash1…`, its checksum verified."""
Dseq = NewType("Dseq", int)
"""A deployment's number, unique for its owner; below 2^53."""

DENOM = "uact"
FEE_DENOM = "uakt"
UAKT_PER_AKT = Decimal(1_000_000)
UACT_PER_USD = Decimal(1_000_000)
OVERDRAWN = "overdrawn"
"""The state of an escrow whose money was not enough; its deployment is closed then."""


class BlockTime(msgspec.Struct, frozen=True, kw_only=True):
    """How long a block takes, measured between two headers and never assumed."""

    seconds: Decimal
    first_height: int
    last_height: int
    measured_at: datetime

    def usd_per_hour(self, uact_per_block: Decimal) -> Decimal:
        """A price per block as US dollars per hour."""
        return uact_per_block * 3600 / self.seconds / UACT_PER_USD

    def uact_per_block(self, usd_per_hour: Decimal) -> Decimal:
        """US dollars per hour as a price per block."""
        return usd_per_hour * UACT_PER_USD * self.seconds / 3600


class LeaseId(msgspec.Struct, frozen=True, kw_only=True):
    """Names a bid, and the lease that it becomes."""

    owner: Address
    dseq: Dseq
    provider: Address
    gseq: int = 1
    oseq: int = 1
    bseq: int = 0


class GpuOffered(msgspec.Struct, frozen=True, kw_only=True):
    """GPUs that a bid says it brings. `attributes` are keys such as `vendor/nvidia/model/h100/ram/80Gi`."""

    units: int
    attributes: tuple[str, ...] = ()


class MarketBid(msgspec.Struct, frozen=True, kw_only=True):
    """A bid as the chain has it. `gpus` is `None` where it does not say what it brings."""

    id: LeaseId
    state: str
    """`open | active | lost | closed`."""
    denom: str
    uact_per_block: Decimal
    created_height: int
    gpus: GpuOffered | None = None


class LeaseState(StrEnum):
    """A lease's life on the chain."""

    ACTIVE = "active"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    CLOSED = "closed"
    RECLAIMING = "reclaiming"


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """What was agreed. `reclaim_at` is when its provider takes it back, where it has said so."""

    id: LeaseId
    state: LeaseState
    uact_per_block: Decimal
    created_height: int
    reason: str = ""
    reclaim_at: datetime | None = None


class Escrow(msgspec.Struct, frozen=True, kw_only=True):
    """A deployment's money. The chain settles lazily: what is left now is computed, see `left_uact`.

    `transferred_uact` is what its providers were owed until `settled_height`, `None` where that is not said.
    """

    funds_uact: Decimal
    settled_height: int
    state: str
    """`open | closed | overdrawn`."""
    transferred_uact: Decimal | None = None

    def left_uact(self, uact_per_block: Decimal, height: int) -> Decimal:
        """What is left at `height`, never below zero."""
        return max(Decimal(0), self.funds_uact - uact_per_block * max(0, height - self.settled_height))

    @property
    def paid_uact(self) -> Decimal | None:
        """All that was ever put in: settling moves it, and changes nothing of the sum."""
        return None if self.transferred_uact is None else self.transferred_uact + self.funds_uact

    def spent_uact(self, uact_per_block: Decimal, height: int) -> Decimal | None:
        """What went to its providers until `height`: never more than was put in."""
        if self.transferred_uact is None:
            return None
        return self.transferred_uact + self.funds_uact - self.left_uact(uact_per_block, height)


class Deployment(msgspec.Struct, frozen=True, kw_only=True):
    """One deployment of ours: it holds a deposit until it is closed, leased or not."""

    owner: Address
    dseq: Dseq
    active: bool
    group_name: str
    """Carries our labels; see `labels.py`."""
    manifest_hash: bytes
    created_height: int
    escrow: Escrow


class SellerFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the chain says of a provider. `host_uri` is the provider's own claim: see `gateway/`."""

    address: Address
    host_uri: str
    attributes: dict[str, str] = {}
    audited_by: tuple[Address, ...] = ()


class Closed(msgspec.Struct, frozen=True, kw_only=True):
    """What closing a deployment gave back. `refund_uact` is `None` where it could not be read."""

    dseq: Dseq
    refund_uact: Decimal | None

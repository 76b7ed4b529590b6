"""The normalised offer: one seller's price for one kind of node, comparable with every other's."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from ..core.money import total
from .auction import Bidders


class Market(StrEnum):
    """How the capacity is sold."""

    ON_DEMAND = "on_demand"
    SPOT = "spot"
    RESERVED = "reserved"
    CAPACITY_BLOCK = "capacity_block"
    AUCTION = "auction"
    OWNED = "owned"


class Claim(StrEnum):
    """What a source really says. The three are never merged."""

    LISTED = "listed"
    """A price exists."""
    OFFERED = "offered"
    """The type exists in this region or zone."""
    AVAILABLE = "available"
    """The seller says it can be had now."""


class Gpu(msgspec.Struct, frozen=True, kw_only=True):
    """The accelerators of one node. `memory_gib` is per GPU, as the model is sold (H100: 80)."""

    model: str
    count: int
    memory_gib: int
    interconnect: str | None = None


class PricePart(msgspec.Struct, frozen=True, kw_only=True):
    """One component of a node's hourly price: `compute`, `disk`, `public_ip`, `platform_fee`, `energy`."""

    name: str
    usd_per_hour: Decimal


class PowerDraw(msgspec.Struct, frozen=True, kw_only=True):
    """What one node takes from the feeds whose names are in `feeds` (rack, site: innermost first)."""

    feeds: tuple[str, ...]
    node_kw: Decimal


class PowerLimit(msgspec.Struct, frozen=True, kw_only=True):
    """What is left on a feed for nodes that are not yet placed, how that figure was made, and who has the rest."""

    feed: str
    free_kw: Decimal
    basis: str
    source: str = ""
    """The file that sets it."""
    held_kw: Mapping[str, Decimal] = msgspec.field(default_factory=dict)
    """What is taken, by the names of the deployments that take it."""


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A price for one whole node.

    `price` is all-in per node and empty where it is unknown; an `indication` is what an auction
    will probably bring, not a price that can be taken. `max_nodes` is the most the seller says it
    has: `None` where it does not say, 0 where all are taken (who holds some may still have those
    made anew). `provider_ref` is opaque: what the create call needs. `no_publish` keeps a
    confidential price out of shared reports.
    """

    provider: str
    sku: str
    region: str
    market: Market
    gpu: Gpu
    claim: Claim
    source: str
    observed_at: datetime
    zone: str | None = None
    vcpu: int | None = None
    ram_gib: Decimal | None = None
    disk_gib: int | None = None
    price: tuple[PricePart, ...] = ()
    indication: bool = False
    max_nodes: int | None = None
    expires_at: datetime | None = None
    power: PowerDraw | None = None
    provider_ref: dict[str, str] = {}
    no_publish: bool = False
    self_ending: bool = False
    """Whether a machine made by it ends by itself at its end; else it bills until deleted, or its money is spent."""
    limit_hours: Decimal | None = None
    """Where no end is asked: after how many hours its seller ends it all the same, unless that is moved."""
    bidders: Bidders | None = None
    """For an auction: whose bids its order may take, as the context had it when the offer was made."""

    @property
    def usd_per_hour(self) -> Decimal | None:
        """All-in price of one node, `None` where it is not known."""
        return total(part.usd_per_hour for part in self.price) if self.price else None

    @property
    def usd_per_gpu_hour(self) -> Decimal | None:
        """All-in price of one GPU, `None` where it is not known."""
        price = self.usd_per_hour
        return None if price is None else price / self.gpu.count

    @property
    def none_left(self) -> str:
        """Why there is none to be had; empty where there is one, or nobody says."""
        if self.max_nodes != 0:
            return ""
        return "none is left" if self.bidders is None else f"{self.bidders.nobody} could take it now"

    @property
    def key(self) -> str:
        """What makes two observations the same offer: everything but price, claim and time."""
        return "/".join((self.provider, self.region, self.zone or "-", self.sku, self.market.value))

    @property
    def id(self) -> str:
        """Eight hex digits of `key`'s sha256, short enough to type."""
        return hashlib.sha256(self.key.encode()).hexdigest()[:8]


class Skip(msgspec.Struct, frozen=True, kw_only=True):
    """Something that could not be offered, as data: one bad answer never sinks the others.

    `kind` is a value of `errors.Failure`; `what` names the seller, region or row concerned.
    """

    provider: str
    kind: str
    what: str
    why: str
    fix: str = ""


class OfferQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for. Empty means any. Sellers may answer with more; callers filter again.

    `regions` are shell globs. `disk_gib` is what the disk's price is made from.
    """

    gpu_models: tuple[str, ...] = ()
    markets: tuple[Market, ...] = ()
    regions: tuple[str, ...] = ()
    disk_gib: int = 100

"""The spec: what is wanted, within which limits. Strict; an unknown key is an error.

Its JSON Schema is published as `docs/schemas/spec-1.json`.
"""

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from ..core.money import plain
from ..providers.base import Market

Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,38}[a-z0-9]$", description="lower-case, digits, dashes")]
Usd = Annotated[Decimal, msgspec.Meta(description="US dollars, more than 0")]
"""msgspec bounds no `Decimal`: `load_spec` does."""
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Hours = Annotated[float, msgspec.Meta(gt=0, le=87_600)]
Positive = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
"""Shares and hours are no money; `exact` gives back the decimal that was written."""


def exact(number: float) -> Decimal:
    """The shortest decimal that reads as `number`: what stood in the file."""
    return plain(Decimal(repr(number)))


class GpuWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """GPUs in all; whole nodes are bought. `memory_gib` is the least per GPU."""

    models: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    count: Positive
    memory_gib: Positive | None = None


class NodeWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The least that each node must have, and what runs on it at first boot."""

    min_vcpu: Positive | None = None
    min_ram_gib: Positive | None = None
    disk_gib: Positive = 100
    image: str | dict[str, str] = "default"
    """`default`, one image for all, or one by provider's name."""
    user_data: Path | None = None
    definition: Path | None = None
    """What runs, in a seller's own language: sellers that take one are given it instead of image and user-data."""


class MarketWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which markets may be used. The spot share is of GPUs."""

    allow: tuple[Market, ...] = (Market.ON_DEMAND, Market.OWNED)
    max_spot_share: Share = 1.0


class PlacementWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where. Empty means anywhere; regions are shell globs."""

    providers: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    max_providers: Positive | None = None


class Budget(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Hard limits. `price_headroom` is how far live prices may rise above the planned before apply refuses.

    `usd_total` is for the deployment: what it cost so far, former machines included, and its price over the
    `hours` of this plan, of a machine that keeps its own end until then. A worst case above it is warned of.
    """

    usd_per_hour: Usd | None = None
    usd_total: Usd | None = None
    price_headroom: Share = 0.05


class SshWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The public key that opens the machines."""

    public_key: Path


class Spec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename={"schema_": "schema"}):
    """`ampacity.spec/1`. `ttl_hours: none` is allowed and said loudly."""

    schema_: Literal["ampacity.spec/1"]
    name: Name
    gpu: GpuWanted
    hours: Hours
    ttl_hours: Hours | Literal["none"]
    workload: Literal["training", "serving", "batch"] = "training"
    node: NodeWanted = NodeWanted()
    market: MarketWanted = MarketWanted()
    placement: PlacementWanted = PlacementWanted()
    budget: Budget = Budget()
    ssh: SshWanted | None = None
    sites: Path | None = None

    @property
    def end_hours(self) -> Decimal | None:
        """Hours from apply to the end of every machine, `None` for no end."""
        return None if self.ttl_hours == "none" else exact(self.ttl_hours)

"""A node at a price as an offer. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from ..base import Claim, Market, Offer
from .facts import Node
from .names import PROVIDER
from .pricelist import SOURCE as PRICE_SOURCE
from .prices import all_in
from .spot import SOURCE as SPOT_SOURCE
from .spot import SpotPrice

ON_DEMAND_GOOD_FOR = timedelta(hours=24)
SPOT_GOOD_FOR = timedelta(minutes=15)
REF_ARCHITECTURE = "architecture"


def on_demand_offer(
    node: Node, region: str, usd_per_hour: Decimal, *, zones: Sequence[str], disk_gib: int, now: datetime
) -> Offer:
    """One for the whole region: AWS picks the zone that has it, which a named zone would forbid."""
    return Offer(
        provider=PROVIDER,
        sku=node.sku,
        region=region,
        market=Market.ON_DEMAND,
        gpu=node.gpu,
        claim=Claim.OFFERED if zones else Claim.LISTED,
        source=PRICE_SOURCE,
        observed_at=now,
        vcpu=node.vcpu,
        ram_gib=node.ram_gib,
        disk_gib=disk_gib,
        price=all_in(usd_per_hour, disk_gib),
        expires_at=now + ON_DEMAND_GOOD_FOR,
        provider_ref={REF_ARCHITECTURE: node.architecture},
        self_ending=True,  # by the timer in its first-boot script
    )


def spot_offer(node: Node, region: str, price: SpotPrice, *, disk_gib: int, now: datetime) -> Offer:
    """One for a zone, which has its own price. It was in force when it was asked for, however old it is."""
    return Offer(
        provider=PROVIDER,
        sku=node.sku,
        region=region,
        zone=price.zone,
        market=Market.SPOT,
        gpu=node.gpu,
        claim=Claim.OFFERED,
        source=SPOT_SOURCE,
        observed_at=now,
        vcpu=node.vcpu,
        ram_gib=node.ram_gib,
        disk_gib=disk_gib,
        price=all_in(price.usd_per_hour, disk_gib),
        expires_at=now + SPOT_GOOD_FOR,
        provider_ref={REF_ARCHITECTURE: node.architecture},
        self_ending=True,  # by the timer in its first-boot script
    )

"""What `RunInstances` is told. Pure: the same order gives the same parameters."""

from decimal import Decimal
from typing import Any

from ...core.money import plain, total
from ..base import MachineOrder, Market
from .failures import invalid
from .images import Image
from .options import Options
from .tags import write_tags
from .userdata import first_boot

MARKETS = frozenset({Market.ON_DEMAND, Market.SPOT})


def launch_parameters(order: MachineOrder, image: Image, options: Options) -> dict[str, Any]:
    """The whole request. Raises `ProviderError` for an order that AWS would refuse.

    The token is the idempotency key: a second request with it gives the same machine.
    """
    if order.offer.market not in MARKETS:
        raise invalid(f"AWS has no {order.offer.market.value} machines here", fix="ampacity plan again")
    resources = ["instance", "volume"] + (["spot-instances-request"] if _spot(order) else [])
    tags = write_tags(order)
    optional = {
        "UserData": first_boot(order),
        "InstanceInitiatedShutdownBehavior": "terminate" if order.ends_at else None,
        "SecurityGroups": [options.security_group] if options.security_group else None,
        "Placement": {"AvailabilityZone": order.offer.zone} if order.offer.zone else None,
        "InstanceMarketOptions": _market(order),
    }
    return {
        "ClientToken": order.labels.token,
        "MinCount": 1,
        "MaxCount": 1,
        "InstanceType": order.offer.sku,
        "ImageId": image.id,
        "BlockDeviceMappings": [_root_disk(order.disk_gib, image)],
        "MetadataOptions": {"HttpTokens": "required"},  # IMDSv2 only: a leaky web server gives no keys away
        "TagSpecifications": [{"ResourceType": resource, "Tags": tags} for resource in resources],
        **{key: value for key, value in optional.items() if value is not None},
    }


def _root_disk(disk_gib: int, image: Image) -> dict[str, Any]:
    if disk_gib < image.min_disk_gib:
        raise invalid(
            f"the disk of {disk_gib} GiB is smaller than the image {image.id}",
            fix=f"set node.disk_gib to {image.min_disk_gib} or more",
        )
    disk = {"VolumeSize": disk_gib, "VolumeType": "gp3", "DeleteOnTermination": True}
    return {"DeviceName": image.root_device, "Ebs": disk}


def _market(order: MachineOrder) -> dict[str, Any] | None:
    if not _spot(order):
        return None
    spot = {"SpotInstanceType": "one-time", "InstanceInterruptionBehavior": "terminate"}
    if order.max_usd_per_hour is not None:
        spot["MaxPrice"] = str(_compute_cap(order, order.max_usd_per_hour))
    return {"MarketType": "spot", "SpotOptions": spot}


def _compute_cap(order: MachineOrder, cap_usd_per_hour: Decimal) -> Decimal:
    """The order's cap is for the whole node; AWS's is for the instance without disk and address."""
    rest = total(part.usd_per_hour for part in order.offer.price if part.name != "compute")
    if cap_usd_per_hour <= rest:
        raise invalid(
            f"a cap of ${cap_usd_per_hour} an hour leaves nothing for the instance", fix="ampacity plan again"
        )
    return plain(cap_usd_per_hour - rest)


def _spot(order: MachineOrder) -> bool:
    return order.offer.market is Market.SPOT

"""Spot prices by `ec2.DescribeSpotPriceHistory`: the newest of each zone, or all since a moment."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from ...core.shapes import ready
from ..base import Failure, Skip
from ..text import clean
from .failures import translated
from .names import PROVIDER
from .prices import parse_usd

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

SOURCE = "ec2.DescribeSpotPriceHistory"
LINUX = "Linux/UNIX"


class SpotRow(msgspec.Struct, rename="pascal", frozen=True):
    """One price of a type in a zone, in force since `timestamp`."""

    availability_zone: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]{3,40}$")]
    instance_type: str
    product_description: str
    spot_price: str
    timestamp: Annotated[datetime, msgspec.Meta(tz=True)]


class SpotPrice(msgspec.Struct, frozen=True, kw_only=True):
    """The same, read."""

    sku: str
    zone: str
    usd_per_hour: Decimal
    since: datetime


def newest(rows: Iterable[SpotPrice]) -> dict[tuple[str, str], SpotPrice]:
    """By type and zone, the price in force. AWS does not promise an order."""
    latest: dict[tuple[str, str], SpotPrice] = {}
    for row in sorted(rows, key=lambda row: row.since):
        latest[row.sku, row.zone] = row
    return latest


def ask(client: "EC2Client", skus: Sequence[str], since: datetime, zone: str | None = None) -> list[Any]:
    """Rows as AWS gives them; with `since` now, the one in force in each zone. Raises `ProviderError`."""
    zones = [{"Name": "availability-zone", "Values": [zone]}] if zone else []
    with translated(creating=False):
        pages = client.get_paginator("describe_spot_price_history").paginate(
            InstanceTypes=list(skus),  # type: ignore[arg-type]  # new types appear before the stubs know them
            ProductDescriptions=[LINUX],
            StartTime=since,
            Filters=zones,  # type: ignore[arg-type]  # a list of plain dictionaries
        )
        return [row for page in pages for row in page.get("SpotPriceHistory", ())]


def read_spot(rows: Iterable[Any]) -> Iterator[SpotPrice | Skip]:
    """Prices of plain Linux; a row that cannot be read is a `Skip`."""
    for raw in rows:
        try:
            row = msgspec.convert(raw, ready(SpotRow))
            if row.product_description not in {LINUX, f"{LINUX} (Amazon VPC)"}:
                continue
            price = parse_usd(row.spot_price)
        except ValueError as error:
            yield Skip(provider=PROVIDER, kind=Failure.NONSENSE.value, what=SOURCE, why=clean(str(error)))
            continue
        yield SpotPrice(sku=row.instance_type, zone=row.availability_zone, usd_per_hour=price, since=row.timestamp)

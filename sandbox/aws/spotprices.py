"""Spot prices: `DescribeSpotPriceHistory`, by the catalogue's rule. They change at midnight, UTC."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from .stock import Stock, midnights
from .wire import Call

LINUX = "Linux/UNIX"
MOST_RESULTS = 1000


def describe_history(call: Call, stock: Stock, rise: Decimal, now: datetime) -> dict[str, Any]:
    """One page, newest first: the price in force at `StartTime` and what came after it."""
    wanted = call.parameters
    rows = [row for row in _rows(call, stock, rise, now) if _passes(row, wanted.get("Filters", ()))]
    start = int(wanted.get("NextToken") or 0)
    end = start + int(wanted.get("MaxResults") or MOST_RESULTS)
    return {"SpotPriceHistory": rows[start:end], "NextToken": str(end) if end < len(rows) else ""}


def price_now(stock: Stock, kind: str, zone: str, rise: Decimal, now: datetime) -> Decimal | None:
    """What a spot machine costs now, `None` where it is not sold."""
    price = stock.spot_usd_per_hour(kind, zone, now)
    return None if price is None else price * rise


def zones_of(region: str, kind: str) -> list[str]:
    """The zones that have the type."""
    from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS

    rows = INSTANCE_TYPE_OFFERINGS["availability-zone"].get(region, [])
    return sorted(row["Location"] for row in rows if row["InstanceType"] == kind)


def _rows(call: Call, stock: Stock, rise: Decimal, now: datetime) -> Iterator[dict[str, Any]]:
    wanted = call.parameters
    if LINUX not in wanted.get("ProductDescriptions", [LINUX]):
        return
    since, until = wanted.get("StartTime") or now, min(wanted.get("EndTime") or now, now)
    zones = {kind: zones_of(call.region, kind) for kind in wanted.get("InstanceTypes") or stock.usd_per_hour}
    for day in midnights(min(_aware(since), now), _aware(until)):
        for kind, its_zones in zones.items():
            for zone in its_zones:
                price = price_now(stock, kind, zone, rise, day)
                if price is not None:
                    yield _row(kind, zone, price, day)


def _row(kind: str, zone: str, price: Decimal, since: datetime) -> dict[str, Any]:
    return {
        "AvailabilityZone": zone,
        "InstanceType": kind,
        "ProductDescription": LINUX,
        "SpotPrice": f"{price:.6f}",
        "Timestamp": since,
    }


def _passes(row: dict[str, Any], filters: Any) -> bool:
    fields = {"availability-zone": "AvailabilityZone", "instance-type": "InstanceType"}
    return all(row.get(fields.get(wanted["Name"], "")) in wanted["Values"] for wanted in filters)


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

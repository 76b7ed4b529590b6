"""What a node costs: figures of AWS's price list, and those that are not in it by instance type."""

from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from ...core.money import HOURS_PER_MONTH, plain
from ...core.shapes import ready
from ..base import PricePart

GP3_USD_PER_GIB_MONTH = Decimal("0.08")
"""EBS gp3 in US regions (AWS's EBS pricing page, 2026-11; other regions charge up to a third more).

AWS writes GB-month and bills the GiB that a volume is provisioned with, so there is no factor.
"""

PUBLIC_IPV4_USD_PER_HOUR = Decimal("0.005")
"""One public IPv4 address in use, any region (AWS's VPC pricing page, since 2024-02-01)."""

HIGHEST_USD_PER_HOUR = 10_000

WANTED_ATTRIBUTES = {
    "capacitystatus": "Used",
    "locationType": "AWS Region",
    "marketoption": "OnDemand",
    "operatingSystem": "Linux",
    "operation": "RunInstances",
    "preInstalledSw": "NA",
    "tenancy": "Shared",
}
"""Which row is the plain on-demand price. Rows of capacity reservations say `OnDemand` too."""


class Product(msgspec.Struct, frozen=True):
    """What a row is about."""

    attributes: dict[str, str]


class PriceDimension(msgspec.Struct, frozen=True, rename="camel"):
    """A price and its unit."""

    unit: str
    price_per_unit: dict[str, str]


class Term(msgspec.Struct, frozen=True, rename="camel"):
    """A way to pay."""

    price_dimensions: dict[str, PriceDimension]


class Terms(msgspec.Struct, frozen=True, rename={"on_demand": "OnDemand"}):
    """The ways to pay."""

    on_demand: dict[str, Term] = {}


class PriceRow(msgspec.Struct, frozen=True):
    """One row of the price list: a JSON document in a string."""

    product: Product
    terms: Terms


def parse_usd(text: Any) -> Decimal:
    """A price of a node-hour. Raises `ValueError` for one that no node has."""
    try:
        price = Decimal(str(text))
    except InvalidOperation:
        raise ValueError(f"{str(text)[:40]!r} is no price") from None
    if not price.is_finite() or not 0 < price <= HIGHEST_USD_PER_HOUR:
        raise ValueError(f"${str(text)[:40]} an hour cannot be a node's price")
    return plain(price)


def read_price_rows(rows: Iterable[Any], sku: str) -> Iterator[tuple[str, Decimal]]:
    """Region and on-demand price of `sku`, from every row that is the plain one.

    Raises `ValueError` (as msgspec's errors are) for a row that cannot be read.
    """
    for text in rows:
        row = msgspec.json.decode(text, type=ready(PriceRow))
        attributes = row.product.attributes
        wanted = WANTED_ATTRIBUTES | {"instanceType": sku}
        if all(attributes.get(key) == value for key, value in wanted.items()):
            yield attributes.get("regionCode", ""), _hourly(row)


def all_in(compute_usd_per_hour: Decimal, disk_gib: int) -> tuple[PricePart, ...]:
    """The parts that a node's hour costs, each to a hundredth of a cent or better."""
    disk = (GP3_USD_PER_GIB_MONTH * disk_gib / HOURS_PER_MONTH).quantize(Decimal("0.000001"))
    return (
        PricePart(name="compute", usd_per_hour=compute_usd_per_hour),
        PricePart(name="disk", usd_per_hour=plain(disk)),
        PricePart(name="public_ip", usd_per_hour=PUBLIC_IPV4_USD_PER_HOUR),
    )


def _hourly(row: PriceRow) -> Decimal:
    prices = [
        dimension.price_per_unit.get("USD")
        for term in row.terms.on_demand.values()
        for dimension in term.price_dimensions.values()
        if dimension.unit == "Hrs"
    ]
    if len(prices) != 1:
        raise ValueError(f"one hourly price was expected, and {len(prices)} came")
    return parse_usd(prices[0])

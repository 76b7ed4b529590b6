"""The price list's traps, and what a node's hour is made of."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampacity.providers.aws.prices import HIGHEST_USD_PER_HOUR, all_in, parse_usd, read_price_rows

PLAIN = {
    "capacitystatus": "Used",
    "instanceType": "p5.48xlarge",
    "locationType": "AWS Region",
    "marketoption": "OnDemand",
    "operatingSystem": "Linux",
    "operation": "RunInstances",
    "preInstalledSw": "NA",
    "regionCode": "us-east-1",
    "tenancy": "Shared",
}


def row(price: str = "55.0400000000", unit: str = "Hrs", **attributes: str) -> str:
    dimension = {"unit": unit, "pricePerUnit": {"USD": price}}
    return json.dumps(
        {
            "product": {"attributes": PLAIN | attributes},
            "terms": {"OnDemand": {"T": {"priceDimensions": {"D": dimension}}}},
        }
    )


def prices(*rows: str) -> dict[str, Decimal]:
    return dict(read_price_rows(rows, "p5.48xlarge"))


def test_the_plain_row_is_the_price() -> None:
    assert prices(row()) == {"us-east-1": Decimal("55.04")}


@pytest.mark.parametrize(
    "trap",
    [
        {"capacitystatus": "UnusedCapacityReservation"},
        {"capacitystatus": "AllocatedCapacityReservation"},
        {"operatingSystem": "Windows", "operation": "RunInstances:0002"},
        {"operation": "RunInstances:0010", "operatingSystem": "RHEL"},
        {"tenancy": "Dedicated"},
        {"preInstalledSw": "SQL Std"},
        {"marketoption": "CapacityBlock"},
        {"locationType": "AWS Local Zone", "regionCode": "us-west-2-lax-1"},
        {"instanceType": "p5.4xlarge"},
    ],
)
def test_a_row_that_is_not_the_plain_one_is_no_price(trap: dict[str, str]) -> None:
    assert prices(row("1.0", **trap), row()) == {"us-east-1": Decimal("55.04")}


def test_a_recorded_row_of_an_unused_reservation_is_no_price(recorded: Path) -> None:
    rows = json.loads((recorded / "pricing_get_products_pricelist.json").read_text())["PriceList"]
    assert rows
    assert dict(read_price_rows(rows, "c5ad.2xlarge")) == {}


@pytest.mark.parametrize("text", ["0", "0.0000000000", "-1", "10000.01", "NaN", "Infinity", "", "free", None])
def test_what_no_node_costs_is_refused(text: Any) -> None:
    with pytest.raises(ValueError, match="price"):
        parse_usd(text)


def test_a_row_by_another_unit_or_with_two_prices_is_refused() -> None:
    with pytest.raises(ValueError, match="one hourly price"):
        prices(row(unit="GB-Mo"))


def test_a_row_that_is_no_json_is_refused_as_a_value() -> None:
    with pytest.raises(ValueError, match="truncated"):
        prices('{"product": ')


@given(st.decimals(min_value="0.000001", max_value=HIGHEST_USD_PER_HOUR, places=6))
def test_a_price_is_kept_to_the_last_digit(price: Decimal) -> None:
    assert parse_usd(f"{price:.10f}") == price


def test_disk_and_address_are_part_of_the_price() -> None:
    # 500 GiB x $0.08 / 730 h = $0.0547945...; one public address $0.005
    parts = {part.name: part.usd_per_hour for part in all_in(Decimal("55.04"), 500)}
    assert parts == {"compute": Decimal("55.04"), "disk": Decimal("0.054795"), "public_ip": Decimal("0.005")}

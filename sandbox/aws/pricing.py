"""The price list: `GetProducts` of service `pricing`.

Each type has the plain row and two others that only their `capacitystatus` tells apart, as the real
list has, so that a reader which takes any row that says `OnDemand` is found out.
"""

import hashlib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from .stock import Stock
from .wire import Call, RefusedError

SERVICE_CODE = "AmazonEC2"
MOST_RESULTS = 100
STATUSES = {
    "Used": "BoxUsage",
    "UnusedCapacityReservation": "UnusedBox",
    "AllocatedCapacityReservation": "Reservation",
}


def get_products(call: Call, stock: Stock, rise: Decimal) -> dict[str, Any]:
    """One page of matching rows, prices times `rise`."""
    wanted = call.parameters
    if wanted.get("ServiceCode") != SERVICE_CODE:
        raise RefusedError("NotFoundException", "The specified service code is not known")
    rows = [row for row in _rows(stock, rise) if _passes(row, wanted.get("Filters", ()))]
    start = int(wanted.get("NextToken") or 0)
    end = start + min(int(wanted.get("MaxResults") or MOST_RESULTS), MOST_RESULTS)
    page = {"FormatVersion": "aws_v1", "PriceList": [msgspec.json.encode(row).decode() for row in rows[start:end]]}
    return page | ({"NextToken": str(end)} if end < len(rows) else {})


def _rows(stock: Stock, rise: Decimal) -> Iterator[dict[str, Any]]:
    for kind, prices in stock.usd_per_hour.items():
        for region, price in prices.items():
            for status in STATUSES:
                free = status == "AllocatedCapacityReservation"
                yield _row(stock, kind, region, status, Decimal(0) if free else price * rise)


def _row(stock: Stock, kind: str, region: str, status: str, usd_per_hour: Decimal) -> dict[str, Any]:
    sku = hashlib.sha256(f"{kind}/{region}/{status}".encode()).hexdigest()[:16].upper()
    offer, rate = f"{sku}.JRTCKXETXF", f"{sku}.JRTCKXETXF.6YS6EN2CT7"
    dimension = {
        "unit": "Hrs",
        "beginRange": "0",
        "endRange": "Inf",
        "description": f"${usd_per_hour} per {status} Linux {kind} Instance Hour",
        "appliesTo": [],
        "rateCode": rate,
        "pricePerUnit": {"USD": f"{usd_per_hour:.10f}"},
    }
    term = {"priceDimensions": {rate: dimension}, "sku": sku, "offerTermCode": "JRTCKXETXF", "termAttributes": {}}
    return {
        "product": {
            "productFamily": "Compute Instance",
            "attributes": _attributes(stock, kind, region, status),
            "sku": sku,
        },
        "serviceCode": SERVICE_CODE,
        "terms": {"OnDemand": {offer: term}},
        "version": stock.observed.replace("-", "") + "000000",
        "publicationDate": f"{stock.observed}T00:00:00Z",
    }


def _attributes(stock: Stock, kind: str, region: str, status: str) -> dict[str, str]:
    from moto.ec2.models.instance_types import INSTANCE_TYPES

    facts = INSTANCE_TYPES[kind]
    return {
        "capacitystatus": status,
        "instanceFamily": "GPU instance",
        "instanceType": kind,
        "licenseModel": "No License required",
        "location": stock.regions[region],
        "locationType": "AWS Region",
        "marketoption": "OnDemand",
        "memory": f"{facts['MemoryInfo']['SizeInMiB'] // 1024} GiB",
        "operatingSystem": "Linux",
        "operation": "RunInstances",
        "preInstalledSw": "NA",
        "regionCode": region,
        "servicecode": SERVICE_CODE,
        "tenancy": "Shared",
        "usagetype": f"{STATUSES[status]}:{kind}",
        "vcpu": str(facts["VCpuInfo"]["DefaultVCpus"]),
    }


def _passes(row: Mapping[str, Any], filters: Any) -> bool:
    attributes = row["product"]["attributes"] | {"productFamily": row["product"]["productFamily"]}
    for wanted in filters:
        if wanted["Type"] not in {"TERM_MATCH", "EQUALS"}:
            raise RefusedError("InvalidParameterException", f"the stand-in has no filter type {wanted['Type']}")
        if attributes.get(wanted["Field"]) != wanted["Value"]:
            return False
    return True

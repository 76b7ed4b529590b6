"""Lambda's list of types as offers: cents, regions, descriptions, and rows that make no sense."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from ampacity.core.clock import system_clock
from ampacity.providers.base import Gpu, Offer, OfferQuery, ProviderError, Skip
from ampacity.providers.http import MAX_BYTES
from ampacity.providers.lambda_cloud.catalog import read_gpu, read_offers
from ampacity.providers.lambda_cloud.names import api_root
from ampacity.providers.lambda_cloud.wire import InstanceType, Specs

GOOD: dict[str, Any] = {
    "instance_type": {
        "name": "gpu_8x_h100_sxm5",
        "description": "8x H100 (80 GB SXM5)",
        "gpu_description": "H100 (80 GB SXM5)",
        "price_cents_per_hour": 3192,
        "specs": {"vcpus": 208, "memory_gib": 1800, "storage_gib": 24780, "gpus": 8},
    },
    "regions_with_capacity_available": [{"name": "us-east-1", "description": "Virginia, USA"}],
}


def read(row: object, query: OfferQuery | None = None, regions: tuple[str, ...] = ()) -> list[Offer | Skip]:
    rows = {"the row": msgspec.Raw(json.dumps(row).encode())}
    return list(read_offers(rows, query or OfferQuery(), regions=regions, source="test", now=system_clock()))


def changed(**change: object) -> dict[str, Any]:
    return GOOD | {"instance_type": GOOD["instance_type"] | change}


def test_cents_become_dollars_of_the_whole_node() -> None:
    (offer,) = read(GOOD)
    assert isinstance(offer, Offer)
    assert offer.usd_per_hour == Decimal("31.92")
    assert offer.usd_per_gpu_hour == Decimal("3.99")
    assert (offer.vcpu, offer.ram_gib, offer.disk_gib) == (208, Decimal(1800), 24780)
    assert offer.gpu == Gpu(model="H100", count=8, memory_gib=80, interconnect="SXM5")


@pytest.mark.parametrize(
    ("description", "gpu"),
    [
        ("A10 (24 GB PCIe)", ("A10", 24, "PCIe")),
        ("A100 (40 GB SXM4)", ("A100", 40, "SXM4")),
        ("GH200 (96 GB)", ("GH200", 96, None)),
        ("Tesla V100 (16 GB)", ("V100", 16, None)),
        ("RTX 6000 (24 GB)", ("RTX6000", 24, None)),
        ("Example GPU (40 GB SXM4)", None),
        ("H100", None),
        ("H100 (0 GB)", None),
        ("N/A", None),
    ],
)
def test_the_description_names_model_memory_and_form(description: str, gpu: tuple[str, int, str | None] | None) -> None:
    kind = InstanceType("a type", description, 100, Specs(1, 1, 1, 2))
    found = read_gpu(kind)
    assert (found and (found.model, found.memory_gib, found.interconnect)) == gpu


def test_a_type_without_gpus_is_no_offer_and_no_failure() -> None:
    cpu = changed(specs={"vcpus": 4, "memory_gib": 16, "storage_gib": 100, "gpus": 0}, gpu_description="N/A")
    assert read(cpu) == []


def test_a_type_that_no_region_has_is_sold_out() -> None:
    (skip,) = read(GOOD | {"regions_with_capacity_available": []})
    assert isinstance(skip, Skip)
    assert (skip.kind, skip.what, skip.why) == ("capacity-region", "gpu_8x_h100_sxm5", "sold out in every region")


@pytest.mark.parametrize(
    "row",
    [
        None,
        [],
        {},
        changed(price_cents_per_hour=0),
        changed(price_cents_per_hour=-1),
        changed(price_cents_per_hour=3192.5),
        changed(price_cents_per_hour="3192"),
        changed(price_cents_per_hour=10**9),
        changed(specs={"vcpus": 1, "memory_gib": 1, "storage_gib": 1, "gpus": -8}),
        changed(name="x" * 500),
        GOOD | {"regions_with_capacity_available": "us-east-1"},
        changed(gpu_description="Quantum (80 GB)"),
    ],
)
def test_a_row_that_makes_no_sense_is_a_skip(row: object) -> None:
    (skip,) = read(row)
    assert isinstance(skip, Skip)
    assert skip.kind == "nonsense"
    assert len(skip.why) <= 300


def test_one_bad_row_does_not_sink_the_others() -> None:
    rows = {"bad": msgspec.Raw(b"null"), "good": msgspec.Raw(json.dumps(GOOD).encode())}
    kinds = [type(row) for row in read_offers(rows, OfferQuery(), regions=(), source="t", now=system_clock())]
    assert kinds == [Skip, Offer]


def test_regions_of_context_and_query_both_narrow() -> None:
    assert read(GOOD, OfferQuery(regions=("us-*",)), ("us-east-*",))
    assert read(GOOD, OfferQuery(regions=("eu-*",))) == []
    assert read(GOOD, regions=("us-west-*",)) == []


def test_the_documents_own_example_is_read(vector: Callable[..., Path]) -> None:
    rows = json.loads(vector("clouds", "lambda", "instance_types_openapi_example.json").read_text())["data"]
    row = rows["gpu_8x_example"]
    (skip,) = read(row)
    assert isinstance(skip, Skip)  # `Example GPU` is no model
    assert "Example GPU" in skip.why
    row["instance_type"]["gpu_description"] = "A100 (40 GB SXM4)"
    (offer,) = read(row)
    assert isinstance(offer, Offer)
    assert offer.usd_per_hour == Decimal("15.92")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (lambda: httpx.Response(302, headers={"Location": "http://127.0.0.1/elsewhere"}), "nonsense"),
        (lambda: httpx.Response(200, content=b"x" * (MAX_BYTES + 1)), "unreachable"),
        (lambda: httpx.Response(200, content=b'{"data": []}'), "nonsense"),
        (lambda: httpx.Response(200, content=b"\xff\xfe"), "nonsense"),
        (lambda: httpx.Response(503, content=b"<html>"), "unreachable"),
        (lambda: httpx.Response(402, content=b""), "billing"),
        (lambda: httpx.Response(429, headers={"Retry-After": "3600"}), "throttled"),
    ],
)
def test_an_answer_that_is_none_is_a_named_failure(
    account: Any, answer: Callable[[], httpx.Response], kind: str
) -> None:
    account.wire.meddle = lambda request, go_on: answer()
    with pytest.raises(ProviderError) as caught:
        account.offers()
    assert caught.value.kind.value == kind
    assert len(account.wire.calls) == 1


@pytest.mark.parametrize(
    ("asks", "fix"),
    [
        ("45", "run the same command again in a minute"),  # longer than a silent seller would be waited for
        ("3600", "run the same command again in 60 minutes, as the seller asks"),
    ],
)
def test_a_seller_that_throttles_is_told_as_that_in_time_and_with_when_to_come_back(
    account: Any, asks: str, fix: str
) -> None:
    account.wire.meddle = lambda request, go_on: httpx.Response(429, headers={"Retry-After": asks})
    with pytest.raises(ProviderError) as caught:
        account.offers()
    assert caught.value.what == "lambda: throttled"
    assert caught.value.fix == fix


@pytest.mark.parametrize(
    ("endpoint", "root"),
    [
        ("https://cloud.lambda.ai", "https://cloud.lambda.ai/api/v1"),
        ("http://127.0.0.1:8001/", "http://127.0.0.1:8001/api/v1"),
        ("https://proxy.example/lambda/api/v1/", "https://proxy.example/lambda/api/v1"),
    ],
)
def test_an_endpoint_is_a_host_or_names_the_whole_path(endpoint: str, root: str) -> None:
    assert api_root(endpoint) == root

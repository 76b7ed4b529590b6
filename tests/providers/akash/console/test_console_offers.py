"""Prices of the Console become indications, each screened; what cannot be one is a reason, never a price."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampacity.providers.akash.console.client import ConsoleApi
from ampacity.providers.akash.console.indications import Indication, read_prices, read_stock
from ampacity.providers.akash.console.offers import Ordered, read_offers
from ampacity.providers.akash.console.wire import Prices, StockAnswer
from ampacity.providers.akash.values import BlockTime
from ampacity.providers.base import Bidders, Claim, Failure, Gpu, Market, Offer, OfferQuery, ProviderError, Skip

SIX_SECONDS = BlockTime(
    seconds=Decimal(6), first_height=1, last_height=1001, measured_at=datetime(2026, 11, 21, tzinfo=UTC)
)
ORDERED = Ordered(vcpu=16, ram_gib=64)
PROVIDER = {"owner": "akash1qpy7waukp7nxlcxmwjcgtmyzu2auk3p5dc3gg6", "hostUri": "https://p.example:8443"}


def row(**changes: Any) -> dict[str, Any]:
    """An H100 at 2.60 USD an hour, 15 of 63 free."""
    price = {"currency": "USD", "min": 2.1, "max": 3.5, "avg": 2.7, "weightedAverage": 2.65, "med": 2.6}
    base = {
        "vendor": "nvidia",
        "model": "h100",
        "ram": "80Gi",
        "interface": "SXM5",
        "availability": {"total": 63, "available": 15},
        "providerAvailability": {"total": 4, "available": 3},
        "price": price,
        "priceUakt": None,
    }
    return {**base, **changes}


def priced(**changes: Any) -> dict[str, Any]:
    return row(price={**row()["price"], **changes})


def stock(allocatable: int = 63, allocated: int = 48) -> dict[str, Any]:
    counts = {"allocatable": allocatable, "allocated": allocated}
    return {
        "gpus": {
            "total": counts,
            "details": {"nvidia": [{"model": "h100", "ram": "80Gi", "interface": "SXM5", **counts}]},
        }
    }


@pytest.fixture
def sells(console: Any) -> Any:
    """The Console sells one H100 kind, in stock, with one provider that could take an order."""
    console.says("GET /v1/gpu-prices", {"availability": {"total": 63, "available": 15}, "models": [row()]})
    console.says("GET /v1/gpu", stock())
    console.says("POST /v1/bid-screening", {"providers": [PROVIDER]})
    return console


def offers(
    api: ConsoleApi,
    names: Any,
    query: OfferQuery | None = None,
    ordered: Ordered = ORDERED,
    measure: Callable[[], BlockTime] = lambda: SIX_SECONDS,
) -> list[Any]:
    return list(read_offers(api, query or OfferQuery(), ordered, now=names.now, measure=measure))


def only_offer(rows: list[Any]) -> Offer:
    (offer,) = [one for one in rows if isinstance(one, Offer)]
    return offer


def test_a_price_is_an_indication_for_an_order_of_one_gpu(api: ConsoleApi, sells: Any, names: Any) -> None:
    (offer,) = offers(api, names)
    assert offer.sku == "h100-80gi-sxm5"
    assert offer.gpu == Gpu(model="H100", count=1, memory_gib=80, interconnect="SXM5")
    assert (offer.market, offer.region, offer.indication) == (Market.AUCTION, "global", True)
    assert [(part.name, part.usd_per_hour) for part in offer.price] == [("all_in", Decimal("2.6"))]
    assert (offer.vcpu, offer.ram_gib, offer.disk_gib) == (16, 64, 100)
    assert offer.provider_ref == {"model": "h100", "ram": "80Gi", "interface": "sxm"}
    assert (offer.observed_at, offer.expires_at) == (names.now, names.now + timedelta(minutes=15))
    assert "median of bids for one GPU in 14 to 31 days, 2.1 to 3.5 USD/h" in offer.source


def test_a_price_is_told_by_the_measured_block_time_and_not_by_the_consoles(
    api: ConsoleApi, sells: Any, names: Any
) -> None:
    measured = BlockTime(
        seconds=Decimal("5.876"), first_height=27_652_334, last_height=27_653_334, measured_at=names.now
    )
    offer = only_offer(offers(api, names, measure=lambda: measured))
    assert offer.usd_per_hour == Decimal("2.654867")  # 2.6 x 6 / 5.876
    assert "2.144316 to 3.57386 USD/h" in offer.source
    assert "corrected from the Console's 6 s a block to 5.876 s (blocks 27652334 to 27653334)" in offer.source


def test_where_the_chain_cannot_be_asked_the_consoles_figure_stands_and_that_is_said(
    api: ConsoleApi, sells: Any, names: Any
) -> None:
    def away() -> BlockTime:
        raise ProviderError("akash", Failure.UNREACHABLE, "no route")

    offer = only_offer(offers(api, names, measure=away))
    assert offer.usd_per_hour == Decimal("2.6")
    assert "at the Console's 6 s a block, since the chain's own is not known: no route" in offer.source


def test_the_recorded_prices_give_the_recorded_a100(
    api: ConsoleApi, sells: Any, names: Any, recorded: Callable[[str], Any]
) -> None:
    sells.says("GET /v1/gpu-prices", recorded("console_gpu_prices.json"))
    sells.says("GET /v1/gpu", recorded("console_gpu.json"))
    (offer,) = offers(api, names)
    assert (offer.sku, offer.usd_per_hour, offer.max_nodes) == ("a100-80gi-sxm4", Decimal("1.48"), 6)


def test_somebody_who_could_take_the_order_makes_it_offered(api: ConsoleApi, sells: Any, names: Any) -> None:
    (offer,) = offers(api, names)
    assert (offer.claim, offer.max_nodes) == (Claim.OFFERED, 15)
    assert offer.source.endswith("; 1 could take it now")


def test_nobody_who_could_take_the_order_leaves_a_price_and_none_to_be_had(
    api: ConsoleApi, sells: Any, names: Any
) -> None:
    sells.says("POST /v1/bid-screening", {"providers": []})
    (offer,) = offers(api, names)
    assert (offer.claim, offer.max_nodes) == (Claim.LISTED, 0)


def test_an_offer_says_whose_bids_its_order_may_take(api: ConsoleApi, sells: Any, names: Any) -> None:
    auditor = "akash1365yvmc4s7awdyj3n2sav7xfx76adc6dnmlx63"
    ordered = Ordered(vcpu=8, ram_gib=32, audited_by=(auditor,), locations=("us-*",))
    assert only_offer(offers(api, names, OfferQuery(), ordered)).bidders == Bidders(
        audited_by=(auditor,), regions=("us-*",)
    )
    assert only_offer(offers(api, names)).bidders == Bidders()


def test_an_offer_says_after_how_many_hours_the_custody_ends_what_has_no_end(
    api: ConsoleApi, sells: Any, names: Any
) -> None:
    ordered = Ordered(vcpu=8, ram_gib=32, limit_hours=24)
    assert only_offer(offers(api, names, ordered=ordered)).limit_hours == 24
    assert only_offer(offers(api, names)).limit_hours is None


def test_an_order_is_screened_as_it_would_be_sent(api: ConsoleApi, sells: Any, names: Any) -> None:
    auditor = "akash1365yvmc4s7awdyj3n2sav7xfx76adc6dnmlx63"
    offers(api, names, OfferQuery(disk_gib=200), Ordered(vcpu=8, ram_gib=32, audited_by=(auditor,)))
    (asked,) = sells.requests("POST /v1/bid-screening")
    assert "x-api-key" not in asked.headers
    assert asked.body == {
        "resources": [
            {
                "resource": {
                    "id": 1,
                    "cpu": {"units": {"val": "8000"}, "attributes": []},
                    "memory": {"quantity": {"val": "34359738368"}, "attributes": []},
                    "gpu": {
                        "units": {"val": "1"},
                        "attributes": [{"key": "vendor/nvidia/model/h100/ram/80Gi/interface/sxm", "value": "true"}],
                    },
                    "storage": [{"name": "default", "quantity": {"val": "214748364800"}, "attributes": []}],
                    "endpoints": [{"kind": "RANDOM_PORT", "sequence_number": 0}],
                },
                "count": 1,
                "price": {"denom": "uact", "amount": "10000000"},
            }
        ],
        "requirements": {"signedBy": {"allOf": [], "anyOf": [auditor]}, "attributes": []},
        "timezone": "UTC",
    }


@pytest.mark.parametrize(
    ("location", "claim"),
    [("us-west", Claim.OFFERED), ("eu-central", Claim.LISTED), (None, Claim.LISTED)],
    ids=["there", "elsewhere", "does not say"],
)
def test_only_providers_in_the_wanted_regions_count(
    api: ConsoleApi, sells: Any, names: Any, location: str | None, claim: Claim
) -> None:
    sells.says("POST /v1/bid-screening", {"providers": [{**PROVIDER, "location": location}]})
    ordered = msgspec.structs.replace(ORDERED, locations=("us-*",))
    assert only_offer(offers(api, names, ordered=ordered)).claim is claim


def test_prices_are_shown_when_nobody_answers_the_screening(api: ConsoleApi, sells: Any, names: Any) -> None:
    sells.says("GET /v1/gpu-prices", {"models": [row(), row(interface="PCIe"), row(ram="94Gi")]})
    sells.refuses("POST /v1/bid-screening", 503, "service_unavailable", "Failed to screen providers.")
    found = offers(api, names)
    assert [one.claim for one in found if isinstance(one, Offer)] == [Claim.LISTED] * 3
    (skip,) = [one for one in found if isinstance(one, Skip)]
    assert (skip.what, skip.kind) == ("bid screening", "unreachable")
    assert "Failed to screen providers." in skip.why


def test_the_inventory_is_fresher_than_the_counts_of_the_price_list(api: ConsoleApi, sells: Any, names: Any) -> None:
    sells.says("GET /v1/gpu", stock(allocatable=63, allocated=60))
    assert only_offer(offers(api, names)).max_nodes == 3


def test_where_all_are_taken_nobody_is_asked(api: ConsoleApi, sells: Any, names: Any) -> None:
    sells.says("GET /v1/gpu", stock(allocatable=63, allocated=63))
    offer = only_offer(offers(api, names))
    assert (offer.claim, offer.max_nodes) == (Claim.LISTED, 0)
    assert sells.requests("POST /v1/bid-screening") == []


def test_without_an_inventory_the_price_list_counts(api: ConsoleApi, sells: Any, names: Any) -> None:
    sells.refuses("GET /v1/gpu", 500, "internal_server_error")
    found = offers(api, names)
    assert only_offer(found).max_nodes == 15
    assert [one.what for one in found if isinstance(one, Skip)] == ["inventory"]


def test_without_prices_the_seller_has_failed(api: ConsoleApi, sells: Any, names: Any) -> None:
    sells.says("GET /v1/gpu-prices", b"<html>")
    with pytest.raises(ProviderError):
        offers(api, names)


@pytest.mark.parametrize(
    "query",
    [
        OfferQuery(markets=(Market.SPOT,)),
        OfferQuery(regions=("us-*",)),
        OfferQuery(gpu_models=("A100",)),
    ],
    ids=["another market", "another region", "another model"],
)
def test_what_is_not_looked_for_is_not_offered(api: ConsoleApi, sells: Any, names: Any, query: OfferQuery) -> None:
    assert offers(api, names, query) == []


@pytest.mark.parametrize(("looked_for", "told"), [("h100", False), ("MX150", True), (None, True)])
def test_a_model_that_is_not_known_is_told_to_whoever_may_have_wanted_it(
    *, api: ConsoleApi, sells: Any, names: Any, looked_for: str | None, told: bool
) -> None:
    sells.says("GET /v1/gpu-prices", {"models": [row(model="mx150", ram="2Gi", interface="PCIe")]})
    found = offers(api, names, OfferQuery(gpu_models=(looked_for,) if looked_for else ()))
    assert [one.why for one in found] == (["unknown GPU 'mx150'"] if told else [])


@pytest.mark.parametrize("looked_for", ["RTX4090", "GeForce RTX 4090", None])
def test_a_player_s_card_is_an_offer_and_is_ordered_by_the_name_that_providers_state(
    api: ConsoleApi, sells: Any, names: Any, looked_for: str | None
) -> None:
    sells.says("GET /v1/gpu-prices", {"models": [row(model="rtx4090", ram="24Gi", interface="PCIe")]})
    query = OfferQuery(gpu_models=() if looked_for is None else (looked_for,))
    found = only_offer(offers(api, names, query))
    assert (found.gpu.model, found.gpu.memory_gib) == ("RTX4090", 24)
    assert found.provider_ref == {"model": "rtx4090", "ram": "24Gi", "interface": "pcie"}


def test_a_provider_that_is_listed_twice_is_one(api: ConsoleApi, sells: Any, names: Any) -> None:
    sells.says("POST /v1/bid-screening", {"providers": [PROVIDER, PROVIDER]})
    assert only_offer(offers(api, names)).source.endswith("; 1 could take it now")


@pytest.mark.parametrize(
    "query",
    [OfferQuery(markets=(Market.AUCTION,)), OfferQuery(regions=("glob*",)), OfferQuery(gpu_models=("nvidia h100",))],
)
def test_what_is_looked_for_is_offered(api: ConsoleApi, sells: Any, names: Any, query: OfferQuery) -> None:
    assert only_offer(offers(api, names, query)).sku == "h100-80gi-sxm5"


BAD_ROWS: dict[str, tuple[Any, str]] = {
    "no price": (row(price=None), "it has no price"),
    "no median": (row(price={"currency": "USD", "min": 1, "max": 2}), "`med`"),
    "free of charge": (priced(min=0, med=0), "not within 0 and 1000"),
    "negative": (priced(min=-1), "not within 0 and 1000"),
    "beyond belief": (priced(max=1000.01), "not within 0 and 1000"),
    "beyond every float": (msgspec.Raw(msgspec.json.encode(row()).replace(b"3.5", b"1e999")), "not within 0 and 1000"),
    "median out of bounds": (priced(med=3.6), "not within its bounds"),
    "another currency": (priced(currency="uakt"), "'uakt'"),
    "price as text": (priced(med="two"), "med"),
    "another vendor": (row(vendor="amd", model="mi300x"), "only ask for nvidia"),
    "unknown model": (row(model="h1000"), "unknown GPU 'h1000'"),
    "memory without a unit": (row(ram="80"), "memory"),
    "memory of nothing": (row(ram="0Gi"), "memory"),
    "unknown interface": (row(interface="NVL"), "interface"),
    "more free than there are": (row(availability={"total": 1, "available": 2}), "more are free"),
    "fewer than none": (row(availability={"total": 1, "available": -1}), "available"),
    "no counts": ({key: value for key, value in row().items() if key != "availability"}, "availability"),
    "a path in the model": (row(model="h100/ram"), "model"),
    "not a row": ("h100", "object"),
}


@pytest.mark.parametrize("bad", BAD_ROWS)
def test_a_row_that_makes_no_sense_is_a_reason_and_the_others_stand(
    api: ConsoleApi, sells: Any, names: Any, bad: str
) -> None:
    given_row, why = BAD_ROWS[bad]
    sells.says("GET /v1/gpu-prices", msgspec.json.encode({"models": [given_row, row()]}))
    found = offers(api, names)
    assert only_offer(found).sku == "h100-80gi-sxm5"
    (skip,) = [one for one in found if isinstance(one, Skip)]
    assert why in skip.why
    assert skip.provider == "akash"


NUMBERS = st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.none(), st.text(max_size=3))


@given(med=NUMBERS, low=NUMBERS, high=NUMBERS, total=NUMBERS, free=NUMBERS, ram=st.text(max_size=6))
def test_whatever_the_numbers_a_price_is_above_zero_and_believable(
    *, med: Any, low: Any, high: Any, total: Any, free: Any, ram: str
) -> None:
    wild = priced(med=med, min=low, max=high) | {"availability": {"total": total, "available": free}}
    data = msgspec.json.encode({"models": [wild, wild | {"ram": ram}]})
    for found in read_prices(msgspec.json.decode(data, type=Prices), {}, OfferQuery()):
        if isinstance(found, Indication):
            assert 0 < found.low_usd_per_hour <= found.usd_per_hour <= found.high_usd_per_hour <= 1000
            assert found.free >= 0
        else:
            assert found.why


def test_stock_that_makes_no_sense_says_nothing() -> None:
    rows = [
        {"model": "h100", "ram": "80Gi", "interface": "SXM5", "allocatable": 1, "allocated": 2},
        {"model": "h100"},
        {"model": "a100", "ram": "80Gi", "interface": "SXM4", "allocatable": 48, "allocated": 42},
    ]
    answer = msgspec.json.encode({"gpus": {"details": {"nvidia": rows, "amd": rows[2:]}}})
    assert read_stock(msgspec.json.decode(answer, type=StockAnswer)) == {("a100", "80Gi", "SXM4"): 6}

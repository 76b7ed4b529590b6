"""What the Console tells of GPUs: prices as indications, stock, providers, and who could bid now."""

from typing import Any

import pytest

from ampacity.sandbox.akash.stock import Manner
from ampacity.sandbox.faults import FaultKind, Faults


def test_prices_are_of_one_bid_a_provider_as_worked_out_by_hand(caller: Any) -> None:
    """A100: 16 for 1.48, 32 for 1.83, 8 for 1.30, 8 for 1.55; the liar and the stranger do not count."""
    a100 = caller.get("/v1/gpu-prices").get_json()["models"][0]
    assert (a100["model"], a100["ram"], a100["interface"]) == ("a100", "80Gi", "SXM4")
    assert a100["price"] == {
        "currency": "USD",
        "min": 1.30,
        "max": 1.83,
        "avg": 1.54,
        "weightedAverage": 1.64,  # 105.04 / 64
        "med": 1.52,  # of 1.48 and 1.55
    }


def test_risen_prices_show_in_the_list(caller: Any, faults: Faults) -> None:
    faults.inject(FaultKind.PRICE_MOVED)
    assert caller.get("/v1/gpu-prices").get_json()["models"][0]["price"]["min"] == 1.56


def test_prices_have_the_recorded_fields(caller: Any, recorded: Any) -> None:
    theirs, ours = recorded("console_gpu_prices.json"), caller.get("/v1/gpu-prices").get_json()
    assert ours.keys() == theirs.keys()
    for key in ("availability", "providerAvailability", "price"):
        assert ours["models"][0][key].keys() == theirs["models"][0][key].keys()
    assert ours["models"][0].keys() == theirs["models"][0].keys()
    assert theirs["models"][0]["priceUakt"].keys() <= ours["models"][0]["priceUakt"].keys()


def test_stock_has_the_recorded_fields(caller: Any, recorded: Any) -> None:
    theirs, ours = recorded("console_gpu.json"), caller.get("/v1/gpu").get_json()
    assert ours.keys() == theirs.keys()
    assert ours["gpus"]["total"].keys() == theirs["gpus"]["total"].keys()
    assert ours["gpus"]["details"]["nvidia"][0].keys() == theirs["gpus"]["details"]["nvidia"][0].keys()


def test_market_data_are_as_recorded(caller: Any, recorded: Any) -> None:
    assert caller.get("/v1/market-data/akt").get_json() == recorded("console_market_data.json")


def test_stock_can_be_asked_for_by_model_memory_and_provider(caller: Any, bidder: Any) -> None:
    assert caller.get("/v1/gpu", model="h100").get_json()["gpus"]["total"] == {"allocatable": 80, "allocated": 0}
    assert caller.get("/v1/gpu", memory_size="40Gi").get_json()["gpus"]["details"] == {}
    assert caller.get("/v1/gpu", vendor="amd").get_json()["gpus"]["total"]["allocatable"] == 0
    mine = caller.get("/v1/gpu", provider=bidder.address, model="h100").get_json()
    assert mine["gpus"]["total"]["allocatable"] == 16


def test_what_is_leased_is_not_free(caller: Any, bidder: Any) -> None:
    dseq, _ = caller.created()
    caller.lease(dseq, bidder)
    assert caller.get("/v1/gpu-prices").get_json()["models"][1]["availability"] == {"total": 80, "available": 79}
    assert caller.get("/v1/gpu", model="h100").get_json()["gpus"]["total"] == {"allocatable": 80, "allocated": 1}
    (row,) = [row for row in caller.get("/v1/providers").get_json() if row["owner"] == bidder.address]
    assert (row["leaseCount"], row["stats"]["gpu"]["active"]) == (1, 1)


def test_providers_say_who_audited_what(caller: Any) -> None:
    rows = {row["owner"]: row for row in caller.get("/v1/providers").get_json()}
    for bidder in caller.market.stock.bidders:
        row = rows[bidder.address]
        signed = [auditor for item in row["attributes"] for auditor in item["auditedBy"]]
        assert row["isAudited"] == bidder.audited == bool(signed)
        assert caller.get(f"/v1/providers/{bidder.address}").get_json()["owner"] == bidder.address
    assert caller.get("/v1/providers/nobody").status_code == 404


def order(gpus: int = 1, model: str = "h100", **change: Any) -> dict[str, Any]:
    resource = {
        "id": 1,
        "cpu": {"units": {"val": "16000"}},
        "memory": {"quantity": {"val": "68719476736"}},
        "gpu": {
            "units": {"val": str(gpus)},
            "attributes": [{"key": f"vendor/nvidia/model/{model}", "value": "true"}],
        },
        "storage": [{"name": "default", "quantity": {"val": "107374182400"}}],
    }
    price = {"denom": "uact", "amount": "9000"}
    return {"resources": [{"resource": resource, "count": 1, "price": price}], "timezone": "UTC"} | change


def names(caller: Any, body: dict[str, Any]) -> set[str]:
    known = {bidder.address: bidder.name for bidder in caller.market.stock.bidders}
    return {known[row["owner"]] for row in caller.post("/v1/bid-screening", body).get_json()["providers"]}


def test_screening_looks_at_stock_and_at_nothing_else(caller: Any) -> None:
    assert names(caller, order()) == {"plain", "dearer", "liar", "slow", "deaf", "foreign"}
    assert names(caller, order(gpus=16)) == {"plain", "dearer"}
    assert names(caller, order(gpus=33)) == set()
    assert names(caller, order(model="b200")) == set()


def test_screening_keeps_to_attributes_auditors_and_windows(caller: Any) -> None:
    auditor = caller.market.stock.auditor
    region = {"key": "location-region", "value": "us-west"}
    assert "liar" not in names(caller, order(requirements={"signedBy": {"anyOf": [auditor]}}))
    assert names(caller, order(requirements={"attributes": [region]})) == {"plain", "liar", "foreign"}
    assert names(caller, order(reclamationWindow=3600)) == {"dearer"}


def test_screening_takes_numbers_in_base64_as_protobuf_has_them(caller: Any) -> None:
    body = order()
    body["resources"][0]["resource"]["gpu"]["units"]["val"] = "MTY="  # 16
    assert names(caller, body) == {"plain", "dearer"}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("timezone",), "Mars/Olympus"),
        (("resources", 0, "price", "amount"), "9000.5"),
        (("resources", 0, "count"), 0),
        (("resources", 0, "resource", "cpu", "units", "val"), "many"),
        (("resources", 0, "resource", "gpu", "attributes", 0, "key"), "/vendor"),
    ],
)
def test_screening_refuses_what_its_schema_does_not_allow(caller: Any, path: tuple[Any, ...], value: object) -> None:
    body: Any = order()
    *way, last = path
    at = body
    for step in way:
        at = at[step]
    at[last] = value
    answer = caller.post("/v1/bid-screening", body)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "validation_error")


def test_a_liar_is_on_the_market_as_everybody_is(caller: Any) -> None:
    assert [row for row in caller.market.stock.bidders if row.manner is Manner.LIES]

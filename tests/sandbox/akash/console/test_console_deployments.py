"""Deployments of the managed wallet: opened, bid for, leased, topped up and closed through the Console."""

import base64
import hashlib
import time
from typing import Any

import pytest

from ampacity.sandbox.akash.stock import Manner
from ampacity.sandbox.faults import FaultKind, Faults


def told(answer: Any) -> tuple[int, str, str]:
    body = answer.get_json()
    return answer.status_code, body["error"], body["message"]


def test_a_deployment_is_numbered_by_the_clock_and_its_manifest_is_what_was_hashed(caller: Any) -> None:
    answer = caller.create()
    made = answer.get_json()["data"]
    assert answer.status_code == 201
    assert abs(int(made["dseq"]) / 1000 - time.time()) < 60
    assert made["signTx"]["code"] == 0
    shown = caller.get(f"/v1/deployments/{made['dseq']}").get_json()["data"]
    assert base64.b64decode(shown["deployment"]["hash"]) == hashlib.sha256(made["manifest"].encode()).digest()


def test_one_that_is_taken_and_then_fails_is_answered_with_its_code_and_opens_nothing(
    caller: Any, faults: Faults
) -> None:
    faults.inject(FaultKind.FAILS_LATER)
    answer = caller.create()
    signed = answer.get_json()["data"]["signTx"]
    assert (answer.status_code, signed["code"]) == (201, 11)
    assert "out of gas" in signed["rawLog"]
    assert caller.market.read().deployments == {}


def test_the_console_writes_its_own_denomination_over_the_sdls(caller: Any) -> None:
    caller.created()
    (order,) = caller.market.read().orders.values()
    assert {unit.price.denom for unit in order.spec.resources} == {"uact"}


def test_a_deployment_needs_a_deposit_that_is_there(caller: Any) -> None:
    assert told(caller.create(deposit=None)) == (400, "BadRequestError", "deposit is required")
    status, error, message = told(caller.create(deposit=1001))
    assert (status, error) == (402, "PaymentRequiredError")
    assert message.startswith("Failed to create deployment: Not enough balance to cover the deployment deposit.")
    assert caller.create(deposit=0.4).status_code == 500  # the Console has no words for the chain's least deposit
    assert caller.get("/v1/deployments").get_json()["data"]["deployments"] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("version:", "version"),
        ('version: "2.0"', "version: 3"),
        ("profile: one, count", "profile: two, count"),
        ("size: 64Gi", "size: sixty"),
        ("count: 1", "count: 0"),
        ("  gpu: {dc", "  web: {dc"),
    ],
)
def test_an_sdl_that_is_wrong_opens_nothing(caller: Any, sdl: str, old: str, new: str) -> None:
    assert old in sdl
    status, error, message = told(caller.create(sdl.replace(old, new)))
    assert (status, error) == (400, "BadRequestError")
    assert message.startswith("Invalid SDL: ")
    assert caller.market.read().deployments == {}


def test_bids_have_the_chains_own_shape(caller: Any) -> None:
    dseq, _ = caller.created()
    rows = caller.get("/v1/bids", dseq=dseq).get_json()["data"]
    assert len(rows) == len(caller.market.stock.bidders)
    assert caller.get(f"/v1/bids/{dseq}").get_json()["data"] == rows
    assert set(rows[0]) == {"bid", "escrow_account"}
    assert rows[0]["bid"]["id"]["dseq"] == dseq
    assert caller.get("/v1/bids", dseq="1").get_json() == {"data": []}
    assert caller.get("/v1/bids", dseq="x").status_code == 400


def test_a_lease_without_a_manifest_is_only_taken(caller: Any, bidder: Any) -> None:
    dseq, _ = caller.created()
    (lease,) = caller.lease(dseq, bidder).get_json()["data"]["leases"]
    assert (lease["state"], lease["id"]["provider"], lease["status"]) == ("active", bidder.address, None)


def test_a_lease_with_its_manifest_runs(caller: Any, bidder: Any) -> None:
    dseq, manifest = caller.created()
    (lease,) = caller.lease(dseq, bidder, manifest).get_json()["data"]["leases"]
    assert lease["status"]["services"]["gpu"]["available"] == 0
    caller.now[0] += 10
    (lease,) = caller.get(f"/v1/deployments/{dseq}").get_json()["data"]["leases"]
    assert lease["status"]["services"]["gpu"]["available"] == 1
    assert lease["status"]["forwarded_ports"]["gpu"][0]["port"] == 22


def test_taking_the_same_lease_again_is_quiet(caller: Any, bidder: Any) -> None:
    dseq, manifest = caller.created()
    assert caller.lease(dseq, bidder).status_code == 200
    assert caller.lease(dseq, bidder, manifest).status_code == 200
    assert len(caller.market.read().leases) == 1


def test_another_manifest_is_told_in_the_providers_words_and_the_lease_stays(caller: Any, bidder: Any) -> None:
    dseq, manifest = caller.created()
    answer = caller.lease(dseq, bidder, manifest.replace("cuda:1", "cuda:2"))
    assert told(answer) == (422, "UnprocessableEntityError", "manifest version validation failed")
    assert [row.state for row in caller.market.read().leases.values()] == ["active"]


def test_one_provider_never_takes_a_manifest(caller: Any) -> None:
    (deaf,) = [row for row in caller.market.stock.bidders if row.manner is Manner.REFUSES_MANIFEST]
    dseq, manifest = caller.created()
    assert told(caller.lease(dseq, deaf, manifest)) == (422, "UnprocessableEntityError", "manifest rejected")


def test_a_bid_that_is_gone_cannot_be_taken(caller: Any, bidder: Any) -> None:
    dseq, _ = caller.created()
    (bid,) = [row for row in caller.market.read().bids.values() if row.id.provider == bidder.address]
    caller.market.close_bid(bid.id)
    status, _, message = told(caller.lease(dseq, bidder))
    assert status == 400
    assert "The selected bid is no longer open." in message


def test_a_closed_deployment_gives_the_rest_back_and_closing_again_is_quiet(caller: Any, bidder: Any) -> None:
    dseq, _ = caller.created()
    caller.lease(dseq, bidder)
    caller.now[0] += 60
    for _ in range(2):
        assert caller.delete(f"/v1/deployments/{dseq}").get_json() == {"data": {"success": True}}
    shown = caller.get(f"/v1/deployments/{dseq}").get_json()["data"]
    assert (shown["deployment"]["state"], shown["leases"][0]["state"]) == ("closed", "closed")
    back = caller.get("/v1/balances").get_json()["data"]["balance"]
    assert 999 < back < 1000  # a minute of an H100 is four cents
    assert told(caller.lease(dseq, bidder))[0] == 400


def test_a_deployment_that_never_was_is_not_found(caller: Any, bidder: Any) -> None:
    gone = (404, "NotFoundError", "Deployment not found")
    assert told(caller.get("/v1/deployments/5")) == gone
    assert told(caller.delete("/v1/deployments/5")) == gone
    assert told(caller.post("/v1/deposit-deployment", {"data": {"dseq": "5", "deposit": 1}})) == gone
    assert told(caller.lease("5", bidder)) == gone


def test_a_top_up_adds_to_the_escrow(caller: Any) -> None:
    dseq, _ = caller.created()
    answer = caller.post("/v1/deposit-deployment", {"data": {"dseq": dseq, "deposit": 2.5}})
    account = answer.get_json()["data"]["escrow_account"]["state"]
    assert account["funds"] == [{"denom": "uact", "amount": "7500000.000000000000000000"}]
    assert [row["balance"]["amount"] for row in account["deposits"]] == [
        "5000000.000000000000000000",
        "2500000.000000000000000000",
    ]


def test_only_active_deployments_are_listed_and_pages_are_told_to_who_asks_for_them(caller: Any) -> None:
    numbers = [caller.created()[0] for _ in range(3)]
    caller.delete(f"/v1/deployments/{numbers[0]}")
    whole = caller.get("/v1/deployments").get_json()["data"]
    assert [row["deployment"]["id"]["dseq"] for row in whole["deployments"]] == numbers[1:]
    assert whole["pagination"] == {"total": 2, "skip": 0, "limit": 2, "hasMore": False}
    assert set(whole["deployments"][0]) == {"deployment", "leases", "escrow_account"}
    page = caller.get("/v1/deployments", skip=0, limit=1).get_json()["data"]
    assert (len(page["deployments"]), page["pagination"]["hasMore"]) == (1, True)
    assert caller.get("/v1/deployments", limit=1).get_json()["data"]["pagination"]["hasMore"] is False
    assert caller.get("/v1/deployments", limit=0).status_code == 400


def test_another_sdl_changes_the_hash_and_reaches_the_provider(caller: Any, bidder: Any, sdl: str) -> None:
    dseq, manifest = caller.created()
    caller.lease(dseq, bidder, manifest)
    before = caller.get(f"/v1/deployments/{dseq}").get_json()["data"]["deployment"]["hash"]
    answer = caller.put(f"/v1/deployments/{dseq}", {"data": {"sdl": sdl.replace("cuda:1", "cuda:2")}})
    assert answer.status_code == 200
    assert answer.get_json()["data"]["deployment"]["hash"] != before
    (lease,) = caller.market.read().leases.values()
    assert b"cuda:2" in lease.manifest


def limited(caller: Any, bidder: Any, sdl: str) -> str:
    """One that is leased, and may run an hour."""
    answer = caller.post("/v1/deployments", {"data": {"sdl": sdl, "deposit": 300, "runtimeLimitHours": 1}})
    made = answer.get_json()["data"]
    caller.now[0] += 30
    caller.lease(made["dseq"], bidder, made["manifest"])
    return str(made["dseq"])


def state_of(caller: Any, dseq: str) -> str:
    return str(caller.get(f"/v1/deployments/{dseq}").get_json()["data"]["deployment"]["state"])


def test_what_has_run_its_hours_is_closed_and_the_rest_comes_back(caller: Any, bidder: Any, sdl: str) -> None:
    dseq = limited(caller, bidder, sdl)
    caller.now[0] += 3590
    assert state_of(caller, dseq) == "active"
    caller.now[0] += 20
    assert state_of(caller, dseq) == "closed"
    assert caller.get("/v1/balances").get_json()["data"]["balance"] > 990


def test_a_limit_is_raised_by_two_days_at_most_and_then_it_runs_on(caller: Any, bidder: Any, sdl: str) -> None:
    dseq = limited(caller, bidder, sdl)
    path = f"/v2/deployment-settings/{dseq}"
    answers = [
        caller.client.patch(path, json={"data": {"runtimeLimitHours": hours}}, headers=caller.headers).status_code
        for hours in (0, 50, 49)
    ]
    assert answers == [400, 400, 200]
    assert caller.get(path).get_json()["data"]["runtimeLimitHours"] == 49
    caller.now[0] += 7200
    assert state_of(caller, dseq) == "active"


def test_one_that_is_opened_without_a_limit_has_none(caller: Any) -> None:
    dseq, _ = caller.created()
    assert caller.get(f"/v2/deployment-settings/{dseq}").get_json()["data"]["runtimeLimitHours"] is None
    assert caller.get("/v2/deployment-settings/7").status_code == 404

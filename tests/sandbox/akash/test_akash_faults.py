"""Faults that only a market can show, as the chain's own REST tells them."""

import re
from typing import Any

import pytest

from ampacity.sandbox.faults import FaultKind

LEASES = "/akash/market/v1beta5/leases/list"
DISCOVERY = "/akash/discovery/v1/info"


def lease(chain: Any) -> Any:
    (row,) = chain.ask(LEASES)["leases"]
    return row["lease"]


def test_a_reclaim_gives_an_hour_s_notice_and_then_ends_the_lease(chain: Any, wallet: Any) -> None:
    wallet.lease()
    chain.faults.inject(FaultKind.RECLAIM, machine="7")
    told = lease(chain)
    assert told["state"] == "reclaiming"
    assert int(told["reclamation"]["deadline"]) == int(chain.now) + 3600
    assert chain.faults.list() == []  # told once
    chain.wait(3601)
    assert (lease(chain)["state"], lease(chain)["reason"]) == ("closed", "lease_closed_reason_decommission")


def test_a_second_notice_changes_nothing(chain: Any, wallet: Any) -> None:
    wallet.lease()
    chain.faults.inject(FaultKind.RECLAIM)
    first = lease(chain)
    chain.wait(60)
    chain.faults.inject(FaultKind.RECLAIM)
    assert lease(chain) == first


def test_a_deposit_that_is_drained_is_overdrawn_a_block_later_and_nothing_comes_back(chain: Any, wallet: Any) -> None:
    wallet.lease()
    before = wallet.balance
    chain.faults.inject(FaultKind.RUN_DRY, machine="7")
    lease(chain)
    chain.wait(2)
    (row,) = chain.ask("/akash/deployment/v1beta4/deployments/list")["deployments"]
    assert (row["deployment"]["state"], row["escrow_account"]["state"]["state"]) == ("closed", "overdrawn")
    assert wallet.balance == before


def test_the_cheapest_honest_bid_is_withdrawn_and_the_next_stays(chain: Any, wallet: Any) -> None:
    wallet.create()
    chain.faults.inject(FaultKind.WITHDRAWN)
    chain.wait(2)
    assert chain.bid_of("plain").state == "closed"
    chain.wait(2)
    assert chain.bid_of("dearer").state == chain.bid_of("liar").state == "open"


def test_a_transaction_that_is_accepted_fails_in_its_block_and_only_its_fee_is_gone(chain: Any, wallet: Any) -> None:
    chain.faults.inject(FaultKind.FAILS_LATER)
    before = wallet.balance
    done = wallet.send(wallet.create_message())
    assert (done["codespace"], done["code"]) == ("sdk", 11)
    wanted, used = map(int, re.findall(r"gas(?:Wanted|Used): ([0-9]+)", done["raw_log"]))
    assert used > wanted
    assert wallet.balance == before
    assert chain.market.read().deployments == {}


def test_a_market_of_another_version_answers_501_and_the_node_names_it(chain: Any) -> None:
    chain.faults.inject(FaultKind.OTHER_VERSION)
    for path in (LEASES, "/akash/market/v1beta5/bids/list", "/akash/market/v1beta5/params"):
        assert chain.get(path).status_code == 501
    (served,) = chain.ask(DISCOVERY)["info"]["supported_versions"]
    assert {"module": "market", "version": "v2beta1"} in served["modules"]
    assert chain.get("/akash/deployment/v1beta4/params").status_code == 200
    chain.faults.clear(FaultKind.OTHER_VERSION)
    assert chain.get(LEASES).status_code == 200


@pytest.mark.parametrize("kind", [FaultKind.RECLAIM, FaultKind.RUN_DRY])
def test_a_machine_that_is_not_meant_is_left_alone(chain: Any, wallet: Any, kind: FaultKind) -> None:
    wallet.lease()
    chain.faults.inject(kind, machine="8")
    assert lease(chain)["state"] == "active"
    chain.wait(2)
    assert lease(chain)["state"] == "active"

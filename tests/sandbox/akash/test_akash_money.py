"""Escrow and time: lazy settlement, accounts that run dry, notices, and a state that outlives its process."""

from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ampacity.sandbox.akash import deployments, leases
from ampacity.sandbox.akash.bech32 import address_of, is_address
from ampacity.sandbox.akash.refusals import ChainRefusedError
from ampacity.sandbox.akash.spec import Coin
from ampacity.sandbox.faults import FaultKind

DEPLOYMENT = "/akash/deployment/v1beta4"


def total(chain: Any) -> Decimal:
    """Every uact that there is."""
    state = chain.market.read()
    held = sum((Decimal(row.balances.get("uact", 0)) for row in state.accounts.values()), Decimal(0))
    escrows = [row.account for row in (*state.deployments.values(), *state.bids.values())]
    return held + sum((deposit.balance.amount for row in escrows for deposit in row.deposits), Decimal(0))


def test_what_a_query_shows_is_as_of_the_last_settlement(chain: Any, wallet: Any) -> None:
    wallet.lease(deposit=1_000_000)
    query = {"id.owner": wallet.address, "id.dseq": "7"}
    before = chain.ask(f"{DEPLOYMENT}/deployments/info", **query)["escrow_account"]
    chain.wait(100)
    after = chain.ask(f"{DEPLOYMENT}/deployments/info", **query)["escrow_account"]
    assert before == after
    assert after["state"]["funds"][0]["amount"] == "1000000.000000000000000000"


def test_the_least_deposit_lasts_an_h100_under_twelve_minutes_and_then_everything_closes(
    chain: Any, wallet: Any
) -> None:
    lease = wallet.lease(deposit=500_000)
    chain.market.deliver(lease.id, b"[]")
    chain.wait(688)  # 500 000 / 726.388889 = 688.3 blocks
    assert chain.market.read().deployment(wallet.address, 7).state == "active"
    chain.wait(1)
    state = chain.market.read()
    deployment, ended = state.deployment(wallet.address, 7), state.leases[lease.id.xid]
    assert (deployment.state, deployment.account.state) == ("closed", "overdrawn")
    assert deployment.groups[0].state == "insufficient_funds"
    assert (ended.state, ended.reason) == ("insufficient_funds", "lease_closed_reason_insufficient_funds")
    assert ended.payment.withdrawn == 500_000
    assert deployment.account.funds == -481  # 726.388889 x 689 = 500 481.9…, and whole uact are paid
    assert wallet.balance == 10_000_000 - 500_000


def test_a_lease_without_a_manifest_is_ended_after_five_minutes_and_its_group_pauses(chain: Any, wallet: Any) -> None:
    lease = wallet.lease()
    chain.wait(300)
    state = chain.market.read()
    assert state.leases[lease.id.xid].reason == "lease_closed_reason_manifest_timeout"
    assert state.deployment(wallet.address, 7).groups[0].state == "paused"
    assert state.deployment(wallet.address, 7).state == "active"  # and it still holds its deposit
    assert len(state.orders) == 1


def test_the_fault_preempt_ends_the_named_lease_alone(chain: Any, wallet: Any) -> None:
    first = wallet.lease(dseq=1)
    wallet.create(dseq=2)
    chain.wait(2)
    (bid,) = [
        row for row in chain.market.read().bids.values() if row.id.dseq == 2 and row.id.provider == first.id.provider
    ]
    second = chain.market.create_lease(bid.id)
    chain.faults.inject(FaultKind.PREEMPT, machine="2")
    state = chain.market.read()
    assert state.leases[first.id.xid].state == "active"
    ended = state.leases[second.id.xid]
    assert (ended.state, ended.reason) == ("closed", "lease_closed_reason_decommission")


def test_a_preemption_of_what_is_not_there_waits_for_nobody(chain: Any, wallet: Any) -> None:
    wallet.lease()
    chain.faults.inject(FaultKind.PREEMPT, machine="404")
    chain.market.read()
    assert chain.faults.list() == []


def test_who_asked_for_notice_gets_it_and_only_from_who_offers_it(chain: Any, wallet: Any, make_group: Any) -> None:
    with chain.market.change() as state:
        deployments.create(
            state,
            owner=wallet.address,
            dseq=7,
            groups=[make_group()],
            hash_=b"\x01" * 32,
            deposit=Coin(denom="uact", amount=Decimal(9_000_000)),
            depositor=wallet.address,
            min_window_seconds=3600,
        )
    chain.wait(2)
    bids = [row for row in chain.market.read().bids.values() if row.price.denom == "uact"]
    assert [row.id.provider for row in bids] == [chain.provider("dearer")]
    lease = chain.market.create_lease(bids[0].id)
    with pytest.raises(ChainRefusedError) as refused:
        chain.market.close_bid(lease.id)
    assert (refused.value.codespace, refused.value.code) == ("market", 37)
    chain.faults.inject(FaultKind.PREEMPT)
    shown = chain.ask("/akash/market/v1beta5/leases/list")["leases"][0]["lease"]
    assert shown["state"] == "reclaiming"
    assert shown["reclamation"]["window"] == "3600s"
    assert int(shown["reclamation"]["deadline"]) == int(chain.now) + 3600
    chain.wait(3600)
    assert chain.market.read().leases[lease.id.xid].state == "closed"


def test_a_restart_keeps_all_of_it_and_its_own_block_time(chain: Any, wallet: Any) -> None:
    lease = wallet.lease()
    waiting = wallet.broadcast(wallet.raw(wallet.close_message()))
    before = chain.market.read()
    chain.reopen(block_seconds=60.0)
    assert chain.market.read() == before
    chain.wait(1)
    assert chain.ask(f"/cosmos/tx/v1beta1/txs/{waiting['txhash']}")["tx_response"]["code"] == 0
    assert chain.market.read().leases[lease.id.xid].state == "closed"


def test_a_change_that_fails_changes_nothing(chain: Any, wallet: Any) -> None:
    wallet.create()
    chain.wait(2)
    before = chain.market.read()
    bid_id = chain.bid_of("plain").id
    with suppress(ChainRefusedError), chain.market.change() as state:
        leases.create_lease(state, bid_id)
        assert bid_id.xid in state.leases
        state.deployment(wallet.address, 404)
    assert chain.market.read() == before


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(waits=st.lists(st.integers(0, 400), min_size=1, max_size=6), deposit=st.integers(500_000, 2_000_000))
def test_no_uact_is_made_or_lost_whatever_happens(
    tmp_path_factory: pytest.TempPathFactory, chain: Any, wallet: Any, waits: list[int], deposit: int
) -> None:
    """But for fractions below one, which stay with the chain: one an account at most."""
    chain.folder = tmp_path_factory.mktemp("market")
    chain.reopen()
    chain.market.open_account(wallet.address, {"uact": 10_000_000})
    before = total(chain)
    lease = wallet.lease(deposit=deposit)
    chain.market.deliver(lease.id, b"[]")
    for seconds in waits:
        chain.wait(seconds)
        if chain.market.read().deployment(wallet.address, 7).state == "active":
            chain.market.deposit(wallet.address, 7, Decimal(1000))
        assert total(chain) == before


@settings(max_examples=100, deadline=None)
@given(payload=st.binary(min_size=20, max_size=20), place=st.integers(6, 43), letter=st.sampled_from("qpzry9x8gf2t"))
def test_one_wrong_letter_makes_an_address_none(payload: bytes, place: int, letter: str) -> None:
    address = address_of(payload)
    assert is_address(address)
    changed = address[:place] + letter + address[place + 1 :]
    assert is_address(changed) is (changed == address)


def test_known_addresses_are_addresses() -> None:
    assert is_address("akash1365yvmc4s7awdyj3n2sav7xfx76adc6dnmlx63")  # the auditor of chain-sdk's own example
    assert not is_address("cosmos1365yvmc4s7awdyj3n2sav7xfx76adc6dnmlx63")
    assert not is_address("akash1")

"""Transactions: what a node lets in, what a block does with it, and by which codes either is refused."""

import base64
from decimal import Decimal
from typing import Any

import pytest

from ampacity.sandbox.akash.tx.admission import _ORDER
from ampacity.sandbox.akash.tx.schema import message_class
from ampacity.sandbox.faults import FaultKind

D = "/akash.deployment.v1beta4"
M = "/akash.market.v1beta5"
ATTO = 10**18


def verdict(said: dict[str, Any]) -> tuple[str, int]:
    return said["codespace"], said["code"]


def create(wallet: Any, dseq: int = 7, **change: Any) -> Any:
    return wallet.create_message(dseq, **change)


def test_create_bid_lease_deposit_close_gives_back_what_was_not_used(chain: Any, wallet: Any) -> None:
    assert wallet.send(create(wallet))["code"] == 0
    assert wallet.balance == 8_000_000
    chain.wait(4)
    bid = chain.bid_of("plain")
    fields = {name: getattr(bid.id, name) for name in ("owner", "dseq", "gseq", "oseq", "provider")}
    assert wallet.send(wallet.message(f"{M}.MsgCreateLease", bid_id=fields))["code"] == 0
    xid = {"scope": 1, "xid": f"{wallet.address}/7"}
    more = {"amount": {"denom": "uact", "amount": "1000000"}, "sources": [1]}
    deposit = wallet.message("/akash.escrow.v1.MsgAccountDeposit", signer=wallet.address, id=xid, deposit=more)
    assert wallet.send(deposit)["code"] == 0
    chain.wait(9)
    closed = wallet.send(wallet.close_message())
    assert closed["code"] == 0
    # leased at height h, closed at h + 11: the deposit's block, nine more, the closing one. 726.388889 x 11 = 7990.2…
    assert wallet.balance == 10_000_000 - 7_990
    told = [{row["key"]: row["value"] for row in event["attributes"]} for event in closed["events"]]
    back = [row["amount"] for row in told if row.get("receiver") == wallet.address]
    assert back == ["1992010uact", "1000000uact"]  # each deposit by itself, the older used up first
    lease = chain.market.read().leases[bid.id.xid]
    assert (lease.state, lease.reason) == ("closed", "lease_closed_owner")


def test_nothing_happens_before_the_next_block(chain: Any, wallet: Any) -> None:
    said = wallet.broadcast(wallet.raw(create(wallet)))
    assert verdict(said) == ("", 0)
    assert chain.get(f"/cosmos/tx/v1beta1/txs/{said['txhash']}").status_code == 404
    assert chain.market.read().deployments == {}
    chain.wait(1)
    row = chain.ask(f"/cosmos/tx/v1beta1/txs/{said['txhash']}")["tx_response"]
    (made,) = chain.market.read().deployments.values()
    assert row["height"] == str(made.created_at)


def test_two_waiting_transactions_have_two_sequences(chain: Any, wallet: Any) -> None:
    first = wallet.raw(create(wallet, 1), sequence=0)
    assert verdict(wallet.broadcast(first)) == ("", 0)
    stale = wallet.raw(create(wallet, 2), sequence=0)
    said = wallet.broadcast(stale)
    assert verdict(said) == ("sdk", 32)
    assert "account sequence mismatch, expected 1, got 0" in said["raw_log"]
    assert verdict(wallet.broadcast(wallet.raw(create(wallet, 2), sequence=1))) == ("", 0)
    chain.wait(1)
    assert [row.dseq for row in chain.market.read().deployments.values()] == [1, 2]


def test_the_same_bytes_are_taken_once(chain: Any, wallet: Any) -> None:
    raw = wallet.raw(create(wallet))
    wallet.broadcast(raw)
    assert verdict(wallet.broadcast(raw)) == ("sdk", 19)
    chain.wait(1)
    assert verdict(wallet.broadcast(raw)) == ("sdk", 19)
    assert len(chain.market.read().deployments) == 1


def high_s(signature: bytes) -> bytes:
    s = int.from_bytes(signature[32:])
    return signature[:32] + (_ORDER - s).to_bytes(32)


@pytest.mark.parametrize(
    "terms",
    [
        {"spoil": high_s},
        {"spoil": lambda signature: signature[:-1] + bytes([signature[-1] ^ 1])},
        {"spoil": lambda _: b""},
        {"chain_id": "akashnet-2"},
    ],
    ids=["high-s", "one bit", "none", "another chain"],
)
def test_a_signature_that_is_not_right_is_refused(chain: Any, wallet: Any, terms: dict[str, Any]) -> None:
    assert verdict(wallet.broadcast(wallet.raw(create(wallet), **terms))) == ("sdk", 4)
    chain.wait(2)
    assert chain.market.read().deployments == {}
    assert chain.market.read().accounts[wallet.address].balances["uakt"] == 1_000_000


def test_another_accounts_key_signs_for_nobody_else(wallet: Any, make_wallet: Any) -> None:
    other = make_wallet(9)
    assert verdict(other.broadcast(other.raw(create(wallet)))) == ("sdk", 8)


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"fee": 9_999}, 13),  # 400 000 gas at 0.025
        ({"fee": 2_000_000}, 5),
        ({"timeout_height": 27_761_551}, 30),
    ],
)
def test_terms_that_a_node_does_not_take(wallet: Any, terms: dict[str, int], code: int) -> None:
    assert verdict(wallet.broadcast(wallet.raw(create(wallet), **terms))) == ("sdk", code)


def test_what_fails_in_a_block_costs_its_fee_and_changes_nothing_else(chain: Any, wallet: Any) -> None:
    before = wallet.balance
    said = wallet.send(create(wallet, 1), create(wallet, 1))
    assert verdict(said) == ("deployment", 3)
    assert said["raw_log"] == "failed to execute message; message index: 1: Deployment exists"
    assert wallet.balance == before
    account = chain.market.read().accounts[wallet.address]
    assert (account.balances["uakt"], account.sequence) == (990_000, 1)
    assert chain.market.read().deployments == {}


def test_too_little_gas_is_found_out_in_the_block(wallet: Any) -> None:
    said = wallet.send(create(wallet), gas=10_000, fee=250)
    assert verdict(said) == ("sdk", 11)


def priced(denom: str, amount: int) -> Any:
    def change(fields: Any) -> None:
        price = fields.groups[0].resources[0].price
        price.denom, price.amount = denom, str(amount * ATTO)

    return change


def deposited(denom: str, amount: int) -> Any:
    def change(fields: Any) -> None:
        fields.deposit.amount.denom, fields.deposit.amount.amount = denom, str(amount)

    return change


def uakt(fields: Any) -> None:
    priced("uakt", 1000)(fields)
    deposited("uakt", 2_000_000)(fields)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda fields: setattr(fields, "hash", b""), ("deployment", 9)),
        (lambda fields: setattr(fields, "hash", b"\x00" * 20), ("deployment", 10)),
        (lambda fields: fields.ClearField("groups"), ("deployment", 7)),
        (lambda fields: setattr(fields.id, "dseq", 0), ("deployment", 8)),
        (deposited("uact", 499_999), ("deployment", 20)),
        (deposited("uakt", 2_000_000), ("deployment", 20)),
        (uakt, ("deployment", 20)),
        (priced("uakt", 1000), ("deployment", 20)),
        (priced("uact", 10_000_001), ("deployment", 7)),
        (priced("uact", 0), ("deployment", 7)),
        (deposited("uact", 50_000_000), ("market", 28)),
        (lambda fields: fields.deposit.sources.__setitem__(0, 2), ("market", 28)),
        (lambda fields: setattr(fields.groups[0].resources[0], "count", 51), ("deployment", 7)),
        (lambda fields: fields.groups[0].resources[0].resource.ClearField("gpu"), ("deployment", 7)),
        (lambda fields: fields.groups.append(fields.groups[0]), ("deployment", 7)),
        (lambda fields: setattr(fields.reclamation.min_window, "seconds", 60), ("deployment", 26)),
    ],
)
def test_a_deployment_that_breaks_a_rule_is_refused_by_its_code(
    chain: Any, wallet: Any, change: Any, told: tuple[str, int]
) -> None:
    kind = f"{D}.MsgCreateDeployment"
    fields = message_class("MsgCreateDeployment").FromString(create(wallet).value)
    change(fields)
    said = wallet.send(message_class("Any")(type_url=kind, value=fields.SerializeToString()))
    assert verdict(said) == told
    assert chain.market.read().deployments == {}
    assert wallet.balance == 10_000_000


def test_messages_of_another_version_and_unknown_fields_are_not_understood(wallet: Any) -> None:
    old = wallet.message("/akash.deployment.v1beta3.MsgCloseDeployment", id={"owner": wallet.address, "dseq": 1})
    said = wallet.broadcast(wallet.raw(old))
    assert verdict(said) == ("sdk", 2)
    assert "unable to resolve type URL" in said["raw_log"]
    extra = wallet.close_message()
    extra.value += b"\x7a\x01x"  # field 15, which the message does not have
    assert verdict(wallet.broadcast(wallet.raw(extra))) == ("sdk", 2)


def test_a_simulation_tells_the_gas_or_the_reason_and_changes_nothing(chain: Any, wallet: Any) -> None:
    chain.faults.inject(FaultKind.CAPACITY)
    raw = wallet.raw(create(wallet), spoil=lambda _: b"", fee=0, gas=0)
    answer = chain.post("/cosmos/tx/v1beta1/simulate", tx_bytes=base64.b64encode(raw).decode())
    assert answer.status_code == 200
    gas = int(answer.get_json()["gas_info"]["gas_used"])
    assert 80_000 < gas < 100_000
    assert chain.market.read().deployments == {}
    assert len(chain.faults.list()) == 1
    wallet.create(dseq=7)
    again = chain.post("/cosmos/tx/v1beta1/simulate", tx_bytes=base64.b64encode(raw).decode())
    assert (again.status_code, again.get_json()["code"]) == (500, 2)
    assert "Deployment exists" in again.get_json()["message"]


def test_a_lease_of_a_bid_that_is_gone_is_refused(chain: Any, wallet: Any) -> None:
    wallet.create()
    chain.wait(2)
    bid = chain.bid_of("plain").id
    chain.market.close_bid(bid)
    fields = {name: getattr(bid, name) for name in ("owner", "dseq", "gseq", "oseq", "provider")}
    assert verdict(wallet.send(wallet.message(f"{M}.MsgCreateLease", bid_id=fields))) == ("market", 12)
    never = fields | {"provider": wallet.address}
    assert verdict(wallet.send(wallet.message(f"{M}.MsgCreateLease", bid_id=never))) == ("market", 18)


def test_closing_the_lease_alone_opens_a_new_order_that_draws_bids(chain: Any, wallet: Any) -> None:
    lease = wallet.lease()
    fields = {name: getattr(lease.id, name) for name in ("owner", "dseq", "gseq", "oseq", "provider")}
    assert verdict(wallet.send(wallet.message(f"{M}.MsgCloseLease", id=fields))) == ("", 0)
    chain.wait(2)
    state = chain.market.read()
    assert [(row.oseq, row.state) for row in state.orders.values()] == [(1, "closed"), (2, "open")]
    assert any(row.id.oseq == 2 for row in state.bids.values())
    assert state.deployment(wallet.address, 7).state == "active"


def test_another_hash_is_taken_once_and_groups_stay(chain: Any, wallet: Any) -> None:
    wallet.create()
    update = wallet.message(f"{D}.MsgUpdateDeployment", id={"owner": wallet.address, "dseq": 7}, hash=b"\x09" * 32)
    assert verdict(wallet.send(update)) == ("", 0)
    assert chain.market.read().deployment(wallet.address, 7).hash == b"\x09" * 32
    assert verdict(wallet.send(update)) == ("deployment", 10)


def test_only_the_owner_closes(chain: Any, wallet: Any, make_wallet: Any) -> None:
    wallet.create()
    other = make_wallet(9)
    assert verdict(other.send(other.close_message())) == ("deployment", 4)  # its own seventh, which is not there
    assert verdict(wallet.send(wallet.close_message())) == ("", 0)
    assert verdict(wallet.send(wallet.close_message())) == ("deployment", 5)
    assert wallet.balance == 10_000_000


def test_anybody_may_top_up_and_gets_the_own_rest_back(chain: Any, wallet: Any, make_wallet: Any) -> None:
    wallet.create(deposit=500_000)
    friend = make_wallet(9)
    xid = {"scope": 1, "xid": f"{wallet.address}/7"}
    more = {"amount": {"denom": "uact", "amount": "700000"}, "sources": [1]}
    message = friend.message("/akash.escrow.v1.MsgAccountDeposit", signer=friend.address, id=xid, deposit=more)
    assert verdict(friend.send(message)) == ("", 0)
    assert chain.market.read().deployment(wallet.address, 7).account.funds == Decimal(1_200_000)
    wallet.send(wallet.close_message())
    assert (wallet.balance, friend.balance) == (10_000_000, 10_000_000)


def test_bytes_that_are_no_transaction_are_refused(chain: Any, wallet: Any) -> None:
    assert verdict(wallet.broadcast(b"\xff\xff")) == ("sdk", 2)
    path = "/cosmos/tx/v1beta1/txs"
    assert chain.post(path, tx_bytes="***", mode="BROADCAST_MODE_SYNC").status_code == 400
    assert chain.post(path, tx_bytes="aGVsbG8=", mode="BROADCAST_MODE_BLOCK").status_code == 400
    assert chain.post(path, nonsense="x").status_code == 400

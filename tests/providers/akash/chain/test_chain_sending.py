"""A transaction is signed for the numbers of now, sent once, and its outcome told by the chain alone."""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from ampacity.providers.akash.chain.blockfailures import UNDONE, FailedInBlockError
from ampacity.providers.akash.chain.failures import ChainError, OtherVersionError, RefusedKeyError
from ampacity.providers.akash.chain.keys import Signable, digest
from ampacity.providers.akash.chain.schema import MESSAGES, classes, encode
from ampacity.providers.akash.chain.signatures import verifies
from ampacity.providers.akash.chain.wallet import OwnWallet
from ampacity.providers.akash.values import Address, Dseq, LeaseId
from ampacity.providers.base import Failure, ProviderAuthError, ProviderError

PUBLIC_KEY = bytes.fromhex("024f4e2ad99c34d60b9ba6283c9431a8418af8673212961f97a77b6377fcd05b62")
SELLER = Address("akash13va9yxc8a7wlc882g72uj4g2fscj93hdk0uycp")
TXS = "/cosmos/tx/v1beta1/txs"
MISMATCH = "account sequence mismatch, expected 6, got 5: incorrect account sequence"


def top_up(wallet: OwnWallet) -> None:
    """Any message would do; this one reads nothing back."""
    wallet.top_up(Dseq(7), Decimal(1_000_000))


def parse(name: str, data: bytes) -> Any:
    return classes()[name].FromString(data)


def auth_of(raw: bytes) -> Any:
    return parse("AuthInfo", parse("TxRaw", raw).auth_info_bytes)


def test_what_is_sent_is_signed_by_the_account_for_this_chain_and_this_sequence(ledger: Any, wallet: OwnWallet) -> None:
    top_up(wallet)
    (raw,) = ledger.sent
    outer = parse("TxRaw", raw)
    document = {
        "body_bytes": outer.body_bytes,
        "auth_info_bytes": outer.auth_info_bytes,
        "chain_id": "akashnet-2",
        "account_number": 42,
    }
    assert verifies(outer.signatures[0], digest(encode("SignDoc", document)), PUBLIC_KEY)
    assert auth_of(raw).signer_infos[0].sequence == 5
    assert ledger.modes == ["BROADCAST_MODE_SYNC"]


class Shows:
    """Signs, and keeps what it was told of it."""

    def __init__(self, signer: Any) -> None:
        self._signer = signer
        self.seen: list[Signable] = []

    @property
    def public_key(self) -> bytes:
        key: bytes = self._signer.public_key
        return key

    def sign(self, what: Signable) -> bytes:
        self.seen.append(what)
        signature: bytes = self._signer.sign(what)
        return signature


def test_whoever_signs_is_handed_the_very_document_and_told_what_it_does(ledger: Any, wallet: OwnWallet) -> None:
    signer = Shows(wallet._signer)
    top_up(OwnWallet(ledger.node.url, signer, timeout_seconds=5.0, loopback=True, pause=ledger.tick))
    (what,) = signer.seen
    document = parse("SignDoc", what.data)
    assert (document.chain_id, document.account_number) == ("akashnet-2", 42)
    assert document.body_bytes == parse("TxRaw", ledger.sent[0]).body_bytes
    assert what.kind == "transaction"
    # 1,000,000 uact; 130,000 gas at 0.025 uakt
    assert what.summary == "adds 1 ACT to deployment 7; for a fee of 0.00325 AKT on akashnet-2, until block 2015"


def test_a_token_s_signer_is_handed_its_signing_input(ledger: Any, wallet: OwnWallet) -> None:
    signer = Shows(wallet._signer)
    own = OwnWallet(ledger.node.url, signer, timeout_seconds=5.0, loopback=True)
    token = own.gateway_token(SELLER, Dseq(7), datetime(2026, 11, 21, 8, tzinfo=UTC))
    (what,) = signer.seen
    assert (what.kind, what.data) == ("token", token.rpartition(".")[0].encode())
    assert what.summary == (
        f"lets who holds it ask {SELLER} about deployment 7 "
        "(send-manifest, get-manifest, status, logs, events) until 2026-11-21T08:10:00Z"
    )


def test_gas_is_the_simulation_s_and_three_tenths_and_the_fee_follows(ledger: Any, wallet: OwnWallet) -> None:
    ledger.gas_used = 100_001
    top_up(wallet)
    fee = auth_of(ledger.sent[0]).fee
    # 100001 x 1.3 = 130001.3, rounded up; x 0.025 = 3250.05, rounded up.
    assert (fee.gas_limit, fee.amount[0].amount, fee.amount[0].denom) == (130_002, "3251", "uakt")


NODE = "/cosmos/base/node/v1beta1/config"


def fees(ledger: Any) -> list[int]:
    return [int(auth_of(raw).fee.amount[0].amount) for raw in ledger.sent]


@pytest.mark.parametrize(
    ("said", "fee"),
    [
        ("0.1uakt", 13_000),  # 130,000 gas at what the node asks
        ("0.0025uakt", 3_250),  # less than usual: the usual
        ("5ibc/ABC,0.05uakt", 6_500),
        ("", 3_250),
        ("1e9uakt", 3_250),
        ("9999999999uakt", 3_250),
    ],
)
def test_the_fee_is_what_the_node_asks_for_where_that_is_more_than_usual(
    ledger: Any, wallet: OwnWallet, said: str, fee: int
) -> None:
    ledger.node.says(NODE, {"minimum_gas_price": said})
    top_up(wallet)
    assert fees(ledger) == [fee]


def test_a_node_that_asks_more_than_the_cap_is_refused_with_the_way_on(ledger: Any, wallet: OwnWallet) -> None:
    ledger.node.says(NODE, {"minimum_gas_price": "0.26uakt"})
    with pytest.raises(ChainError, match=r"more than 0\.25 uakt per gas") as caught:
        top_up(wallet)
    assert caught.value.kind is Failure.BILLING
    assert "options.gas_price_cap" in caught.value.fix
    assert ledger.sent == []


def low(ledger: Any, least: int) -> Any:
    """Another node behind the same address, which takes nothing below `least` uakt."""
    why = "insufficient fees; got: 3250uakt required: 9000uakt: insufficient fee"
    return lambda raw: ledger.accepted(raw) if fees(ledger)[-1] >= least else ledger.refused("sdk", 13, why)


def test_a_fee_that_is_found_too_low_is_raised_so_that_closing_is_never_stuck(ledger: Any, wallet: OwnWallet) -> None:
    ledger.takes = low(ledger, 9_000)
    top_up(wallet)
    # 130,000 gas at 0.025, 0.05 and 0.1.
    assert fees(ledger) == [3_250, 6_500, 13_000]


def test_a_fee_is_raised_to_the_cap_and_no_further(ledger: Any, wallet: OwnWallet) -> None:
    ledger.takes = low(ledger, 1_000_000)
    with pytest.raises(ChainError, match=r"more than 0\.25 uakt per gas"):
        top_up(wallet)
    assert fees(ledger) == [3_250, 6_500, 13_000, 26_000, 32_500]


def test_what_a_transaction_cost_in_fees_is_logged(
    ledger: Any, wallet: OwnWallet, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "ampacity.providers.akash")
    top_up(wallet)
    assert "MsgAccountDeposit cost a fee of 0.003250 AKT" in caplog.text


@pytest.mark.parametrize("used", [0, 10_000_001])
def test_a_node_cannot_talk_us_into_a_fee_without_measure(ledger: Any, wallet: OwnWallet, used: int) -> None:
    ledger.gas_used = used
    with pytest.raises(ProviderError, match="gas"):
        top_up(wallet)
    assert ledger.sent == []


def test_a_stale_transaction_dies_after_a_minute_and_a_half(ledger: Any, wallet: OwnWallet) -> None:
    top_up(wallet)
    # 90 s of blocks of 6 s, from block 2000.
    assert parse("TxBody", parse("TxRaw", ledger.sent[0]).body_bytes).timeout_height == 2015


def test_a_wrong_sequence_is_read_anew_and_sent_again_once(ledger: Any, wallet: OwnWallet) -> None:
    def first_is_behind(raw: bytes) -> Any:
        if len(ledger.sent) > 1:
            return ledger.accepted(raw)
        ledger.sequence = 6  # another program signed meanwhile
        return ledger.refused("sdk", 32, MISMATCH)

    ledger.takes = first_is_behind
    top_up(wallet)
    assert [auth_of(raw).signer_infos[0].sequence for raw in ledger.sent] == [5, 6]


def test_a_sequence_that_stays_wrong_is_given_up_with_nothing_done(ledger: Any, wallet: OwnWallet) -> None:
    ledger.takes = lambda raw: ledger.refused("sdk", 32, MISMATCH)
    with pytest.raises(ChainError, match="sequence") as caught:
        top_up(wallet)
    assert (len(ledger.sent), caught.value.definite) == (2, True)


def test_a_wrong_sequence_in_a_simulation_is_read_anew_too(ledger: Any, node: Any, wallet: OwnWallet) -> None:
    failed = {"code": 2, "message": f"rpc error: code = Unknown desc = {MISMATCH}", "details": []}
    node.each("/cosmos/tx/v1beta1/simulate", (500, failed), (200, ledger.simulated()), method="POST")
    top_up(wallet)
    assert node.count("/cosmos/tx/v1beta1/simulate", "POST") == 2
    assert len(ledger.sent) == 1


@pytest.mark.parametrize(
    ("codespace", "code", "kind"),
    [
        ("sdk", 5, Failure.BILLING),
        ("sdk", 13, Failure.BILLING),
        ("sdk", 4, Failure.AUTH),
        ("market", 12, Failure.CAPACITY_GLOBAL),
        ("market", 13, Failure.CAPACITY_GLOBAL),
        ("market", 28, Failure.BILLING),
        ("deployment", 20, Failure.INVALID),
        ("sdk", 20, Failure.THROTTLED),
        ("sdk", 11, Failure.INVALID),
    ],
)
def test_a_refusal_at_once_is_told_by_its_kind(
    ledger: Any, wallet: OwnWallet, codespace: str, code: int, kind: Failure
) -> None:
    ledger.takes = lambda raw: ledger.refused(codespace, code, "no\x07")
    with pytest.raises(ChainError) as caught:
        top_up(wallet)
    assert (caught.value.kind, caught.value.coded, caught.value.definite) == (kind, (codespace, code), True)
    assert "\x07" not in caught.value.why
    assert isinstance(caught.value, ProviderAuthError) == (kind is Failure.AUTH)


def test_what_is_accepted_and_then_fails_in_its_block_is_a_failure(ledger: Any, wallet: OwnWallet) -> None:
    log = "failed to execute message; message index: 0: insufficient funds"
    ledger.includes = lambda name: ledger.include(name, codespace="sdk", code=5, raw_log=log)
    with pytest.raises(FailedInBlockError, match="insufficient funds") as caught:
        top_up(wallet)
    assert (caught.value.kind, caught.value.definite) == (Failure.BILLING, True)
    assert caught.value.fix.startswith("put uact (deposits) and uakt (fees) into the account")


@pytest.mark.parametrize(
    ("spend", "undone", "way"),
    [
        (lambda wallet, _bid: top_up(wallet), "nothing was added to the deposit", "run the same command again"),
        (lambda wallet, bid: wallet.lease(bid), "the bid is not taken, nothing bills by it", "ampacity recover NAME"),
    ],
)
def test_who_meets_that_is_told_what_is_as_it_was_what_is_gone_and_the_way_on(
    *, ledger: Any, node: Any, wallet: OwnWallet, spend: Callable[[OwnWallet, LeaseId], Any], undone: str, way: str
) -> None:
    node.says("/akash/market/v1beta5/leases/list", {"leases": [], "pagination": {"next_key": None}})
    out_of_gas = {"codespace": "sdk", "code": 11, "raw_log": "out of gas in location: WriteFlat"}
    ledger.includes = lambda name: ledger.include(name, **out_of_gas)
    with pytest.raises(FailedInBlockError) as caught:
        spend(wallet, LeaseId(owner=ledger.owner, dseq=Dseq(7), provider=SELLER))
    assert (caught.value.code, caught.value.kind) == ("AMP-AKASH-TX-FAILED", Failure.INVALID)
    # 130,000 gas at 0.025 uakt are 3,250 uakt
    assert caught.value.why == (
        f"out of gas in location: WriteFlat (codespace sdk code 11); {undone}, and only its fee (0.00325 AKT) is gone"
    )
    assert caught.value.fix == way


def test_each_message_that_is_sent_says_what_its_failure_leaves_undone() -> None:
    assert {name for name in MESSAGES if name.startswith("Msg")} == set(UNDONE)


def test_what_a_simulation_refuses_is_never_sent(ledger: Any, node: Any, wallet: OwnWallet) -> None:
    why = "failed to execute message; message index: 0: Deposit invalid: Deposit too low with gas used: '51822'"
    node.says("/cosmos/tx/v1beta1/simulate", {"code": 2, "message": why, "details": []}, status=500, method="POST")
    with pytest.raises(ChainError, match="Deposit too low") as caught:
        top_up(wallet)
    assert (caught.value.kind, caught.value.coded) == (Failure.INVALID, ("deployment", 20))
    assert node.count("/cosmos/tx/v1beta1/simulate", "POST") == 1
    assert ledger.sent == []


def test_a_lost_answer_is_looked_up_by_hash_and_not_sent_again(ledger: Any, wallet: OwnWallet) -> None:
    def taken_and_lost(raw: bytes) -> Any:
        ledger.accepted(raw)
        return 0, None

    ledger.takes = taken_and_lost
    top_up(wallet)
    name = hashlib.sha256(ledger.sent[0]).hexdigest().upper()
    assert ledger.node.count(f"{TXS}/{name}") == 1
    assert len(ledger.sent) == 1


@pytest.mark.parametrize("answer", [(502, b"<html>"), (200, b"<html>"), (200, {"tx_response": {}}), (0, None)])
def test_any_answer_that_says_nothing_is_looked_up_by_hash(ledger: Any, wallet: OwnWallet, answer: Any) -> None:
    ledger.takes = lambda raw: (ledger.accepted(raw), answer)[1]
    top_up(wallet)
    assert len(ledger.sent) == 1


def test_one_that_got_into_no_block_by_its_last_surely_did_nothing(ledger: Any, wallet: OwnWallet) -> None:
    ledger.includes = lambda name: None
    with pytest.raises(ProviderError, match="no block") as caught:
        top_up(wallet)
    assert (caught.value.kind, caught.value.definite) == (Failure.UNREACHABLE, True)
    assert ledger.height > 2015
    assert len(ledger.sent) == 1


def test_one_that_shows_up_late_is_waited_for(ledger: Any, wallet: OwnWallet) -> None:
    names: list[str] = []
    ledger.includes = names.append
    looks = iter(range(100))

    def tick(seconds: float) -> None:
        if next(looks) == 3:
            ledger.include(names[0])

    late = OwnWallet(ledger.node.url, wallet._signer, timeout_seconds=5.0, loopback=True, pause=tick)
    top_up(late)
    assert ledger.node.count(f"{TXS}/{names[0]}") == 5


def test_a_node_that_goes_dark_after_the_broadcast_leaves_an_unknown_outcome(
    ledger: Any, node: Any, wallet: OwnWallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    def goes_dark(raw: bytes) -> Any:
        node.routes = {}  # every further answer is the gateway's own "Not Found"
        return 200, {"tx_response": ledger.response("0" * 64, height=0)}

    ledger.takes = goes_dark
    # Patience is the margin and one and a half times the fifteen blocks of 6 s: half a second is left of it.
    monkeypatch.setattr("ampacity.providers.akash.chain.inclusion.MARGIN_SECONDS", -134.5)
    with pytest.raises(ProviderError, match="may be in a block or not") as caught:
        top_up(wallet)
    assert caught.value.kind is Failure.UNKNOWN_OUTCOME
    assert hashlib.sha256(ledger.sent[0]).hexdigest().upper() in caught.value.why


def test_what_never_reached_the_node_is_no_unknown_outcome(ledger: Any, node: Any, wallet: OwnWallet) -> None:
    node.says(TXS, {"code": 8, "message": "too many requests", "details": []}, status=429, method="POST")
    with pytest.raises(ProviderError) as caught:
        top_up(wallet)
    assert (caught.value.kind, node.count(TXS, "POST")) == (Failure.THROTTLED, 1)


def test_another_version_of_the_module_is_a_named_error_before_anything_is_spent(
    ledger: Any, node: Any, wallet: OwnWallet
) -> None:
    node.says("/cosmos/tx/v1beta1/simulate", {"code": 12, "message": "Not Implemented"}, status=501, method="POST")
    with pytest.raises(OtherVersionError):
        top_up(wallet)
    assert ledger.sent == []


def test_a_node_that_takes_no_transactions_did_nothing(ledger: Any, node: Any, wallet: OwnWallet) -> None:
    node.says(TXS, {"code": 12, "message": "Not Implemented"}, status=501, method="POST")
    with pytest.raises(OtherVersionError) as caught:
        top_up(wallet)
    assert caught.value.definite


def test_an_account_that_the_chain_does_not_know_needs_money(ledger: Any, node: Any, wallet: OwnWallet) -> None:
    why = f"rpc error: code = NotFound desc = account {ledger.owner} not found: key not found"
    node.says(f"/cosmos/auth/v1beta1/accounts/{ledger.owner}", {"code": 5, "message": why}, status=404)
    with pytest.raises(ChainError, match="does not know") as caught:
        top_up(wallet)
    assert caught.value.kind is Failure.BILLING


def test_a_wrong_address_does_not_look_like_an_account_without_money(node: Any, ledger: Any, wallet: OwnWallet) -> None:
    del node.routes[f"GET /cosmos/auth/v1beta1/accounts/{ledger.owner}"]
    with pytest.raises(ProviderError, match="Not Found") as caught:
        top_up(wallet)
    assert caught.value.kind is Failure.INVALID


def test_an_account_whose_coins_are_not_all_free_yet_signs_too(ledger: Any, node: Any, wallet: OwnWallet) -> None:
    base = ledger.account()["account"]
    vesting = {
        "@type": "/cosmos.vesting.v1beta1.ContinuousVestingAccount",
        "base_vesting_account": {"base_account": base},
    }
    node.says(f"/cosmos/auth/v1beta1/accounts/{ledger.owner}", {"account": vesting})
    top_up(wallet)
    assert auth_of(ledger.sent[0]).signer_infos[0].sequence == 5


def test_another_s_numbers_are_never_signed_with(ledger: Any, node: Any, wallet: OwnWallet) -> None:
    other = {"address": "akash13va9yxc8a7wlc882g72uj4g2fscj93hdk0uycp", "account_number": "1", "sequence": "1"}
    node.says(f"/cosmos/auth/v1beta1/accounts/{ledger.owner}", {"account": other})
    with pytest.raises(ProviderError, match="another account"):
        top_up(wallet)
    assert ledger.sent == []


def test_threads_take_turns_so_that_no_sequence_is_used_twice(ledger: Any, wallet: OwnWallet) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: top_up(wallet), range(6)))
    assert [auth_of(raw).signer_infos[0].sequence for raw in ledger.sent] == [5, 6, 7, 8, 9, 10]


def test_a_refused_signature_says_whose_key_is_wanted(ledger: Any, wallet: OwnWallet) -> None:
    ledger.takes = lambda raw: ledger.refused("sdk", 4, "signature verification failed")
    with pytest.raises(RefusedKeyError) as caught:
        top_up(wallet)
    assert "contexts.NAME.providers.akash" in caught.value.fix

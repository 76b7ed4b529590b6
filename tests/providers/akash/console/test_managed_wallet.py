"""The managed wallet spends through the Console and believes what the chain shows."""

import copy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampacity.providers.akash.console.runtime import hours_paid
from ampacity.providers.akash.console.wallet import ManagedWallet
from ampacity.providers.akash.leash import Leash
from ampacity.providers.akash.ledger import Ledger, OpenRequest
from ampacity.providers.akash.values import Address, BlockTime, Dseq, LeaseId, LeaseState, MarketBid
from ampacity.providers.base import Failure, ProviderAuthError, ProviderError, StillThereError

NOW = datetime(2026, 11, 21, tzinfo=UTC)
OPEN, LEASE, DEPOSIT = "POST /v1/deployments", "POST /v1/leases", "POST /v1/deposit-deployment"
OTHER = Address("akash13va9yxc8a7wlc882g72uj4g2fscj93hdk0uycp")
"""Another provider of the recorded answers."""


def created(dseq: int, **signed: Any) -> dict[str, Any]:
    tx = {"code": 0, "transactionHash": "AB" * 32, "rawLog": "", **signed}
    return {"data": {"dseq": str(dseq), "manifest": "[]", "signTx": tx}}


@pytest.fixture
def bid(names: Any) -> LeaseId:
    return LeaseId(owner=names.owner, dseq=names.dseq, provider=names.seller)


@pytest.fixture
def path(names: Any) -> str:
    return f"/v1/deployments/{names.dseq}"


# The account


def test_it_is_a_ledger(wallet: ManagedWallet) -> None:
    ledger: Ledger = wallet
    assert ledger.height() == 1000


def test_the_owner_is_whoever_the_consoles_tokens_are_of(wallet: ManagedWallet, console: Any, names: Any) -> None:
    assert wallet.owner() == wallet.owner() == names.owner
    (asked,) = console.requests("POST /v1/create-jwt-token")
    assert asked.body == {"data": {"ttl": 600, "leases": {"access": "scoped", "scope": ["status"]}}}


@pytest.mark.parametrize("owner", ["", "akash1wrong", "akash19rl4cm2hmr8afy4kldpxz3fka4jguq0a3mq6x1"])
def test_an_owner_whose_checksum_does_not_hold_is_nobody(
    wallet: ManagedWallet, console: Any, names: Any, owner: str
) -> None:
    console.says("POST /v1/create-jwt-token", {"data": {"token": names.token_of(owner, expires=1)}}, status=201)
    with pytest.raises(ProviderError) as refused:
        wallet.owner()
    assert refused.value.kind is Failure.NONSENSE


def test_a_refused_key_is_an_error_of_the_account(wallet: ManagedWallet, console: Any, names: Any) -> None:
    console.refuses("POST /v1/create-jwt-token", 401, "unauthorized", "Invalid API key")
    with pytest.raises(ProviderAuthError) as refused:
        wallet.owner()
    assert names.key not in f"{refused.value} {refused.value.fix}"


def test_credits_are_told_in_dollars(wallet: ManagedWallet, console: Any) -> None:
    console.says("GET /v1/balances", {"data": {"balance": 42.17, "deployments": 6.3, "total": 48.47}})
    assert wallet.balance_uact() == 42_170_000


@pytest.mark.parametrize("balance", [500_000, 1_500_000_000])
def test_credits_whose_unit_cannot_be_told_are_not_known(wallet: ManagedWallet, console: Any, balance: int) -> None:
    console.says("GET /v1/balances", {"data": {"balance": balance, "deployments": 0, "total": balance}})
    assert wallet.balance_uact() is None


@pytest.mark.parametrize("balance", [b"-0.01", b"1e999", b'"much"', b"null"])
def test_credits_that_cannot_be_are_none(wallet: ManagedWallet, console: Any, balance: bytes) -> None:
    console.says("GET /v1/balances", b'{"data": {"balance": ' + balance + b"}}")
    with pytest.raises(ProviderError) as refused:
        wallet.balance_uact()
    assert refused.value.kind is Failure.NONSENSE


# Opening


def test_a_deployment_is_opened_with_its_deposit_and_its_hours(
    wallet: ManagedWallet, console: Any, chain: Any, names: Any, request_of_an_hour: OpenRequest
) -> None:
    console.says(OPEN, created(names.dseq), status=201)
    there = chain.opened()
    assert wallet.open(request_of_an_hour) == there
    (asked,) = console.requests(OPEN)
    assert asked.body == {"data": {"sdl": 'version: "2.0"\n', "deposit": 2.4, "runtimeLimitHours": 1}}


@pytest.mark.parametrize(
    ("deposit_uact", "hours"),
    [(2_400_000, 1), (2_640_000, 2), (2_400_000 * 100, 100), (2_400_000 * 10_000, 8_760)],
)
def test_the_hours_that_it_would_let_run_are_known_before_and_whole(
    *, wallet: ManagedWallet, request_of_an_hour: OpenRequest, chain: Any, deposit_uact: int, hours: int
) -> None:
    chain.opened()
    (group,) = request_of_an_hour.compiled.groups
    assert wallet.limit_hours(Decimal(deposit_uact), group.price_per_block) == hours
    assert wallet.limit_hours(Decimal(deposit_uact), Decimal(0)) == 48


def test_more_hours_than_the_console_allows_at_first_are_reached_in_steps(
    wallet: ManagedWallet, runs: Any, names: Any, request_of_an_hour: OpenRequest
) -> None:
    runs.says(OPEN, created(names.dseq), status=201)
    runs.limit["hours"] = 48
    wallet.open(msgspec.structs.replace(request_of_an_hour, deposit_uact=Decimal(2_400_000 * 100)))
    assert runs.requests(OPEN)[0].body["data"]["runtimeLimitHours"] == 48
    steps = [one.body["data"]["runtimeLimitHours"] for one in runs.asked if one.line.startswith("PATCH")]
    assert steps == [96, 100]


def test_one_whose_limit_cannot_be_raised_is_open_and_tells_the_hours_that_it_has(
    *,
    wallet: ManagedWallet,
    runs: Any,
    names: Any,
    request_of_an_hour: OpenRequest,
    caplog: pytest.LogCaptureFixture,
) -> None:
    runs.says(OPEN, created(names.dseq), status=201)
    runs.limit["hours"] = 48
    runs.refuses(f"PATCH /v2/deployment-settings/{names.dseq}", 500, "internal_server_error")
    opened = wallet.open(msgspec.structs.replace(request_of_an_hour, deposit_uact=Decimal(2_400_000 * 100)))
    assert opened.dseq == names.dseq
    assert wallet.leash(names.dseq) == Leash(hours=48)
    assert "runs 48 hours at most for now" in caplog.text


def test_a_year_is_the_most_that_is_asked_for(
    wallet: ManagedWallet, runs: Any, names: Any, request_of_an_hour: OpenRequest
) -> None:
    runs.says(OPEN, created(names.dseq), status=201)
    runs.limit["hours"] = 48
    wallet.open(msgspec.structs.replace(request_of_an_hour, deposit_uact=Decimal(2_400_000 * 9_000)))
    assert runs.limit["hours"] == 8_760


def test_a_deployment_that_a_lagging_node_shows_late_is_waited_for(
    wallet: ManagedWallet, console: Any, chain: Any, names: Any, request_of_an_hour: OpenRequest
) -> None:
    console.says(OPEN, created(names.dseq), status=201)
    looks: list[float] = []

    def sleep(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 3:
            chain.opened()

    wallet._sleep = sleep
    assert wallet.open(request_of_an_hour).dseq == names.dseq
    assert looks == [0.0, 0.5, 1.0]


@pytest.mark.parametrize("goes_away", [False, True], ids=["never shown", "node away"])
def test_a_deployment_that_the_chain_does_not_show_is_an_unknown_outcome(
    *, wallet: ManagedWallet, console: Any, chain: Any, names: Any, request_of_an_hour: OpenRequest, goes_away: bool
) -> None:
    def open_and_vanish(sent: Any) -> tuple[int, Any]:
        chain.down = goes_away
        return 201, created(names.dseq)

    console.routes[OPEN] = open_and_vanish
    with pytest.raises(ProviderError) as lost:
        wallet.open(request_of_an_hour)
    assert lost.value.kind is Failure.UNKNOWN_OUTCOME
    assert str(names.dseq) in lost.value.why
    assert len(console.requests(OPEN)) == 1


@pytest.mark.parametrize("dseq", [0, -5, 10**16, "1e5", "", "../1"])
def test_a_number_that_no_deployment_has_is_an_unknown_outcome(
    wallet: ManagedWallet, console: Any, request_of_an_hour: OpenRequest, dseq: Any
) -> None:
    console.says(OPEN, created(dseq), status=201)
    with pytest.raises(ProviderError) as lost:
        wallet.open(request_of_an_hour)
    assert lost.value.kind is Failure.UNKNOWN_OUTCOME


@pytest.mark.parametrize(
    ("raw_log", "kind"),
    [
        ("failed to execute message; message index: 0: insufficient funds", Failure.BILLING),
        ("codespace deployment code 24: invalid price", Failure.INVALID),
        ("\x1b[31mout of gas", Failure.INVALID),
        ("", Failure.INVALID),
    ],
)
def test_a_transaction_that_was_taken_and_failed_opened_nothing(
    *, wallet: ManagedWallet, console: Any, names: Any, request_of_an_hour: OpenRequest, raw_log: str, kind: Failure
) -> None:
    console.says(OPEN, created(names.dseq, code=11, rawLog=raw_log), status=201)
    with pytest.raises(ProviderError) as failed:
        wallet.open(request_of_an_hour)
    assert failed.value.kind is kind
    assert failed.value.definite
    assert failed.value.why.isprintable()
    assert failed.value.code == "AMP-AKASH-TX-FAILED"
    assert "no order is open, no deposit is locked, and only a fee, which the Console pays, is gone" in failed.value.why
    again = "add credits to the account in the Console" if kind is Failure.BILLING else "ampacity recover NAME"
    assert failed.value.fix.startswith(again)


def test_an_answer_that_repeats_the_key_is_not_read(
    wallet: ManagedWallet, console: Any, names: Any, request_of_an_hour: OpenRequest
) -> None:
    console.says(OPEN, created(names.dseq, code=11, rawLog=f"signed for {names.key}"), status=201)
    with pytest.raises(ProviderError) as lost:
        wallet.open(request_of_an_hour)
    assert lost.value.kind is Failure.UNKNOWN_OUTCOME
    assert names.key not in lost.value.why


def test_too_few_credits_open_nothing_and_say_where_to_go(
    wallet: ManagedWallet, console: Any, request_of_an_hour: OpenRequest
) -> None:
    console.refuses(OPEN, 402, "insufficient_balance", "Not enough balance to cover the deployment deposit.")
    with pytest.raises(ProviderError) as refused:
        wallet.open(request_of_an_hour)
    assert refused.value.kind is Failure.BILLING
    assert "add credits" in refused.value.fix


def test_while_the_chain_cannot_be_read_nothing_is_spent(
    wallet: ManagedWallet, console: Any, chain: Any, request_of_an_hour: OpenRequest
) -> None:
    chain.down = True
    with pytest.raises(ProviderError) as refused:
        wallet.open(request_of_an_hour)
    assert refused.value.definite
    assert console.requests(OPEN) == []


def test_a_manifest_that_the_console_makes_otherwise_closes_the_deployment_again(
    *, wallet: ManagedWallet, console: Any, chain: Any, names: Any, path: str, request_of_an_hour: OpenRequest
) -> None:
    console.says(OPEN, created(names.dseq), status=201)
    chain.opened(manifest=b"another")

    def close(sent: Any) -> tuple[int, Any]:
        chain.closed()
        return 200, {"data": {"success": True}}

    console.routes[f"DELETE {path}"] = close
    with pytest.raises(ProviderError, match="invalid") as refused:
        wallet.open(request_of_an_hour)
    assert "another manifest" in refused.value.why
    assert not chain.deployments[names.dseq].active


def test_one_that_could_not_be_closed_again_is_named_for_recover(
    *, wallet: ManagedWallet, console: Any, chain: Any, names: Any, path: str, request_of_an_hour: OpenRequest
) -> None:
    console.says(OPEN, created(names.dseq), status=201)
    chain.opened(manifest=b"another")
    console.refuses(f"DELETE {path}", 500, "internal_server_error")
    with pytest.raises(ProviderError) as refused:
        wallet.open(request_of_an_hour)
    assert refused.value.kind is Failure.PARTIAL
    assert "recover" in refused.value.fix


# Bids


def console_row(recorded_bid: Any, names: Any, **changes: Any) -> Any:
    row = copy.deepcopy(recorded_bid)
    row["bid"]["id"] |= {"owner": names.owner, "dseq": str(names.dseq), "provider": names.seller}
    row["bid"] |= changes
    return row


@pytest.fixture
def listed(names: Any, recorded: Callable[[str], Any]) -> Any:
    """A recorded bid for our deployment, as both lists have it."""
    row = recorded("lcd_bids_list.json")["bids"][0]
    return console_row(row, names, price={"denom": "uact", "amount": "4268.000000000000000000"})


def chained(bid: LeaseId, uact: int) -> MarketBid:
    return MarketBid(id=bid, state="open", denom="uact", uact_per_block=Decimal(uact), created_height=1000)


def test_a_bid_on_the_consoles_list_is_read_as_the_chain_has_it(
    wallet: ManagedWallet, console: Any, names: Any, listed: Any, bid: LeaseId
) -> None:
    console.says(f"GET /v1/bids?dseq={names.dseq}", {"data": [listed]})
    (found,) = wallet.bids(names.dseq)
    assert (found.id, found.denom, found.uact_per_block, found.state) == (bid, "uact", Decimal(4268), "open")
    assert found.gpus is not None
    assert found.gpus.units == 0


def test_the_chains_word_on_a_bid_wins(
    *, wallet: ManagedWallet, console: Any, chain: Any, names: Any, listed: Any, bid: LeaseId
) -> None:
    console.says(f"GET /v1/bids?dseq={names.dseq}", {"data": [listed]})
    second = msgspec.structs.replace(bid, provider=OTHER)
    chain.all_bids = [chained(bid, 5000), chained(second, 6000)]
    assert {one.id: one.uact_per_block for one in wallet.bids(names.dseq)} == {bid: 5000, second: 6000}


@pytest.mark.parametrize(
    "answer",
    [
        (200, {"data": []}),
        (500, {}),
        (200, b"<html>"),
        (200, {"data": [{"bid": {}}]}),
    ],
    ids=["empty", "down", "no JSON", "no bid"],
)
def test_one_list_of_bids_is_enough(
    *, wallet: ManagedWallet, console: Any, chain: Any, names: Any, bid: LeaseId, answer: Any
) -> None:
    console.each("GET /v1/bids", answer)
    chain.all_bids = [chained(bid, 5000)]
    assert [one.uact_per_block for one in wallet.bids(names.dseq)] == [5000]


def test_the_other_list_of_bids_is_enough_too(
    wallet: ManagedWallet, console: Any, chain: Any, names: Any, listed: Any
) -> None:
    console.says("GET /v1/bids", {"data": [listed]})
    chain.down = True
    assert [one.uact_per_block for one in wallet.bids(names.dseq)] == [4268]


def test_without_either_list_there_is_no_telling(wallet: ManagedWallet, console: Any, chain: Any, names: Any) -> None:
    console.says("GET /v1/bids", {"data": []})
    chain.down = True
    with pytest.raises(ProviderError):
        wallet.bids(names.dseq)


def test_bids_for_somebody_elses_deployment_are_not_taken_for_ours(
    wallet: ManagedWallet, console: Any, names: Any, listed: Any
) -> None:
    listed["bid"]["id"]["dseq"] = "22804430"
    console.says("GET /v1/bids", {"data": [listed]})
    assert wallet.bids(names.dseq) == []


# Taking a bid


def test_a_lease_is_what_the_chain_shows(wallet: ManagedWallet, console: Any, chain: Any, bid: LeaseId) -> None:
    console.says(LEASE, {"data": {}})
    there = chain.leased(bid)
    assert wallet.lease(bid) == there
    (asked,) = console.requests(LEASE)
    wanted = {"dseq": str(bid.dseq), "gseq": 1, "oseq": 1, "provider": bid.provider}
    assert asked.body == {"leases": [wanted]}


@pytest.mark.parametrize(
    "answer",
    [
        (0, b""),
        (500, {}),
        (502, {"code": "manifest_not_delivered", "message": "no"}),
        (422, {"code": "manifest_not_delivered", "message": "no"}),
    ],
    ids=["answer lost", "500", "manifest not delivered", "manifest refused"],
)
def test_a_lease_that_was_made_in_spite_of_the_answer_is_found(
    wallet: ManagedWallet, console: Any, chain: Any, bid: LeaseId, answer: Any
) -> None:
    console.each(LEASE, answer)
    there = chain.leased(bid)
    assert wallet.lease(bid) == there
    assert len(console.requests(LEASE)) == 1


def test_a_lease_that_nobody_shows_is_an_unknown_outcome(
    wallet: ManagedWallet, console: Any, chain: Any, bid: LeaseId
) -> None:
    console.each(LEASE, (0, b""))
    with pytest.raises(ProviderError) as lost:
        wallet.lease(bid)
    assert lost.value.kind is Failure.UNKNOWN_OUTCOME
    assert len(console.requests(LEASE)) == 1


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        (502, "provider_unreachable", "the provider did not answer"),
        (400, "bad_request", "Cannot create lease: The selected bid is no longer open."),
    ],
)
def test_a_bid_that_is_gone_lets_the_next_be_taken(
    *, wallet: ManagedWallet, console: Any, bid: LeaseId, status: int, code: str, message: str
) -> None:
    console.refuses(LEASE, status, code, message)
    with pytest.raises(ProviderError) as refused:
        wallet.lease(bid)
    assert refused.value.kind is Failure.CAPACITY_GLOBAL


def test_a_deployment_that_is_leased_already_is_not_leased_twice(
    wallet: ManagedWallet, console: Any, chain: Any, bid: LeaseId
) -> None:
    console.says(LEASE, {"data": {}})
    chain.leased(msgspec.structs.replace(bid, provider=OTHER))
    with pytest.raises(ProviderError, match="another provider") as refused:
        wallet.lease(bid)
    assert refused.value.kind is Failure.CAPACITY_GLOBAL


# Closing


@pytest.fixture
def closes(console: Any, chain: Any, path: str) -> Any:
    """The Console closes what it is told to, and ten blocks have gone by since it was opened."""

    def close(sent: Any) -> tuple[int, Any]:
        chain.closed()
        return 200, {"data": {"success": True}}

    console.routes[f"DELETE {path}"] = close
    chain.opened(funds=500_000)
    chain.now_height = 1010
    return console


def test_closing_tells_what_comes_back(
    wallet: ManagedWallet, closes: Any, chain: Any, names: Any, bid: LeaseId
) -> None:
    chain.leased(bid, uact_per_block=4000)
    assert wallet.close(names.dseq).refund_uact == 500_000 - 10 * 4000


def test_an_order_without_a_lease_comes_back_whole(wallet: ManagedWallet, closes: Any, names: Any) -> None:
    assert wallet.close(names.dseq).refund_uact == 500_000


def test_a_lease_that_has_ended_takes_nothing_more(
    wallet: ManagedWallet, closes: Any, chain: Any, names: Any, bid: LeaseId
) -> None:
    chain.all_leases = [msgspec.structs.replace(chain.leased(bid), state=LeaseState.CLOSED)]
    assert wallet.close(names.dseq).refund_uact == 500_000


def test_a_market_that_cannot_be_asked_does_not_keep_a_deployment_open(
    *,
    wallet: ManagedWallet,
    closes: Any,
    chain: Any,
    names: Any,
    path: str,
) -> None:
    chain.market_down = True
    assert wallet.close(names.dseq).refund_uact == 500_000  # the deployment's own escrow tells it
    assert len(closes.requests(f"DELETE {path}")) == 1


def test_what_comes_back_is_not_told_where_the_chain_does_not_say_what_has_left_the_escrow(
    wallet: ManagedWallet, closes: Any, chain: Any, names: Any
) -> None:
    found = chain.opened()
    silent = msgspec.structs.replace(found.escrow, transferred_uact=None)
    chain.deployments[names.dseq] = msgspec.structs.replace(found, escrow=silent)
    assert wallet.close(names.dseq).refund_uact is None


def test_closing_what_is_closed_or_never_was_is_quiet(
    wallet: ManagedWallet, closes: Any, chain: Any, names: Any, path: str
) -> None:
    chain.closed()
    assert wallet.close(names.dseq).refund_uact is None
    assert wallet.close(Dseq(7)).refund_uact is None
    assert closes.requests(f"DELETE {path}") == []


def test_one_that_somebody_else_closed_meanwhile_is_closed(
    wallet: ManagedWallet, closes: Any, chain: Any, names: Any, path: str
) -> None:
    def gone(sent: Any) -> tuple[int, Any]:
        chain.closed()
        return 404, {"code": "not_found"}

    closes.routes[f"DELETE {path}"] = gone
    assert wallet.close(names.dseq).dseq == names.dseq


@pytest.mark.parametrize("answer", [(200, {"data": {"success": True}}), (200, {"data": {"success": False}}), (404, {})])
def test_a_deployment_is_not_called_closed_while_the_chain_shows_it(
    wallet: ManagedWallet, closes: Any, names: Any, path: str, answer: Any
) -> None:
    closes.each(f"DELETE {path}", answer)
    with pytest.raises(StillThereError):
        wallet.close(names.dseq)


# Topping up


@pytest.fixture
def runs(console: Any, chain: Any, bid: LeaseId) -> Any:
    """It runs at 4000 uact a block of 6 s, which is 2.40 USD an hour, and may run 24 hours."""
    chain.opened()
    chain.leased(bid, uact_per_block=4000)
    console.says(DEPOSIT, {"data": {}})
    limit = {"hours": 24}

    def patch(sent: Any) -> tuple[int, Any]:
        wanted = sent["data"]["runtimeLimitHours"]
        if wanted - limit["hours"] > 48:
            return 400, {"code": "validation_error", "message": "at most 48 hours more"}
        limit["hours"] = wanted
        return 200, {"data": {"runtimeLimitHours": wanted}}

    settings = f"/v2/deployment-settings/{bid.dseq}"
    console.routes[f"GET {settings}"] = lambda sent: (200, {"data": {"runtimeLimitHours": limit["hours"]}})
    console.routes[f"PATCH {settings}"] = patch
    console.limit = limit
    return console


def test_a_top_up_is_deposited_in_dollars(wallet: ManagedWallet, runs: Any, names: Any) -> None:
    wallet.top_up(names.dseq, Decimal(24_000_000))
    (asked,) = runs.requests(DEPOSIT)
    assert asked.body == {"data": {"dseq": str(names.dseq), "deposit": 24.0}}


@pytest.mark.parametrize(
    ("lasts", "hours", "steps"),
    [
        (timedelta(hours=34), 34, 1),
        (timedelta(hours=34, seconds=59), 34, 1),
        (timedelta(hours=34, minutes=2), 35, 1),
        (timedelta(hours=124), 124, 3),
        (timedelta(hours=20), 24, 0),
    ],
)
def test_it_may_run_until_then_in_the_steps_that_the_console_allows(
    *, wallet: ManagedWallet, runs: Any, names: Any, lasts: timedelta, hours: int, steps: int
) -> None:
    wallet.let_run(names.dseq, lasts)
    assert runs.limit["hours"] == hours
    assert len([one for one in runs.asked if one.line.startswith("PATCH")]) == steps


def test_longer_than_the_console_lets_anything_run_is_refused(wallet: ManagedWallet, runs: Any, names: Any) -> None:
    with pytest.raises(ProviderError) as refused:
        wallet.let_run(names.dseq, timedelta(hours=8_765))
    assert "8760 hours at most, not 8765" in refused.value.why
    assert refused.value.definite
    assert runs.limit["hours"] == 24


def test_a_limit_that_cannot_be_read_or_raised_is_an_error(wallet: ManagedWallet, runs: Any, names: Any) -> None:
    runs.refuses(f"PATCH /v2/deployment-settings/{names.dseq}", 500, "internal_server_error")
    with pytest.raises(ProviderError):
        wallet.let_run(names.dseq, timedelta(hours=30))
    runs.refuses(f"GET /v2/deployment-settings/{names.dseq}", 500, "internal_server_error")
    with pytest.raises(ProviderError):
        wallet.leash(names.dseq)


@pytest.mark.parametrize(
    "answer", [(404, {}), (200, {"data": {"runtimeLimitHours": None}})], ids=["none known", "none set"]
)
def test_where_there_is_no_limit_none_is_raised_and_that_is_told(
    wallet: ManagedWallet, runs: Any, names: Any, answer: Any
) -> None:
    runs.each(f"GET /v2/deployment-settings/{names.dseq}", answer)
    wallet.let_run(names.dseq, timedelta(hours=30))
    assert runs.limit["hours"] == 24
    leash = wallet.leash(names.dseq)
    assert leash.hours is None
    assert "until the account is empty" in leash.warning


def test_a_deposit_whose_answer_is_lost_is_not_sent_again(wallet: ManagedWallet, runs: Any, names: Any) -> None:
    runs.each(DEPOSIT, (0, b""))
    with pytest.raises(ProviderError) as lost:
        wallet.top_up(names.dseq, Decimal(24_000_000))
    assert lost.value.kind is Failure.UNKNOWN_OUTCOME
    assert len(runs.requests(DEPOSIT)) == 1


@given(
    uact=st.integers(min_value=1, max_value=10**12),
    rate=st.integers(min_value=1, max_value=10**7),
    seconds=st.decimals(min_value="0.5", max_value="20", places=3),
)
def test_the_hours_paid_are_the_fewest_that_the_money_does_not_outlast_by_a_minute(
    uact: int, rate: int, seconds: Decimal
) -> None:
    block_time = BlockTime(seconds=seconds, first_height=1, last_height=2, measured_at=NOW)
    hours = hours_paid(Decimal(uact), Decimal(rate), block_time)
    assert hours is not None
    lasts_seconds = Decimal(uact) / Decimal(rate) * seconds
    assert lasts_seconds <= hours * 3600 + 60 + Decimal("1e-9")
    assert hours == 1 or lasts_seconds > (hours - 1) * 3600 + 60 - Decimal("1e-9")


@pytest.mark.parametrize(
    ("uact", "hours"), [(1, 1), (2_400_000, 1), (2_400_001, 1), (2_500_000, 2), (57_600_000, 24), (57_610_000, 24)]
)
def test_a_deposit_that_was_rounded_up_makes_no_further_hour(uact: int, hours: int) -> None:
    """At 4000 uact a block of 6 s an hour takes 2,400,000."""
    block_time = BlockTime(seconds=Decimal(6), first_height=1, last_height=2, measured_at=NOW)
    assert hours_paid(Decimal(uact), Decimal(4000), block_time) == hours


def test_where_nothing_is_to_be_paid_no_hours_are_told() -> None:
    block_time = BlockTime(seconds=Decimal(6), first_height=1, last_height=2, measured_at=NOW)
    assert hours_paid(Decimal(500_000), Decimal(0), block_time) is None


# Tokens


@pytest.fixture
def lease_only(names: Any) -> dict[str, Any]:
    """What a token may allow: our acts, at that provider, for that deployment."""
    scope = ["send-manifest", "get-manifest", "status", "logs", "events"]
    deployment = {"dseq": names.dseq, "scope": scope, "services": ["machine"]}
    provider = {"provider": names.seller, "access": "granular", "deployments": [deployment]}
    return {"access": "granular", "permissions": [provider]}


def test_a_gateway_token_is_for_that_provider_and_deployment_alone(
    wallet: ManagedWallet, console: Any, names: Any, lease_only: Any
) -> None:
    token = names.token_of(names.owner, expires=names.now.timestamp() + 600, leases=lease_only)
    assert wallet.owner() == names.owner
    console.says("POST /v1/create-jwt-token", {"data": {"token": token}}, status=201)
    assert wallet.gateway_token(names.seller, names.dseq, names.now) == token
    asked = console.requests("POST /v1/create-jwt-token")[-1]
    assert asked.body == {"data": {"ttl": 600, "leases": lease_only}}


@pytest.mark.parametrize(
    ("owner", "expires_in", "allows"),
    [(OTHER, 600, None), (None, 0, None), (None, 86_400, None), (None, 600, {"access": "full"})],
    ids=["of another account", "expired", "good for a day", "for everything"],
)
def test_a_token_that_is_not_what_was_asked_for_goes_to_no_gateway(
    *, wallet: ManagedWallet, console: Any, names: Any, lease_only: Any, owner: str | None, expires_in: int, allows: Any
) -> None:
    assert wallet.owner() == names.owner
    expires = names.now.timestamp() + expires_in
    token = names.token_of(owner or names.owner, expires=expires, leases=allows or lease_only)
    console.says("POST /v1/create-jwt-token", {"data": {"token": token}}, status=201)
    with pytest.raises(ProviderError) as refused:
        wallet.gateway_token(names.seller, names.dseq, names.now)
    assert refused.value.kind is Failure.NONSENSE


@pytest.mark.parametrize("token", ["", "a.b", "a.!.c", "a.b.c", "a b.c.d", "e30.e30.e30", "x" * 9000])
def test_what_is_no_token_is_nonsense(wallet: ManagedWallet, console: Any, token: str) -> None:
    console.says("POST /v1/create-jwt-token", {"data": {"token": token}}, status=201)
    with pytest.raises(ProviderError) as refused:
        wallet.owner()
    assert refused.value.kind is Failure.NONSENSE

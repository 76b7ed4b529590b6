"""A wallet of one's own: what it opens, takes and closes, once each, whatever was lost in between."""

import base64
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from ampacity.providers.akash.chain.schema import classes
from ampacity.providers.akash.chain.wallet import OwnWallet
from ampacity.providers.akash.ledger import Ledger, OpenRequest
from ampacity.providers.akash.sdl.compiled import Compiled, Group, Unit
from ampacity.providers.akash.values import Address, Closed, Dseq, LeaseId
from ampacity.providers.base import Failure, ProviderError

INFO = "/akash/deployment/v1beta4/deployments/info"
LEASES = "/akash/market/v1beta5/leases/list"
PROVIDER = Address("akash13va9yxc8a7wlc882g72uj4g2fscj93hdk0uycp")
HASH = bytes(range(32))
UNIT = Unit(
    id=1,
    cpu_milli=16_000,
    memory_bytes=64 << 30,
    storage=(),
    gpu_units=1,
    gpu_attributes=(),
    endpoints=(),
    count=1,
    denom="uact",
    price_per_block=Decimal(4268),
)
GROUP = Group(name="ours", attributes=(), signed_by_all=(), signed_by_any=(), units=(UNIT,))
REQUEST = OpenRequest(
    dseq=Dseq(7),
    compiled=Compiled(sdl="", groups=(GROUP,), manifest=b"{}", manifest_hash=HASH),
    deposit_uact=Decimal(5_000_000),
)
MISSING = {"code": 5, "message": "codespace deployment code 4: Deployment not found", "details": []}


class Account:
    """The account's deployment 7, as the node tells of it."""

    def __init__(self, ledger: Any) -> None:
        self.ledger = ledger
        self.state: str | None = None
        self.hash = HASH
        self.leases: list[Any] = []
        ledger.node.routes[f"GET {INFO}"] = lambda query, sent: self.info()
        ledger.node.routes[f"GET {LEASES}"] = lambda query, sent: (200, {"leases": self.leases, "pagination": None})

    def info(self) -> Any:
        if self.state is None:
            return 404, MISSING
        ids = {"owner": self.ledger.owner, "dseq": "7"}
        hash_ = base64.b64encode(self.hash).decode()
        funds = [{"denom": "uact", "amount": "5000000.000000000000000000"}]
        return 200, {
            "deployment": {"id": ids, "state": self.state, "hash": hash_, "created_at": "1990"},
            "groups": [{"group_spec": {"name": "ours"}}],
            "escrow_account": {"state": {"state": "open", "settled_at": "1995", "funds": funds}},
        }

    def lease(self, state: str = "active", provider: str = PROVIDER) -> None:
        ids = {"owner": self.ledger.owner, "dseq": "7", "gseq": 1, "oseq": 1, "provider": provider, "bseq": 0}
        price = {"denom": "uact", "amount": "4268.000000000000000000"}
        self.leases = [{"lease": {"id": ids, "state": state, "price": price, "created_at": "1995"}}]

    def after_block(self, do: Callable[[], None], **changes: Any) -> None:
        def include(name: str) -> None:
            self.ledger.include(name, **changes)
            do()

        self.ledger.includes = include

    @property
    def bid(self) -> LeaseId:
        return LeaseId(owner=self.ledger.owner, dseq=Dseq(7), provider=PROVIDER)

    def sent(self) -> list[str]:
        """The types of all messages that were sent."""
        raws: list[Any] = [classes()["TxRaw"].FromString(raw) for raw in self.ledger.sent]
        bodies: list[Any] = [classes()["TxBody"].FromString(raw.body_bytes) for raw in raws]
        return [body.messages[0].type_url.rpartition(".")[2] for body in bodies]


@pytest.fixture
def account(ledger: Any) -> Account:
    return Account(ledger)


def opens(account: Account) -> None:
    account.state = "active"


def closes(account: Account) -> None:
    account.state = "closed"


def test_it_is_a_ledger(wallet: OwnWallet) -> None:
    ledger: Ledger = wallet
    assert ledger.owner() == "akash19rl4cm2hmr8afy4kldpxz3fka4jguq0a3mq6x0"


def test_a_deployment_is_opened_and_read_back(account: Account, wallet: OwnWallet) -> None:
    account.after_block(lambda: opens(account))
    opened = wallet.open(REQUEST)
    assert (opened.dseq, opened.active, opened.group_name) == (7, True, "ours")
    assert account.sent() == ["MsgCreateDeployment"]


def test_opening_it_again_finds_the_one_that_is_there(account: Account, node: Any, wallet: OwnWallet) -> None:
    opens(account)
    exists = {"code": 2, "message": "failed to execute message; message index: 0: Deployment exists", "details": []}
    node.says("/cosmos/tx/v1beta1/simulate", exists, status=500, method="POST")
    assert wallet.open(REQUEST).dseq == 7
    assert account.sent() == []


@pytest.mark.parametrize(("state", "hash_"), [("closed", HASH), ("active", bytes(32))])
def test_a_number_that_something_else_has_is_not_adopted(
    account: Account, node: Any, wallet: OwnWallet, state: str, hash_: bytes
) -> None:
    account.state, account.hash = state, hash_
    exists = {"code": 2, "message": "message index: 0: Deployment exists", "details": []}
    node.says("/cosmos/tx/v1beta1/simulate", exists, status=500, method="POST")
    with pytest.raises(ProviderError, match="exists, and is another") as caught:
        wallet.open(REQUEST)
    assert caught.value.definite


def test_a_node_that_lags_behind_its_own_block_is_waited_for(account: Account, node: Any, wallet: OwnWallet) -> None:
    waits: list[float] = []

    def tick(seconds: float) -> None:
        waits.append(seconds)
        opens(account)

    late = OwnWallet(node.url, wallet._signer, timeout_seconds=5.0, loopback=True, pause=tick)
    assert late.open(REQUEST).active
    assert len(waits) == 1


def test_a_deployment_that_never_shows_is_an_unknown_outcome(account: Account, wallet: OwnWallet) -> None:
    with pytest.raises(ProviderError, match="does not show yet") as caught:
        wallet.open(REQUEST)
    assert caught.value.kind is Failure.UNKNOWN_OUTCOME


def test_a_node_that_cannot_be_asked_after_the_block_leaves_an_unknown_outcome(
    account: Account, node: Any, wallet: OwnWallet
) -> None:
    node.says(INFO, {"code": 5, "message": "Not Found", "details": []}, status=404)
    with pytest.raises(ProviderError) as caught:
        wallet.open(REQUEST)
    assert caught.value.kind is Failure.UNKNOWN_OUTCOME
    assert account.sent() == ["MsgCreateDeployment"]


def test_a_bid_is_taken_once(account: Account, wallet: OwnWallet) -> None:
    account.after_block(account.lease)
    first = wallet.lease(account.bid)
    assert wallet.lease(account.bid) == first
    assert account.sent() == ["MsgCreateLease"]


def test_a_lease_that_its_provider_ended_at_once_is_told_as_taken_so_that_nobody_waits_for_it(
    account: Account, wallet: OwnWallet
) -> None:
    account.after_block(lambda: account.lease("closed"))
    assert wallet.lease(account.bid).state == "closed"


def test_a_lease_that_another_provider_has_is_not_ours(account: Account, ledger: Any, wallet: OwnWallet) -> None:
    account.lease(provider="akash1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnwduagr")
    ledger.takes = lambda raw: ledger.refused("market", 13, "bid: order not open")
    with pytest.raises(ProviderError, match="order not open") as caught:
        wallet.lease(account.bid)
    assert caught.value.kind is Failure.CAPACITY_GLOBAL


def test_a_bid_that_was_withdrawn_is_capacity_that_is_gone(account: Account, node: Any, wallet: OwnWallet) -> None:
    gone = {"code": 2, "message": "failed to execute message; message index: 0: bid not open", "details": []}
    node.says("/cosmos/tx/v1beta1/simulate", gone, status=500, method="POST")
    with pytest.raises(ProviderError) as caught:
        wallet.lease(account.bid)
    assert caught.value.kind is Failure.CAPACITY_GLOBAL


def test_closing_tells_what_came_back_by_the_block_s_own_events(
    account: Account, ledger: Any, wallet: OwnWallet
) -> None:
    def received(receiver: str, amount: str) -> Any:
        said = [{"key": "receiver", "value": receiver, "index": True}, {"key": "amount", "value": amount}]
        return {"type": "coin_received", "attributes": said}

    events = [
        {"type": "tx", "attributes": [{"key": "fee", "value": "3251uakt"}]},
        received("akash1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnwduagr", "3251uakt"),
        received(PROVIDER, "25608uact"),
        received(ledger.owner, "4974392uact,12uakt"),
    ]
    opens(account)
    account.after_block(lambda: closes(account), events=events)
    assert wallet.close(Dseq(7)) == Closed(dseq=Dseq(7), refund_uact=Decimal(4_974_392))
    assert account.sent() == ["MsgCloseDeployment"]


def test_where_the_node_shows_no_events_the_refund_is_worked_out(account: Account, wallet: OwnWallet) -> None:
    opens(account)
    account.lease()
    account.after_block(lambda: closes(account))
    # Settled at 1995, closed in block 2001: six blocks of 4268 out of 5000000.
    assert wallet.close(Dseq(7)).refund_uact == 5_000_000 - 6 * 4268


@pytest.mark.parametrize("status", [501, 503])
def test_a_market_that_cannot_be_asked_does_not_keep_a_deployment_open(
    account: Account, node: Any, wallet: OwnWallet, status: int
) -> None:
    opens(account)
    node.says(LEASES, {"code": 12, "message": "Not Implemented"}, status=status)
    account.after_block(lambda: closes(account))
    assert wallet.close(Dseq(7)) == Closed(dseq=Dseq(7), refund_uact=None)
    assert account.sent() == ["MsgCloseDeployment"]


@pytest.mark.parametrize("state", [None, "closed"])
def test_what_is_closed_or_never_was_is_closed_without_a_word(
    account: Account, wallet: OwnWallet, state: str | None
) -> None:
    account.state = state
    assert wallet.close(Dseq(7)) == Closed(dseq=Dseq(7), refund_uact=None)
    assert account.sent() == []


def test_closing_what_somebody_else_just_closed_is_quiet(account: Account, ledger: Any, wallet: OwnWallet) -> None:
    opens(account)
    ledger.takes = lambda raw: ledger.refused("deployment", 5, "Deployment closed")
    assert wallet.close(Dseq(7)).refund_uact is None


def test_the_key_is_in_no_text_of_the_wallet(wallet: OwnWallet) -> None:
    shown = repr(wallet) + repr(vars(wallet)) + repr(vars(wallet._sender))
    assert "c4a48e2f" not in shown.lower()

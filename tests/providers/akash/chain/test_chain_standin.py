"""A wallet of one's own against the stand-in, which decodes, checks and carries out by code of its own."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from decimal import Decimal
from pathlib import Path
from time import monotonic, sleep
from typing import TypeVar

import pytest

from ampacity.providers.akash.chain.keys import KeySigner
from ampacity.providers.akash.chain.wallet import OwnWallet
from ampacity.providers.akash.ledger import OpenRequest
from ampacity.providers.akash.sdl.compiled import Attribute, Compiled, Endpoint, Group, Storage, Unit
from ampacity.providers.akash.values import Dseq, LeaseState, MarketBid
from ampacity.providers.base import Failure, ProviderError
from ampacity.sandbox.akash import create_app
from ampacity.sandbox.faults import FaultKind, Faults
from ampacity.sandbox.serve import make_server

T = TypeVar("T")

KEY = bytes.fromhex("c4a48e2fce1481cd3294b4490f6678090ea98d3d0e5cd984558ab0968741b104")
OWNER = "akash19rl4cm2hmr8afy4kldpxz3fka4jguq0a3mq6x0"
UNIT = Unit(
    id=1,
    cpu_milli=16_000,
    memory_bytes=64 << 30,
    storage=(Storage(name="default", size_bytes=100 << 30),),
    gpu_units=1,
    gpu_attributes=(Attribute(key="vendor/nvidia/model/h100/ram/80Gi", value="true"),),
    endpoints=(Endpoint(kind="RANDOM_PORT"),),
    count=1,
    denom="uact",
    price_per_block=Decimal(1000000),
)
GROUP = Group(name="ours", attributes=(), signed_by_all=(), signed_by_any=(), units=(UNIT,))
COMPILED = Compiled(sdl="", groups=(GROUP,), manifest=b"[]", manifest_hash=bytes(range(32)))


@pytest.fixture
def faults(tmp_path: Path) -> Faults:
    return Faults(tmp_path)


@pytest.fixture
def endpoint(tmp_path: Path, faults: Faults, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("AMPACITY_SANDBOX_BLOCK_SECONDS", "0.2")
    (tmp_path / "funded").write_text(OWNER)
    app = create_app(faults, tmp_path)
    server = make_server(app, 0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()
    app.close()


@pytest.fixture
def wallet(endpoint: str) -> OwnWallet:
    return OwnWallet(endpoint, KeySigner(KEY), timeout_seconds=5.0, loopback=True)


def request(dseq: int, uact: int = 20_000_000) -> OpenRequest:
    return OpenRequest(dseq=Dseq(dseq), compiled=COMPILED, deposit_uact=Decimal(uact))


def soon(look: Callable[[], T]) -> T:
    """What shows up within a few seconds."""
    until = monotonic() + 15
    while not (found := look()):
        assert monotonic() < until, "it never showed"
        sleep(0.1)
    return found


def cheapest(wallet: OwnWallet, dseq: Dseq) -> MarketBid:
    bids = soon(lambda: [bid for bid in wallet.bids(dseq) if bid.denom == "uact"])
    return min(bids, key=lambda bid: bid.uact_per_block)


def test_a_deployment_is_opened_leased_topped_up_and_closed_with_money_that_adds_up(wallet: OwnWallet) -> None:
    before = wallet.balance_uact()
    dseq = wallet.open(request(1 << 50)).dseq
    assert wallet.balance_uact() == before - 20_000_000
    assert [row.dseq for row in wallet.active_deployments()] == [dseq]
    bid = cheapest(wallet, dseq)
    lease = wallet.lease(bid.id)
    assert (lease.state, lease.uact_per_block) == (LeaseState.ACTIVE, bid.uact_per_block)
    wallet.top_up(dseq, Decimal(1_000_000))
    closed = wallet.close(dseq)
    assert closed.refund_uact is not None
    spent = before - wallet.balance_uact()
    # What came back is what was put in less what was spent, to the last whole uact of each settlement.
    assert abs(21_000_000 - closed.refund_uact - spent) <= 2
    assert list(wallet.active_deployments()) == []
    assert wallet.close(dseq).refund_uact is None


def test_who_bids_is_found_on_the_chain_with_a_gateway_and_a_certificate(wallet: OwnWallet) -> None:
    provider = cheapest(wallet, wallet.open(request(7)).dseq).id.provider
    facts = wallet.seller(provider)
    assert facts.host_uri.startswith("https://")
    assert len(wallet.certificates(provider)) == 1


def test_opening_the_same_number_again_takes_no_second_deposit(wallet: OwnWallet) -> None:
    first = wallet.open(request(7))
    held = wallet.balance_uact()
    assert wallet.open(request(7)).created_height == first.created_height
    assert wallet.balance_uact() == held


def test_a_number_that_is_used_up_cannot_be_opened_again(wallet: OwnWallet) -> None:
    wallet.close(wallet.open(request(7)).dseq)
    with pytest.raises(ProviderError, match="exists, and is another or closed"):
        wallet.open(request(7))


def test_a_deposit_below_the_chain_s_least_is_refused_before_it_costs_a_fee(wallet: OwnWallet) -> None:
    least = int(wallet.min_deposit_uact())
    with pytest.raises(ProviderError, match="too low") as caught:
        wallet.open(request(7, least - 1))
    assert caught.value.kind is Failure.INVALID
    assert wallet.open(request(7, least)).active


def test_an_account_without_money_for_the_deposit_is_told_so(wallet: OwnWallet) -> None:
    with pytest.raises(ProviderError) as caught:
        wallet.open(request(7, 10**12))
    assert caught.value.kind is Failure.BILLING


def test_an_answer_that_is_lost_after_the_deployment_was_opened_is_found_by_hash(
    wallet: OwnWallet, faults: Faults
) -> None:
    before = wallet.balance_uact()
    faults.inject(FaultKind.TIMEOUT_AFTER_CREATE)
    assert wallet.open(request(7)).active
    assert wallet.balance_uact() == before - 20_000_000


def test_a_bid_cannot_be_taken_twice_by_two_orders(wallet: OwnWallet) -> None:
    dseq = wallet.open(request(7)).dseq
    taken = cheapest(wallet, dseq)
    other = next(bid for bid in wallet.bids(dseq) if bid.id != taken.id and bid.denom == "uact")
    wallet.lease(taken.id)
    with pytest.raises(ProviderError) as caught:
        wallet.lease(other.id)
    assert caught.value.kind is Failure.CAPACITY_GLOBAL


def test_a_key_of_no_account_spends_nothing(endpoint: str) -> None:
    stranger = OwnWallet(endpoint, KeySigner(b"\x07" * 32), timeout_seconds=5.0, loopback=True)
    with pytest.raises(ProviderError, match="does not know") as caught:
        stranger.open(request(7))
    assert caught.value.kind is Failure.BILLING


def test_two_processes_with_one_key_both_get_through(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Two processes take no turns with each other; two threads stand for them here.
    monkeypatch.setattr("ampacity.providers.akash.chain.sender.one_at_a_time", lambda name: nullcontext())
    wallets = [OwnWallet(endpoint, KeySigner(KEY), timeout_seconds=5.0, loopback=True) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        opened = list(pool.map(lambda wallet, dseq: wallet.open(request(dseq)), wallets, (100, 101)))
    assert sorted(row.dseq for row in opened) == [100, 101]
    assert sorted(row.dseq for row in wallets[0].active_deployments()) == [100, 101]

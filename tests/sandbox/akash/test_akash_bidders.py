"""The bidders: who bids for what, at which price, when, and how each of them behaves."""

from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from ampacity.sandbox.akash import bank, leases
from ampacity.sandbox.akash.bech32 import address_of
from ampacity.sandbox.akash.matching import matches
from ampacity.sandbox.akash.refusals import ChainRefusedError
from ampacity.sandbox.akash.rows import BidId
from ampacity.sandbox.akash.spec import Attribute, Coin
from ampacity.sandbox.akash.stock import load_stock
from ampacity.sandbox.faults import FaultKind

AUDITOR = "akash1365yvmc4s7awdyj3n2sav7xfx76adc6dnmlx63"


def names(chain: Any) -> set[str]:
    """Who has bid."""
    by_address = {bidder.address: bidder.name for bidder in load_stock().bidders}
    return {by_address[row.id.provider] for row in chain.market.read().bids.values() if row.state == "open"}


def test_prices_are_those_of_the_catalogue_at_the_blocks_own_length(chain: Any, wallet: Any) -> None:
    wallet.create()
    chain.wait(2)
    # 2.615 USD/h is 2 615 000 uact in 3600 blocks of a second
    assert chain.bid_of("plain").price == Coin(denom="uact", amount=Decimal("726.388889"))


def test_a_slower_chain_has_dearer_blocks(tmp_path: Any, chain: Any, make_wallet: Any, make_group: Any) -> None:
    chain.folder = tmp_path / "slow"
    chain.reopen(block_seconds=5.876)
    make_wallet(7).create(spec=make_group("9000"))
    chain.wait(12)
    assert chain.bid_of("plain").price.amount == Decimal("4268.261112")  # the 4268 uact that were seen


def test_nobody_bids_at_once_and_the_slow_one_only_after_twenty_seconds(chain: Any, wallet: Any) -> None:
    wallet.create()
    assert names(chain) == set()
    chain.wait(2)
    assert names(chain) == {"plain", "dearer", "liar", "deaf", "foreign"}
    chain.wait(19)
    assert "slow" in names(chain)


def test_the_liar_is_cheapest_and_offers_another_gpu(chain: Any, wallet: Any) -> None:
    wallet.create()
    chain.wait(2)
    liar, plain = chain.bid_of("liar"), chain.bid_of("plain")
    assert liar.price.amount < plain.price.amount
    assert [row.key for row in liar.offer[0].resource.gpu_attributes] == [
        "vendor/nvidia/model/rtx4090/ram/24Gi/interface/pcie"
    ]
    assert [row.key for row in plain.offer[0].resource.gpu_attributes] == [
        "vendor/nvidia/model/h100/ram/80Gi/interface/sxm"
    ]


def test_a_bid_in_the_old_denomination_is_listed_and_cannot_be_leased(chain: Any, wallet: Any) -> None:
    wallet.create()
    chain.wait(2)
    bid = chain.bid_of("foreign")
    assert bid.price.denom.startswith("ibc/")
    with pytest.raises(ChainRefusedError) as refused:
        chain.market.create_lease(bid.id)
    assert (refused.value.codespace, refused.value.code) == ("escrow", 5)


@pytest.mark.parametrize(
    ("change", "bidding"),
    [
        ({"gpu": "vendor/nvidia/model/*"}, {"plain", "dearer", "liar", "deaf", "foreign"}),
        ({"gpu": "vendor/nvidia/model/h100/ram/80Gi/interface/pcie"}, set()),
        ({"gpu": "vendor/nvidia/model/h200"}, set()),
        ({"attributes": (Attribute(key="location-region", value="eu-central"),)}, {"deaf"}),
        ({"signed_by_any_of": (AUDITOR,)}, {"plain", "dearer", "deaf", "foreign"}),
        ({"signed_by_all_of": (AUDITOR, "akash1nobody")}, set()),
        ({"ceiling": "726"}, {"liar", "foreign"}),
        ({"ceiling": "726.388889"}, {"liar", "foreign", "plain"}),
    ],
)
def test_who_may_not_or_will_not_does_not_bid(
    chain: Any, wallet: Any, make_group: Any, change: dict[str, Any], bidding: set[str]
) -> None:
    wallet.create(spec=make_group(**change))
    chain.wait(2)
    assert names(chain) == bidding


@pytest.mark.parametrize(
    ("pattern", "key", "does"),
    [
        ("vendor/nvidia/model/*", "vendor/nvidia/model/h100", True),
        ("vendor/nvidia/model/*", "vendor/nvidia/model/h100/ram/80Gi", False),
        ("vendor/nvidia/model/h?00", "vendor/nvidia/model/h200", True),
        ("vendor/nvidia/model/h100", "vendor/nvidia/model/h1000", False),
        ("a.b", "axb", False),
    ],
)
def test_a_star_does_not_cross_a_slash(pattern: str, key: str, does: bool) -> None:
    assert matches(pattern, key) is does


def test_a_bidder_has_only_so_many_gpus(chain: Any, wallet: Any, make_group: Any) -> None:
    alone = (Attribute(key="location-region", value="eu-central"),)
    for dseq in (1, 2, 3):
        spec = make_group("9000", gpus=4, attributes=alone)
        wallet.create(dseq=dseq, deposit=1_000_000, spec=spec)
        chain.wait(2)
        found = [row.id for row in chain.market.read().bids.values() if row.id.dseq == dseq]
        assert len(found) == (0 if dseq == 3 else 1)  # eight in all, four a machine
        for bid_id in found:
            chain.market.create_lease(bid_id)


def test_a_lease_lets_the_others_lose_and_gives_their_deposits_back(chain: Any, wallet: Any) -> None:
    before = chain.market.read().accounts[chain.provider("dearer")].balances["uact"]
    wallet.lease("plain")
    assert chain.bid_of("plain").state == "active"
    lost = chain.bid_of("dearer")
    assert (lost.state, lost.account.state) == ("lost", "closed")
    assert chain.market.read().accounts[chain.provider("dearer")].balances["uact"] == before


def test_bids_that_nobody_takes_are_withdrawn_after_five_minutes(chain: Any, wallet: Any) -> None:
    wallet.create()
    chain.wait(25)
    assert "slow" in names(chain)
    chain.wait(300)
    assert names(chain) == set()
    assert chain.market.read().deployment(wallet.address, 7).state == "active"


def test_the_fault_capacity_lets_one_deployment_draw_no_bids(chain: Any, wallet: Any) -> None:
    chain.faults.inject(FaultKind.CAPACITY)
    wallet.create(dseq=1)
    wallet.create(dseq=2)
    chain.wait(30)
    assert {row.id.dseq for row in chain.market.read().bids.values()} == {2}


def test_the_fault_price_moved_makes_every_bid_dearer_until_it_is_cleared(chain: Any, wallet: Any) -> None:
    chain.faults.inject(FaultKind.PRICE_MOVED)
    wallet.create(dseq=1)
    chain.wait(2)
    assert chain.bid_of("plain").price.amount == Decimal("871.666667")  # 2.615 x 1.2 / 3600
    chain.market.close_deployment(wallet.address, 1)
    chain.faults.clear()
    wallet.create(dseq=2)
    chain.wait(2)
    prices = {row.price.amount for row in chain.market.read().bids.values() if row.id.dseq == 2}
    assert Decimal("726.388889") in prices


def test_the_chain_refuses_a_bid_above_the_order_and_one_too_many(chain: Any, wallet: Any, make_group: Any) -> None:
    wallet.create(spec=make_group("100"))
    chain.wait(2)
    bid_id = BidId(owner=wallet.address, dseq=7, gseq=1, oseq=1, provider=chain.provider("plain"))

    def code(amount: str, provider: str) -> tuple[str, int]:
        wanted = BidId(owner=wallet.address, dseq=7, gseq=1, oseq=1, provider=provider)
        with pytest.raises(ChainRefusedError) as refused, chain.market.change() as state:
            leases.create_bid(state, wanted, Coin(denom="uact", amount=Decimal(amount)))
        return refused.value.codespace, refused.value.code

    assert code("100.000001", bid_id.provider) == ("market", 22)
    assert code("0", bid_id.provider) == ("market", 19)
    assert code("50", wallet.address) == ("market", 30)


def test_an_order_takes_twenty_one_bids_and_no_more(chain: Any, wallet: Any) -> None:
    """The chain's parameter says twenty, and its handler refuses the one after the next."""
    wallet.create()
    sellers = [address_of(bytes([number]) * 20) for number in range(1, 30)]
    with chain.market.change() as state:
        for seller in sellers:
            bank.open_account(state, seller, {"uact": 500_000})
            state.providers[seller] = structs.replace(state.providers[chain.provider("plain")], address=seller)
    taken = 0
    for seller in sellers:
        bid_id = BidId(owner=wallet.address, dseq=7, gseq=1, oseq=1, provider=seller)
        with suppress(ChainRefusedError), chain.market.change() as state:
            leases.create_bid(state, bid_id, Coin(denom="uact", amount=Decimal(900)))
            taken += 1
    assert taken == 21
    chain.wait(2)
    assert len(chain.market.read().bids) == 22  # and one left over from another time, which nobody checks


def test_what_is_sold_has_a_source_and_a_date() -> None:
    stock = load_stock()
    assert stock.source
    assert stock.observed == "2026-07-17"
    assert len({bidder.address for bidder in stock.bidders}) == len(stock.bidders)

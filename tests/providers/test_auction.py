"""The rule of choice: the cheapest allowed bid within the ceiling, ties by address."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ampacity.providers.base import Bid, choose_bid

bids = st.lists(
    st.builds(
        Bid,
        id=st.text("abcdef", min_size=1, max_size=3),
        bidder=st.text("abcdef", min_size=1, max_size=3),
        usd_per_hour=st.decimals(Decimal("0.01"), Decimal(9), places=2) | st.none(),
        allowed=st.booleans(),
    ),
    max_size=8,
)
ceilings = st.decimals(Decimal("0.01"), Decimal(9), places=2)


def price(bid: Bid) -> Decimal:
    return Decimal("Infinity") if bid.usd_per_hour is None else bid.usd_per_hour


@given(bids, ceilings)
def test_the_winner_is_allowed_within_the_ceiling_and_no_other_is_cheaper(rows: list[Bid], ceiling: Decimal) -> None:
    fitting = [bid for bid in rows if bid.allowed and price(bid) <= ceiling]
    won = choose_bid(rows, ceiling)
    assert (won is None) == (not fitting)
    if won is not None:
        assert won in fitting
        assert all(price(won) <= price(bid) for bid in fitting)


@given(bids, ceilings, st.randoms())
def test_the_order_in_which_bids_arrive_does_not_matter(rows: list[Bid], ceiling: Decimal, random: object) -> None:
    shuffled = sorted(rows, key=lambda _: random.random())  # type: ignore[attr-defined]
    first, second = choose_bid(rows, ceiling), choose_bid(shuffled, ceiling)
    assert (first and (first.usd_per_hour, first.bidder, first.id)) == (
        second and (second.usd_per_hour, second.bidder, second.id)
    )


def test_of_two_equal_prices_the_lower_address_wins() -> None:
    rows = [Bid(id="1", bidder=name, usd_per_hour=Decimal(2), allowed=True) for name in ("akash1z", "akash1a")]
    won = choose_bid(rows, Decimal(2))
    assert won is not None
    assert won.bidder == "akash1a"

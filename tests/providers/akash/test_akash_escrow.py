"""The arithmetic of deposits: never a block too short, never above what was approved."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ampacity.providers.akash.escrow import ceiling_per_block, deposit_uact, missing_uact, runway
from ampacity.providers.akash.values import BlockTime, Escrow

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

prices = st.decimals(Decimal("0.01"), Decimal(200), places=4)
blocks = st.decimals(Decimal("0.5"), Decimal(12), places=4).map(
    lambda seconds: BlockTime(seconds=seconds, first_height=1, last_height=1001, measured_at=NOW)
)
uact = st.decimals(Decimal("0.000001"), Decimal(100_000), places=6)
hours = st.integers(1, 8_760).map(lambda count: timedelta(hours=count))
MEASURED = BlockTime(seconds=Decimal("5.876"), first_height=27_652_334, last_height=27_761_552, measured_at=NOW)


def test_the_least_deposit_lasts_an_h100_about_eleven_minutes() -> None:
    # 4268 uact a block of 5.876 s, as measured in July 2026: 500000 / 4268 x 5.876 s = 688 s.
    held = Escrow(funds_uact=Decimal(500_000), settled_height=100, state="open")
    way = runway(held, Decimal(4268), height=100, block=MEASURED, now=NOW)
    assert way.dry_at == NOW + timedelta(seconds=688)


def test_a_price_an_hour_is_told_by_the_measured_block_time() -> None:
    assert round(MEASURED.usd_per_hour(Decimal(4268)), 3) == Decimal("2.615")


@given(prices, blocks)
def test_an_order_never_asks_for_more_than_was_approved(usd_per_hour: Decimal, block: BlockTime) -> None:
    asked = ceiling_per_block(usd_per_hour, block)
    assert block.usd_per_hour(asked) <= usd_per_hour
    assert block.usd_per_hour(asked + Decimal("0.000001")) > usd_per_hour


@given(uact, hours, blocks)
def test_a_deposit_at_the_ceiling_lasts_the_time_and_is_less_than_an_uact_too_much(
    price: Decimal, lasts: timedelta, block: BlockTime
) -> None:
    exact = price * Decimal(lasts.total_seconds()) / block.seconds
    deposit = deposit_uact(price, lasts, block, Decimal(0))
    assert deposit == deposit.to_integral_value()
    assert exact <= deposit < exact + 1


def test_a_deposit_is_at_least_what_the_chain_asks_for() -> None:
    assert deposit_uact(Decimal(1), timedelta(seconds=6), MEASURED, Decimal(500_000)) == 500_000
    assert deposit_uact(Decimal(1), timedelta(seconds=-5), MEASURED, Decimal(500_000)) == 500_000


@given(uact, hours, blocks, st.integers(0, 10**12))
def test_what_is_missing_makes_it_last_and_nothing_more_is_missing_then(
    price: Decimal, lasts: timedelta, block: BlockTime, left: int
) -> None:
    missing = missing_uact(Decimal(left), price, lasts, block)
    assert missing >= 0
    assert missing_uact(left + missing, price, lasts, block) == 0


@given(uact, blocks, st.integers(0, 10**10), st.integers(0, 10**6))
def test_what_is_left_is_never_below_zero_and_never_grows(
    price: Decimal, block: BlockTime, funds: int, passed: int
) -> None:
    held = Escrow(funds_uact=Decimal(funds), settled_height=100, state="open")
    first = runway(held, price, height=100, block=block, now=NOW)
    later = runway(held, price, height=100 + passed, block=block, now=NOW)
    assert 0 <= later.left_uact <= first.left_uact == funds


def test_where_nothing_bills_nothing_runs_dry() -> None:
    held = Escrow(funds_uact=Decimal(500_000), settled_height=100, state="open")
    assert runway(held, Decimal(0), height=100, block=MEASURED, now=NOW).dry_at is None


def test_a_forecast_of_more_than_a_century_is_none() -> None:
    held = Escrow(funds_uact=Decimal(10) ** 15, settled_height=100, state="open")
    assert runway(held, Decimal("0.000001"), height=100, block=MEASURED, now=NOW).dry_at is None

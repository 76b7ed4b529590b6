"""Money is exact, and an unknown price is never shown as nothing."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampacity.core.money import HOURS_PER_MONTH, ceil_cents, plain, show_usd, total

USD = st.decimals(min_value=-(10**9), max_value=10**9, places=6)


def test_a_month_is_365_days_divided_by_12() -> None:
    assert Decimal(365 * 24) / 12 == HOURS_PER_MONTH


def test_tenths_add_up_exactly() -> None:
    assert total([Decimal("0.1")] * 3) == Decimal("0.3")
    assert total([]) == 0


@pytest.mark.parametrize(
    ("written", "bytes_"),
    [("1.500", "1.5"), ("60", "60"), ("60.00", "60"), ("6E+1", "60"), ("1E+3", "1000"), ("0.00", "0"), ("-0", "0")],
)
def test_equal_prices_have_equal_bytes(written: str, bytes_: str) -> None:
    assert str(plain(Decimal(written))) == bytes_


@given(USD)
def test_making_a_price_plain_never_changes_it(usd: Decimal) -> None:
    assert plain(usd) == usd
    assert str(plain(plain(usd))) == str(plain(usd))


@given(USD)
def test_a_ceiling_in_cents_is_never_below_and_less_than_a_cent_above(usd: Decimal) -> None:
    assert 0 <= ceil_cents(usd) - usd < Decimal("0.01")


@pytest.mark.parametrize(
    ("usd", "shown"),
    [
        ("1234.5", "$1,234.50"),
        ("0", "$0.00"),
        ("-3.456", "-$3.46"),
        ("-0.001", "$0.00"),
        ("0.125", "$0.12"),
        ("0.135", "$0.14"),
    ],
)
def test_money_is_shown_with_its_sign_before_the_dollar_and_halves_to_even(usd: str, shown: str) -> None:
    assert show_usd(Decimal(usd)) == shown


def test_an_unknown_price_is_said_to_be_unknown() -> None:
    assert show_usd(None) == "unknown"


def test_small_prices_can_have_more_places() -> None:
    assert show_usd(Decimal("0.00125"), places=4) == "$0.0012"

"""Money is `Decimal` US dollars; every name that holds it says `usd` and per what."""

from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal

HOURS_PER_MONTH = Decimal(730)
"""The field's month: 365 days x 24 h / 12."""

_CENT = Decimal("0.01")


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Sum of `amounts`, zero dollars for none."""
    return sum(amounts, Decimal(0))


def greatest(*amounts: Decimal | None) -> Decimal | None:
    """The greatest of those that are known, `None` where none is."""
    return max((each for each in amounts if each is not None), default=None)


def plain(amount: Decimal) -> Decimal:
    """`amount` without trailing zeros, so that equal prices have equal bytes."""
    short = Decimal(f"{amount.normalize():f}")
    return short or short.copy_abs()


def ceil_cents(amount: Decimal) -> Decimal:
    """`amount` rounded up to whole cents: for ceilings, which must never round below."""
    return amount.quantize(_CENT, rounding=ROUND_CEILING)


def show_most_usd(most: Decimal) -> str:
    """A ceiling or a worst case for people: up to whole cents, so that it is never shown below what it allows."""
    return show_usd(ceil_cents(most))


def show_usd(amount: Decimal | None, *, places: int = 2) -> str:
    """`$1,234.50` for people; an unknown price is `unknown`, never `$0`."""
    if amount is None:
        return "unknown"
    quantum = Decimal(1).scaleb(-places)
    rounded = amount.quantize(quantum, rounding=ROUND_HALF_EVEN) + 0  # no minus before a zero
    return f"-${-rounded:,}" if rounded < 0 else f"${rounded:,}"

"""Sums in which missing is not zero."""

from decimal import Decimal

from ...core.money import total


def sum_known(amounts: list[Decimal | None]) -> Decimal | None:
    """The sum, or `None` when one of the amounts is not known: missing is not zero."""
    known = [amount for amount in amounts if amount is not None]
    return total(known) if len(known) == len(amounts) else None

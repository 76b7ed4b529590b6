"""Money for accounts that somebody signs for with a key of their own."""

from pathlib import Path

from . import bank
from .checks import DENOM
from .market import Market
from .tx.admission import FEE_DENOM

GIFT = {DENOM: 1_000_000_000, FEE_DENOM: 100_000_000}
"""A thousand ACT to deposit, a hundred AKT for fees."""


def fund(market: Market, address: str) -> dict[str, str]:
    """Add the gift to the account, which is opened where there is none; what it has now.

    Raises `ValueError` for what is no address.
    """
    with market.change() as state:
        bank.open_account(state, address, {})
        for denom, amount in GIFT.items():
            bank.credit(state, address, denom, amount)
        balances = state.account(address).balances
        return {denom: str(amount) for denom, amount in sorted(balances.items())}


def fund_listed(market: Market, folder: Path) -> None:
    """Open every account that `folder/funded` names, an address a line. Raises `ValueError` for what is none."""
    file = folder / "funded"
    for address in file.read_text(encoding="ascii").split() if file.exists() else ():
        market.open_account(address, GIFT)

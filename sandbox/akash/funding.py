"""Money for accounts that somebody signs for with a key of their own."""

from pathlib import Path

from .checks import DENOM
from .market import Market
from .tx.admission import FEE_DENOM

LISTED = {DENOM: 1_000_000_000, FEE_DENOM: 100_000_000}
"""A thousand ACT to deposit, a hundred AKT for fees."""


def fund_listed(market: Market, folder: Path) -> None:
    """Open every account that `folder/funded` names, an address a line. Raises `ValueError` for what is none."""
    file = folder / "funded"
    for address in file.read_text(encoding="ascii").split() if file.exists() else ():
        market.open_account(address, LISTED)

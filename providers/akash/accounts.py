"""The account that pays here: what it holds, and what it lacks to open a deployment. Pure but for its ledger."""

from decimal import Decimal

from ...core.money import plain
from ..base import Account, Holding
from .escrow import usd
from .ledger import Ledger
from .values import UACT_PER_USD, UAKT_PER_AKT

LEAST_FEES_UAKT = Decimal(30_000)
"""For an order, a lease and its end: some 10 000 uakt each at the price that is offered for gas."""


def tell_account(ledger: Ledger) -> Account:
    """Whose it is and what is in it. Raises `ProviderError`."""
    uact, uakt = ledger.balance_uact(), ledger.fees_uakt()
    act = Holding(
        unit="ACT", amount=None if uact is None else plain(uact / UACT_PER_USD), used_for="deposits, 1 is about 1 USD"
    )
    akt = () if uakt is None else (Holding(unit="AKT", amount=plain(uakt / UAKT_PER_AKT), used_for="fees"),)
    lack = "; ".join(_lacks(uact, uakt, ledger.min_deposit_uact()))
    owner = ledger.owner()
    way = "put credits into the Console's account" if uakt is None else f"send what is missing to {owner}"
    return Account(
        name=owner,
        holds=(act, *akt),
        lack=lack,
        fix=f"{way}, then ampacity doctor" if lack else "",
        free_usd=None if uact is None else plain(usd(uact)),
        fund=way,
    )


def _lacks(uact: Decimal | None, uakt: Decimal | None, least_uact: Decimal) -> list[str]:
    lacks = []
    if uact is not None and uact < least_uact:
        lacks.append(f"the least deposit is {plain(usd(least_uact))} ACT")
    if uakt is not None and uakt < LEAST_FEES_UAKT:
        lacks.append(f"fees of one machine take about {plain(LEAST_FEES_UAKT / UAKT_PER_AKT)} AKT")
    return lacks

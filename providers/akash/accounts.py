"""The account that pays here: what it holds, and what it lacks to open a deployment. Pure but for its ledger."""

from collections.abc import Iterator
from decimal import Decimal

from ...core.money import plain
from ..base import Account, Holding, ProviderError
from .escrow import usd
from .ledger import Ledger
from .values import UACT_PER_USD, UAKT_PER_AKT

LEAST_FEES_UAKT = Decimal(30_000)
"""For an order, a lease and its end: some 10 000 uakt each at the price that is offered for gas."""


def tell_account(ledger: Ledger) -> Account:
    """Whose it is and what is in it, and whether the chain sells to it at all. Raises `ProviderError`."""
    uact, uakt = ledger.balance_uact(), ledger.fees_uakt()
    owner = ledger.owner()
    way = "put credits into the Console's account" if uakt is None else f"send what is missing to {owner}"
    lack = "; ".join(_lacks(uact, uakt, ledger.min_deposit_uact()))
    fix = f"{way}, then ampacity doctor" if lack else ""
    if (other := _other_chain(ledger)) is not None:
        lack, fix = "; ".join(filter(None, (f"{other} [{other.code}]", lack))), other.fix
    return Account(
        name=owner,
        holds=tuple(_holds(uact, uakt)),
        lack=lack,
        fix=fix,
        free_usd=None if uact is None else plain(usd(uact)),
        fund=way,
    )


def _other_chain(ledger: Ledger) -> ProviderError | None:
    """Why nothing can be bought with it, however much it holds."""
    try:
        ledger.check_versions()
    except ProviderError as error:
        return error
    return None


def _holds(uact: Decimal | None, uakt: Decimal | None) -> Iterator[Holding]:
    amount = None if uact is None else plain(uact / UACT_PER_USD)
    yield Holding(unit="ACT", amount=amount, used_for="deposits, 1 is about 1 USD")
    if uakt is not None:
        yield Holding(unit="AKT", amount=plain(uakt / UAKT_PER_AKT), used_for="fees")


def _lacks(uact: Decimal | None, uakt: Decimal | None, least_uact: Decimal) -> list[str]:
    lacks = []
    if uact is not None and uact < least_uact:
        lacks.append(f"the least deposit is {plain(usd(least_uact))} ACT")
    if uakt is not None and uakt < LEAST_FEES_UAKT:
        lacks.append(f"fees of one machine take about {plain(LEAST_FEES_UAKT / UAKT_PER_AKT)} AKT")
    return lacks

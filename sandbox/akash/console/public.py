"""What the Console tells anybody."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from ..market import Market
from ..tick import price_rise
from . import directory, gpus
from .refusals import refused
from .screening import screen
from .screening_body import read_screening

MARKET_DATA = {
    "price": 0.5434716,
    "volume": 0,
    "marketCap": 0,
    "marketCapRank": 0,
    "priceChange24h": 0,
    "priceChangePercentage24": 0,
}
"""As recorded by opencolin/n8n-nodes-akash, 2026-07-17: only the price is filled."""


class Public:
    """Prices, stock, providers; no key is asked for."""

    def __init__(self, market: Market) -> None:
        self._market = market

    def gpu_prices(self) -> Any:
        """Indications; the fault `price-moved` raises them."""
        return gpus.gpu_prices(self._market.read(), self._market.stock, price_rise(self._market.faults))

    def gpu(self, wanted: Mapping[str, str]) -> Any:
        """How many there are, and how many are leased."""
        return gpus.gpu_counts(self._market.read(), self._market.stock, wanted)

    def gpu_models(self) -> Any:
        """By vendor."""
        return gpus.gpu_models(self._market.stock)

    def providers(self) -> Any:
        """All of them."""
        return directory.providers(self._market.read(), self._market.stock)

    def provider(self, address: str) -> Any:
        """One of them."""
        for bidder in self._market.stock.bidders:
            if bidder.address == address:
                return directory.provider(self._market.read(), bidder)
        raise refused(HTTPStatus.NOT_FOUND, "Provider not found.")

    def auditors(self) -> Any:
        """The one that signs here."""
        address = self._market.stock.auditor
        return [{"id": "sandbox", "name": "Sandbox", "address": address, "website": "https://auditor.invalid"}]

    def screening(self, body: bytes) -> Any:
        """Who could bid."""
        return screen(self._market.read(), self._market.stock, read_screening(body))

    def balances(self, address: str) -> Any:
        """The free money, and what escrows held when last settled.

        In US dollars, as the Console's newest notes for API keys say; its source of August has millionths.
        """
        state = self._market.read()
        account = state.accounts.get(address)
        free = (account.balances.get("uact", 0) if account else 0) / 1_000_000
        mine = [row for row in state.deployments.values() if row.owner == address and row.state == "active"]
        held = float(sum(row.account.funds for row in mine)) / 1_000_000
        return {"data": {"balance": free, "deployments": held, "total": free + held}}

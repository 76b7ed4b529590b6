"""GPUs on the whole market: how many, whose, and at what price. Prices are of honest bidders' latest bids."""

from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from statistics import median
from typing import Any

import msgspec

from ..bidding import units_free
from ..state import State
from ..stock import Bidder, Manner, Stock, StockedGpu

USD_PER_AKT = Decimal("0.5434716")
"""The Console's own figure as recorded by opencolin/n8n-nodes-akash, 2026-07-17."""
CONSOLE_SECONDS = 6
"""What the Console takes a block for, however long the chain's are."""
_CENT = Decimal("0.01")
_SXM = {"a100": "SXM4", "v100": "SXM2"}
_HIDDEN = {Manner.LIES, Manner.OLD_DENOMINATION}
"""Whose bids do not count: one is for another GPU, the other in a denomination that is not read."""


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """One bidder's GPUs of one model."""

    bidder: Bidder
    gpu: StockedGpu
    free: int

    @property
    def priced(self) -> bool:
        """Whether the price list hears of its price."""
        return self.bidder.manner not in _HIDDEN


Kind = tuple[str, str, str]
"""Model, memory, interface; the last as the Console spells it."""


def holdings(state: State, stock: Stock) -> dict[Kind, list[Holding]]:
    """All of them, by kind and in the order of kinds."""
    found: dict[Kind, list[Holding]] = {}
    for bidder in stock.bidders:
        for model, gpu in bidder.gpus.items():
            kind = (model, gpu.ram, interface_of(model, gpu.interface))
            found.setdefault(kind, []).append(Holding(bidder=bidder, gpu=gpu, free=units_free(state, bidder, model)))
    return dict(sorted(found.items()))


def interface_of(model: str, interface: str) -> str:
    """An SDL says `sxm` where the Console says which."""
    return _SXM.get(model, "SXM5") if interface == "sxm" else "PCIe"


def gpu_prices(state: State, stock: Stock, rise: Decimal) -> dict[str, Any]:
    """`GET /v1/gpu-prices`. `rise` multiplies every price; an hour has as many blocks as the Console thinks."""
    found = holdings(state, stock)
    everything = [row for held in found.values() for row in held]
    return {"availability": _count(everything), "models": list(_models(found, rise, _off(state)))}


def gpu_counts(state: State, stock: Stock, wanted: Mapping[str, str]) -> dict[str, Any]:
    """`GET /v1/gpu`; `wanted` may have `vendor`, `model`, `memory_size` and `provider` (address or URI)."""
    whose = wanted.get("provider")
    rows: list[dict[str, Any]] = []
    allocatable = allocated = 0
    for (model, ram, interface), held in holdings(state, stock).items():
        here = [row for row in held if whose is None or whose in _names(state, row.bidder)]
        if not here or not _fits(wanted, model, ram):
            continue
        total, free = _sums(here)
        allocatable, allocated = allocatable + total, allocated + total - free
        counts = {"allocatable": total, "allocated": total - free}
        rows.append({"model": model, "ram": ram, "interface": interface} | counts)
    whole = {"allocatable": allocatable, "allocated": allocated}
    return {"gpus": {"total": whole, "details": {"nvidia": rows} if rows else {}}}


def gpu_models(stock: Stock) -> list[dict[str, Any]]:
    """`GET /v1/gpu-models`."""
    models: dict[str, tuple[set[str], set[str]]] = {}
    for bidder in stock.bidders:
        for model, gpu in bidder.gpus.items():
            memory, interface = models.setdefault(model, (set(), set()))
            memory.add(gpu.ram)
            interface.add(interface_of(model, gpu.interface))
    rows = [
        {"name": name, "displayName": name.upper(), "memory": sorted(memory), "interface": sorted(interface)}
        for name, (memory, interface) in sorted(models.items())
    ]
    return [{"name": "nvidia", "displayName": "NVIDIA", "models": rows}]


def _off(state: State) -> Decimal:
    """What the Console's block makes of a price per hour of this chain."""
    return Decimal(str(state.clock.block_seconds)) / CONSOLE_SECONDS


def _models(found: dict[Kind, list[Holding]], rise: Decimal, off: Decimal) -> Iterator[dict[str, Any]]:
    for (model, ram, interface), held in found.items():
        usd = [(row.gpu.usd_per_hour * rise, row.gpu.units) for row in held if row.priced]
        uakt = [(price / USD_PER_AKT * 1_000_000, units) for price, units in usd]
        yield {
            "vendor": "nvidia",
            "model": model,
            "ram": ram,
            "interface": interface,
            "availability": _count(held),
            "providerAvailability": {"total": len(held), "available": sum(row.free > 0 for row in held)},
            "price": _price("USD", usd, off),
            "priceUakt": _price("uakt", uakt, off),
        }


def _price(currency: str, rows: list[tuple[Decimal, int]], off: Decimal) -> dict[str, Any] | None:
    """One best bid a provider, weighed by its GPUs."""
    if not rows:
        return None
    prices = [price for price, _ in rows]
    weighted = sum((price * units for price, units in rows), Decimal(0)) / sum(units for _, units in rows)
    figures = {
        "min": min(prices),
        "max": max(prices),
        "avg": sum(prices, Decimal(0)) / len(prices),
        "weightedAverage": weighted,
        "med": median(prices),
    }
    cents = {key: value.quantize(_CENT, ROUND_HALF_UP) for key, value in figures.items()}
    return {"currency": currency} | {key: float(value * off) for key, value in cents.items()}


def _count(held: list[Holding]) -> dict[str, int]:
    total, free = _sums(held)
    return {"total": total, "available": free}


def _sums(held: list[Holding]) -> tuple[int, int]:
    return sum(row.gpu.units for row in held), sum(row.free for row in held)


def _names(state: State, bidder: Bidder) -> tuple[str, str]:
    return bidder.address, state.providers[bidder.address].host_uri


def _fits(wanted: Mapping[str, str], model: str, ram: str) -> bool:
    given = {"vendor": "nvidia", "model": model, "memory_size": ram}
    return all(wanted.get(key, value) == value for key, value in given.items())

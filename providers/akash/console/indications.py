"""What the Console's price list says, row by row. Pure.

A price is the median of the best bids of each provider for one GPU of that model, with whatever CPU,
memory and disk those orders had, of the last 14 to 31 days (console `gpu-price.service.ts`). It is an
indication: what an order for one GPU will probably draw, and says nothing of several GPUs on a node.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

import msgspec

from ....core.money import plain
from ....core.shapes import ready
from ...base import Failure, Gpu, OfferQuery, Skip
from ...gpus import find_model
from ...text import clean
from ..names import PROVIDER
from .wire import Price, PriceRow, Prices, StockAnswer, StockRow

VENDOR = "nvidia"
"""The only one that an SDL can ask for."""
HIGHEST_USD_PER_HOUR = Decimal(1000)
"""For one GPU; above it, it is no price but a mistake."""

GpuKey = tuple[str, str, str]
"""Model, memory and interface as the Console writes them."""

_RAM = re.compile(r"([1-9][0-9]{0,3})Gi")


class Indication(msgspec.Struct, frozen=True, kw_only=True):
    """One model's price for a node with one GPU. `low` and `high` bound what was bid; `free` counts GPUs."""

    key: GpuKey
    gpu: Gpu
    form: str
    """The interface as an SDL has it: `sxm` or `pcie`."""
    usd_per_hour: Decimal
    low_usd_per_hour: Decimal
    high_usd_per_hour: Decimal
    free: int


def read_prices(prices: Prices, stock: Mapping[GpuKey, int], query: OfferQuery) -> Iterator[Indication | Skip]:
    """Every row that answers `query`, or why it cannot. `stock` is fresher than the rows' own counts."""
    for number, raw in enumerate(prices.models):
        try:
            row = msgspec.json.decode(raw, type=ready(PriceRow))
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            yield _skip(Failure.NONSENSE, f"row {number} of the prices", str(error))
            continue
        found = _read_row(row, stock, query)
        if found is not None:
            yield found


def read_stock(answer: StockAnswer) -> dict[GpuKey, int]:
    """How many GPUs of each model are free; a row that makes no sense says nothing."""
    found: dict[GpuKey, int] = {}
    for raw in answer.gpus.details.get(VENDOR, ()):
        try:
            row = msgspec.json.decode(raw, type=ready(StockRow))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue
        if row.allocated <= row.allocatable:
            found[row.model, row.ram, row.interface] = row.allocatable - row.allocated
    return found


def _read_row(row: PriceRow, stock: Mapping[GpuKey, int], query: OfferQuery) -> Indication | Skip | None:
    if not _wanted(row.model, query):
        return None
    what = f"{row.model} {row.ram} {row.interface}"
    gpu = _gpu(row)
    if isinstance(gpu, str):
        return _skip(Failure.NONSENSE, what, gpu)
    if row.price is None:
        return _skip(Failure.CAPACITY_GLOBAL, what, "nobody bid for one of these in a month, so it has no price")
    problem = _price_problem(row.price) or _count_problem(row)
    if problem:
        return _skip(Failure.NONSENSE, what, problem)
    key = (row.model, row.ram, row.interface)
    return Indication(
        key=key,
        gpu=gpu,
        form=_form(row.interface) or "",
        usd_per_hour=plain(row.price.med),
        low_usd_per_hour=plain(row.price.min),
        high_usd_per_hour=plain(row.price.max),
        free=min(row.availability.available, stock.get(key, row.availability.available)),
    )


def _gpu(row: PriceRow) -> Gpu | str:
    """The GPU, or why it cannot be ordered from here."""
    memory, model = _RAM.fullmatch(row.ram), find_model(row.model)
    if row.vendor != VENDOR:
        return f"an SDL can only ask for {VENDOR}, not {row.vendor}"
    if model is None:
        return f"unknown GPU {row.model!r}"
    if memory is None or int(memory[1]) > 1024:
        return f"its memory reads {row.ram!r}"
    if _form(row.interface) is None:
        return f"its interface reads {row.interface!r}, and an SDL knows sxm and pcie"
    return Gpu(model=model.name, count=1, memory_gib=int(memory[1]), interconnect=row.interface)


def _form(interface: str) -> str | None:
    """`SXM5` is `sxm` in an SDL (console `gpu-attribute-parser.ts`)."""
    low = interface.lower()
    return "sxm" if low.startswith("sxm") else low if low == "pcie" else None


def _price_problem(price: Price) -> str | None:
    if price.currency != "USD":
        return f"its price is in {price.currency!r}"
    if not all(0 < usd <= HIGHEST_USD_PER_HOUR for usd in (price.min, price.med, price.max)):
        return "its price is not within 0 and 1000 USD an hour"
    return None if price.min <= price.med <= price.max else "its median price is not within its bounds"


def _count_problem(row: PriceRow) -> str | None:
    return "more are free than there are" if row.availability.available > row.availability.total else None


def _wanted(model: str, query: OfferQuery) -> bool:
    return not query.gpu_models or _known(model) in {_known(text) for text in query.gpu_models}


def _known(model: str) -> str:
    """The model as it is called here; one that is not known here is called what it is called."""
    found = find_model(model)
    return found.name if found else model.lower()


def _skip(kind: Failure, what: str, why: str) -> Skip:
    return Skip(provider=PROVIDER, kind=kind.value, what=clean(what), why=clean(why))

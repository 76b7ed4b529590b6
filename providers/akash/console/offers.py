"""Indications as offers, each screened for whether anybody could take its order now."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from fnmatch import fnmatchcase

import msgspec

from ...base import Bidders, Claim, Market, Offer, OfferQuery, PricePart, ProviderError, Skip
from ..names import PROVIDER, REGION
from ..sdl.compiled import Attribute, Endpoint, Group, Storage, Unit
from ..values import DENOM, BlockTime
from .blockprices import at_measured, clock_words
from .client import ConsoleApi
from .indications import VENDOR, GpuKey, Indication, read_prices, read_stock
from .screening import screen
from .wire import Prices, StockAnswer

GOOD_FOR = timedelta(minutes=15)
"""The Console makes its prices anew that often."""
SCREENED_AT_ONCE = 4
GIB = 1 << 30


class Ordered(msgspec.Struct, frozen=True, kw_only=True):
    """What would be ordered beside the GPU, and of whom. `locations` are globs of `location-region`."""

    vcpu: int
    ram_gib: int
    audited_by: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()
    limit_hours: int | None = None
    """After how many hours the custody ends what has no end, `None` where only the money paid ahead does."""


def read_offers(
    api: ConsoleApi, query: OfferQuery, ordered: Ordered, *, now: datetime, measure: Callable[[], BlockTime]
) -> Iterator[Offer | Skip]:
    """One offer a model, as the order for it is screened. Raises `ProviderError` where there are no prices.

    `measure` asks the chain how long its blocks take; where it cannot, prices are the Console's own.
    """
    if not _asked_for(query):
        return
    prices = api.look("/v1/gpu-prices", Prices)
    stock = _stock(api)
    block = _measured(measure)
    told = read_prices(prices, {} if isinstance(stock, Skip) else stock, query)
    rows = [row if isinstance(row, Skip) else at_measured(row, block) for row in told]
    if isinstance(stock, Skip):
        yield stock
    yield from (row for row in rows if isinstance(row, Skip))
    found = [row for row in rows if isinstance(row, Indication)]
    with ThreadPoolExecutor(SCREENED_AT_ONCE) as pool:
        screened = zip(found, pool.map(lambda row: _takers(api, row, query, ordered), found), strict=True)
        yield from _offers(f"{api.endpoint}/v1/gpu-prices", block, query, ordered, screened, now=now)


def order_group(row: Indication, query: OfferQuery, ordered: Ordered) -> Group:
    """What an order for one GPU would ask of a provider."""
    unit = Unit(
        id=1,
        cpu_milli=1000 * ordered.vcpu,
        memory_bytes=ordered.ram_gib * GIB,
        storage=(Storage(name="default", size_bytes=query.disk_gib * GIB),),
        gpu_units=1,
        gpu_attributes=(Attribute(key=f"vendor/{VENDOR}/model/{_path(row)}", value="true"),),
        endpoints=(Endpoint(kind="RANDOM_PORT"),),
        count=1,
        denom=DENOM,
        price_per_block=Decimal(0),
    )
    return Group(name="screening", attributes=(), signed_by_all=(), signed_by_any=ordered.audited_by, units=(unit,))


def _offers(
    where: str,
    block: BlockTime | ProviderError,
    query: OfferQuery,
    ordered: Ordered,
    screened: Iterable[tuple[Indication, int | ProviderError | None]],
    *,
    now: datetime,
) -> Iterator[Offer | Skip]:
    """The offers, and one `Skip` where some could not be screened: their prices are as good as before."""
    failure: ProviderError | None = None
    for row, takers in screened:
        known = None if isinstance(takers, ProviderError) else takers
        failure = takers if isinstance(takers, ProviderError) else failure
        source = f"{where}: {_words(row)}, {clock_words(block)}; {_taken(known)}"
        yield _offer(row, query, ordered, now=now, takers=known, source=source)
    if failure is not None:
        yield _skip(failure, "bid screening", "whether anybody could take an order now is not known")


def _takers(api: ConsoleApi, row: Indication, query: OfferQuery, ordered: Ordered) -> int | ProviderError | None:
    """How many providers could take the order now; `None` where nobody has a GPU free to be asked about."""
    if row.free == 0:
        return None
    try:
        found = screen(api, order_group(row, query, ordered), locations=ordered.locations)
    except ProviderError as error:
        return error
    return len({seller.owner for seller in found})


def _offer(
    row: Indication, query: OfferQuery, ordered: Ordered, *, now: datetime, takers: int | None, source: str
) -> Offer:
    model, ram, _ = row.key
    return Offer(
        provider=PROVIDER,
        sku=_sku(row),
        region=REGION,
        market=Market.AUCTION,
        gpu=row.gpu,
        claim=Claim.OFFERED if takers else Claim.LISTED,
        source=source,
        observed_at=now,
        vcpu=ordered.vcpu,
        ram_gib=Decimal(ordered.ram_gib),
        disk_gib=query.disk_gib,
        price=(PricePart(name="all_in", usd_per_hour=row.usd_per_hour),),
        indication=True,
        max_nodes=0 if takers == 0 else row.free,
        expires_at=now + GOOD_FOR,
        provider_ref={"model": model, "ram": ram, "interface": row.form},
        limit_hours=None if ordered.limit_hours is None else Decimal(ordered.limit_hours),
        bidders=Bidders(audited_by=ordered.audited_by, regions=ordered.locations),
    )


def _words(row: Indication) -> str:
    bounds = f"{row.low_usd_per_hour} to {row.high_usd_per_hour} USD/h"
    return f"median of bids for one GPU in 14 to 31 days, {bounds}"


def _taken(takers: int | None) -> str:
    return "not screened" if takers is None else f"{takers} could take it now"


def _measured(measure: Callable[[], BlockTime]) -> BlockTime | ProviderError:
    try:
        return measure()
    except ProviderError as error:
        return error


def _stock(api: ConsoleApi) -> dict[GpuKey, int] | Skip:
    try:
        return read_stock(api.look(f"/v1/gpu?vendor={VENDOR}", StockAnswer))
    except ProviderError as error:
        return _skip(error, "inventory", "counts are those of the price list")


def _skip(error: ProviderError, what: str, so: str) -> Skip:
    return Skip(provider=PROVIDER, kind=error.kind.value, what=what, why=f"{so}: {error.why}", fix=error.fix)


def _asked_for(query: OfferQuery) -> bool:
    if query.markets and Market.AUCTION not in query.markets:
        return False
    return not query.regions or any(fnmatchcase(REGION, glob) for glob in query.regions)


def _path(row: Indication) -> str:
    model, ram, _ = row.key
    return f"{model}/ram/{ram}/interface/{row.form}"


def _sku(row: Indication) -> str:
    return "-".join(row.key).lower()

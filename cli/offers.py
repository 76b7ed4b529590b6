"""`ampacity offers`: prices over all sellers, one row an offer, cheapest per GPU first, what is sold out last."""

from operator import attrgetter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .lazy import new_app
from .options import AsJson, ConfigFile, ContextName, Format, Output, Strict, Verbose, chosen

if TYPE_CHECKING:
    from ..core.contexts import NamedContext
    from ..core.errors import AmpacityError
    from ..providers.base import Offer, OfferQuery
    from .gather import Market
    from .stock import Stock

app = new_app()
TABLE_ROWS = 20
FLAT = {
    **{name: name for name in ("id", "provider", "region", "zone", "sku", "market")},
    "gpu_model": "gpu.model",
    "gpu_count": "gpu.count",
    "gpu_memory_gib": "gpu.memory_gib",
    **{name: name for name in ("vcpu", "ram_gib", "usd_per_gpu_hour", "usd_per_hour")},
    **{name: name for name in ("claim", "max_nodes", "source", "observed_at")},
}
"""The fields of a flat row, each with where an offer has it."""
LEGEND = "\nC, what the seller claims: L listed, O offered here, A available now."
LACKS = "none_left"
"""The field that says why none can be had; empty where one can."""


@app.command(
    epilog="JSON: data.offers[] (whole offers), data.found (how many can be had), data.none_left (how many cannot), "
    "data.skipped[], errors[] (one a seller)."
)
def offers(
    gpu: Annotated[list[str] | None, typer.Option("--gpu", help="GPU model; may be given again.")] = None,
    provider: Annotated[list[str] | None, typer.Option("--provider", "-p", help="Seller; may be given again.")] = None,
    region: Annotated[list[str] | None, typer.Option("--region", help="Region glob, such as 'us-*'.")] = None,
    market: Annotated[list[str] | None, typer.Option("--market", help="on_demand, spot, owned, …")] = None,
    disk_gib: Annotated[int, typer.Option("--disk-gib", min=1, help="Disk that the price includes.")] = 100,
    limit: Annotated[
        int | None,
        typer.Option("--limit", "-n", min=0, help="Offers to show; 0 for all. Left out: 20 in a table, else all."),
    ] = None,
    context: ContextName = None,
    config: ConfigFile = None,
    output: Output = Format.TABLE,
    as_json: AsJson = False,
    strict: Strict = False,
    verbose: Verbose = False,
) -> int:
    """Compare prices over all sellers, all-in per GPU-hour, cheapest first."""
    from ..core.contexts import choose_context
    from ..core.errors import Exit
    from ..providers.base import OfferQuery
    from .gather import gather
    from .notices import warn_about
    from .offer_filters import markets, matches, models
    from .output import Result, emit
    from .stock import Stock

    query = OfferQuery(
        gpu_models=models(gpu or ()), markets=markets(market or ()), regions=tuple(region or ()), disk_gib=disk_gib
    )
    only = tuple(provider or ())
    named = choose_context(context, config_path=config)
    found = gather(named, query, only=only)
    stock = Stock(found.limits)
    fitting = stock.there_first(offer for offer in found.offers if matches(offer, query))
    errors = found.errors if fitting or found.errors else (_reasons(query, named, only),)
    form = chosen(output, as_json)
    shown = _first(fitting, limit, form)
    result = Result(
        schema="ampacity.offers/1",
        data=_whole(shown, fitting, found, stock),
        rows=[_row(offer, stock) for offer in shown],
        fields=(*FLAT, LACKS),
        errors=errors,
    )
    emit(result, form, lambda: _table(shown, fitting, found, stock))
    if form is not Format.JSON:
        warn_about(errors)
    return int(_status(fitting, errors, strict=strict)) if errors else int(Exit.OK)


def _reasons(query: "OfferQuery", named: "NamedContext", only: tuple[str, ...]) -> "AmpacityError":
    """Why nothing was found though every seller answered: all are asked once more, for whatever they have."""
    from ..providers.base import OfferQuery as Query
    from .gather import gather
    from .offer_filters import none_fits

    return none_fits(query, gather(named, Query(disk_gib=query.disk_gib), only=only).offers)


def _first(fitting: "list[Offer]", limit: int | None, form: Format) -> "list[Offer]":
    """The cheapest: as many as asked for, else what a person reads or all that a program may want."""
    if limit is None:
        limit = TABLE_ROWS if form is Format.TABLE else 0
    return fitting[:limit] if limit else fitting


def _status(fitting: "list[Offer]", errors: "tuple[AmpacityError, ...]", *, strict: bool) -> int:
    """All failed: the first failure's status. Some failed: an error only when asked to be strict."""
    return int(errors[0].exit) if strict or not fitting else 0


def _whole(shown: "list[Offer]", fitting: "list[Offer]", found: "Market", stock: "Stock") -> dict[str, Any]:
    gone = sum(bool(stock.lacks(offer)) for offer in fitting)
    offers = [_data(offer, stock) for offer in shown]
    return {"offers": offers, "found": len(fitting) - gone, "none_left": gone, "skipped": found.skips}


def _data(offer: "Offer", stock: "Stock") -> dict[str, Any]:
    import msgspec

    derived = {
        "id": offer.id,
        "usd_per_hour": offer.usd_per_hour,
        "usd_per_gpu_hour": offer.usd_per_gpu_hour,
        LACKS: stock.lacks(offer),
    }
    return {**msgspec.to_builtins(derived), **msgspec.to_builtins(offer)}


def _row(offer: "Offer", stock: "Stock") -> dict[str, Any]:
    return {**{name: attrgetter(path)(offer) for name, path in FLAT.items()}, LACKS: stock.lacks(offer)}


def _table(shown: "list[Offer]", fitting: "list[Offer]", found: "Market", stock: "Stock") -> None:
    from .tables import Column, draw, is_wide

    wide = is_wide()
    columns = [
        Column("PROVIDER", keep=True),
        Column("REGION"),
        Column("TYPE"),
        Column("GPU", keep=True),
        Column("MARKET", keep=True),
        Column("$/GPU-H", figures=True),
        Column("$/H", figures=True),
        Column("CLAIM" if wide else "C", keep=True),
        Column("AGE", keep=True),
        *([Column("SOURCE")] if wide else []),
    ]
    if shown:
        foot = _foot(fitting, shown, found, stock) + ("" if wide else LEGEND)
        draw(columns, [_cells(offer, stock.lacks(offer), wide=wide) for offer in shown], foot=foot)


def _cells(offer: "Offer", lacks: str, *, wide: bool) -> list[str]:
    from ..core.clock import show_age, system_clock
    from ..core.money import show_usd

    claim = "-" if lacks else offer.claim.value
    return [
        offer.provider,
        offer.zone or offer.region,
        offer.sku + (f" ({lacks})" if lacks else ""),
        f"{offer.gpu.count}x{offer.gpu.model}",
        offer.market.value.replace("_", "-"),
        show_usd(offer.usd_per_gpu_hour, places=3),
        show_usd(offer.usd_per_hour),
        claim if wide else claim[0].upper(),
        show_age(system_clock() - offer.observed_at),
        *([offer.source] if wide else []),
    ]


def _foot(fitting: "list[Offer]", shown: "list[Offer]", found: "Market", stock: "Stock") -> str:
    from ..planning.leftout import sold_out

    there = [offer for offer in fitting if not stock.lacks(offer)]
    seen = sum(not stock.lacks(offer) for offer in shown)
    parts = [f"{seen} of {len(there)} offers, all-in USD, cheapest per GPU-hour first"]
    if len(there) < len(fitting):
        parts.append(f"{len(fitting) - len(there)} more with nothing left")
    unpriced = sum(offer.usd_per_hour is None for offer in there)
    if unpriced:
        parts.append(f"{unpriced} without a price")
    if found.skips:
        parts.append(f"{len(found.skips)} skipped (-o json says why)")
    gone = "".join(f"\n{line}." for line in sold_out(fitting))
    return "; ".join(parts) + "." + gone

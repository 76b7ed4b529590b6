"""`ampacity offers`: prices over all sellers, one row an offer, cheapest per GPU first."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from .lazy import new_app
from .options import AsJson, ConfigFile, ContextName, Format, Output, Strict, Verbose, chosen

if TYPE_CHECKING:
    from ..core.errors import AmpacityError
    from ..providers.base import Offer
    from .gather import Market

app = new_app()
TABLE_ROWS = 20


@app.command(
    epilog="JSON: data.offers[] (whole offers), data.found (how many fit), data.skipped[], errors[] (one a seller)."
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
    from .output import Result, emit

    query = OfferQuery(
        gpu_models=_models(gpu), markets=_markets(market), regions=tuple(region or ()), disk_gib=disk_gib
    )
    named = choose_context(context, config_path=config)
    found = gather(named, query, only=tuple(provider or ()))
    fitting = [offer for offer in found.offers if _matches(offer, query)]
    form = chosen(output, as_json)
    shown = _first(fitting, limit, form)
    result = Result(
        schema="ampacity.offers/1",
        data={"offers": [_data(offer) for offer in shown], "found": len(fitting), "skipped": found.skips},
        rows=[_row(offer) for offer in shown],
        errors=found.errors,
    )
    emit(result, form, lambda: _table(shown, fitting, found))
    if form is not Format.JSON:
        warn_about(found.errors)
    return int(_status(fitting, found.errors, strict=strict)) if found.errors else int(Exit.OK)


def _models(given: list[str] | None) -> tuple[str, ...]:
    from ..core.errors import UsageError
    from ..providers.gpus import MODELS, find_model

    models = []
    for text in given or ():
        model = find_model(text)
        if model is None:
            known = ", ".join(each.name for each in MODELS)
            raise UsageError(f"The GPU {text!r} is not known", why=f"known: {known}", code="AMP-GPU-UNKNOWN")
        models.append(model.name)
    return tuple(models)


def _markets(given: list[str] | None) -> tuple[Any, ...]:
    from ..core.errors import UsageError
    from ..providers.base import Market as Kind

    try:
        return tuple(Kind(text) for text in given or ())
    except ValueError as error:
        raise UsageError(str(error), why=f"markets: {', '.join(Kind)}", code="AMP-MARKET-UNKNOWN") from error


def _matches(offer: "Offer", query: Any) -> bool:
    from fnmatch import fnmatchcase

    return (
        (not query.gpu_models or offer.gpu.model in query.gpu_models)
        and (not query.markets or offer.market in query.markets)
        and (not query.regions or any(fnmatchcase(offer.region, glob) for glob in query.regions))
    )


def _first(fitting: "list[Offer]", limit: int | None, form: Format) -> "list[Offer]":
    """The cheapest: as many as asked for, else what a person reads or all that a program may want."""
    if limit is None:
        limit = TABLE_ROWS if form is Format.TABLE else 0
    return fitting[:limit] if limit else fitting


def _status(fitting: "list[Offer]", errors: "tuple[AmpacityError, ...]", *, strict: bool) -> int:
    """All failed: the first failure's status. Some failed: an error only when asked to be strict."""
    return int(errors[0].exit) if strict or not fitting else 0


def _data(offer: "Offer") -> dict[str, Any]:
    import msgspec

    derived = {
        "id": offer.id,
        "usd_per_hour": offer.usd_per_hour,
        "usd_per_gpu_hour": offer.usd_per_gpu_hour,
    }
    return {**msgspec.to_builtins(derived), **msgspec.to_builtins(offer)}


def _row(offer: "Offer") -> dict[str, Any]:
    return {
        "id": offer.id,
        "provider": offer.provider,
        "region": offer.region,
        "zone": offer.zone,
        "sku": offer.sku,
        "market": offer.market,
        "gpu_model": offer.gpu.model,
        "gpu_count": offer.gpu.count,
        "gpu_memory_gib": offer.gpu.memory_gib,
        "vcpu": offer.vcpu,
        "ram_gib": offer.ram_gib,
        "usd_per_gpu_hour": offer.usd_per_gpu_hour,
        "usd_per_hour": offer.usd_per_hour,
        "claim": offer.claim,
        "max_nodes": offer.max_nodes,
        "source": offer.source,
        "observed_at": offer.observed_at,
    }


def _table(shown: "list[Offer]", fitting: "list[Offer]", found: "Market") -> None:
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
    draw(columns, [_cells(offer, wide=wide) for offer in shown], foot=_foot(fitting, shown, found, wide=wide))


def _cells(offer: "Offer", *, wide: bool) -> list[str]:
    from ..core.clock import show_age, system_clock
    from ..core.money import show_usd

    claim = offer.claim.value
    sold_out = " (none left)" if offer.max_nodes == 0 else ""
    return [
        offer.provider,
        offer.zone or offer.region,
        offer.sku + sold_out,
        f"{offer.gpu.count}x{offer.gpu.model}",
        offer.market.value.replace("_", "-"),
        show_usd(offer.usd_per_gpu_hour, places=3),
        show_usd(offer.usd_per_hour),
        claim if wide else claim[0].upper(),
        show_age(system_clock() - offer.observed_at),
        *([offer.source] if wide else []),
    ]


def _foot(fitting: "list[Offer]", shown: "list[Offer]", found: "Market", *, wide: bool) -> str:
    unpriced = sum(offer.usd_per_hour is None for offer in fitting)
    parts = [f"{len(shown)} of {len(fitting)} offers, all-in USD, cheapest per GPU-hour first"]
    if unpriced:
        parts.append(f"{unpriced} without a price")
    if found.skips:
        parts.append(f"{len(found.skips)} skipped (-o json says why)")
    legend = "" if wide else "\nC, what the seller claims: L listed, O offered here, A available now."
    return "; ".join(parts) + "." + legend

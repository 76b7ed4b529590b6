"""What the racks offer: one offer a rack and kind of node, so that a plan can stay within each rack. Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from fnmatch import fnmatchcase

from ...core.money import HOURS_PER_MONTH, plain
from ..base import Claim, Gpu, Market, Offer, OfferQuery, PowerDraw, PricePart
from ..gpus import find_model
from .ledger import Reservation
from .names import PROVIDER, feed_name
from .place import free_nodes
from .sites import Money, NodeType, Site, Sites

_MICRODOLLAR = Decimal("0.000001")


def read_offers(
    sites: Sites,
    held: Iterable[Reservation],
    query: OfferQuery,
    *,
    regions: tuple[str, ...],
    source: str,
    now: datetime,
) -> Iterator[Offer]:
    """What is there. Where every node is taken `max_nodes` is 0: whoever has one may still have it anew."""
    taken = list(held)
    if query.markets and Market.OWNED not in query.markets:
        return
    for site_name, site in sites.sites.items():
        if not (_allowed(site.region, regions) and _allowed(site.region, query.regions)):
            continue
        for rack_name, kind in _kinds(site):
            node_type = sites.node_types[kind]
            if not _wanted(node_type, query):
                continue
            free = len(free_nodes(site, site_name, rack_name, kind, taken))
            yield _offer(site_name, site, rack_name, kind, node_type, free=free, source=source, now=now)


def price(node_type: NodeType, money: Money | None) -> tuple[PricePart, ...]:
    """Energy at the meter, space by the kW, and capital; empty where energy's price is not known."""
    if money is None:
        return ()
    kw = node_type.power.planned_kw
    parts = {"energy": kw * money.pue * money.usd_per_kwh}
    if money.space_usd_per_kw_month is not None:
        parts["space"] = kw * money.space_usd_per_kw_month / HOURS_PER_MONTH
    if node_type.capital_usd_per_hour is not None:
        parts["capital"] = node_type.capital_usd_per_hour
    return tuple(PricePart(name=name, usd_per_hour=plain(usd.quantize(_MICRODOLLAR))) for name, usd in parts.items())


def _offer(
    site_name: str,
    site: Site,
    rack: str,
    kind: str,
    node_type: NodeType,
    *,
    free: int,
    source: str,
    now: datetime,
) -> Offer:
    feeds = (feed_name(site_name, rack), *(() if site.max_kw is None else (feed_name(site_name),)))
    return Offer(
        provider=PROVIDER,
        sku=kind,
        region=site.region,
        zone=feed_name(site_name, rack),
        market=Market.OWNED,
        gpu=_gpu(node_type),
        claim=Claim.AVAILABLE if free else Claim.OFFERED,
        source=source,
        observed_at=now,
        vcpu=node_type.vcpu,
        ram_gib=None if node_type.ram_gib is None else Decimal(node_type.ram_gib),
        disk_gib=node_type.disk_gib,
        price=price(node_type, site.money),
        max_nodes=free,
        power=PowerDraw(feeds=feeds, node_kw=node_type.power.planned_kw),
        provider_ref={"site": site_name, "rack": rack, "type": kind},
    )


def _gpu(node_type: NodeType) -> Gpu:
    stated = node_type.gpu
    model = find_model(stated.model)
    return Gpu(
        model=model.name if model else stated.model,
        count=stated.count,
        memory_gib=stated.memory_gib,
        interconnect=stated.interconnect,
    )


def _kinds(site: Site) -> Iterator[tuple[str, str]]:
    for rack_name, rack in site.racks.items():
        for kind in dict.fromkeys(node.type for node in rack.nodes.values()):
            yield rack_name, kind


def _wanted(node_type: NodeType, query: OfferQuery) -> bool:
    models = {model.name if (model := find_model(text)) else text for text in query.gpu_models}
    return not models or _gpu(node_type).model in models


def _allowed(region: str, globs: tuple[str, ...]) -> bool:
    return not globs or any(fnmatchcase(region, glob) for glob in globs)

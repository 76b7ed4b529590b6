"""From the seller's list of types to offers. Pure."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from fnmatch import fnmatchcase

import msgspec

from ...core.money import plain
from ...core.shapes import ready
from ..base import Claim, Failure, Gpu, Market, Offer, OfferQuery, PricePart, Skip
from ..gpus import find_model
from ..text import clean
from .names import PROVIDER
from .wire import InstanceType, TypeRow

_GPU = re.compile(r"(?P<model>[^()]+?) \((?P<memory>\d{1,4}) GB(?: (?P<form>[A-Za-z0-9]+))?\)")
"""`H100 (80 GB SXM5)`. The seller says GB and means the size the model is sold with."""


def read_offers(
    rows: Mapping[str, msgspec.Raw], query: OfferQuery, *, regions: tuple[str, ...], source: str, now: datetime
) -> Iterator[Offer | Skip]:
    """Every row as offers, one a region, or as the reason why there is none."""
    for name, raw in rows.items():
        try:
            row = msgspec.json.decode(raw, type=ready(TypeRow))
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            yield _skip(Failure.NONSENSE, name, str(error))
            continue
        yield from _read_row(row, query, regions=regions, source=source, now=now)


def _read_row(
    row: TypeRow, query: OfferQuery, *, regions: tuple[str, ...], source: str, now: datetime
) -> Iterator[Offer | Skip]:
    kind = row.instance_type
    if kind.specs.gpus == 0:
        return
    gpu = read_gpu(kind)
    if gpu is None:
        yield _skip(Failure.NONSENSE, kind.name, f"unknown GPU {kind.gpu_description!r}")
        return
    if not _wanted(gpu, query):
        return
    if not row.regions_with_capacity_available:
        yield _skip(Failure.CAPACITY_REGION, kind.name, "sold out in every region")
    for region in row.regions_with_capacity_available:
        if _allowed(region.name, regions) and _allowed(region.name, query.regions):
            yield _offer(kind, gpu, region.name, source=source, now=now)


def read_gpu(kind: InstanceType) -> Gpu | None:
    """The GPUs of a type, `None` where the description names no model that is known here."""
    match = _GPU.fullmatch(kind.gpu_description)
    model = find_model(match["model"]) if match else None
    if match is None or model is None or not 0 < int(match["memory"]) <= 1024:
        return None
    return Gpu(model=model.name, count=kind.specs.gpus, memory_gib=int(match["memory"]), interconnect=match["form"])


def usd_per_hour(cents: int) -> Decimal:
    """Whole cents as dollars."""
    return plain(Decimal(cents) / 100)


def _offer(kind: InstanceType, gpu: Gpu, region: str, *, source: str, now: datetime) -> Offer:
    return Offer(
        provider=PROVIDER,
        sku=kind.name,
        region=region,
        market=Market.ON_DEMAND,
        gpu=gpu,
        claim=Claim.AVAILABLE,
        source=source,
        observed_at=now,
        vcpu=kind.specs.vcpus or None,
        ram_gib=Decimal(kind.specs.memory_gib) or None,
        disk_gib=kind.specs.storage_gib or None,
        price=(PricePart(name="compute", usd_per_hour=usd_per_hour(kind.price_cents_per_hour)),),
        provider_ref={"instance_type": kind.name, "region": region},
    )


def _wanted(gpu: Gpu, query: OfferQuery) -> bool:
    if query.markets and Market.ON_DEMAND not in query.markets:
        return False
    models = [find_model(text) for text in query.gpu_models]
    return not models or any(model is not None and model.name == gpu.model for model in models)


def _allowed(region: str, globs: tuple[str, ...]) -> bool:
    return not globs or any(fnmatchcase(region, glob) for glob in globs)


def _skip(kind: Failure, what: str, why: str) -> Skip:
    return Skip(provider=PROVIDER, kind=kind.value, what=clean(what), why=clean(why))

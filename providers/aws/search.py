"""One search for offers: all regions at once, each answering for itself."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import datetime
from typing import TYPE_CHECKING

from ..base import Market, Offer, OfferQuery, ProviderError, Skip
from ..gpus import find_model
from .clients import Clients
from .facts import GPU_FAMILIES, Node, read_nodes
from .failures import translated
from .names import PROVIDER
from .offering import on_demand_offer, spot_offer
from .pricelist import SOURCE as PRICE_SOURCE
from .pricelist import PriceList
from .spot import SOURCE as SPOT_SOURCE
from .spot import SpotPrice, ask, newest, read_spot

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

Finding = Offer | Skip
Zones = dict[str, list[str]]

PRICE_CALLS_AT_ONCE = 8
"""GetProducts is throttled at about ten calls a second."""


class Search:
    """The question, and how to ask it."""

    def __init__(self, clients: Clients, query: OfferQuery, clock: Callable[[], datetime]) -> None:
        self._clients = clients
        self._query = query
        self._clock = clock
        models = [find_model(text) for text in query.gpu_models]
        self._models = frozenset(model.name for model in models if model is not None)
        self._hopeless = bool(models) and not self._models

    def run(self, regions: list[str]) -> Iterator[Finding]:
        """Findings as they come, none twice. Raises the first `ProviderError` where every region failed."""
        if self._hopeless or not regions:
            return
        told: set[Skip] = set()
        failed: dict[str, ProviderError] = {}
        with ThreadPoolExecutor(PRICE_CALLS_AT_ONCE) as price_calls, ThreadPoolExecutor(len(regions)) as region_calls:
            prices = PriceList(self._clients.pricing, price_calls)
            asked = {region_calls.submit(self._region, region, prices): region for region in regions}
            for answer in as_completed(asked):
                try:
                    findings = answer.result()
                except ProviderError as error:
                    failed[asked[answer]] = error
                    continue
                yield from _untold(findings, told)
        if len(failed) == len(regions):
            raise next(iter(failed.values()))
        yield from (_skip(error, region) for region, error in failed.items())

    def _region(self, region: str, prices: PriceList) -> list[Finding]:
        client = self._clients.ec2(region)
        with translated(creating=False):
            pages = client.get_paginator("describe_instance_types").paginate(
                Filters=[{"Name": "instance-type", "Values": list(GPU_FAMILIES)}]
            )
            rows = [row for page in pages for row in page.get("InstanceTypes", ())]
        read = list(read_nodes(rows, self._models))
        findings: list[Finding] = [row for row in read if isinstance(row, Skip)]
        nodes = {row.sku: row for row in read if isinstance(row, Node)}
        if nodes:
            findings += self._priced(region, client, nodes, prices)
        return findings

    def _priced(self, region: str, client: "EC2Client", nodes: dict[str, Node], prices: PriceList) -> Iterator[Finding]:
        if self._wants(Market.ON_DEMAND):
            for sku in nodes:
                prices.ask(sku)
        try:
            zones = _zones(client, list(nodes))
        except ProviderError as error:
            yield _skip(error, f"{region} ec2.DescribeInstanceTypeOfferings")
            zones = {}
        if self._wants(Market.SPOT):
            yield from self._spot(region, client, nodes)
        if self._wants(Market.ON_DEMAND):
            yield from self._on_demand(region, nodes, zones, prices)

    def _on_demand(self, region: str, nodes: dict[str, Node], zones: Zones, prices: PriceList) -> Iterator[Finding]:
        for sku, node in nodes.items():
            try:
                price = prices.ask(sku).result().get(region)
            except ProviderError as error:
                yield _skip(error, PRICE_SOURCE)
                continue
            if price is not None:
                yield on_demand_offer(
                    node, region, price, zones=zones.get(sku, []), disk_gib=self._query.disk_gib, now=self._clock()
                )

    def _spot(self, region: str, client: "EC2Client", nodes: dict[str, Node]) -> Iterator[Finding]:
        now = self._clock()
        try:
            rows = list(read_spot(ask(client, list(nodes), now)))
        except ProviderError as error:
            yield _skip(error, f"{region} {SPOT_SOURCE}")
            return
        yield from (row for row in rows if isinstance(row, Skip))
        for price in newest(row for row in rows if isinstance(row, SpotPrice)).values():
            if price.sku in nodes:
                yield spot_offer(nodes[price.sku], region, price, disk_gib=self._query.disk_gib, now=now)

    def _wants(self, market: Market) -> bool:
        return not self._query.markets or market in self._query.markets


def _zones(client: "EC2Client", skus: list[str]) -> Zones:
    with translated(creating=False):
        pages = client.get_paginator("describe_instance_type_offerings").paginate(
            LocationType="availability-zone", Filters=[{"Name": "instance-type", "Values": skus}]
        )
        zones: Zones = {}
        for page in pages:
            for row in page.get("InstanceTypeOfferings", ()):
                zones.setdefault(str(row.get("InstanceType")), []).append(str(row.get("Location")))
    return zones


def _untold(findings: list[Finding], told: set[Skip]) -> Iterator[Finding]:
    for finding in findings:
        if isinstance(finding, Skip):
            if finding in told:
                continue
            told.add(finding)
        yield finding


def _skip(error: ProviderError, what: str) -> Skip:
    return Skip(provider=PROVIDER, kind=error.kind.value, what=what, why=error.why, fix=error.fix)

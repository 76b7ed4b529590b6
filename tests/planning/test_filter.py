"""Each offer that does not fit is counted under the first rule that it fails, with the nearest miss."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest

from ampacity.planning.filter import fit
from ampacity.planning.plan import Excluded
from ampacity.planning.spec import Spec
from ampacity.providers.base import Market, Offer

Offers = Callable[..., Offer]
Specs = Callable[..., Spec]


@pytest.mark.parametrize(
    ("fields", "rule", "example"),
    [
        ({"provider": "elsewhere"}, "placement.providers", "elsewhere is not named"),
        ({"region": "eu-west-1"}, "placement.regions", "eu-west-1 matches none of us-*"),
        ({"market": Market.SPOT}, "market.allow", "spot is not allowed"),
        ({"model": "A100"}, "gpu.models", "A100 is not wanted"),
        ({"model": "Abacus"}, "gpu.models", "Abacus is not wanted"),
        ({"gpus": 0}, "gpu.count", "it has no GPU"),
        ({"vcpu": 4}, "node.min_vcpu", "4 vCPU < 16"),
        ({"vcpu": None}, "node.min_vcpu", "vCPU not known, 16 wanted"),
        ({"ram_gib": Decimal("63.5")}, "node.min_ram_gib", "63.5 GiB of RAM < 128"),
        ({"disk_gib": None}, "node.disk_gib", "GiB of disk not known, 500 wanted"),
        ({"usd": None}, "price known", "its price is not known"),
        ({"usd": "NaN"}, "price known", "NaN USD per hour is no price"),
        ({"usd": "-1"}, "price known", "-1 USD per hour is no price"),
        ({"indication": True}, "price binding", "its price is an indication"),
        ({"max_nodes": 0}, "in stock", "none is left"),
    ],
)
def test_an_offer_that_fails_one_rule_is_removed_by_it(
    spec: Specs, offer: Offers, fields: dict[str, object], rule: str, example: str
) -> None:
    wanted = spec(
        placement={"providers": ["aws"], "regions": ["us-*"]},
        node={"min_vcpu": 16, "min_ram_gib": 128, "disk_gib": 500},
    )
    fitting, excluded = fit(wanted, [offer(), offer(sku="other", **fields)], offer().observed_at)
    assert [one.sku for one in fitting] == ["h100x8"]
    assert [one.rule for one in excluded] == [rule]
    assert excluded[0].offers == 1
    assert example in excluded[0].example


def test_memory_is_per_gpu(spec: Specs, offer: Offers, now: datetime) -> None:
    wanted = spec(gpu={"models": ["H100"], "count": 8, "memory_gib": 81})
    assert fit(wanted, [offer()], now)[1][0].example == "aws h100x8 us-east-1: 80 GiB per GPU < 81"


def test_an_offer_that_has_ended_is_removed(spec: Specs, offer: Offers, now: datetime) -> None:
    ended, going = offer(sku="ended", expires_at=now), offer(expires_at=now + timedelta(seconds=1))
    fitting, excluded = fit(spec(), [ended, going], now)
    assert fitting == [going]
    assert excluded == [
        Excluded(rule="not ended", offers=1, example="aws ended us-east-1: it ended at 2026-11-21T04:00:00Z")
    ]


def test_an_indication_fits_where_auctions_are_allowed(spec: Specs, offer: Offers, now: datetime) -> None:
    guessed = offer(indication=True, market=Market.AUCTION)
    assert fit(spec(market={"allow": ["auction"]}), [guessed], now) == ([guessed], [])


def test_the_first_rule_in_the_fixed_order_counts(spec: Specs, offer: Offers, now: datetime) -> None:
    wanted = spec(placement={"regions": ["us-*"]}, node={"min_vcpu": 500})
    both = offer(region="eu-west-1", vcpu=4, usd=None)
    assert [one.rule for one in fit(wanted, [both], now)[1]] == ["placement.regions"]


def test_the_example_is_the_nearest_miss_and_of_equals_the_cheapest(spec: Specs, offer: Offers, now: datetime) -> None:
    wanted = spec(node={"min_vcpu": 16})
    offers = [
        offer(sku="far", vcpu=4, usd="1"),
        offer(sku="near", vcpu=12, usd="9"),
        offer(sku="near-cheap", vcpu=12, usd="8"),
    ]
    assert fit(wanted, offers, now)[1] == [
        Excluded(rule="node.min_vcpu", offers=3, example="aws near-cheap us-east-1: 12 vCPU < 16")
    ]


def test_of_two_observations_of_an_offer_the_newer_counts(spec: Specs, offer: Offers, now: datetime) -> None:
    old, new = offer(usd="10", observed_at=now - timedelta(hours=1)), offer(usd="20")
    for order in permutations([old, new]):
        fitting, excluded = fit(spec(), order, now)
        assert fitting == [new]
        assert excluded == [Excluded(rule="newer observation", offers=1)]


def test_of_two_prices_at_the_same_moment_the_dearer_counts(spec: Specs, offer: Offers, now: datetime) -> None:
    for order in permutations([offer(usd="10"), offer(usd="20"), offer(usd="15")]):
        assert [one.usd_per_hour for one in fit(spec(), order, now)[0]] == [Decimal(20)]

"""Where nothing answers what was asked for, it is said which flag is to blame and what to type instead."""

from collections.abc import Callable

import pytest

from ampacity.cli.offer_filters import markets, matches, models, none_fits
from ampacity.core.errors import UsageError
from ampacity.providers.base import Market, Offer, OfferQuery


def test_a_market_is_known_by_either_spelling() -> None:
    assert markets(["on-demand", "on_demand"]) == (Market.ON_DEMAND, Market.ON_DEMAND)


@pytest.mark.parametrize(
    ("given", "fix"), [("spto", "ampacity offers --market spot"), ("foo", "ampacity offers, which shows every market")]
)
def test_an_unknown_market_is_led_to_the_nearest_that_there_is(given: str, fix: str) -> None:
    with pytest.raises(UsageError) as refused:
        markets([given])
    assert refused.value.fix == fix
    assert "on_demand, spot" in refused.value.why


def test_an_unknown_gpu_is_led_to_the_nearest_that_there_is() -> None:
    with pytest.raises(UsageError) as refused:
        models(["h10"])
    assert refused.value.fix == "ampacity offers --gpu H100"


def test_a_region_that_nobody_has_is_told_with_those_that_there_are(offer: Callable[..., Offer]) -> None:
    there = [offer("1", region="us-east-1"), offer("1", region="eu-west-3")]
    error = none_fits(OfferQuery(regions=("us-eats-*",)), there)
    assert error.why == "none of 2 has region us-eats-*; there are: eu-west-3, us-east-1"
    assert error.fix == "ampacity offers --region us-east-1"


def test_flags_that_only_together_leave_nothing_are_told_with_what_each_costs(offer: Callable[..., Offer]) -> None:
    there = [
        offer("1", region="us-east-1", market=Market.SPOT),
        offer("1", region="us-east-1", market=Market.SPOT),
        offer("1", region="eu-west-3", market=Market.OWNED),
    ]
    query = OfferQuery(regions=("us-*",), markets=(Market.OWNED,))
    assert not any(matches(each, query) for each in there)
    error = none_fits(query, there)
    assert "there are 1 without --region, 2 without --market" in error.why
    assert error.fix == "ampacity offers --region 'us-*'"


def test_where_no_seller_gave_anything_the_sellers_are_to_be_looked_at() -> None:
    assert none_fits(OfferQuery(regions=("us-*",)), []).fix == "ampacity doctor"

"""A seller that drops out only because it has none left is named, so that nobody looks for it in vain."""

from collections.abc import Callable
from typing import Any

import pytest

from ampacity.planning.leftout import sold_out
from ampacity.planning.plan import Plan
from ampacity.planning.spec import Spec
from ampacity.providers.base import Bidders, Market, Offer

Offers = Callable[..., Offer]
Specs = Callable[..., Spec]
Plans = Callable[..., Plan]
BOTH = {"allow": ["on_demand", "auction"]}


@pytest.fixture
def lot(offer: Offers) -> Offers:
    """A lot of a market, of which nobody has any."""

    def make(**fields: Any) -> Offer:
        whole: dict[str, Any] = {
            "provider": "market",
            "market": Market.AUCTION,
            "indication": True,
            "max_nodes": 0,
            "bidders": Bidders(),
        }
        return offer(**(whole | fields))

    return make


@pytest.fixture
def both_planned(spec: Specs, plan_for: Plans) -> Plans:
    """A plan that may buy on markets too."""
    return lambda offers: plan_for(spec(market=BOTH), offers)


@pytest.mark.parametrize(
    ("bidders", "said"),
    [
        (Bidders(), "market: nobody could take it now"),
        (Bidders(regions=("mars-*",)), "market: nobody in mars-* could take it now"),
        (Bidders(audited_by=("a1", "a2")), "market: nobody audited by a1 or a2 could take it now"),
        (
            Bidders(regions=("us-*", "eu-*"), audited_by=("a1",)),
            "market: nobody in us-* or eu-* audited by a1 could take it now",
        ),
    ],
)
def test_a_plan_names_the_market_that_it_does_without_and_whom_it_looked_for(
    offer: Offers, lot: Offers, both_planned: Plans, bidders: Bidders, said: str
) -> None:
    plan = both_planned([offer(), lot(bidders=bidders)])
    assert [plan.offer_of(machine).provider for machine in plan.machines] == ["aws", "aws"]
    assert plan.warnings == (said,)


def test_a_seller_that_has_something_else_that_fits_is_not_named(
    offer: Offers, lot: Offers, both_planned: Plans
) -> None:
    other = lot(sku="h100x4", gpus=4, usd="1000", max_nodes=2)
    assert both_planned([offer(), lot(), other]).warnings == ()


def test_a_seller_that_would_not_fit_with_any_stock_is_not_named(
    spec: Specs, offer: Offers, lot: Offers, plan_for: Plans
) -> None:
    assert plan_for(spec(), [offer(), lot()]).warnings == ()  # auctions are not allowed


def test_each_seller_without_any_is_named_once_with_all_its_reasons(offer: Offers, lot: Offers) -> None:
    offers = [lot(), lot(sku="other"), offer(max_nodes=0), offer("more", provider="own", max_nodes=3)]
    assert list(sold_out(offers)) == ["aws: none is left", "market: nobody could take it now"]
    assert list(sold_out([])) == []
    assert list(sold_out([offer(max_nodes=None)])) == []

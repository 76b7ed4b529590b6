"""Where there is no plan, the error says which rule removed the offers or what must give, and by how much."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from ampacity.core.digests import digest_bytes
from ampacity.core.errors import Exit
from ampacity.planning.build import InfeasibleError, PlanRequest, build_plan
from ampacity.planning.highs import Highs
from ampacity.planning.plan import BaseState
from ampacity.planning.spec import Spec
from ampacity.providers.base import Bidders, Market, Offer, PowerDraw, PowerLimit

Offers = Callable[..., Offer]
Specs = Callable[..., Spec]
Requests = Callable[..., PlanRequest]


def refused(request: PlanRequest) -> InfeasibleError:
    with pytest.raises(InfeasibleError) as caught:
        build_plan(request, Highs())
    assert caught.value.code == "AMP-PLAN-INFEASIBLE"
    assert caught.value.exit is Exit.POLICY
    return caught.value


def test_no_offer_fits_says_which_rule_removed_how_many(spec: Specs, offer: Offers, request_for: Requests) -> None:
    offers = [offer(region="eu-west-1"), offer("g5.xlarge", vcpu=4), offer("g5.2xlarge", vcpu=8)]
    error = refused(request_for(spec(placement={"regions": ["us-*"]}, node={"min_vcpu": 16}), offers))
    assert error.what == "No offer fits"
    assert error.why == (
        "the rules removed 1 by placement.regions (aws h100x8 eu-west-1: eu-west-1 matches none of us-*); "
        "2 by node.min_vcpu (aws g5.2xlarge us-east-1: 8 vCPU < 16)"
    )
    assert error.fix.startswith("widen node.min_vcpu in the spec")
    assert [(one.rule, one.offers) for one in error.excluded] == [("placement.regions", 1), ("node.min_vcpu", 2)]


def test_no_offer_at_all_is_said_as_such(spec: Specs, request_for: Requests) -> None:
    assert refused(request_for(spec(), [])).why == "no seller gave an offer"


def test_a_budget_that_is_too_small_names_the_one_that_would_do(
    spec: Specs, offer: Offers, request_for: Requests
) -> None:
    error = refused(request_for(spec(budget={"usd_per_hour": "60"}), [offer(usd="35.601")]))
    # Two nodes at 35.601 are 71.202, up to cents 71.21; one node has 8 GPUs.
    assert error.why == "budget.usd_per_hour would have to be at least 71.21; or gpu.count could be at most 8"
    assert error.fix == "in the spec: budget.usd_per_hour: 71.21"


def test_a_total_budget_is_named_in_dollars_over_the_hours(spec: Specs, offer: Offers, request_for: Requests) -> None:
    error = refused(request_for(spec(budget={"usd_total": "100"}), [offer(usd="35")]))
    assert error.why == "budget.usd_total would have to be at least 5040.00"  # 70 x 72; one node is above 100 too


def test_both_budgets_are_named_where_both_are_too_small(spec: Specs, offer: Offers, request_for: Requests) -> None:
    error = refused(request_for(spec(budget={"usd_per_hour": "60", "usd_total": "100"}), [offer(usd="35")]))
    assert error.why == (
        "budget.usd_per_hour would have to be at least 70.00 and budget.usd_total would have to be at least 5040.00"
    )


def test_stock_that_is_too_small_names_the_nodes_that_are_missing(
    spec: Specs, offer: Offers, request_for: Requests
) -> None:
    error = refused(request_for(spec(gpu={"models": ["H100"], "count": 32}), [offer(max_nodes=3)]))
    assert error.why == (
        "stock of aws h100x8 us-east-1 on_demand would have to be 4 nodes instead of 3; "
        "or gpu.count could be at most 24"
    )


def test_a_spot_share_that_is_too_small_names_the_share(spec: Specs, offer: Offers, request_for: Requests) -> None:
    offers = [offer("sure", max_nodes=1), offer("spot", market=Market.SPOT)]
    wanted = spec(gpu={"models": ["H100"], "count": 24}, market={"allow": ["on_demand", "spot"], "max_spot_share": 0.5})
    # One node for sure and two of spot: 16 of 24 GPUs, 0.667 up to hundredths.
    assert "market.max_spot_share would have to be at least 0.67" in refused(request_for(wanted, offers)).why


def test_too_few_sellers_names_how_many(spec: Specs, offer: Offers, request_for: Requests) -> None:
    offers = [offer(provider=name, max_nodes=1) for name in ("aws", "lambda", "own")]
    wanted = spec(gpu={"models": ["H100"], "count": 24}, placement={"max_providers": 1})
    assert "placement.max_providers would have to be at least 3" in refused(request_for(wanted, offers)).why


def test_power_that_is_too_small_names_the_feed_and_the_kilowatts(
    spec: Specs, offer: Offers, request_for: Requests
) -> None:
    power = PowerDraw(feeds=("r1",), node_kw=Decimal("10.2"))
    owned = offer(provider="own", market=Market.OWNED, power=power)
    limits = (PowerLimit(feed="r1", free_kw=Decimal("17.3"), basis="nameplate"),)
    error = refused(request_for(spec(), [owned], limits=limits))
    assert error.why == ("power of r1 would have to be 20.4 kW instead of 17.3; or gpu.count could be at most 8")


def test_power_is_told_with_its_file_and_with_whoever_holds_it_and_the_way_on_is_not_the_spec(
    spec: Specs, offer: Offers, request_for: Requests
) -> None:
    power = PowerDraw(feeds=("r1",), node_kw=Decimal("10.2"))
    owned = offer(provider="own", market=Market.OWNED, power=power)
    held = {"other": Decimal("20.4"), "train": Decimal("10.2")}  # `train` is this one, and not in its own way
    limit = PowerLimit(feed="r1", free_kw=Decimal(5), basis="nameplate", source="sites.yaml", held_kw=held)
    error = refused(request_for(spec(), [owned], limits=(limit,)))
    assert error.why.startswith("power of r1 would have to be 20.4 kW instead of 5 (sites.yaml, other holds 20.4 kW)")
    assert error.fix == (
        "end what holds the power (ampacity destroy other); or in the spec allow other sellers, regions, "
        "markets or models, or fewer GPUs; sites.yaml says what its feeds carry"
    )


def test_limits_that_only_give_together_are_named_together(spec: Specs, offer: Offers, request_for: Requests) -> None:
    request = request_for(spec(budget={"usd_per_hour": "30"}), [offer(usd="20", max_nodes=1)])
    assert refused(request).why == (
        "budget.usd_per_hour would have to be at least 40.00 and "
        "stock of aws h100x8 us-east-1 on_demand would have to be 2 nodes instead of 1; "
        "or gpu.count could be at most 8"
    )


def test_a_total_budget_that_is_spent_already_is_named_with_what_was_spent(
    spec: Specs, offer: Offers, request_for: Requests
) -> None:
    base = BaseState(deployment="0" * 32, digest=digest_bytes(b"gone"), usd_so_far=Decimal("150.5"))
    error = refused(request_for(spec(budget={"usd_total": "100"}), [offer(usd="35")], base=base))
    assert error.why == "budget.usd_total would have to be at least 5190.50"  # 150.50 + 70 x 72


def test_a_market_that_nobody_may_sell_on_is_named_where_the_rest_is_too_dear(
    spec: Specs, offer: Offers, request_for: Requests
) -> None:
    narrow = Bidders(regions=("mars-*",), audited_by=("akash1auditor",))
    market = offer("h100", provider="akash", market=Market.AUCTION, usd="1", max_nodes=0, bidders=narrow)
    wanted = spec(market={"allow": ["on_demand", "auction"]}, budget={"usd_per_hour": "60"})
    error = refused(request_for(wanted, [offer(usd="35"), market]))
    assert error.why == (
        "budget.usd_per_hour would have to be at least 70.00; or gpu.count could be at most 8; "
        "akash: nobody in mars-* audited by akash1auditor could take it now"
    )


def test_where_only_stock_is_wanting_nobody_is_told_to_widen_the_spec(
    spec: Specs, offer: Offers, request_for: Requests
) -> None:
    error = refused(request_for(spec(), [offer(max_nodes=0), offer("other", usd="1", max_nodes=0)]))
    assert error.why == "the rules removed 2 by in stock (aws other us-east-1: none is left)"
    assert error.fix.startswith("ampacity offers, which shows what is left")

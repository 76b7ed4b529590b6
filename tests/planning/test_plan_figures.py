"""A plan's figures, worked out by hand."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec
import pytest

from ampacity.core.digests import digest_bytes
from ampacity.planning.plan import Action, BaseState, Binding, FileRef, Plan, RunningMachine
from ampacity.planning.spec import Spec
from ampacity.providers.base import BidRule, Market, Offer, PowerDraw, PowerLimit

Offers = Callable[..., Offer]
Specs = Callable[..., Spec]
Plans = Callable[..., Plan]
Runs = Callable[..., RunningMachine]
Bases = Callable[..., BaseState]


def bought(plan: Plan) -> dict[str, int]:
    skus = [plan.offer_of(machine).sku for machine in plan.machines]
    return {sku: skus.count(sku) for sku in sorted(set(skus))}


def test_totals_are_the_sums_of_the_parts(spec: Specs, offer: Offers, plan_for: Plans) -> None:
    offers = [offer("lambda-8", "23.92", provider="lambda", max_nodes=1), offer("aws-8", "55.04")]
    totals = plan_for(spec(hours=72, ttl_hours=96), offers).totals
    assert totals.usd_per_hour_before == 0
    assert totals.usd_per_hour_after == Decimal("78.96")  # 23.92 + 55.04
    assert totals.gpus == 16
    assert totals.nodes == 2
    assert totals.usd_per_gpu_hour == Decimal("4.935")  # 78.96 / 16
    assert totals.expected_usd == Decimal("5685.12")  # 78.96 x 72
    assert totals.ceiling_usd_per_hour == Decimal("82.91")  # 78.96 x 1.05 = 82.908, up to cents
    assert totals.worst_case_usd == Decimal("7959.36")  # 82.91 x 96


def test_the_worst_case_rests_on_those_that_nothing_but_destroy_ends(
    spec: Specs, offer: Offers, plan_for: Plans
) -> None:
    lasting, timed = offer("lambda-8", "23.92", provider="lambda", max_nodes=1), offer("aws-8", "55", self_ending=True)
    assert plan_for(spec(), [lasting, timed]).totals.bill_until_destroyed == 1
    budget = spec(hours=10, ttl_hours=20, budget={"usd_total": "1100"})
    plan = plan_for(budget, [timed])
    assert plan.totals.bill_until_destroyed == 0
    assert plan.warnings == (
        "if prices rise to the ceiling and it runs to its end it costs $2,310.00, above the budget of $1,100.00",
    )


def test_the_ceiling_stays_within_the_budget(spec: Specs, offer: Offers, plan_for: Plans) -> None:
    wanted = spec(budget={"usd_per_hour": "40.50", "price_headroom": 0.1})
    assert plan_for(wanted, [offer(usd="20")]).totals.ceiling_usd_per_hour == Decimal("40.5")  # not 44


def test_the_ceiling_is_never_below_the_price(spec: Specs, offer: Offers, plan_for: Plans) -> None:
    wanted = spec(budget={"price_headroom": 0})
    assert plan_for(wanted, [offer(usd="20.001")]).totals.ceiling_usd_per_hour == Decimal("40.01")


def test_without_an_end_there_is_no_worst_case_and_a_loud_word(spec: Specs, offer: Offers, plan_for: Plans) -> None:
    plan = plan_for(spec(ttl_hours="none"), [offer()])
    assert plan.ttl_hours is None
    assert plan.totals.worst_case_usd is None
    assert plan.warnings[0] == "no end: bills until `ampacity destroy train`"


def test_whole_nodes_are_bought(spec: Specs, offer: Offers, plan_for: Plans) -> None:
    wanted = spec(gpu={"models": ["H100"], "count": 9})
    assert plan_for(wanted, [offer("eight", "8")]).totals.gpus == 16


def test_a_larger_node_wins_where_the_sum_is_cheaper(spec: Specs, offer: Offers, plan_for: Plans) -> None:
    offers = [offer("one", "3.50", gpus=1), offer("eight", "24")]
    wanted = spec(gpu={"models": ["H100"], "count": 15})
    assert bought(plan_for(wanted, offers)) == {"eight": 2}  # 48; 24 + 7 x 3.50 = 48.50


def test_of_equal_prices_the_fewer_nodes_and_then_the_fewer_sellers(
    spec: Specs, offer: Offers, plan_for: Plans
) -> None:
    offers = [
        offer("a-one", "3", gpus=1),
        offer("b-eight", "24", provider="aws", max_nodes=1),
        offer("c-eight", "24", provider="lambda", max_nodes=2),
    ]
    assert bought(plan_for(spec(), offers)) == {"c-eight": 2}


def test_of_equals_in_everything_the_first_by_key_is_bought(spec: Specs, offer: Offers, plan_for: Plans) -> None:
    offers = [offer(zone="us-east-1c"), offer(zone="us-east-1a"), offer(zone="us-east-1b")]
    assert [one.zone for one in plan_for(spec(), offers).offers] == ["us-east-1a"]


def test_half_of_the_gpus_may_be_spot(spec: Specs, offer: Offers, plan_for: Plans) -> None:
    offers = [offer("sure", "20"), offer("spot", "5", market=Market.SPOT)]
    wanted = spec(market={"allow": ["on_demand", "spot"], "max_spot_share": 0.5})
    plan = plan_for(wanted, offers)
    assert bought(plan) == {"spot": 1, "sure": 1}
    assert plan.binding == (Binding(limit="market.max_spot_share", used=Decimal(8), allowed=Decimal(8), unit="GPUs"),)
    assert plan.warnings == ("8 of the GPUs are spot capacity, which its seller may take back at any moment",)


def test_one_seller_means_one_seller(spec: Specs, offer: Offers, plan_for: Plans) -> None:
    offers = [offer("cheap", "10", max_nodes=1), offer("rest", "30", provider="lambda"), offer("dear", "40")]
    assert bought(plan_for(spec(), offers)) == {"cheap": 1, "rest": 1}
    assert bought(plan_for(spec(placement={"max_providers": 1}), offers)) == {"cheap": 1, "dear": 1}


def test_a_rack_takes_as_many_nodes_as_its_feed_carries(spec: Specs, offer: Offers, plan_for: Plans) -> None:
    power = PowerDraw(feeds=("r1", "site"), node_kw=Decimal("10.2"))
    owned = offer("dgx", "9", provider="own", market=Market.OWNED, power=power, max_nodes=8)
    limits = (
        PowerLimit(feed="r1", free_kw=Decimal("34.5"), basis="nameplate"),
        PowerLimit(feed="site", free_kw=Decimal(50), basis="nameplate"),
    )
    wanted = spec(gpu={"models": ["H100"], "count": 40})
    plan = plan_for(wanted, [owned, offer("cloud", "20")], limits=limits)
    assert bought(plan) == {"cloud": 2, "dgx": 3}  # 3 x 10.2 = 30.6 kW; four would take 40.8
    assert plan.binding == (Binding(limit="power of r1", used=Decimal("30.6"), allowed=Decimal("34.5"), unit="kW"),)


def test_nothing_is_placed_on_a_feed_of_which_nobody_says_what_is_free(
    spec: Specs, offer: Offers, plan_for: Plans
) -> None:
    power = PowerDraw(feeds=("r1",), node_kw=Decimal("10.2"))
    owned = offer("dgx", "9", provider="own", market=Market.OWNED, power=power)
    plan = plan_for(spec(), [owned, offer("cloud", "20")])
    assert bought(plan) == {"cloud": 2}
    assert plan.warnings == ("nobody says what is free on power feed r1, so nothing new is placed on it",)


def test_a_limit_binds_when_one_node_more_would_break_it(spec: Specs, offer: Offers, plan_for: Plans) -> None:
    tight = plan_for(spec(budget={"usd_per_hour": "59.99", "usd_total": "4320"}), [offer(usd="20")])
    assert [limit.limit for limit in tight.binding] == ["budget.usd_per_hour"]  # 40 + 20 > 59.99; 60 x 72 = 4320
    loose = plan_for(spec(budget={"usd_per_hour": "60"}), [offer(usd="20")])
    assert loose.binding == ()


def test_the_total_budget_holds_over_the_hours(spec: Specs, offer: Offers, plan_for: Plans) -> None:
    offers = [offer("few", "30", max_nodes=2), offer("rest", "10", provider="lambda", max_nodes=1)]
    plan = plan_for(spec(hours=10, ttl_hours=20, budget={"usd_total": "400"}), offers)
    assert plan.totals.expected_usd == 400
    assert plan.warnings == (
        "if prices rise to the ceiling and it is destroyed at its end it costs $840.00, above the budget of $400.00",
    )


def test_an_indication_becomes_an_order_with_a_part_of_the_ceiling(spec: Specs, offer: Offers, plan_for: Plans) -> None:
    guessed = offer("guess", "10.01", market=Market.AUCTION, indication=True, max_nodes=1)
    plan = plan_for(spec(market={"allow": ["auction", "on_demand"]}), [guessed, offer("sure", "20")])
    # (10.01 + 20) x 1.05 = 31.5105, up to cents 31.52; 10.01 x 31.52 / 30.01 = 10.513669
    assert plan.totals.ceiling_usd_per_hour == Decimal("31.52")
    assert [(one.ceiling_usd_per_hour, one.rule) for one in plan.auctions] == [
        (Decimal("10.513668"), BidRule.CHEAPEST_ALLOWED)
    ]
    assert "1 machine is at a price that an auction has yet to bring" in plan.warnings


@pytest.mark.parametrize(
    ("ends_in", "valid"),
    [(None, 60), (timedelta(minutes=20), 20), (timedelta(minutes=2), 5), (timedelta(days=2), 60)],
)
def test_a_plan_is_good_for_the_time_asked_or_until_an_offer_ends_but_never_under_five_minutes(
    spec: Specs, offer: Offers, plan_for: Plans, ends_in: timedelta | None, valid: int
) -> None:
    now = offer().observed_at
    plan = plan_for(spec(), [offer(expires_at=None if ends_in is None else now + ends_in)])
    assert plan.expires_at == now + timedelta(minutes=valid)


def test_a_price_that_ends_before_the_time_asked_for_is_named_with_its_end(
    spec: Specs, offer: Offers, plan_for: Plans, now: datetime
) -> None:
    spot = offer("p5", "5", market=Market.SPOT, zone="us-east-1a", expires_at=now + timedelta(seconds=897), max_nodes=1)
    wanted = spec(market={"allow": ["on_demand", "spot"]})
    plan = plan_for(wanted, [spot, offer(expires_at=now + timedelta(minutes=30))])
    assert plan.warnings[-1] == (
        "valid for 15 min instead of 60: the price of aws p5 us-east-1a spot is only good until 2026-11-21T04:14:57Z"
    )


def test_a_price_that_outlasts_the_time_asked_for_or_of_what_only_stays_is_no_remark(
    spec: Specs, offer: Offers, plan_for: Plans, running: Runs, base_of: Bases
) -> None:
    now = offer().observed_at
    assert plan_for(spec(), [offer(expires_at=now + timedelta(hours=1))]).warnings == ()
    soon = offer(expires_at=now + timedelta(minutes=15))
    kept = plan_for(spec(gpu={"models": ["H100"], "count": 8}), [soon], base=base_of(running("train-1", soon)))
    assert kept.warnings == ()
    assert kept.expires_at == now + timedelta(hours=1)


def test_what_is_put_on_machines_is_in_the_plan(spec: Specs, offer: Offers, plan_for: Plans, now: datetime) -> None:
    wanted = spec(node={"disk_gib": 500, "image": {"aws": "ami-1", "lambda": "x"}})
    boot = FileRef(path="boot.sh", digest=digest_bytes(b"#!/bin/sh"))
    plan = plan_for(wanted, [offer()], user_data=boot, sites="sites.yaml")
    assert plan.images == {"aws": "ami-1"}
    assert (plan.disk_gib, plan.user_data, plan.sites) == (500, boot, "sites.yaml")
    assert plan.created_at == now
    assert [machine.name for machine in plan.machines] == ["train-1", "train-2"]
    assert {machine.action for machine in plan.machines} == {Action.ADD}
    assert plan.solution.status == "optimal"
    assert plan.solution.gap == 0


def test_what_was_spent_already_is_part_of_the_total_budget(
    spec: Specs, offer: Offers, plan_for: Plans, running: Runs, base_of: Bases
) -> None:
    base = msgspec.structs.replace(base_of(running("train-1", offer())), usd_so_far=Decimal(60))
    dear, cheap = offer(), offer("slow", "14", provider="lambda", max_nodes=1)
    wanted = {"hours": 10, "ttl_hours": 12}
    free = plan_for(spec(**wanted, budget={"usd_total": "460"}), [dear], base=base)
    assert bought(free) == {"h100x8": 2}  # 60 + 40 x 10 = 460
    plan = plan_for(spec(**wanted, budget={"usd_total": "400"}), [dear, cheap], base=base)
    assert bought(plan) == {"h100x8": 1, "slow": 1}  # 60 + 34 x 10 = 400
    assert plan.binding[0] == Binding(limit="budget.usd_total", used=Decimal(400), allowed=Decimal(400), unit="USD")
    assert plan.warnings[0] == (  # 34 x 1.05 = 35.70; x 12 = 428.40; + 60
        "if prices rise to the ceiling and it is destroyed at its end it costs $488.40 with the $60.00 so far, "
        "above the budget of $400.00"
    )


def test_where_it_is_not_known_what_was_spent_the_total_budget_says_so(
    spec: Specs, offer: Offers, plan_for: Plans, running: Runs, base_of: Bases
) -> None:
    wanted = spec(budget={"usd_total": "9000"})
    told = "what it cost so far is not known, and not counted in budget.usd_total"
    assert told in plan_for(wanted, [offer()], base=base_of(running("train-1", offer()))).warnings
    assert told not in plan_for(wanted, [offer()]).warnings


@pytest.mark.parametrize(("nodes", "stock", "warned"), [(17, None, True), (16, None, False), (17, 20, False)])
def test_many_nodes_of_which_nobody_knows_whether_there_are_so_many_are_told(
    spec: Specs, offer: Offers, plan_for: Plans, *, nodes: int, stock: int | None, warned: bool
) -> None:
    wanted = spec(gpu={"models": ["H100"], "count": 8 * nodes})
    plan = plan_for(wanted, [offer(max_nodes=stock)])
    told = (
        f"{nodes} new nodes are aws h100x8 in us-east-1, "
        "and its seller does not say how many it has or lets an account have"
    )
    assert (told in plan.warnings) is warned

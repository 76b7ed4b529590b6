"""What a running machine costs by its seller's own word, where that is not its offer's price."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from ampacity.core.errors import UsageError
from ampacity.planning.infeasible import InfeasibleError
from ampacity.planning.plan import Action, Plan
from ampacity.planning.planfile import decode_plan, encode_plan
from ampacity.providers.base import Market, Offer

Plans = Callable[..., Plan]


@pytest.fixture
def guessed(makers: Any) -> Offer:
    """What an auction will probably bring: 10 an hour."""
    found: Offer = makers.offer(usd="10", market=Market.AUCTION, indication=True)
    return found


def wanted(makers: Any, gpus: int, **keys: Any) -> Any:
    return makers.spec(gpu={"models": ["H100"], "count": gpus}, market={"allow": ["auction", "on_demand"]}, **keys)


def test_a_lease_costs_what_its_auction_brought_now_and_then(makers: Any, plan_for: Plans, guessed: Offer) -> None:
    lease = makers.running("train-1", guessed, usd_per_hour=Decimal(12))
    plan = plan_for(wanted(makers, 8), [guessed], base=makers.base_of(lease))
    assert [(each.action, each.usd_per_hour_before) for each in plan.machines] == [(Action.KEEP, Decimal(12))]
    assert (plan.totals.usd_per_hour_before, plan.totals.usd_per_hour_after) == (Decimal(12), Decimal(12))
    assert plan.totals.expected_usd == 864  # 12 x 72
    assert decode_plan(encode_plan(plan), name="p") == plan


def test_an_order_beside_a_lease_has_its_own_part_of_the_ceiling(makers: Any, plan_for: Plans, guessed: Offer) -> None:
    lease = makers.running("train-1", guessed, usd_per_hour=Decimal(12))
    plan = plan_for(wanted(makers, 16), [guessed], base=makers.base_of(lease))
    assert plan.totals.usd_per_hour_after == 22
    assert plan.totals.ceiling_usd_per_hour == Decimal("23.1")  # 22 x 1.05
    assert [each.ceiling_usd_per_hour for each in plan.auctions] == [Decimal("10.5")]  # 10 x 23.10 / 22


def test_an_order_that_nobody_was_taken_for_costs_nothing_yet(makers: Any, plan_for: Plans, guessed: Offer) -> None:
    order = makers.running("train-1", guessed, usd_per_hour=Decimal(0))
    plan = plan_for(wanted(makers, 8), [guessed], base=makers.base_of(order))
    assert (plan.totals.usd_per_hour_before, plan.totals.usd_per_hour_after) == (Decimal(0), Decimal(10))


def test_a_budget_counts_a_lease_at_its_own_price(makers: Any, plan_for: Plans, guessed: Offer) -> None:
    lease = makers.running("train-1", guessed, usd_per_hour=Decimal(12))
    base, budget = makers.base_of(lease), {"usd_per_hour": "21.50"}
    plan = plan_for(wanted(makers, 16, budget=budget), [guessed, makers.offer("sure", "9.50")], base=base)
    assert [plan.offer_of(each).sku for each in plan.machines] == ["h100x8", "sure"]  # 12 + 9.50
    with pytest.raises(InfeasibleError) as caught:  # two at 10 would fit, and would not be what is paid
        plan_for(wanted(makers, 24, budget=budget), [guessed], base=base)
    assert "budget.usd_per_hour would have to be at least 30.00" in caught.value.why  # three new ones at 10


def test_only_a_rebalance_gives_a_dear_lease_up_for_what_an_auction_may_bring(
    makers: Any, plan_for: Plans, guessed: Offer
) -> None:
    base = makers.base_of(makers.running("train-1", guessed, usd_per_hour=Decimal(12)))
    moved = plan_for(wanted(makers, 8), [guessed], base=base, rebalance=True)
    assert [(each.name, each.action) for each in moved.machines] == [("train-2", Action.ADD)]
    assert [(each.name, each.usd_per_hour) for each in moved.removed] == [("train-1", Decimal(12))]
    cheap = makers.base_of(makers.running("train-1", guessed, usd_per_hour=Decimal(9)))
    assert not plan_for(wanted(makers, 8), [guessed], base=cheap, rebalance=True).spends


def test_a_bill_at_another_price_than_was_bought_at_is_what_it_costs_now(makers: Any, plan_for: Plans) -> None:
    box = makers.offer(usd="20")
    billed = makers.running("train-1", box, usd_per_hour=Decimal(18))
    plan = plan_for(makers.spec(gpu={"models": ["H100"], "count": 8}), [box], base=makers.base_of(billed))
    assert (plan.totals.usd_per_hour_before, plan.totals.usd_per_hour_after) == (
        Decimal(18),
        Decimal(20),
    )  # the list of today holds


def test_a_lease_that_is_made_cheaper_by_hand_gives_the_plan_away(makers: Any, plan_for: Plans, guessed: Offer) -> None:
    lease = makers.running("train-1", guessed, usd_per_hour=Decimal(12))
    plan = plan_for(wanted(makers, 8), [guessed], base=makers.base_of(lease))
    cheaper = msgspec.structs.replace(lease, usd_per_hour=Decimal(1))
    touched = msgspec.structs.replace(plan, base=msgspec.structs.replace(plan.base, machines=(cheaper,)))
    with pytest.raises(UsageError, match="totals"):
        decode_plan(encode_plan(touched), name="p")

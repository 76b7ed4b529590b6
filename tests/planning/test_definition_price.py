"""A definition that pays less than the plan would: what is ordered is planned, expected, locked and approved."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from ampacity.planning.plan import Plan
from ampacity.planning.planfile import decode_plan, encode_plan
from ampacity.providers.base import Market, Offer

Plans = Callable[..., Plan]


@pytest.fixture
def guessed(offer: Callable[..., Offer]) -> Offer:
    """What an auction will probably bring: 2 an hour for one GPU."""
    return offer(usd="2", gpus=1, provider="hall", market=Market.AUCTION, indication=True)


@pytest.fixture
def two(spec: Callable[..., Any]) -> Any:
    """Two GPUs for 6 h, gone after 8 h, at up to a tenth more than is expected."""
    return spec(
        gpu={"models": ["H100"], "count": 2},
        market={"allow": ["auction", "on_demand"]},
        budget={"price_headroom": 0.1},
        hours=6,
        ttl_hours=8,
    )


def test_between_what_is_asked_and_what_the_plan_would_allow_it_is_the_ceiling(
    two: Any, guessed: Offer, plan_for: Plans
) -> None:
    plan = plan_for(two, [guessed], own_usd_per_hour={"hall": Decimal("2.1")})
    assert [each.ceiling_usd_per_hour for each in plan.auctions] == [Decimal("2.1")] * 2  # 2.20 else
    assert (plan.totals.usd_per_hour_after, plan.totals.ceiling_usd_per_hour) == (Decimal(4), Decimal("4.2"))
    assert plan.totals.worst_case_usd == Decimal("33.6")  # 4.20 x 8
    assert decode_plan(encode_plan(plan), name="p") == plan


def test_below_what_is_asked_it_is_the_price_too(two: Any, guessed: Offer, plan_for: Plans) -> None:
    plan = plan_for(two, [guessed], own_usd_per_hour={"hall": Decimal("1.5")})
    assert [each.ceiling_usd_per_hour for each in plan.auctions] == [Decimal("1.5")] * 2
    assert (plan.totals.usd_per_hour_after, plan.totals.ceiling_usd_per_hour) == (Decimal(3), Decimal(3))
    assert plan.totals.expected_usd == 18  # 3 x 6
    assert decode_plan(encode_plan(plan), name="p") == plan


def test_above_the_plans_own_ceiling_it_changes_nothing(two: Any, guessed: Offer, plan_for: Plans) -> None:
    assert plan_for(two, [guessed], own_usd_per_hour={"hall": Decimal(50)}) == plan_for(two, [guessed])


def test_what_nobody_may_sell_at_is_no_reason_to_choose_it(
    two: Any, guessed: Offer, offer: Callable[..., Offer], plan_for: Plans
) -> None:
    sure = offer("sure", "1.90", gpus=1)
    plan = plan_for(two, [guessed, sure], own_usd_per_hour={"hall": Decimal(1)})
    assert {plan.offer_of(each).sku for each in plan.machines} == {"sure"}


def test_what_is_not_auctioned_keeps_its_price_beside_it(
    two: Any, guessed: Offer, offer: Callable[..., Offer], plan_for: Plans
) -> None:
    few = [guessed, offer("sure", "1.90", gpus=1, provider="hall", max_nodes=1)]
    plan = plan_for(two, few, own_usd_per_hour={"hall": Decimal("1.5")})
    assert [each.ceiling_usd_per_hour for each in plan.auctions] == [Decimal("1.5")]
    assert plan.totals.usd_per_hour_after == Decimal("3.4")
    # 3.40 and a tenth, less what the order leaves of its part: 1.50 x 0.1
    assert plan.totals.ceiling_usd_per_hour == Decimal("3.59")

"""Machines that keep an end of their own count until then: in what is expected, at worst, and within `usd_total`."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ampacity.planning.infeasible import InfeasibleError
from ampacity.planning.plan import Action, BaseState, Binding, Plan
from ampacity.planning.planfile import decode_plan, encode_plan
from ampacity.providers.base import Market

Plans = Callable[..., Plan]


@pytest.fixture
def base(makers: Any) -> Callable[..., BaseState]:
    """One machine at 20 an hour, which has cost 60 so far; its end in hours and its fields can be given."""

    def build(ends_in_hours: int, **fields: Any) -> BaseState:
        box = makers.offer(usd="20")
        machine = makers.running("train-1", box, ends_at=box.observed_at + timedelta(hours=ends_in_hours), **fields)
        there: BaseState = makers.base_of(machine)
        # The hours that the spec wants, so that nothing moves an end by itself.
        return msgspec.structs.replace(there, usd_so_far=Decimal(60), ttl_hours=Decimal(12))

    return build


def wanted(makers: Any, gpus: int, **keys: Any) -> Any:
    return makers.spec(gpu={"models": ["H100"], "count": gpus}, hours=10, ttl_hours=12, **keys)


def test_a_budget_counts_a_timed_machine_until_its_timer_ends_it(
    makers: Any, base: Callable[..., BaseState], plan_for: Plans
) -> None:
    timed, box = base(3, self_ending=True), makers.offer(usd="20")
    plan = plan_for(wanted(makers, 16, budget={"usd_total": "320"}), [box], base=timed)
    assert [each.action for each in plan.machines] == [Action.KEEP, Action.ADD]
    assert plan.totals.expected_usd == 260  # 20 x 3 + 20 x 10
    assert plan.binding == (Binding(limit="budget.usd_total", used=Decimal(320), allowed=Decimal(320), unit="USD"),)
    with pytest.raises(InfeasibleError) as caught:
        plan_for(wanted(makers, 16, budget={"usd_total": "319"}), [box], base=timed)
    assert caught.value.why.startswith("budget.usd_total would have to be at least 320.00")


def test_a_budget_by_the_hour_is_for_every_hour(makers: Any, base: Callable[..., BaseState], plan_for: Plans) -> None:
    both = {"usd_per_hour": "39.99", "usd_total": "5000"}
    with pytest.raises(InfeasibleError) as caught:
        plan_for(wanted(makers, 16, budget=both), [makers.offer(usd="20")], base=base(3, self_ending=True))
    assert caught.value.why.startswith("budget.usd_per_hour would have to be at least 40.00")


def test_a_machine_whose_end_moves_counts_for_all_the_hours(
    makers: Any, base: Callable[..., BaseState], plan_for: Plans
) -> None:
    plan = plan_for(wanted(makers, 16, budget={"usd_total": "460"}), [makers.offer(usd="20")], base=base(3))
    assert [each.action for each in plan.machines] == [Action.CHANGE, Action.ADD]
    assert plan.totals.expected_usd == 400  # 40 x 10, and 60 so far
    with pytest.raises(InfeasibleError, match="No plan"):
        plan_for(wanted(makers, 16, budget={"usd_total": "459"}), [makers.offer(usd="20")], base=base(3))


def test_what_stays_as_it_is_fits_the_budget_that_it_was_made_for(
    makers: Any, base: Callable[..., BaseState], plan_for: Plans
) -> None:
    late = plan_for(wanted(makers, 8, budget={"usd_total": "100"}), [makers.offer(usd="20")], base=base(2))
    assert not late.spends
    assert late.totals.expected_usd == 40  # 20 x 2; with 60 so far all of the 100
    assert late.totals.worst_case_usd == 42  # the ceiling of 20 x 1.05 for these 2 h
    with pytest.raises(InfeasibleError) as caught:
        plan_for(wanted(makers, 8, budget={"usd_total": "99"}), [makers.offer(usd="20")], base=base(2))
    assert caught.value.why.startswith("budget.usd_total would have to be at least 260.00")  # 60 + 20 x 10, made anew


@pytest.mark.parametrize(
    ("ends_in_hours", "usd"),
    [
        (3, "324"),  # 20 x 3 of the kept, and (42 - 20) x 12 of the rest
        (0, "264"),
        (15, "564"),  # it outlasts the new end by 3 h
    ],
)
def test_at_worst_a_timed_machine_costs_its_price_until_its_own_end(
    makers: Any, base: Callable[..., BaseState], plan_for: Plans, ends_in_hours: int, usd: str
) -> None:
    timed = base(ends_in_hours, self_ending=True)
    plan = plan_for(wanted(makers, 16), [makers.offer(usd="20")], base=timed)
    assert plan.totals.ceiling_usd_per_hour == 42  # 40 x 1.05
    assert plan.totals.worst_case_usd == Decimal(usd)


def test_a_rebalance_moves_nothing_between_equal_prices(
    makers: Any, base: Callable[..., BaseState], plan_for: Plans
) -> None:
    timed, box = base(3, self_ending=True), makers.offer(usd="20")
    plan = plan_for(wanted(makers, 8, budget={"usd_total": "500"}), [box], base=timed, rebalance=True)
    assert not plan.spends


RUNNING = st.lists(
    st.tuples(st.integers(0, 20), st.booleans(), st.sampled_from(["15", "20", "25"])), min_size=1, max_size=4
)


@settings(deadline=None, max_examples=40)
@given(running=RUNNING, nodes=st.integers(1, 6), usd_total=st.integers(100, 1500), rebalance=st.booleans())
def test_no_plan_expects_more_than_its_budget_nor_more_than_its_worst_case(
    makers: Any,
    plan_for: Plans,
    *,
    running: list[tuple[int, bool, str]],
    nodes: int,
    usd_total: int,
    rebalance: bool,
) -> None:
    guessed = makers.offer(usd="20", market=Market.AUCTION, indication=True)
    there = [
        makers.running(
            f"train-{at}",
            guessed,
            ends_at=guessed.observed_at + timedelta(hours=hours),
            self_ending=timed,
            usd_per_hour=Decimal(usd),
        )
        for at, (hours, timed, usd) in enumerate(running, start=1)
    ]
    base = msgspec.structs.replace(makers.base_of(*there), usd_so_far=Decimal(60), ttl_hours=Decimal(12))
    asked = wanted(makers, 8 * nodes, budget={"usd_total": str(usd_total)}, market={"allow": ["auction"]})
    try:
        plan = plan_for(asked, [guessed], base=base, rebalance=rebalance)
    except InfeasibleError:
        return
    assert 60 + plan.totals.expected_usd <= usd_total
    assert plan.totals.worst_case_usd is not None
    assert plan.totals.worst_case_usd >= plan.totals.expected_usd
    assert decode_plan(encode_plan(plan), name="p") == plan


def test_a_budget_that_is_advised_still_does_an_hour_later_while_machines_run_on(
    makers: Any, base: Callable[..., BaseState], plan_for: Plans
) -> None:
    timed, box = base(20), makers.offer(usd="20")
    with pytest.raises(InfeasibleError) as caught:
        plan_for(wanted(makers, 16, budget={"usd_total": "400"}), [box], base=timed)
    # 60 so far and 40 x 10; the one that runs adds 20 in the hour for which a plan is valid
    assert caught.value.why.startswith(
        "budget.usd_total would have to be at least 460.00, and $20.00 more for each hour that what runs goes on"
    )
    assert caught.value.fix == "in the spec: budget.usd_total: 480.00"
    later = msgspec.structs.replace(timed, usd_so_far=Decimal(80))
    plan_for(wanted(makers, 16, budget={"usd_total": "480.00"}), [box], base=later)


def test_a_budget_that_is_advised_does_for_as_long_as_the_plan_is_to_be_valid(
    makers: Any, base: Callable[..., BaseState], plan_for: Plans
) -> None:
    asked = wanted(makers, 16, budget={"usd_total": "400"})
    with pytest.raises(InfeasibleError) as caught:
        plan_for(asked, [makers.offer(usd="20")], base=base(20), valid_for=timedelta(hours=3))
    assert caught.value.fix == "in the spec: budget.usd_total: 520.00"  # 460, and 20 x 3


def test_where_nothing_runs_the_least_budget_is_the_one_advised(makers: Any, plan_for: Plans) -> None:
    with pytest.raises(InfeasibleError) as caught:
        plan_for(wanted(makers, 8, budget={"usd_total": "100"}), [makers.offer(usd="20")])
    assert caught.value.why == "budget.usd_total would have to be at least 200.00"
    assert caught.value.fix == "in the spec: budget.usd_total: 200.00"

"""Money locked ahead is a figure of the plan, and the worst case is never below it."""

from collections.abc import Callable
from decimal import Decimal

import msgspec
import pytest

from ampacity.core.digests import canonical
from ampacity.core.errors import UsageError
from ampacity.planning.plan import Plan, Prepaid
from ampacity.planning.planfile import decode_plan, encode_plan, plan_digest
from ampacity.planning.prepaid import Quote, with_prepaid
from ampacity.planning.spec import Spec
from ampacity.providers.base import Offer

Offers = Callable[..., Offer]
Specs = Callable[..., Spec]
Plans = Callable[..., Plan]


@pytest.fixture
def plan(spec: Specs, offer: Offers, plan_for: Plans) -> Plan:
    """One GPU for an hour at $0.10, at most $0.11."""
    wanted = spec(gpu={"models": ["H100"], "count": 1}, hours=1, ttl_hours=1)
    return plan_for(wanted, [offer(usd="0.10", gpus=1)])


def quote(usd: str | None, machine: str = "train-1", why: str = "") -> Quote:
    return Quote(machine=machine, provider="aws", usd=None if usd is None else Decimal(usd), why=why)


def limited(usd: str, hours: int) -> Quote:
    return msgspec.structs.replace(quote(usd), limit_hours=Decimal(hours))


def paying(plan: Plan, *quotes: Quote, budget: str | None = None) -> Plan:
    return with_prepaid(plan, quotes, budget_usd=None if budget is None else Decimal(budget))


def test_the_worst_case_is_no_less_than_what_is_locked(plan: Plan) -> None:
    assert plan.totals.worst_case_usd == Decimal("0.11")
    paid = paying(plan, quote("0.5"))
    assert (paid.totals.worst_case_usd, paid.totals.deposit_usd) == (Decimal("0.5"), Decimal("0.5"))


def test_each_machine_counts_with_the_greater_of_the_two(spec: Specs, offer: Offers, plan_for: Plans) -> None:
    wanted = spec(gpu={"models": ["H100"], "count": 2}, hours=1, ttl_hours=1, budget={"price_headroom": 0})
    plan = plan_for(wanted, [offer(usd="0.10", gpus=1)])
    paid = paying(plan, quote("0.5"), quote("0.02", "train-2"))
    assert paid.totals.worst_case_usd == Decimal("0.6")  # 0.50 of the one, 0.10 of the other


def test_what_its_seller_pays_on_for_by_itself_is_in_the_worst_case_to_its_limit(plan: Plan) -> None:
    paid = paying(plan, limited("0.11", hours=2))  # for an hour at most $0.11 an hour; it may run for two
    assert (paid.totals.worst_case_usd, paid.totals.deposit_usd) == (Decimal("0.22"), Decimal("0.11"))
    assert paid.totals.bill_until_destroyed == 0
    assert paying(plan, limited("0.5", hours=2)).totals.worst_case_usd == Decimal("0.5")
    assert decode_plan(encode_plan(paid), name="x").prepaid[0].limit_hours == 2


def test_without_an_end_a_seller_that_pays_on_bounds_it_by_its_limit(
    spec: Specs, offer: Offers, plan_for: Plans
) -> None:
    wanted = spec(gpu={"models": ["H100"], "count": 1}, ttl_hours="none", budget={"price_headroom": 0})
    endless = plan_for(wanted, [offer(usd="0.10", gpus=1, limit_hours=Decimal(24))])
    assert endless.totals.worst_case_usd == Decimal("2.4")
    assert paying(endless, limited("5", hours=50)).totals.worst_case_usd == Decimal(5)  # the least deposit, 50 h
    assert paying(endless, limited("5", hours=51)).totals.worst_case_usd == Decimal("5.1")


def test_a_deposit_within_the_worst_case_is_no_more_of_it(plan: Plan) -> None:
    assert paying(plan, quote("0.11")).totals.worst_case_usd == Decimal("0.11")


def test_money_paid_ahead_bounds_what_nobody_destroys_where_its_sum_is_known(plan: Plan) -> None:
    assert plan.totals.bill_until_destroyed == 1
    assert paying(plan, quote("0.5")).totals.bill_until_destroyed == 0
    assert paying(plan, quote(None)).totals.bill_until_destroyed == 1


def test_without_an_end_the_worst_case_stays_without_bound(spec: Specs, offer: Offers, plan_for: Plans) -> None:
    paid = paying(plan_for(spec(ttl_hours="none"), [offer()]), quote("5"))
    assert (paid.totals.worst_case_usd, paid.totals.deposit_usd) == (None, Decimal(5))


def test_it_is_rounded_up_to_cents_so_that_the_same_sum_a_minute_later_is_within(plan: Plan) -> None:
    assert paying(plan, quote("0.500001")).prepaid == (Prepaid(machine="train-1", deposit_usd=Decimal("0.51")),)


def test_a_plan_without_money_ahead_stays_as_it_is(plan: Plan) -> None:
    assert paying(plan) is plan
    assert plan.totals.deposit_usd == 0


def test_what_nobody_says_is_not_zero_and_is_warned_of_with_the_reason(plan: Plan) -> None:
    paid = paying(plan, quote(None, why="no account"))
    assert paid.totals.deposit_usd is None
    assert "what aws locks at first is not known, and apply refuses that: no account" in paid.warnings


def test_more_than_the_budget_at_first_is_warned_of(plan: Plan) -> None:
    said = "$0.50 is locked at first, above the budget of $0.40"
    assert said in paying(plan, quote("0.5"), budget="0.40").warnings
    assert said not in paying(plan, quote("0.5"), budget="0.50").warnings


def test_it_is_part_of_what_is_signed(plan: Plan) -> None:
    paid = paying(plan, quote("0.5"))
    assert decode_plan(encode_plan(paid), name="x") == paid
    assert plan_digest(paid) != plan_digest(plan)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"prepaid": (Prepaid(machine="train-1", deposit_usd=Decimal("0.4")),)}, "totals are not the sum"),
        (
            {"prepaid": (Prepaid(machine="train-1", deposit_usd=Decimal("0.5"), limit_hours=Decimal(9)),)},
            "totals are not the sum",
        ),
        ({"prepaid": ()}, "totals are not the sum"),
        ({"prepaid": (Prepaid(machine="other", deposit_usd=Decimal("0.5")),)}, "no machine that is made"),
        ({"prepaid": (Prepaid(machine="train-1", deposit_usd=Decimal("0.25")),) * 2}, "no machine that is made"),
    ],
)
def test_an_edit_of_it_gives_itself_away(plan: Plan, fields: dict[str, tuple[Prepaid, ...]], why: str) -> None:
    touched = msgspec.structs.replace(paying(plan, quote("0.5")), **fields)
    with pytest.raises(UsageError) as refused:
        decode_plan(canonical(touched) + b"\n", name="x")
    assert why in refused.value.why

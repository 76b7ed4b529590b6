"""A recovery keeps to the worst case that was approved: what is gone for good counts, and so does what is locked."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from ampacity.core.errors import PolicyError
from ampacity.planning.plan import BaseState, Plan
from ampacity.planning.prepaid import Quote
from ampacity.providers.base import Market, Offer
from ampacity.provisioning.baseline import base_state
from ampacity.provisioning.deposits import deposits_now
from ampacity.provisioning.machines import MachineInputs
from ampacity.provisioning.outlook import Outlook
from ampacity.provisioning.stakes import Stakes, Standing
from ampacity.provisioning.wanted import approved_usd
from ampacity.provisioning.worst import refuse_beyond, worst_usd

Build = Callable[..., MachineInputs]
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def auctioned(machine: Build, offer: Offer) -> Callable[..., MachineInputs]:
    """One that may cost $2.93 an hour, and must be gone in 8 h if nothing else is said."""

    def make(name: str = "one-1", hours: int | None = 8) -> MachineInputs:
        sold = msgspec.structs.replace(offer, provider="hall", market=Market.AUCTION)
        end = None if hours is None else NOW + timedelta(hours=hours)
        return machine(name, offer=sold, ends_at=end, max_usd_per_hour=Decimal("2.93"))

    return make


def stakes(locks: str | None = "23.44", *, spent: str = "0", approved: str | None = "23.44", **more: Any) -> Stakes:
    usd = None if locks is None else Decimal(locks)
    return Stakes(
        asked_at=NOW,
        spent_usd=Decimal(spent),
        quotes=(Quote(machine="one-1", provider="hall", usd=usd, **more),),
        approved_usd=None if approved is None else Decimal(approved),
    )


def ahead_of(made: MachineInputs, staked: Stakes, **more: Any) -> Outlook:
    return Outlook(name="one", ceiling_usd_per_hour=Decimal("2.93"), made=(made,), stakes=staked, **more)


def refusal(ahead: Outlook) -> PolicyError:
    with pytest.raises(PolicyError) as refused:
        refuse_beyond(ahead, {})
    return refused.value


def test_a_spent_deposit_is_not_paid_twice_on_one_approval(auctioned: Build) -> None:
    # 8 h x 2.93 = 23.44 were approved and are gone; 23.44 more would be locked: 46.88
    staked = stakes(spent="23.44")
    ahead = ahead_of(auctioned(), staked)
    assert worst_usd(ahead, staked, {}) == Decimal("46.88")
    error = refusal(ahead)
    assert error.code == "AMP-WORST-CASE"
    assert error.why == "it locks $23.44; $46.88 at worst with the $23.44 so far; $23.44 was approved"
    assert "ampacity plan SPEC" in error.fix


def test_what_was_lost_early_is_made_anew_within_what_was_approved(auctioned: Build) -> None:
    # An hour at 2.66 was spent, 7 h at 2.93 are left: 2.66 + 20.51 = 23.17
    staked = stakes("20.51", spent="2.66")
    ahead = ahead_of(auctioned(hours=7), staked)
    assert worst_usd(ahead, staked, {}) == Decimal("23.17")
    refuse_beyond(ahead, {})


def test_what_a_seller_pays_on_for_by_itself_counts_to_its_limit_anew(auctioned: Build) -> None:
    # 4.40 was spent of an approved 9 h x 2.93 = 26.37; 6.5 h are left, and a new lease may run for 7: 4.40 + 20.51
    staked = stakes("19.05", spent="4.40", approved="26.37", limit_hours=Decimal(7))
    assert worst_usd(ahead_of(auctioned(hours=6), staked), staked, {}) == Decimal("24.91")
    refuse_beyond(ahead_of(auctioned(hours=6), staked), {})
    late = stakes("19.05", spent="4.40", approved="24.90", limit_hours=Decimal(7))
    assert refusal(ahead_of(auctioned(hours=6), late)).code == "AMP-WORST-CASE"


@pytest.mark.parametrize(("spent", "passes"), [("3.43", False), ("3.439", False), ("3.44", True)])
def test_a_cent_above_what_was_approved_is_too_much(auctioned: Build, spent: str, passes: bool) -> None:
    # The market's least, 20.01, is above the machine's own most for an hour; 23.44 - 20.01 = 3.43 may have been spent
    ahead = ahead_of(auctioned(hours=1), stakes("20.01", spent=spent))
    if passes:
        assert refusal(ahead).code == "AMP-WORST-CASE"
    else:
        refuse_beyond(ahead, {})


def test_what_stays_counts_until_its_own_end_and_with_all_that_is_held_for_it(auctioned: Build) -> None:
    # 2 spent; one that stays 8 h at 1 = 8, of another all of the 5 that are held; 8 h at 2.93 = 23.44
    one = Standing(name="a", usd_per_hour=Decimal(1), most_usd_per_hour=Decimal(1), ends_at=NOW + timedelta(hours=8))
    other = Standing(name="b", usd_per_hour=None, most_usd_per_hour=None, held_usd=Decimal(5))
    staked = stakes(spent="2")
    ahead = msgspec.structs.replace(ahead_of(auctioned(), staked, standing=(one, other)), ceiling_usd_per_hour=None)
    assert worst_usd(ahead, staked, {}) == Decimal("38.44")


def test_caps_that_were_rounded_up_each_count_no_more_than_the_ceiling_of_all(machine: Build) -> None:
    # Three spot machines capped at 1.01 each, by a ceiling of 3.00 for all: 4 h x 3 = 12, and not 12.12
    end = NOW + timedelta(hours=4)
    made = tuple(machine(name, ends_at=end, max_usd_per_hour=Decimal("1.01")) for name in ("a", "b", "c"))
    staked = Stakes(asked_at=NOW, approved_usd=Decimal(12))
    ahead = Outlook(name="one", ceiling_usd_per_hour=Decimal(3), made=made, stakes=staked)
    assert worst_usd(ahead, staked, {}) == Decimal(12)
    refuse_beyond(ahead, {})


def test_the_ceiling_of_all_covers_what_ends_early_only_until_then(machine: Build) -> None:
    # Of a ceiling of 3.00 one that stays takes 1.00 for 2 of the 4 h: 3 x 4 - 1 x 2 = 10, and not 1.01 x (2 + 4 + 4)
    end = NOW + timedelta(hours=4)
    made = tuple(machine(name, ends_at=end, max_usd_per_hour=Decimal("1.01")) for name in ("b", "c"))
    one, most = Decimal(1), Decimal("1.01")
    kept = Standing(name="a", usd_per_hour=one, most_usd_per_hour=most, ends_at=NOW + timedelta(hours=2))
    staked = Stakes(asked_at=NOW, approved_usd=Decimal(10))
    ahead = Outlook(name="one", ceiling_usd_per_hour=Decimal(3), made=made, stakes=staked, standing=(kept,))
    assert worst_usd(ahead, staked, {}) == Decimal(10)
    refuse_beyond(ahead, {})


def test_one_without_an_end_costs_at_worst_what_is_locked_and_without_that_has_no_bound(auctioned: Build) -> None:
    staked = stakes("10", spent="1")
    assert worst_usd(ahead_of(auctioned(hours=None), staked), staked, {}) == Decimal(11)
    bare = Stakes(asked_at=NOW, approved_usd=Decimal(100))
    assert worst_usd(ahead_of(auctioned(hours=None), bare), bare, {}) is None
    assert "nothing bounds what it costs" in refusal(ahead_of(auctioned(hours=None), bare)).why


def test_nothing_is_held_against_a_plan_without_a_bound_or_a_record_from_before(auctioned: Build) -> None:
    refuse_beyond(ahead_of(auctioned(), stakes(spent="1000", approved=None)), {})


def test_a_deposit_that_nobody_knows_is_refused_as_apply_does_and_recover_is_the_way_on(auctioned: Build) -> None:
    silent = refusal(ahead_of(auctioned(), stakes(None, approved=None, why="the hall is closed", fix="wait")))
    assert (silent.code, silent.why, silent.fix) == (
        "AMP-DEPOSIT-UNKNOWN",
        "the hall is closed",
        "wait; then ampacity recover one",
    )


def test_each_machine_is_asked_for_with_the_time_that_it_has_left(auctioned: Build, hall: Any) -> None:
    desk: Any = SimpleNamespace(open=lambda _name, _sites: hall, clock=lambda: NOW)
    asked = deposits_now(desk, [auctioned("a", hours=8), auctioned("b", hours=1)], None)
    # The hall's least is $5.00: above 1 x 2.93.
    assert [(each.machine, each.usd) for each in asked] == [("a", Decimal("23.44")), ("b", Decimal(5))]


def test_what_was_approved_in_all_is_the_plans_worst_case_and_what_was_spent_before_it(
    plan_of: Callable[..., Plan],
) -> None:
    plan = plan_of(("node-0",), base_state(None, []))
    # 23.92 x 1.05 x 96
    assert approved_usd(plan) == Decimal("2411.1360")

    def against(**base: Any) -> Decimal | None:
        there: BaseState = msgspec.structs.replace(plan.base, deployment="d" * 32, **base)
        return approved_usd(msgspec.structs.replace(plan, base=there))

    assert against(usd_so_far=Decimal("2.87")) == Decimal("2414.0060")
    assert against(usd_so_far=None) is None
    endless = msgspec.structs.replace(plan.totals, worst_case_usd=None)
    assert approved_usd(msgspec.structs.replace(plan, totals=endless)) is None

"""A changed spec against what runs: what is kept, made anew, added and removed, and for how much."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from ampacity.core.digests import digest_bytes
from ampacity.planning.change import Parts, replace_digest
from ampacity.planning.plan import Action, BaseState, FileRef, Plan, PlannedMachine, RunningMachine
from ampacity.planning.planfile import decode_plan, encode_plan
from ampacity.planning.spec import Spec
from ampacity.providers.base import Market, Offer, PowerDraw, PowerLimit

Offers = Callable[..., Offer]
Specs = Callable[..., Spec]
Plans = Callable[..., Plan]
Runs = Callable[..., RunningMachine]
Bases = Callable[..., BaseState]


def changes(plan: Plan) -> dict[str, str]:
    """`{"train-1": "= h100x8"}`, removals included."""
    planned = {one.name: f"{one.action.value} {plan.offer_of(one).sku}" for one in plan.machines}
    return planned | {one.name: f"- {one.reason}" for one in plan.removed}


def gpus(count: int) -> dict[str, object]:
    return {"models": ["H100"], "count": count}


def test_an_unchanged_spec_changes_nothing(
    spec: Specs, offer: Offers, plan_for: Plans, running: Runs, base_of: Bases
) -> None:
    base = base_of(running("train-1", offer()), running("train-2", offer()))
    plan = plan_for(spec(), [offer(), offer("cheaper", "1")], base=base)
    assert changes(plan) == {"train-1": "= h100x8", "train-2": "= h100x8"}
    assert not plan.spends
    assert [one.usd_per_hour_before for one in plan.machines] == [20, 20]
    assert plan.totals.usd_per_hour_before == plan.totals.usd_per_hour_after == 40
    assert plan.warnings == ()


def test_more_gpus_add_the_cheapest_under_the_lowest_free_name(
    spec: Specs, offer: Offers, plan_for: Plans, running: Runs, base_of: Bases
) -> None:
    base = base_of(running("train-1", offer()), running("train-3", offer()))
    plan = plan_for(spec(gpu=gpus(32)), [offer(), offer("cheaper", "15")], base=base)
    assert changes(plan) == {
        "train-1": "~ h100x8",
        "train-2": "+ cheaper",
        "train-3": "~ h100x8",
        "train-4": "+ cheaper",
    }
    assert plan.totals.usd_per_hour_before == 40
    assert plan.totals.usd_per_hour_after == 70


def test_fewer_gpus_remove_the_dearest(
    spec: Specs, offer: Offers, plan_for: Plans, running: Runs, base_of: Bases
) -> None:
    dear = offer("dear", "30")
    base = base_of(running("train-1", dear), running("train-2", offer()), running("train-10", offer()))
    plan = plan_for(spec(gpu=gpus(8)), [offer(), dear], base=base)
    assert changes(plan) == {
        "train-1": "- not needed any more",
        "train-2": "~ h100x8",
        "train-10": "- not needed any more",
    }
    assert [one.usd_per_hour for one in plan.removed] == [Decimal(30), Decimal(20)]


def test_what_is_missing_is_bought_by_price_and_not_by_the_fewest_gpus(
    spec: Specs, offer: Offers, plan_for: Plans, running: Runs, base_of: Bases
) -> None:
    offers = [offer(), offer("single", "10", gpus=1)]
    plan = plan_for(spec(gpu=gpus(12)), offers, base=base_of(running("train-1", offer())))
    assert changes(plan) == {"train-1": "~ h100x8", "train-2": "+ h100x8"}  # 20; four singles would be 40


def test_rebalance_moves_to_what_is_cheaper(
    spec: Specs, offer: Offers, plan_for: Plans, running: Runs, base_of: Bases
) -> None:
    base = base_of(running("train-1", offer()), running("train-2", offer()))
    offers = [offer(), offer("cheaper", "15", max_nodes=1)]
    plan = plan_for(spec(), offers, base=base, rebalance=True)
    assert changes(plan) == {
        "train-1": "~ h100x8",
        "train-2": "- what is added is cheaper within the limits",
        "train-3": "+ cheaper",
    }


def test_a_machine_that_no_longer_fits_goes_with_the_rule_as_the_reason(
    spec: Specs, offer: Offers, plan_for: Plans, running: Runs, base_of: Bases
) -> None:
    abroad = offer(region="eu-west-1")
    wanted = spec(gpu=gpus(8), placement={"regions": ["us-*"]})
    plan = plan_for(wanted, [offer()], base=base_of(running("train-1", abroad)))
    assert changes(plan) == {
        "train-1": "- placement.regions: eu-west-1 matches none of us-*",
        "train-2": "+ h100x8",
    }


def test_changed_user_data_makes_machines_anew_under_their_names(
    spec: Specs, offer: Offers, plan_for: Plans, running: Runs, base_of: Bases
) -> None:
    boot = FileRef(path="boot.sh", digest=digest_bytes(b"new"))
    # Sold out to everybody else: the node that is freed is the node that is taken.
    sold_out = offer(max_nodes=0)
    base = base_of(running("train-1", offer()))
    plan = plan_for(spec(gpu=gpus(8)), [sold_out, offer("cheaper", "1")], base=base, user_data=boot)
    assert plan.machines == (
        PlannedMachine(
            name="train-1",
            offer=offer().id,
            action=Action.REPLACE,
            reason="its image, disk, SSH key or what runs on it changed",
            usd_per_hour_before=Decimal(20),
        ),
    )
    assert plan.spends
    said = "1 machine is replaced: ends the old machine first, then makes the new, which may fail"
    assert plan.warnings == (said,)


def test_nodes_of_our_own_racks_are_made_anew_in_place_although_we_hold_them_all_and_their_power(
    spec: Specs, offer: Offers, plan_for: Plans, running: Runs, base_of: Bases
) -> None:
    power = PowerDraw(feeds=("r1",), node_kw=Decimal("10.2"))
    bought = offer("dgx", "3.81", provider="own", market=Market.OWNED, max_nodes=2, power=power)
    today = offer("dgx", "3.90", provider="own", market=Market.OWNED, max_nodes=0, power=power)
    limits = (PowerLimit(feed="r1", free_kw=Decimal("0.3"), basis="nameplate"),)
    base = base_of(running("train-1", bought), running("train-2", bought))
    elsewhere = offer("spot", "22.74", market=Market.SPOT)
    wanted = spec(market={"allow": ["spot", "owned"]})
    plan = plan_for(wanted, [today, elsewhere], base=base, limits=limits, ssh_public_key="ssh-ed25519 BBBB other")
    assert changes(plan) == {"train-1": "± dgx", "train-2": "± dgx"}
    assert (plan.totals.usd_per_hour_before, plan.totals.usd_per_hour_after) == (Decimal("7.62"), Decimal("7.80"))
    assert [one.usd_per_hour_before for one in plan.machines] == [Decimal("3.81"), Decimal("3.81")]


def test_what_we_hold_of_a_sold_out_offer_is_not_there_for_more_than_we_hold(
    spec: Specs, offer: Offers, plan_for: Plans, running: Runs, base_of: Bases
) -> None:
    sold_out = offer("dgx", "3", provider="own", market=Market.OWNED, max_nodes=0)
    base = base_of(running("train-1", sold_out))
    plan = plan_for(spec(), [sold_out, offer()], base=base, ssh_public_key="ssh-ed25519 BBBB other")
    assert changes(plan) == {"train-1": "± dgx", "train-2": "+ h100x8"}


def test_a_changed_machine_whose_offer_is_gone_is_replaced_by_another_offer(
    spec: Specs, offer: Offers, plan_for: Plans, running: Runs, base_of: Bases
) -> None:
    base = base_of(running("train-1", offer("old")))
    plan = plan_for(spec(gpu=gpus(8)), [offer()], base=base, ssh_public_key="ssh-ed25519 BBBB other")
    assert changes(plan) == {
        "train-1": "- its image, disk, SSH key or what runs on it changed, and its offer is not sold now",
        "train-2": "+ h100x8",
    }


def test_untouched_machines_are_kept_before_changed_ones(
    spec: Specs, offer: Offers, plan_for: Plans, running: Runs, base_of: Bases
) -> None:
    changed = running("train-1", offer(), inputs=digest_bytes(b"other"))
    base = base_of(changed, running("train-2", offer("dear", "30")))
    plan = plan_for(spec(gpu=gpus(8)), [offer(), offer("dear", "30")], base=base)
    assert changes(plan) == {"train-1": "- not needed any more", "train-2": "~ dear"}


def test_a_machine_that_failed_is_made_anew_under_its_name_and_never_kept(
    spec: Specs, offer: Offers, plan_for: Plans, running: Runs, base_of: Bases
) -> None:
    broken = running("train-2", offer(), failed=True, usd_per_hour=Decimal(0))
    plan = plan_for(spec(), [offer()], base=base_of(running("train-1", offer()), broken))
    assert changes(plan) == {"train-1": "~ h100x8", "train-2": "± h100x8"}
    assert plan.machines[1].reason == "failed at its seller"
    assert plan.totals.usd_per_hour_before == 20
    assert plan.totals.usd_per_hour_after == 40


def test_a_lost_machine_comes_back_under_its_name(
    spec: Specs, offer: Offers, plan_for: Plans, running: Runs, base_of: Bases
) -> None:
    base = base_of(running("train-1", offer()), running("train-2", offer(), alive=False))
    plan = plan_for(spec(), [offer()], base=base)
    assert changes(plan) == {"train-1": "~ h100x8", "train-2": "+ h100x8"}
    assert plan.machines[1].reason == "gone at its seller"
    assert plan.machines[1].usd_per_hour_before is None
    assert plan.totals.usd_per_hour_before == 20


def test_of_several_lost_names_the_one_of_the_same_offer_is_taken_first(
    spec: Specs, offer: Offers, plan_for: Plans, running: Runs, base_of: Bases
) -> None:
    base = base_of(running("train-1", offer("other"), alive=False), running("train-2", offer(), alive=False))
    plan = plan_for(spec(gpu=gpus(8)), [offer()], base=base)
    assert changes(plan) == {"train-1": "- gone at its seller", "train-2": "+ h100x8"}
    assert plan.removed[0].usd_per_hour == 0


def test_a_machine_on_an_offer_that_is_sold_out_is_kept_and_counts(
    spec: Specs, offer: Offers, plan_for: Plans, running: Runs, base_of: Bases
) -> None:
    base = base_of(running("train-1", offer()))
    offers = [offer(max_nodes=0), offer("rest", "30")]
    assert changes(plan_for(spec(), offers, base=base)) == {"train-1": "~ h100x8", "train-2": "+ rest"}
    assert changes(plan_for(spec(gpu=gpus(8)), offers, base=base, rebalance=True)) == {"train-1": "= h100x8"}


def test_a_price_that_moved_is_shown_on_both_sides(
    spec: Specs, offer: Offers, plan_for: Plans, running: Runs, base_of: Bases
) -> None:
    base = base_of(running("train-1", offer(usd="18")))
    plan = plan_for(spec(gpu=gpus(8)), [offer(usd="20")], base=base)
    assert plan.machines[0].action is Action.KEEP
    assert plan.machines[0].usd_per_hour_before == 18
    assert plan.totals.usd_per_hour_before == 18
    assert plan.totals.usd_per_hour_after == 20


def test_machines_go_where_the_budget_leaves_no_room_for_them(
    spec: Specs, offer: Offers, plan_for: Plans, running: Runs, base_of: Bases
) -> None:
    base = base_of(running("train-1", offer("dear", "90")))
    plan = plan_for(spec(gpu=gpus(8), budget={"usd_per_hour": "60"}), [offer()], base=base)
    assert changes(plan) == {
        "train-1": "- the limits leave no room for it beside the rest",
        "train-2": "+ h100x8",
    }
    assert plan.warnings == ("1 machine is not kept, because the limits leave no room for it beside the rest",)


def test_spot_machines_that_run_count_in_the_share(
    spec: Specs, offer: Offers, plan_for: Plans, running: Runs, base_of: Bases
) -> None:
    spot = offer("spot", "5", market=Market.SPOT)
    wanted = spec(market={"allow": ["on_demand", "spot"], "max_spot_share": 0.5})
    plan = plan_for(wanted, [offer(), spot], base=base_of(running("train-1", spot)))
    assert changes(plan) == {"train-1": "~ spot", "train-2": "+ h100x8"}


def test_the_power_of_a_machine_that_goes_is_free_again(
    spec: Specs, offer: Offers, plan_for: Plans, running: Runs, base_of: Bases
) -> None:
    power = PowerDraw(feeds=("r1",), node_kw=Decimal("10.2"))
    small = offer("l40s", "5", model="L40S", provider="own", market=Market.OWNED, power=power)
    large = offer("dgx", "9", provider="own", market=Market.OWNED, power=power)
    limits = (PowerLimit(feed="r1", free_kw=Decimal("0.3"), basis="nameplate"),)
    plan = plan_for(spec(gpu=gpus(8)), [small, large], base=base_of(running("train-1", small)), limits=limits)
    assert changes(plan) == {"train-1": "- gpu.models: L40S is not wanted", "train-2": "+ dgx"}


def test_a_new_wish_for_an_end_changes_machines_that_have_none(
    spec: Specs, offer: Offers, plan_for: Plans, running: Runs, base_of: Bases
) -> None:
    endless = running("train-1", offer(), ends_at=None)
    plan = plan_for(spec(gpu=gpus(8)), [offer()], base=base_of(endless))
    assert [(one.action, one.reason) for one in plan.machines] == [(Action.CHANGE, "it gets an end")]
    ending = running("train-1", offer())
    plan = plan_for(spec(gpu=gpus(8), ttl_hours="none"), [offer()], base=base_of(ending))
    assert [(one.action, one.reason) for one in plan.machines] == [(Action.CHANGE, "it loses its end")]


def test_another_ttl_moves_the_end_of_what_runs_and_the_same_moves_nothing(
    spec: Specs, offer: Offers, plan_for: Plans, running: Runs, base_of: Bases
) -> None:
    base = msgspec.structs.replace(base_of(running("train-1", offer())), ttl_hours=Decimal(96))
    longer = plan_for(spec(gpu=gpus(8), ttl_hours=200), [offer()], base=base)
    assert [(one.action, one.reason) for one in longer.machines] == [(Action.CHANGE, "its end moves")]
    same = plan_for(spec(gpu=gpus(8), ttl_hours=96), [offer()], base=base)
    assert [one.action for one in same.machines] == [Action.KEEP]


def test_a_timer_that_only_the_machine_holds_is_not_said_to_move(
    spec: Specs, offer: Offers, plan_for: Plans, running: Runs, base_of: Bases
) -> None:
    timed = msgspec.structs.replace(running("train-1", offer()), self_ending=True)
    base = msgspec.structs.replace(base_of(timed), ttl_hours=Decimal(96))
    plan = plan_for(spec(gpu=gpus(8), ttl_hours=200), [offer()], base=base)
    assert [one.action for one in plan.machines] == [Action.KEEP]
    assert any("a timer that cannot be moved" in warning for warning in plan.warnings)


def test_an_apply_that_changes_anything_moves_every_end_that_can_be_moved_and_the_plan_says_so(
    spec: Specs, offer: Offers, plan_for: Plans, running: Runs, base_of: Bases
) -> None:
    timed = running("train-2", offer(), self_ending=True)
    base = base_of(running("train-1", offer()), timed, running("train-3", offer(), ends_at=None))
    plan = plan_for(spec(gpu=gpus(32)), [offer()], base=base)
    assert [(one.action.value, one.reason) for one in plan.machines] == [
        ("~", "its end moves"),
        ("=", ""),
        ("~", "it gets an end"),
        ("+", ""),
    ]


def test_without_an_end_before_and_after_what_stays_is_kept_whatever_else_changes(
    spec: Specs, offer: Offers, plan_for: Plans, running: Runs, base_of: Bases
) -> None:
    base = base_of(running("train-1", offer(), ends_at=None))
    plan = plan_for(spec(ttl_hours="none"), [offer()], base=base)
    assert changes(plan) == {"train-1": "= h100x8", "train-2": "+ h100x8"}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"image": "other"}, "its image"),
        ({"disk_gib": 200}, "its disk"),
        ({"image": "other", "disk_gib": 200, "key": "BBBB"}, "its image, its disk and its SSH key"),
        ({"key": "BBBB", "user_data": "new"}, "its SSH key and what runs on it"),
        ({"user_data": "new"}, "what runs on it"),
    ],
)
def test_a_replacement_says_which_part_changed(
    spec: Specs,
    offer: Offers,
    plan_for: Plans,
    running: Runs,
    base_of: Bases,
    *,
    changed: dict[str, Any],
    said: str,
) -> None:
    old = Parts(image="default", disk_gib=100, ssh_public_key="AAAA")
    inputs = replace_digest(offer(), image="default", disk_gib=100, ssh_public_key="AAAA", user_data=None)
    base = base_of(running("train-1", offer(), inputs=inputs, parts=old))
    boot = FileRef(path="boot.sh", digest=digest_bytes(b"new")) if "user_data" in changed else None
    node = {key: changed[key] for key in ("image", "disk_gib") if key in changed}
    wanted, key = spec(gpu=gpus(8), node=node), changed.get("key", "AAAA")
    (one,) = plan_for(wanted, [offer()], base=base, ssh_public_key=key, user_data=boot).machines
    assert (one.action, one.reason) == (Action.REPLACE, f"{said} changed")


def test_a_timer_that_cannot_be_moved_is_told(
    spec: Specs, offer: Offers, plan_for: Plans, running: Runs, base_of: Bases
) -> None:
    ends = offer().observed_at + timedelta(hours=3)
    timed = running("train-1", offer(), self_ending=True, ends_at=ends)
    plan = plan_for(spec(gpu=gpus(8), ttl_hours="none"), [offer()], base=base_of(timed))
    assert plan.machines[0].action is Action.KEEP
    assert plan.warnings[1] == (
        "1 machine is kept with a timer that cannot be moved; the first ends at 2026-11-21T07:00:00Z"
    )


@pytest.mark.parametrize(
    ("ends_in_hours", "usd"),
    [
        (3, "750"),  # 3 h of the kept and 72 h of the new, each at 10
        (90, "1440"),  # it outlasts the 72 h that are asked for, and no more of them are counted
        (-1, "720"),  # past its end, and counted no more
    ],
)
def test_what_is_expected_of_a_kept_machine_is_counted_from_now_until_its_end(
    makers: Any, plan_for: Plans, ends_in_hours: int, usd: str
) -> None:
    box = makers.offer(usd="10")
    ends = box.observed_at + timedelta(hours=ends_in_hours)
    timed = makers.running("train-1", box, self_ending=True, ends_at=ends)
    plan = plan_for(makers.spec(gpu=gpus(16), hours=72), [box], base=makers.base_of(timed))
    assert [machine.action for machine in plan.machines] == [Action.KEEP, Action.ADD]
    assert plan.totals.expected_usd == Decimal(usd)
    assert decode_plan(encode_plan(plan), name="p") == plan

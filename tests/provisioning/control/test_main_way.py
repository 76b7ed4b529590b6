"""From a plan to machines and back, on the real engine and a toy seller."""

import time
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from ampacity.core.errors import MissingError, UnexpectedChangeError
from ampacity.provisioning.control import Control
from ampacity.provisioning.reports import DriftKind, Outcome

pytestmark = [pytest.mark.engine, pytest.mark.slow]


def test_what_was_planned_runs_and_status_shows_it_and_destroy_ends_it(
    control: Control, hands: Any, cloud: Any
) -> None:
    report = hands.apply("node-0", "node-1")
    assert [machine.outcome for machine in report.machines] == [Outcome.OK, Outcome.OK]
    assert not report.partial
    assert report.machines[0].ssh == "ssh toy@127.0.0.1"
    assert len(cloud.living()) == 2

    status = control.status("train")
    assert [machine.state for machine in status.machines] == ["running", "running"]
    assert {machine.id for machine in status.machines} == set(cloud.living())
    assert not control.drift("train").found
    assert not control.orphans().orphans

    ended = control.destroy("train")
    assert ended.complete
    assert ended.removed == ("node-0", "node-1")
    assert cloud.living() == {}
    assert control.names() == []


def test_a_plan_is_good_for_one_apply_even_after_destroy(control: Control, hands: Any, cloud: Any) -> None:
    plan = hands.plan("node-0")
    hands.carry_out(plan)
    with pytest.raises(UnexpectedChangeError) as again:
        hands.carry_out(plan)
    assert again.value.code == "AMP-PLAN-USED"
    control.destroy("train")
    with pytest.raises(UnexpectedChangeError) as later:
        hands.carry_out(plan)
    assert later.value.code == "AMP-PLAN-USED"
    assert cloud.living() == {}


def test_a_machine_taken_away_is_drift_and_a_second_plan_mends_it(control: Control, hands: Any, cloud: Any) -> None:
    hands.apply("node-0", "node-1")
    victim = control.status("train").machines[0]
    cloud.run("update machines set state = 'gone' where id = ?", victim.id)

    drift = control.drift("train")
    assert [(each.machine, each.kind) for each in drift.differences] == [("node-0", DriftKind.MISSING)]
    assert control.status("train").machines[0].state == "gone"

    report = hands.apply("node-0", "node-1")
    assert not report.partial
    assert len(cloud.living()) == 2
    assert victim.id not in cloud.living()


def test_a_smaller_plan_removes_only_what_it_says(control: Control, hands: Any, cloud: Any) -> None:
    hands.apply("node-0", "node-1", "node-2")
    kept = {machine.id for machine in control.status("train").machines if machine.name != "node-2"}
    report = hands.apply("node-0", "node-1")
    assert report.removed == ("node-2",)
    assert set(cloud.living()) == kept


def test_what_a_seller_refuses_leaves_the_others_up_and_recover_finishes(
    control: Control, hands: Any, cloud: Any
) -> None:
    cloud.fault("refuse", 1)
    report = hands.apply("node-0", "node-1", "node-2")
    assert report.partial
    failed = [machine for machine in report.machines if machine.outcome is Outcome.FAILED]
    assert len(failed) == 1
    assert "no capacity left" in failed[0].reasons[0]
    assert len(cloud.living()) == 2
    assert report.finish.startswith("ampacity plan SPEC"), "the same seller would refuse the same again"
    assert (report.retry, report.give_up) == ("ampacity recover train", "ampacity destroy train")

    assert control.status("train").missing == (failed[0].name,)
    drift = control.drift("train")
    assert [(each.machine, each.what) for each in drift.differences] == [(failed[0].name, "never made")]

    assert not control.recover("train", live=hands.live, gate=None).partial
    assert len(cloud.living()) == 3
    assert not control.drift("train").found


def test_a_seller_that_is_down_leaves_its_machines_named_and_priced_and_is_not_waited_for_long(
    control: Control, hands: Any, cloud: Any
) -> None:
    hands.apply("node-0", "node-1", "node-2")
    cloud.fault("unreachable", 1000)
    began = time.monotonic()
    report = control.destroy("train")
    took = time.monotonic() - began
    assert not report.complete
    assert len(report.left) == 3
    assert report.left[0].startswith("node-0 is still there (toy, $23.92 per hour): ")
    assert "connection refused" in report.left[0]
    assert report.left_usd_per_hour == Decimal("71.76")
    assert report.problems == ()
    assert took < 30, "each machine is tried for eight seconds, all at once"

    cloud.run("delete from faults")
    assert control.destroy("train").complete
    assert cloud.living() == {}


def test_a_stale_plan_is_refused_and_says_what_moved(hands: Any, cloud: Any) -> None:
    hands.apply("node-0")
    plan = hands.plan("node-0", "node-1")
    cloud.run("update machines set state = 'gone'")
    with pytest.raises(UnexpectedChangeError, match="node-0 is gone at its seller") as refusal:
        hands.check(plan)
    assert refusal.value.code == "AMP-PLAN-STALE"
    assert cloud.living() == {}


def test_a_name_that_nobody_deployed_is_not_found(control: Control) -> None:
    for verb in (control.status, control.drift, partial(control.recover, gate=None), control.destroy):
        with pytest.raises(MissingError):
            verb("nothing")

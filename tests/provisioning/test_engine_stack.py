"""The real engine on a toy cloud: what stands after each operation, and what never leaks."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ampacity.core.errors import AuthError
from ampacity.core.progress import Stage, Step
from ampacity.provisioning.engine import EngineSettings, EngineStack, Op
from ampacity.provisioning.journal import Journal
from ampacity.provisioning.machines import MachineInputs

pytestmark = [pytest.mark.engine, pytest.mark.slow]
Build = Callable[..., MachineInputs]


def ops(result: Any) -> dict[str, Op]:
    return {change.machine: change.op for change in result.changes}


def everything_under(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file() and file.name != "cloud.db")


def test_a_deployment_lives_from_preview_to_destroy(stack: EngineStack, cloud: Any, machine: Build) -> None:
    machines = [machine("node-0"), machine("node-1")]
    steps: list[Step] = []
    assert ops(stack.preview(machines)) == {"node-0": Op.CREATE, "node-1": Op.CREATE}
    assert cloud.living() == {}

    made = stack.up(machines, steps.append)
    assert made.ok
    assert {(step.item, step.stage) for step in steps} == {
        (name, stage) for name in ("node-0", "node-1") for stage in (Stage.RUNNING, Stage.DONE)
    }
    records = stack.records()
    assert {record.id: record.outputs["token"] for record in records} == cloud.living()
    assert sorted(record.inputs.name for record in records) == ["node-0", "node-1"]
    assert all(record.inputs.offer == machines[0].offer for record in records)

    assert ops(stack.up(machines)) == {"node-0": Op.SAME, "node-1": Op.SAME}
    assert ops(stack.up(machines[:1])) == {"node-0": Op.SAME, "node-1": Op.DELETE}
    assert ops(stack.refresh()) == {"node-0": Op.SAME}
    assert stack.destroy().ok
    assert (cloud.living(), stack.records()) == ({}, [])
    stack.remove()
    assert not stack.exists()


def test_user_data_reaches_the_seller_and_nothing_else(
    stack: EngineStack, cloud: Any, machine: Build, tmp_path: Path
) -> None:
    result = stack.up([machine(user_data="hunter2-in-the-clear")])
    stack.up([machine(user_data="hunter2-in-the-clear", ends_at=None, max_usd_per_hour=None)])
    assert cloud.run("select user_data from machines") == [("hunter2-in-the-clear",)]
    assert b"hunter2" not in everything_under(tmp_path)
    assert "hunter2" not in repr((result, stack.export()))
    assert stack.records()[0].inputs.user_data is None


def test_the_state_holds_no_path_of_this_computers_programs(stack: EngineStack, machine: Build) -> None:
    stack.up([machine()])
    assert "site-packages" not in repr(stack.export())


def test_what_is_gone_is_seen_by_refresh_and_made_again_with_a_fresh_token(
    stack: EngineStack, cloud: Any, machine: Build
) -> None:
    stack.up([machine()])
    cloud.run("update machines set state = 'gone'")
    assert ops(stack.refresh()) == {"node-0": Op.DELETE}
    assert stack.records() == []
    again = stack.up([machine()])
    assert again.ok
    assert len(cloud.living()) == 1


def test_broken_hardware_is_told_with_its_reason_and_replaced(stack: EngineStack, cloud: Any, machine: Build) -> None:
    stack.up([machine()])
    (broken,) = cloud.living()
    cloud.run("update machines set state = 'failed'")
    sick = stack.refresh()
    assert not sick.ok
    assert sick.failed[0].reasons == (f"toy reports {broken} as failed",)
    assert stack.records()[0].problems == sick.failed[0].reasons
    mended = stack.up([machine()])
    assert ops(mended) == {"node-0": Op.REPLACE}
    assert mended.ok
    assert broken not in cloud.living()
    assert len(cloud.living()) == 1


def test_other_inputs_end_the_old_machine_before_the_new_one_begins(
    stack: EngineStack, cloud: Any, machine: Build
) -> None:
    stack.up([machine()])
    changed = machine(image="ubuntu-24", replace="sha256:" + "b" * 64)
    cloud.fault("refuse")
    failed = stack.up([changed])
    assert [change.machine for change in failed.failed] == ["node-0"]
    assert cloud.living() == {}
    assert stack.up([changed]).ok
    assert stack.records()[0].inputs.image == "ubuntu-24"


def test_eleven_of_twelve_stay_when_one_is_refused(stack: EngineStack, cloud: Any, machine: Build) -> None:
    cloud.fault("refuse")
    result = stack.up([machine(f"node-{number}") for number in range(12)])
    (failed,) = result.failed
    assert "no capacity left" in failed.reasons[0]
    assert result.exit_code != 0
    assert len(cloud.living()) == len(stack.records()) == 11
    assert stack.up([machine(f"node-{number}") for number in range(12)]).ok
    assert len(cloud.living()) == 12


def test_creates_overlap(stack: EngineStack, cloud: Any, machine: Build) -> None:
    cloud.option("create_seconds", 0.5)
    assert stack.up([machine(f"node-{number}") for number in range(12)]).ok
    calls = cloud.calls("create")
    last_begin, first_end = max(began for began, _ in calls), min(ended for _, ended in calls)
    assert len(calls) == 12
    assert last_begin < first_end  # all twelve were under way at one moment


def test_an_unclear_create_is_a_placeholder_that_refresh_resolves(
    stack: EngineStack, cloud: Any, machine: Build, journal: Journal
) -> None:
    cloud.fault("lost-answer")
    cloud.fault("find-down")
    assert not stack.up([machine()]).ok
    (record,) = stack.records()
    assert record.pending
    assert record.problems
    assert [entry.state.value for entry in journal.entries()] == ["intended"]
    assert stack.refresh().ok
    (record,) = stack.records()
    assert [record.id] == list(cloud.living())
    assert [entry.state.value for entry in journal.entries()] == ["made"]
    assert ops(stack.up([machine()])) == {"node-0": Op.SAME}


def test_one_request_to_stop_ends_waits_and_keeps_every_id(stack: EngineStack, cloud: Any, machine: Build) -> None:
    from ampacity.provisioning.engine import Cancel

    cloud.option("boot_looks", 10_000)
    cancel = Cancel()

    def stop_once_waiting(step: Step) -> None:
        if step.text.startswith("pending"):
            cancel.requests = 1

    began = time.monotonic()
    result = stack.up([machine("node-0"), machine("node-1")], stop_once_waiting, cancel)
    assert result.cancelled
    assert time.monotonic() - began < 19  # the machines' own limit is 20 s
    assert sorted(record.id for record in stack.records()) == sorted(cloud.living())
    assert stack.destroy().ok
    assert cloud.living() == {}


def test_an_export_can_be_imported_again(stack: EngineStack, machine: Build) -> None:
    stack.up([machine()])
    deployment = stack.export()
    stack.import_(deployment)
    assert ops(stack.up([machine()])) == {"node-0": Op.SAME}


def test_a_wrong_passphrase_is_an_authentication_error(
    stack: EngineStack, engine_settings: EngineSettings, machine: Build
) -> None:
    import msgspec

    stack.up([machine()])
    other = EngineStack(msgspec.structs.replace(engine_settings, passphrase="another"))
    with pytest.raises(AuthError) as refused:
        other.destroy()
    assert refused.value.code == "AMP-PASSPHRASE"

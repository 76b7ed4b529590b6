"""An export read into machines: what is there, what is unclear, and no secret."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from ampacity.core.errors import ResourceError
from ampacity.provisioning.engine import pending_creates, records
from ampacity.provisioning.machines import MachineInputs
from ampacity.provisioning.plugin import signatures

URN = "urn:pulumi:train::ampacity::ampacity:index:Machine::node-0"
Build = Callable[..., MachineInputs]


@pytest.fixture
def resource(machine: Build) -> dict[str, Any]:
    secret = {signatures.KEY: signatures.SECRET, "ciphertext": "v1:abc"}
    return {
        "urn": URN,
        "type": "ampacity:index:Machine",
        "id": "toy-1",
        "inputs": msgspec.to_builtins(machine()) | {"user_data": secret},
        "outputs": {"state": "running"},
        "initErrors": ["late"],
    }


def export(*resources: dict[str, Any], pending: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    return {"version": 3, "deployment": {"resources": list(resources), "pending_operations": list(pending)}}


def test_a_machine_is_read_whole_but_for_its_secret(resource: dict[str, Any], machine: Build) -> None:
    (record,) = records(export({"urn": "x", "type": "pulumi:pulumi:Stack"}, resource))
    assert (record.urn, record.id, record.problems) == (URN, "toy-1", ("late",))
    assert record.inputs == machine(user_data=None)
    assert record.outputs == {"state": "running"}


@pytest.mark.parametrize(
    ("stamps", "told_at"),
    [
        (
            {"created": "2026-11-21T03:00:00Z", "modified": "2026-11-21T04:00:00.5Z"},
            datetime(2026, 11, 21, 4, tzinfo=UTC),
        ),
        ({"created": "2026-11-21T03:00:00Z"}, datetime(2026, 11, 21, 3, tzinfo=UTC)),
        ({"modified": "yesterday"}, None),
        ({"modified": "2026-11-21T04:00:00"}, None),
        ({}, None),
    ],
)
def test_what_it_says_is_as_old_as_its_last_change(
    resource: dict[str, Any], stamps: dict[str, str], told_at: datetime | None
) -> None:
    (record,) = records(export(resource | stamps))
    assert record.told_at == told_at


def test_one_that_was_deleted_for_its_replacement_is_no_machine(resource: dict[str, Any]) -> None:
    assert records(export(resource | {"pendingReplacement": True})) == []


def test_only_interrupted_creates_of_machines_are_pending(resource: dict[str, Any]) -> None:
    other = {"urn": "x", "type": "pulumi:providers:ampacity"}
    operations = (
        {"type": "creating", "resource": resource},
        {"type": "deleting", "resource": resource},
        {"type": "creating", "resource": other},
    )
    (pending,) = pending_creates(export(pending=operations))
    assert (pending.urn, pending.inputs.name, pending.inputs.user_data) == (URN, "node-0", None)


def test_a_new_stack_has_nothing() -> None:
    assert (records({"version": 3, "deployment": {}}), pending_creates({"version": 3})) == ([], [])


def test_a_machine_that_another_version_wrote_is_an_error_not_a_gap(resource: dict[str, Any]) -> None:
    resource["inputs"]["disk_gib"] = "a lot"
    with pytest.raises(ResourceError) as unreadable:
        records(export(resource))
    assert unreadable.value.code == "AMP-STATE"

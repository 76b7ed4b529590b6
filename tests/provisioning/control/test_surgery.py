"""State surgery on an export of an engine that was killed in the middle (shape recorded from 3.259.0)."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import msgspec
import pytest

from ampacity.providers.base import Token
from ampacity.provisioning.engine import pending_creates, records
from ampacity.provisioning.machines import RESOURCE_TYPE, MachineInputs
from ampacity.provisioning.surgery import settle_pending

TOKEN = Token("a" * 32)
STACK = "urn:pulumi:train::ampacity::pulumi:pulumi:Stack::ampacity-train"


@pytest.fixture
def resource(machine: Callable[..., MachineInputs]) -> Callable[..., dict[str, Any]]:
    def build(name: str, **fields: Any) -> dict[str, Any]:
        inputs = msgspec.to_builtins(msgspec.structs.replace(machine(name), user_data=None))
        urn = f"urn:pulumi:train::ampacity::{RESOURCE_TYPE}::{name}"
        return {"urn": urn, "custom": True, "type": RESOURCE_TYPE, "inputs": inputs, "parent": STACK, **fields}

    return build


def export(resources: list[dict[str, Any]], operations: list[dict[str, Any]]) -> dict[str, Any]:
    return {"version": 3, "deployment": {"resources": resources, "pending_operations": operations}}


def test_an_interrupted_create_becomes_a_machine_of_unknown_outcome(resource: Callable[..., Any]) -> None:
    row = resource("node-1")
    wounded = export([resource("node-0", id="toy-0")], [{"type": "creating", "resource": row}])
    before = deepcopy(wounded)
    healed = settle_pending(wounded, {row["urn"]: TOKEN})
    assert pending_creates(healed) == []
    known = {record.inputs.name: record for record in records(healed)}
    assert known["node-1"].id == f"pending:{TOKEN}"
    assert known["node-1"].pending
    assert known["node-1"].problems == ("interrupted create",)
    assert known["node-0"].id == "toy-0"
    assert wounded == before, "the export that was given is not touched"


def test_the_machine_that_it_was_to_replace_makes_room(resource: Callable[..., Any]) -> None:
    old = resource("node-0", id="toy-0", pendingReplacement=True)
    healed = settle_pending(export([old], [{"type": "creating", "resource": resource("node-0")}]), {old["urn"]: TOKEN})
    assert [record.id for record in records(healed)] == [f"pending:{TOKEN}"]


@pytest.mark.parametrize("kind", ["updating", "deleting", "reading"])
def test_other_interrupted_operations_leave_their_machine_as_it_was(resource: Callable[..., Any], kind: str) -> None:
    row = resource("node-0", id="toy-0")
    healed = settle_pending(export([row], [{"type": kind, "resource": row}]), {})
    assert [record.id for record in records(healed)] == ["toy-0"]
    assert "pending_operations" not in healed["deployment"]


def test_a_whole_state_stays_as_it_is(resource: Callable[..., Any]) -> None:
    whole = {"version": 3, "deployment": {"resources": [resource("node-0", id="toy-0")]}}
    assert settle_pending(whole, {}) == whole

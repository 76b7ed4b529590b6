"""The state, read from its file: the same as the engine exports, and nothing of it guessed."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ampacity.core.errors import ResourceError
from ampacity.provisioning.engine import EngineSettings, EngineStack, pending_creates, read_checkpoint, records
from ampacity.provisioning.machines import MachineInputs

Build = Callable[..., MachineInputs]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "train.json"


def test_no_file_is_no_stack(file: Path) -> None:
    assert read_checkpoint(file) is None


def test_a_stack_that_has_not_run_yet_has_no_machine(file: Path) -> None:
    file.write_text('{"version": 3, "checkpoint": {"stack": "train"}}', encoding="utf-8")
    assert read_checkpoint(file) == {"version": 3, "deployment": {}}


@pytest.mark.parametrize("version", [3, 4])
def test_what_was_kept_last_is_what_an_export_calls_the_deployment(file: Path, version: int) -> None:
    latest = {"resources": [], "pending_operations": [{"type": "creating", "resource": {"type": "other"}}]}
    file.write_bytes(msgspec.json.encode({"version": version, "features": [], "checkpoint": {"latest": latest}}))
    assert read_checkpoint(file) == {"version": version, "deployment": latest}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "truncated"),
        ('{"version": 3, "checkpoint": {"latest"', "truncated"),
        ('{"version": 5, "checkpoint": {}}', "version 5"),
        ('{"version": 3}', "checkpoint"),
        ('{"version": 3, "checkpoint": {"latest": []}}', "latest"),
        ("\udcff", "invalid"),
    ],
)
def test_a_damaged_file_or_another_version_is_an_error_and_never_no_machines(file: Path, text: str, why: str) -> None:
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ResourceError, match=why) as refusal:
        read_checkpoint(file)
    assert refusal.value.code == "AMP-STATE"
    assert "train.json.bak" in str(refusal.value.fix)


@pytest.mark.engine
@pytest.mark.slow
def test_the_file_says_what_the_engine_exports_and_no_secret(
    stack: EngineStack, engine_settings: EngineSettings, machine: Build
) -> None:
    stack.up([machine("node-0", user_data="hunter2"), machine("node-1")])
    kept, exported = read_checkpoint(engine_settings.stack_file), stack.export()
    assert kept is not None
    assert records(kept) == records(exported)
    assert pending_creates(kept) == pending_creates(exported)
    assert len(records(kept)) == 2
    assert records(kept)[0].inputs.user_data is None
    assert "hunter2" not in repr(kept)


@pytest.mark.engine
@pytest.mark.slow
def test_who_reads_while_the_engine_writes_never_meets_half_a_file(
    stack: EngineStack, engine_settings: EngineSettings, cloud: Any, machine: Build
) -> None:
    machines = [machine(f"node-{at}") for at in range(8)]
    run = threading.Thread(target=lambda: stack.up(machines))
    run.start()
    seen = set()
    while run.is_alive():
        kept = read_checkpoint(engine_settings.stack_file)
        seen.add(-1 if kept is None else len(records(kept)))
    run.join()
    assert -1 not in seen
    assert len(stack.records()) == len(cloud.living()) == 8

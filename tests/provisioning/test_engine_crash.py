"""kill -9, one of each: what is left behind is always enough to find every machine again."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ampacity.core.errors import AmpacityError
from ampacity.core.files import exclusive_lock
from ampacity.provisioning.engine import EngineSettings, EngineStack, pending_creates
from ampacity.provisioning.journal import EntryState, Journal
from ampacity.provisioning.machines import MachineInputs

pytestmark = [pytest.mark.engine, pytest.mark.slow]
Build = Callable[..., MachineInputs]
COUNT = 4

CALLER = """
import sys, msgspec
from pathlib import Path
from ampacity.provisioning.engine import EngineSettings, EngineStack
from ampacity.provisioning.machines import MachineInputs
paths = lambda kind, value: Path(value)
settings = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=EngineSettings, dec_hook=paths)
machines = msgspec.json.decode(Path(sys.argv[2]).read_bytes(), type=list[MachineInputs])
EngineStack(settings).up(machines)
"""


def processes(fragment: str, home: Path) -> list[int]:
    """Processes with `fragment` in their command line that work in our PULUMI_HOME."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().decode()
            environment = (folder / "environ").read_bytes().decode()
        except OSError:
            continue
        if fragment in command and f"PULUMI_HOME={home}\0" in environment:
            found.append(int(folder.name))
    return found


def wait_for(check: Callable[[], Any], what: str, seconds: float = 60) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := check():
            return value
        time.sleep(0.02)
    pytest.fail(f"waited {seconds} s for {what}")


class Run:
    """An `up` in a thread, and the processes that it started."""

    def __init__(self, stack: EngineStack, settings: EngineSettings, machines: list[MachineInputs]) -> None:
        self._home = settings.home
        self.error: AmpacityError | None = None
        self._thread = threading.Thread(target=self._up, args=(stack, machines))
        self._thread.start()

    def _up(self, stack: EngineStack, machines: list[MachineInputs]) -> None:
        try:
            stack.up(machines)
        except AmpacityError as error:
            self.error = error

    def kill(self, fragment: str) -> None:
        for pid in processes(fragment, self._home):
            os.kill(pid, signal.SIGKILL)

    def join(self) -> None:
        self._thread.join(60)
        assert not self._thread.is_alive()
        wait_for(lambda: not processes("ampacity.provisioning.plugin", self._home), "the plugin to leave")


@pytest.fixture
def machines(machine: Build) -> list[MachineInputs]:
    return [machine(f"node-{number}") for number in range(COUNT)]


@pytest.fixture(autouse=True)
def nothing_left_running(engine_settings: EngineSettings) -> Iterator[None]:
    yield
    for pid in processes("", engine_settings.home):
        os.kill(pid, signal.SIGKILL)


def all_intended(journal: Journal) -> bool:
    return len(journal.entries()) == COUNT


def all_made(cloud: Any) -> bool:
    return len(cloud.living()) == COUNT


def test_a_killed_engine_leaves_pending_creates_and_journal_entries_that_name_every_machine(
    stack: EngineStack,
    engine_settings: EngineSettings,
    cloud: Any,
    journal: Journal,
    machines: list[MachineInputs],
) -> None:
    cloud.option("answer_seconds", 2)
    run = Run(stack, engine_settings, machines)
    wait_for(lambda: all_made(cloud), "the machines")
    run.kill("--client=")
    run.join()
    assert run.error is not None
    assert "SIGKILL" in run.error.why

    pending = pending_creates(stack.export())
    assert sorted(create.inputs.name for create in pending) == [machine.name for machine in machines]
    tokens = {journal.token_for(create.urn, create.inputs) for create in pending}
    assert tokens == set(cloud.living().values())
    assert {entry.id for entry in journal.entries()} == set(cloud.living())  # the plugin finished its calls
    assert stack.refresh().exit_code == 0  # the dead engine's lock is no obstacle


def test_a_killed_plugin_loses_the_state_but_the_next_up_takes_the_same_machines_over(
    stack: EngineStack,
    engine_settings: EngineSettings,
    cloud: Any,
    journal: Journal,
    machines: list[MachineInputs],
) -> None:
    cloud.option("answer_seconds", 5)
    run = Run(stack, engine_settings, machines)
    wait_for(lambda: all_made(cloud), "the machines")
    made = cloud.living()
    run.kill("ampacity.provisioning.plugin")
    run.join()
    assert stack.records() == []
    assert {entry.state for entry in journal.entries()} == {EntryState.INTENDED}

    cloud.option("answer_seconds", 0)
    assert stack.up(machines).ok
    assert cloud.living() == made
    assert {record.id for record in stack.records()} == set(made)


def test_a_killed_caller_is_survived_by_the_engine_which_finishes_and_records(
    stack: EngineStack,
    engine_settings: EngineSettings,
    cloud: Any,
    journal: Journal,
    machines: list[MachineInputs],
) -> None:
    folder = engine_settings.home.parent
    cloud.option("answer_seconds", 1.5)
    (folder / "settings.json").write_bytes(msgspec.json.encode(engine_settings, enc_hook=str))
    (folder / "machines.json").write_bytes(msgspec.json.encode(machines))
    arguments = [str(folder / "settings.json"), str(folder / "machines.json")]
    caller = subprocess.Popen([sys.executable, "-P", "-c", CALLER, *arguments])
    wait_for(lambda: all_intended(journal), "the create calls")
    caller.kill()
    caller.wait()
    wait_for(lambda: not processes("", engine_settings.home), "engine and plugin to end")
    assert {record.id: record.outputs["token"] for record in stack.records()} == cloud.living()
    assert not pending_creates(stack.export())
    assert len(cloud.living()) == COUNT


def test_the_deployments_lock_is_held_while_engine_or_plugin_lives_and_free_after(
    stack: EngineStack,
    engine_settings: EngineSettings,
    cloud: Any,
    journal: Journal,
    machines: list[MachineInputs],
) -> None:
    cloud.option("answer_seconds", 2)
    lock = engine_settings.home.parent / "deployment.lock"
    with exclusive_lock(lock) as descriptor:
        locked = msgspec.structs.replace(engine_settings, lock_fd=descriptor)
        run = Run(EngineStack(locked), locked, machines)
        wait_for(lambda: all_intended(journal), "the create calls")
    with pytest.raises(BlockingIOError), exclusive_lock(lock):
        pass  # its first holder has let go; the engine has not
    run.join()
    with exclusive_lock(lock):
        assert len(cloud.living()) == COUNT

"""One change at a time for each deployment."""

import fcntl
import os
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ampacity.core.errors import Exit, TimedOutError
from ampacity.core.progress import Stage, Step
from ampacity.provisioning import lock
from ampacity.provisioning.control import Control
from ampacity.provisioning.lock import deployment_lock, holder


def test_a_second_change_is_refused_and_told_who_holds_the_lock(tmp_path: Path) -> None:
    with (
        deployment_lock(tmp_path / "lock", "train", "apply"),
        pytest.raises(TimedOutError, match=f"apply, process {os.getpid()} on ") as refusal,
        deployment_lock(tmp_path / "lock", "train", "destroy train"),
    ):
        pass
    assert (refusal.value.code, refusal.value.exit) == ("AMP-LOCKED", Exit.TIMEOUT)
    assert refusal.value.fix == "wait for it to end, then ampacity destroy train"


@pytest.mark.parametrize(
    ("first", "second", "then"),
    [
        ("apply PLAN", "apply PLAN", "ampacity status train; only if it changed nothing: ampacity apply PLAN"),
        ("recover train", "apply PLAN", "ampacity apply PLAN"),
        ("apply PLAN", "recover train", "ampacity recover train"),
    ],
)
def test_beside_another_apply_one_looks_first_as_the_plan_is_used_or_stale_by_then(
    tmp_path: Path, first: str, second: str, then: str
) -> None:
    with (
        deployment_lock(tmp_path / "lock", "train", first),
        pytest.raises(TimedOutError) as refusal,
        deployment_lock(tmp_path / "lock", "train", second),
    ):
        pass
    assert refusal.value.fix == f"wait for it to end, then {then}"


def test_who_waits_is_told_for_whom_and_goes_on_when_the_lock_is_free(tmp_path: Path) -> None:
    first = ExitStack()
    first.enter_context(deployment_lock(tmp_path / "lock", "train", "apply PLAN"))
    heard: list[Step] = []

    def hear(step: Step) -> None:
        heard.append(step)
        first.close()

    with deployment_lock(tmp_path / "lock", "train", "recover train", wait_seconds=30, progress=hear):
        pass
    assert [step.stage for step in heard] == [Stage.WAITING]
    assert "held by apply PLAN, process" in heard[0].text


def test_a_wait_has_an_end(tmp_path: Path) -> None:
    with (
        deployment_lock(tmp_path / "lock", "train", "apply PLAN"),
        pytest.raises(TimedOutError),
        deployment_lock(tmp_path / "lock", "train", "recover train", wait_seconds=0.3),
    ):
        pass


def test_the_lock_is_free_once_its_holder_is_done(tmp_path: Path) -> None:
    for verb in ("apply", "destroy"):
        with deployment_lock(tmp_path / "lock", "train", verb) as handle:
            assert os.fstat(handle).st_mode & 0o777 == 0o600


def test_a_child_that_inherits_the_lock_holds_it_on(tmp_path: Path) -> None:
    with deployment_lock(tmp_path / "lock", "train", "apply") as handle:
        inherited = os.dup(handle)
    with pytest.raises(TimedOutError), deployment_lock(tmp_path / "lock", "train", "recover"):
        pass
    os.close(inherited)
    with deployment_lock(tmp_path / "lock", "train", "recover"):
        pass


def test_who_holds_the_lock_is_known_while_it_is_held_and_nobody_before_or_after(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert holder(path, "train") is None
    with deployment_lock(path, "train", "apply PLAN"):
        held = holder(path, "train")
        assert held is not None
        assert held.startswith(f"apply PLAN, process {os.getpid()} on ")
    assert holder(path, "train") is None


@pytest.fixture
def dead_pid() -> int:
    """The number of a process that has ended."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    return gone.pid


def sign_as(held: int, pid: int, host: str) -> None:
    """Has the lock's note name another process."""
    note = os.pread(held, 200, 0).decode().replace(f"process {os.getpid()} on {socket.gethostname()}", "WHO")
    os.ftruncate(held, 0)
    os.pwrite(held, note.replace("WHO", f"process {pid} on {host}").encode(), 0)


@pytest.mark.parametrize(
    ("typed", "does", "then"),
    [
        ("destroy train", "works on", "destroy train"),
        ("apply PLAN", "works on and may still buy", "recover train"),
        ("recover train", "works on and may still buy", "recover train"),
    ],
)
def test_of_a_killed_command_the_engine_is_named_and_the_way_on_and_no_dead_process(
    tmp_path: Path, dead_pid: int, typed: str, does: str, then: str
) -> None:
    path = tmp_path / "lock"
    with deployment_lock(path, "train", typed) as held:
        sign_as(held, dead_pid, socket.gethostname())
        unnamed, named = holder(path, "train"), holder(path, "train", lambda: 4711)
        sign_as(held, dead_pid, "elsewhere")
    who = f"the engine of {typed}, whose process {dead_pid} is dead, {does}"
    assert unnamed == f"{who}: wait for it to end, then ampacity {then}"
    assert named == f"{who}: wait for it to end, or stop it with kill -INT 4711, then ampacity {then}"


def test_a_process_on_another_computer_may_be_alive(tmp_path: Path, dead_pid: int) -> None:
    path = tmp_path / "lock"
    with deployment_lock(path, "train", "apply PLAN") as held:
        sign_as(held, dead_pid, "elsewhere")
        said = holder(path, "train", lambda: 4711)
    assert said is not None
    assert said.startswith(f"apply PLAN, process {dead_pid} on elsewhere")
    assert "4711" not in said


def test_who_waits_for_the_engine_of_a_killed_apply_is_told_that_it_may_buy_and_how_it_stops(
    tmp_path: Path, dead_pid: int
) -> None:
    path, heard = tmp_path / "lock", list[Step]()
    with deployment_lock(path, "train", "apply PLAN") as held:
        sign_as(held, dead_pid, socket.gethostname())
        with (
            pytest.raises(TimedOutError) as refusal,
            deployment_lock(
                path, "train", "destroy train", wait_seconds=0.3, progress=heard.append, engine=lambda: 4711
            ),
        ):
            pass
    may_buy = f"held by the engine of apply PLAN, whose process {dead_pid} is dead, works on and may still buy"
    assert heard[0].text == f"waits for another command, {may_buy} (kill -INT 4711 stops it)"
    assert refusal.value.why == may_buy
    assert refusal.value.fix == "wait for it to end, or stop it with kill -INT 4711, then ampacity destroy train"


def test_who_only_looks_is_in_nobodys_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "lock"
    path.touch()
    looking = [os.open(path, os.O_RDONLY)]
    fcntl.flock(looking[0], fcntl.LOCK_SH)
    assert holder(path, "train") is None

    def pause(seconds: float) -> None:
        if seconds and looking:
            os.close(looking.pop())  # a glance is over before the second try

    monkeypatch.setattr(lock, "time", SimpleNamespace(sleep=pause, monotonic=time.monotonic))
    with deployment_lock(path, "train", "apply PLAN"):
        pass
    assert not looking


@pytest.mark.engine
@pytest.mark.slow
def test_status_says_what_is_changing_it_while_it_is(control: Control, hands: Any) -> None:
    hands.apply("node-0")
    path = control._desk.records.lock("train")
    with deployment_lock(path, "train", "apply PLAN"):
        changing = control.status("train").changing
    assert changing is not None
    assert changing.startswith("apply PLAN, process")
    assert control.status("train").changing is None


def test_drift_says_so_too_and_what_differs_is_to_be_seen_again_once_it_has_ended(
    control: Control, hands: Any, cloud: Any
) -> None:
    hands.apply("node-0")
    cloud.run("update machines set state = 'gone'")
    with deployment_lock(control._desk.records.lock("train"), "train", "destroy train"):
        during = control.drift("train")
    assert during.changing is not None
    assert during.changing.startswith("destroy train, process")
    assert during.found
    assert during.fix == "ampacity drift train"
    after = control.drift("train")
    assert after.changing is None
    assert after.fix == "ampacity recover train"

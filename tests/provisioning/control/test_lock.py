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


@pytest.mark.parametrize(
    ("typed", "then"),
    [("destroy train", "destroy train"), ("apply PLAN", "recover train"), ("recover train", "recover train")],
)
def test_of_a_killed_command_the_engine_is_named_and_the_way_on_and_no_dead_process(
    tmp_path: Path, typed: str, then: str
) -> None:
    path = tmp_path / "lock"
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with deployment_lock(path, "train", typed) as held:
        note = os.pread(held, 200, 0).decode().replace(str(os.getpid()), str(gone.pid))
        os.ftruncate(held, 0)
        os.pwrite(held, note.encode(), 0)
        said = holder(path, "train")
        os.pwrite(held, note.replace(f"on {socket.gethostname()}", "on elsewhere").encode(), 0)
        elsewhere = holder(path, "train")
    assert said == (
        f"the engine of {typed}, whose process {gone.pid} is dead: wait for it to end, then ampacity {then}"
    )
    assert elsewhere is not None
    assert elsewhere.startswith(f"{typed}, process {gone.pid} on elsewhere")


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
    assert after.fix.startswith("ampacity plan SPEC")

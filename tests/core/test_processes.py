"""Telling a living process from a dead one, whoever reaps and whatever number was used again."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ampacity.core import processes


@pytest.fixture
def unreaped() -> Iterator[int]:
    """A process that has ended and that nobody has waited for."""
    process = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.read()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    yield process.pid
    process.stdout.close()
    process.wait()


def test_birth_is_the_same_however_often_it_is_asked() -> None:
    assert processes.birth_of(os.getpid()) == processes.birth_of(os.getpid()) is not None


def test_two_processes_have_two_births() -> None:
    time.sleep(0.02)  # the system counts in hundredths of a second
    later = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert processes.birth_of(later.pid) not in {None, processes.birth_of(os.getpid())}
    later.communicate()


def test_a_process_that_only_waits_to_be_reaped_is_dead(unreaped: int) -> None:
    os.kill(unreaped, 0)
    assert processes.birth_of(unreaped) is None
    assert processes.is_dead(unreaped)


def test_this_process_is_not_dead() -> None:
    assert not processes.is_dead(os.getpid())


def test_a_process_of_another_user_is_not_called_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under `hidepid` the system shows nothing of it, and may only say that it is not ours."""

    def refuse(pid: int, number: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", refuse)
    monkeypatch.setattr(processes, "birth_of", lambda pid: None)
    assert not processes.is_dead(1)


def test_without_proc_the_birth_comes_from_ps() -> None:
    """The way of systems without /proc, where `ps` is at hand."""
    if not Path("/bin/ps").exists():
        pytest.skip("there is no ps here")
    assert processes._birth_by_ps(os.getpid()) == processes._birth_by_ps(os.getpid()) is not None

"""Pulumi's locks: broken only where the owner surely is dead."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ampacity.core.errors import UnexpectedChangeError
from ampacity.provisioning.engine import EngineSettings
from ampacity.provisioning.engine.locks import clear_stale_locks, engine_at_work


@pytest.fixture
def settings(tmp_path: Path) -> EngineSettings:
    return EngineSettings(
        program=tmp_path / "pulumi", home=tmp_path / "home", backend=tmp_path, stack="train", passphrase="x"
    )


@pytest.fixture
def dead_pid() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def put_lock(settings: EngineSettings, **fields: Any) -> Path:
    folder = settings.backend / ".pulumi/locks/organization/ampacity" / settings.stack
    folder.mkdir(parents=True)
    owner = {
        "pid": os.getpid(),
        "username": "ada",
        "hostname": socket.gethostname(),
        "timestamp": "2026-11-21T04:00:00.123456789Z",
    }
    lock = folder / "0a1b.json"
    lock.write_text(json.dumps(owner | fields), encoding="utf-8")
    lock.with_name("0a1b.json.attrs").write_text("{}", encoding="utf-8")
    return lock


def test_a_dead_engines_lock_is_removed_with_its_attributes(settings: EngineSettings, dead_pid: int) -> None:
    lock = put_lock(settings, pid=dead_pid)
    clear_stale_locks(settings)
    assert list(lock.parent.iterdir()) == []


def test_a_living_engines_lock_stands_and_its_owner_is_named(settings: EngineSettings) -> None:
    lock = put_lock(settings)
    with pytest.raises(UnexpectedChangeError, match="ada") as held:
        clear_stale_locks(settings)
    assert lock.exists()
    assert held.value.code == "AMP-LOCKED"
    assert f"process {os.getpid()}" in held.value.why


def test_another_computers_lock_stands_though_that_number_is_dead_here(settings: EngineSettings, dead_pid: int) -> None:
    lock = put_lock(settings, pid=dead_pid, hostname="elsewhere")
    with pytest.raises(UnexpectedChangeError, match="elsewhere"):
        clear_stale_locks(settings)
    assert lock.exists()


def test_a_lock_that_cannot_be_read_stands(settings: EngineSettings) -> None:
    lock = put_lock(settings)
    lock.write_text("{", encoding="utf-8")
    with pytest.raises(UnexpectedChangeError, match="cannot be read"):
        clear_stale_locks(settings)
    assert lock.exists()


def test_no_locks_are_no_matter(settings: EngineSettings) -> None:
    clear_stale_locks(settings)


def test_the_engine_at_work_is_the_living_owner_of_the_lock_on_this_host(
    settings: EngineSettings, dead_pid: int
) -> None:
    assert engine_at_work(settings.backend, "train") is None
    lock = put_lock(settings)
    assert engine_at_work(settings.backend, "train") == os.getpid()
    assert engine_at_work(settings.backend, "other") is None
    for other in ({"pid": dead_pid}, {"hostname": "elsewhere"}):
        lock.write_text(json.dumps(json.loads(lock.read_text(encoding="utf-8")) | other), encoding="utf-8")
        assert engine_at_work(settings.backend, "train") is None
    lock.write_text("{", encoding="utf-8")
    assert engine_at_work(settings.backend, "train") is None

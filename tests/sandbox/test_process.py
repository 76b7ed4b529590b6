"""Detached processes: found again, ended, and never mistaken for another."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from ampacity.sandbox import process

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)",
]


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_process_is_found_by_its_folder_and_ends_when_asked(tmp_path: Path) -> None:
    process.spawn(SLEEP, tmp_path, os.environ)
    running = process.running_in(tmp_path)
    assert running is not None
    assert os.getsid(running.pid) == running.pid
    assert process.stop(running, patience_seconds=5)
    assert process.running_in(tmp_path) is None


def test_a_process_that_will_not_hear_is_killed(tmp_path: Path) -> None:
    process.spawn(STUBBORN, tmp_path, os.environ)
    _until(lambda: "deaf" in (tmp_path / process.OUTPUT).read_text())
    running = process.running_in(tmp_path)
    assert running is not None
    assert process.stop(running, patience_seconds=0.3)
    assert not running.alive


def test_a_recycled_pid_is_never_taken_for_ours(tmp_path: Path) -> None:
    """This very process has the pid, with another birth: it must survive."""
    stranger = process.Running(pid=os.getpid(), birth="another boot:1")
    (tmp_path / process.RECORD).write_bytes(msgspec.json.encode(stranger))
    assert process.running_in(tmp_path) is None
    assert process.stop(stranger, patience_seconds=0.1)


def test_a_damaged_record_is_no_process(tmp_path: Path) -> None:
    (tmp_path / process.RECORD).write_bytes(b'{"pid":')
    assert process.running_in(tmp_path) is None


def test_a_program_that_is_not_there_is_known_at_once(tmp_path: Path) -> None:
    process.spawn(["/nonexistent/program"], tmp_path, os.environ)
    _until(lambda: process.running_in(tmp_path) is None)
    assert "FileNotFoundError" in (tmp_path / process.OUTPUT).read_text()

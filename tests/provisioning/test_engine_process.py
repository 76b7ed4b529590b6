"""Running the engine: alone in its session, output to a file, stopped politely first. A stand-in runs here."""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from ampacity.provisioning.engine import Cancel, EngineSettings, on_interrupt
from ampacity.provisioning.engine.logs import keep_newest
from ampacity.provisioning.engine.process import run_engine

STUBBORN = """#!/usr/bin/env python3
import os, signal, sys, time
count = 0
def stop(number, frame):
    global count
    count += 1
    print("asked", count, flush=True)
    if count == int(sys.argv[-1]):
        sys.exit(8)
signal.signal(signal.SIGINT, stop)
print("session", os.getsid(0) == os.getpid(), flush=True)
print("arguments", sys.argv[1:], flush=True)
for _ in range(600):
    time.sleep(0.05)
"""


@pytest.fixture
def settings(tmp_path: Path) -> EngineSettings:
    program = tmp_path / "pulumi"
    program.write_text(STUBBORN, encoding="utf-8")
    program.chmod(0o755)
    plain = EngineSettings(program=program, home=tmp_path, backend=tmp_path, stack="train", passphrase="secret!")
    plain.work_folder.mkdir(parents=True)
    return plain


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "output.log"


def when(log: Path, text: str, action: Callable[[], None]) -> threading.Thread:
    """Does `action` once `log` has `text`."""

    def watch() -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if log.exists() and text in log.read_text(encoding="utf-8"):
                action()
                return
            time.sleep(0.02)

    thread = threading.Thread(target=watch)
    thread.start()
    return thread


def test_one_request_is_one_sigint_and_the_engine_ends_in_its_own_time(settings: EngineSettings, log: Path) -> None:
    cancel = Cancel()
    watcher = when(log, "arguments", cancel.ask)
    ended = run_engine(settings, ["up", "1"], log, cancel)
    watcher.join()
    assert (ended.exit_code, ended.cancelled) == (8, True)
    assert log.read_text(encoding="utf-8").count("asked") == 1


def test_only_a_second_request_sends_a_second_sigint(settings: EngineSettings, log: Path) -> None:
    cancel = Cancel()
    first = when(log, "arguments", cancel.ask)
    second = when(log, "asked 1", cancel.ask)
    ended = run_engine(settings, ["up", "2"], log, cancel)
    first.join()
    second.join()
    assert (ended.exit_code, ended.cancelled) == (8, True)
    assert log.read_text(encoding="utf-8").count("asked") == 2


def test_the_engine_has_a_session_of_its_own_and_no_secret_among_its_arguments(
    settings: EngineSettings, log: Path
) -> None:
    cancel = Cancel()
    watcher = when(log, "arguments", cancel.ask)
    run_engine(settings, ["up", "1"], log, cancel)
    watcher.join()
    output = log.read_text(encoding="utf-8")
    assert "session True" in output
    assert "['--non-interactive', '--color', 'never', 'up', '1']" in output
    assert "secret!" not in output
    assert log.stat().st_mode & 0o077 == 0


def test_a_program_that_ends_by_itself_was_not_cancelled(settings: EngineSettings, log: Path) -> None:
    quick = msgspec.structs.replace(settings, program=Path("/bin/true"))
    ended = run_engine(quick, [], log)
    assert (ended.exit_code, ended.cancelled) == (0, False)


def test_signals_become_requests_and_then_are_the_persons_again() -> None:
    import signal

    before = signal.getsignal(signal.SIGINT)
    with on_interrupt(Cancel()) as cancel:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)
    assert cancel.requests == 2
    assert signal.getsignal(signal.SIGINT) is before


def test_old_logs_make_room_for_new_ones(tmp_path: Path) -> None:
    for age in range(5):
        path = tmp_path / f"{age}.log"
        path.write_text("", encoding="utf-8")
        os.utime(path, (1000 - age, 1000 - age))
    (tmp_path / "kept.txt").write_text("", encoding="utf-8")
    keep_newest(tmp_path, 2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.log", "1.log", "kept.txt"]

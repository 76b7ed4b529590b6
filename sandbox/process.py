"""Detached processes that are found again by pid and birth, so that a recycled pid is never killed."""

import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from ..core.files import write_atomic
from ..core.processes import birth_of

RECORD = "process.json"
OUTPUT = "output"
POLL_SECONDS = 0.02


class Running(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A process as it was started: `birth` tells it from a later one with the same pid."""

    pid: int
    birth: str

    @property
    def alive(self) -> bool:
        """Whether this very process still runs."""
        return birth_of(self.pid) == self.birth


def spawn(program: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
    """Start `program` in `folder`, in a session of its own, its output in `folder/output`.

    It writes its own record before anything else, so that whatever ends this process, nothing runs
    that cannot be found; see `launch.py`. Returns once the record is there, or the child is not.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / RECORD).unlink(missing_ok=True)
    launcher = [sys.executable, "-P", "-m", "ampacity.sandbox.launch", str(folder), *program]
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    files = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, str(folder / OUTPUT), flags, 0o600),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    child = os.posix_spawn(sys.executable, launcher, dict(environment), file_actions=files, setsid=True)
    try:
        while not (folder / RECORD).exists() and os.waitpid(child, os.WNOHANG) == (0, 0):
            time.sleep(POLL_SECONDS)
    except BaseException:
        os.kill(child, signal.SIGKILL)  # not reaped yet, so the pid is still its own
        raise


def record_self(folder: Path) -> None:
    """Write down this process in `folder`."""
    mine = Running(pid=os.getpid(), birth=birth_of(os.getpid()) or "")
    write_atomic(folder / RECORD, msgspec.json.encode(mine))


def running_in(folder: Path) -> Running | None:
    """The process that `folder` records, if it still runs."""
    try:
        found = msgspec.json.decode((folder / RECORD).read_bytes(), type=Running)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None
    return found if found.alive else None


def stop(running: Running, *, patience_seconds: float) -> bool:
    """Ask it to end, then make it; whether it is gone."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if not running.alive:
            break
        with suppress(ProcessLookupError):
            os.kill(running.pid, number)
        _wait_gone(running, patience_seconds)
    return not running.alive


def _wait_gone(running: Running, seconds: float) -> None:
    end = time.monotonic() + seconds
    while running.alive and time.monotonic() < end:
        with suppress(ChildProcessError):
            os.waitpid(running.pid, os.WNOHANG)  # ours to reap where the same process started it
        time.sleep(POLL_SECONDS)

"""Detached processes that are found again by pid and birth, so that a recycled pid is never killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from ..core.files import write_atomic

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


def birth_of(pid: int) -> str | None:
    """When the process began, as the system counts; None for one that is gone or only waits to be reaped."""
    stat = Path(f"/proc/{pid}/stat")
    if not Path("/proc/self/stat").exists():
        return _birth_by_ps(pid)
    try:
        # The name in brackets may hold spaces. After it: state (field 3) … start time (field 22).
        fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in {"Z", "X"} else f"{_boot()}:{fields[19]}"


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


def _boot() -> str:
    """Tells one boot from the next, where the kernel says it."""
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return ""


def _birth_by_ps(pid: int) -> str | None:
    """Where there is no /proc: to the second."""
    done = subprocess.run(
        ["/bin/ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    state, _, began = done.stdout.strip().partition(" ")
    return None if not began or state.startswith("Z") else began.strip()

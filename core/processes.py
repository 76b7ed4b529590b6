"""Which process is which: a pid alone is recycled, and outlives its process until somebody reaps it."""

import os
import subprocess
from contextlib import suppress
from pathlib import Path


def birth_of(pid: int) -> str | None:
    """When the process began, as the system counts; None for one that is gone or only waits to be reaped.

    Two processes with one pid have different births. Who is PID 1 in a container often reaps nobody,
    so "there is such a pid" is no sign of life.
    """
    stat = Path(f"/proc/{pid}/stat")
    if not Path("/proc/self/stat").exists():
        return _birth_by_ps(pid)
    try:
        # The name in brackets may hold spaces. After it: state (field 3) … start time (field 22).
        fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in {"Z", "X"} else f"{_boot()}:{fields[19]}"


def is_dead(pid: int) -> bool:
    """Whether that process surely runs no more. One of another user, which may be hidden, is not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return birth_of(pid) is None


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

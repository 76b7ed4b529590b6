"""One change at a time for each deployment. The lock dies with its holders, the engine included."""

import os
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from ..core.clock import rfc3339, system_clock
from ..core.errors import TimedOutError
from ..core.files import exclusive_lock, is_locked
from ..core.processes import is_dead
from ..core.progress import Progress, Stage, Step, silent

NOTE_BYTES = 200
_NOTE = re.compile(r"(?P<command>.+), process (?P<pid>[0-9]{1,9}) on (?P<host>.+), since .+")
WAIT_SECONDS = 60.0
"""How long recover and destroy wait: an engine whose command line died ends its creates in this time."""
ASK_SECONDS = 0.25
GLANCE_SECONDS = 0.02
"""How long who only looks whether it is held may be in the way."""


@contextmanager
def deployment_lock(
    path: Path, name: str, command: str, *, wait_seconds: float = 0.0, progress: Progress = silent
) -> Iterator[int]:
    """Hold the deployment's lock, yielding the descriptor that the engine inherits.

    `command` is what was typed, such as `recover train`. Raises `TimedOutError` AMP-LOCKED, which
    says what holds it, once `wait_seconds` are over. The note in the file is for people only:
    whether it is held is the kernel's knowledge.
    """
    with ExitStack() as held:
        handle = _hold(held, path, wait_seconds, lambda: _tell_wait(progress, path, name))
        if handle is None:
            raise TimedOutError(
                f"Another command is changing {name}",
                why=_holder(path),
                fix=f"wait for it to end, then ampacity {command}",
                code="AMP-LOCKED",
            )
        _sign(handle, command)
        yield handle


def holder(path: Path, name: str) -> str | None:
    """What holds the lock of deployment `name` now, as it was typed, with its process and since when.

    Of a command that was killed it says so, and the way on: its engine holds the lock until it is
    done. `None` where nothing holds it.
    """
    if not is_locked(path):
        return None
    note = _note(path)
    return _outlived(note, name) or note or "a process that left no note"


def _outlived(note: str, name: str) -> str | None:
    """What goes on without the command that began it, `None` where that may be alive, here or elsewhere."""
    found = _NOTE.fullmatch(note)
    if found is None or found["host"] != socket.gethostname() or not is_dead(int(found["pid"])):
        return None
    command = found["command"]
    then = command if command.startswith("destroy ") else f"recover {name}"
    return f"the engine of {command}, whose process {found['pid']} is dead: wait for it to end, then ampacity {then}"


def _hold(held: ExitStack, path: Path, wait_seconds: float, tell: Callable[[], None]) -> int | None:
    """The lock's descriptor, `None` where others hold it for all of `wait_seconds`."""
    end = time.monotonic() + wait_seconds
    while True:
        for pause_seconds in (0.0, GLANCE_SECONDS):
            time.sleep(pause_seconds)
            with suppress(BlockingIOError):
                return held.enter_context(exclusive_lock(path))
        if time.monotonic() >= end:
            return None
        tell()
        time.sleep(ASK_SECONDS)


def _tell_wait(progress: Progress, path: Path, name: str) -> None:
    progress(Step(item=name, stage=Stage.WAITING, text=f"waits for another command, {_holder(path)}"))


def _sign(handle: int, command: str) -> None:
    note = f"{command}, process {os.getpid()} on {socket.gethostname()}, since {rfc3339(system_clock())}"
    os.ftruncate(handle, 0)
    os.pwrite(handle, note.encode()[:NOTE_BYTES], 0)


def _holder(path: Path) -> str:
    return f"held by {_note(path) or 'a process that left no note'}, or by the engine that it started"


def _note(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(NOTE_BYTES).decode("utf-8", "replace")

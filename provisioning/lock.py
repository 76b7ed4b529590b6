"""One change at a time for each deployment. The lock dies with its holders, the engine included."""

import os
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import msgspec

from ..core.clock import rfc3339, system_clock
from ..core.errors import TimedOutError
from ..core.files import exclusive_lock, is_locked
from ..core.processes import is_dead
from ..core.progress import Progress, Stage, Step, silent

NOTE_BYTES = 200
APPLY = "apply "
_NOTE = re.compile(r"(?P<command>.+), process (?P<pid>[0-9]{1,9}) on (?P<host>.+), since .+")
WAIT_SECONDS = 60.0
"""How long recover and destroy wait: an engine whose command line died ends its creates in this time."""
ASK_SECONDS = 0.25
GLANCE_SECONDS = 0.02
"""How long who only looks whether it is held may be in the way."""
EngineAtWork = Callable[[], int | None]
"""The process of the engine that changes the deployment on this host, `None` where none surely does."""


def nobody() -> None:
    """No engine is known."""


@contextmanager
def deployment_lock(
    path: Path,
    name: str,
    command: str,
    *,
    wait_seconds: float = 0.0,
    progress: Progress = silent,
    engine: EngineAtWork = nobody,
) -> Iterator[int]:
    """Hold the deployment's lock, yielding the descriptor that the engine inherits.

    `command` is what was typed, such as `recover train`. Raises `TimedOutError` AMP-LOCKED, which
    says what holds it, once `wait_seconds` are over. The note in the file is for people only:
    whether it is held is the kernel's knowledge.
    """
    with ExitStack() as held:
        handle = _hold(held, path, wait_seconds, lambda: _tell_wait(progress, path, name, engine))
        if handle is None:
            raise _locked(path, name, command, engine)
        _sign(handle, command)
        yield handle


def holder(path: Path, name: str, engine: EngineAtWork = nobody) -> str | None:
    """What holds the lock of deployment `name` now, as it was typed, with its process and since when.

    Of a command that was killed it says so, what its engine may still do, and the way on: that holds
    the lock until it is done. `None` where nothing holds it.
    """
    if not is_locked(path):
        return None
    who = _read_holder(path)
    if who.killed is None:
        return who.note
    then = who.killed.command if who.killed.command.startswith("destroy ") else f"recover {name}"
    return f"{who.killed.says}: {_end(engine())}, then ampacity {then}"


class _Killed(msgspec.Struct, frozen=True, kw_only=True):
    """A command that was killed, and whose engine goes on without it."""

    command: str
    pid: int

    @property
    def says(self) -> str:
        does = "works on" if self.command.startswith("destroy ") else "works on and may still buy"
        return f"the engine of {self.command}, whose process {self.pid} is dead, {does}"


class _Holder(msgspec.Struct, frozen=True, kw_only=True):
    """What holds a lock, by its note. `killed` is its command where that is surely dead, on this host."""

    note: str
    killed: _Killed | None
    applies: bool
    """Whether it is an apply: the plan that it was given is used once it got through, and any other is stale."""

    @property
    def says(self) -> str:
        return f"held by {self.killed.says if self.killed else f'{self.note}, or by the engine that it started'}"

    def to_stop(self, engine: EngineAtWork) -> int | None:
        """The engine's process, where there is nobody else to stop it."""
        return engine() if self.killed else None


def _read_holder(path: Path) -> _Holder:
    with path.open("rb") as file:
        note = file.read(NOTE_BYTES).decode("utf-8", "replace")
    return _Holder(note=note or "a process that left no note", killed=_killed(note), applies=note.startswith(APPLY))


def _killed(note: str) -> _Killed | None:
    """`None` where the command that left the note may be alive, here or elsewhere."""
    found = _NOTE.fullmatch(note)
    if found is None or found["host"] != socket.gethostname() or not is_dead(int(found["pid"])):
        return None
    return _Killed(command=found["command"], pid=int(found["pid"]))


def _end(engine: int | None) -> str:
    """How what holds the lock ends: a first SIGINT has the engine stop cleanly, as a Ctrl-C does."""
    return "wait for it to end" + (f", or stop it with kill -INT {engine}" if engine is not None else "")


def _locked(path: Path, name: str, command: str, engine: EngineAtWork) -> TimedOutError:
    who = _read_holder(path)
    then = f"ampacity {command}"
    if who.applies and command.startswith(APPLY):
        then = f"ampacity status {name}; only if it changed nothing: {then}"
    fix = f"{_end(who.to_stop(engine))}, then {then}"
    return TimedOutError(f"Another command is changing {name}", why=who.says, fix=fix, code="AMP-LOCKED")


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


def _tell_wait(progress: Progress, path: Path, name: str, engine: EngineAtWork) -> None:
    who = _read_holder(path)
    stop = who.to_stop(engine)
    text = f"waits for another command, {who.says}" + (f" (kill -INT {stop} stops it)" if stop is not None else "")
    progress(Step(item=name, stage=Stage.WAITING, text=text))


def _sign(handle: int, command: str) -> None:
    note = f"{command}, process {os.getpid()} on {socket.gethostname()}, since {rfc3339(system_clock())}"
    os.ftruncate(handle, 0)
    os.pwrite(handle, note.encode()[:NOTE_BYTES], 0)

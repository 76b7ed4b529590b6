"""Pulumi's own locks: files without a lease that a killed engine leaves behind.

A lock is broken only where its owner surely is no more: same host, and no such process. Pulumi's
`cancel` would break any. The format is that of `pkg/backend/diy/lock.go`.
"""

import socket
from datetime import datetime
from pathlib import Path

import msgspec

from ...core.clock import show_age, system_clock
from ...core.errors import UnexpectedChangeError
from ...core.processes import is_dead
from .settings import EngineSettings, locks_folder


class _Lock(msgspec.Struct, frozen=True):
    pid: int
    username: str
    hostname: str
    timestamp: datetime


def clear_stale_locks(settings: EngineSettings) -> None:
    """Remove locks of dead engines. Raises `UnexpectedChangeError` naming a living or foreign owner."""
    folder = locks_folder(settings.backend, settings.stack, settings.project)
    for path in sorted(folder.glob("*.json")):
        lock = _read(path)
        if lock is None or not _dead(lock):
            raise _held(path, lock)
        path.unlink(missing_ok=True)
        path.with_name(path.name + ".attrs").unlink(missing_ok=True)


def engine_at_work(backend: Path, stack: str) -> int | None:
    """The process of the engine that changes `stack` on this host; `None` where none surely does."""
    locks = (_read(path) for path in sorted(locks_folder(backend, stack).glob("*.json")))
    living = (lock for lock in locks if lock is not None and lock.hostname == socket.gethostname())
    return next((lock.pid for lock in living if not is_dead(lock.pid)), None)


def _read(path: Path) -> _Lock | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Lock)
    except (OSError, msgspec.MsgspecError):
        return None


def _dead(lock: _Lock) -> bool:
    return lock.hostname == socket.gethostname() and is_dead(lock.pid)


def _held(path: Path, lock: _Lock | None) -> UnexpectedChangeError:
    owner = "an owner that cannot be read"
    if lock is not None:
        age = show_age(system_clock() - lock.timestamp)
        owner = f"process {lock.pid} of {lock.username} on {lock.hostname}, since {age}"
    return UnexpectedChangeError(
        "The deployment's state is locked",
        why=owner,
        fix=f"wait for it; if it is surely dead, remove {path}",
        code="AMP-LOCKED",
    )

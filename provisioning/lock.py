"""One change at a time for each deployment. The lock dies with its holders, the engine included."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..core.clock import rfc3339, system_clock
from ..core.errors import ResourceError
from ..core.files import exclusive_lock

NOTE_BYTES = 200


@contextmanager
def deployment_lock(path: Path, name: str, verb: str) -> Iterator[int]:
    """Hold the deployment's lock, yielding the descriptor that the engine inherits.

    Raises `ResourceError` AMP-LOCKED that says what holds it. The note in the file is for people
    only: whether it is held is the kernel's knowledge.
    """
    try:
        with exclusive_lock(path) as handle:
            _sign(handle, verb)
            yield handle
    except BlockingIOError as error:
        raise ResourceError(
            f"Another command is changing {name}",
            why=_holder(path),
            fix=f"wait for it to end, then ampacity status {name}",
            code="AMP-LOCKED",
        ) from error


def _sign(handle: int, verb: str) -> None:
    note = f"{verb}, process {os.getpid()} on {socket.gethostname()}, since {rfc3339(system_clock())}"
    os.ftruncate(handle, 0)
    os.pwrite(handle, note.encode()[:NOTE_BYTES], 0)


def _holder(path: Path) -> str:
    with path.open("rb") as file:
        note = file.read(NOTE_BYTES).decode("utf-8", "replace")
    return f"held by {note or 'a process that left no note'}, or by the engine that it started"

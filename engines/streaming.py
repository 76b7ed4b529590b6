"""Runs a long program and hands over its output line by line, with a sign of life in between."""

import os
import re
import selectors
import signal
import subprocess
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from ..core.errors import TimedOutError

HEARTBEAT_SECONDS = 2.0
LIMIT_SECONDS = 3600.0
TAIL_LINES = 8
_CREDENTIALS = re.compile(r"://[^/@\s]+@")


class ProgramFailedError(Exception):
    """The program ended badly; its text is the end of its output, without credentials in URLs."""


def stream(argv: Sequence[str | Path], *, cwd: Path, environment: Mapping[str, str]) -> Iterator[str | None]:
    """Each line of output, and `None` after every two silent seconds.

    Raises `ProgramFailedError` for a status other than 0 and `TimedOutError` after an hour. The
    program has no terminal and its own process group, which ends when the iteration does.
    """
    tail: deque[str] = deque(maxlen=TAIL_LINES)
    with _running(argv, cwd, environment) as process:
        for line in _lines(process):
            if line:
                tail.append(line)
            yield line
        if process.wait() != 0:
            raise ProgramFailedError(_CREDENTIALS.sub("://", "\n".join(tail)))


@contextmanager
def _running(
    argv: Sequence[str | Path], cwd: Path, environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        argv,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        # Compilers that it started are in its group, and must not outlive a Ctrl-C.
        if process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        _pipe(process).close()


def _lines(process: subprocess.Popen[bytes]) -> Iterator[str | None]:
    deadline = time.monotonic() + LIMIT_SECONDS
    pipe, rest = _pipe(process), b""
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while True:
            if time.monotonic() > deadline:
                raise TimedOutError(f"{process.args!r} ran for more than {LIMIT_SECONDS:.0f} s")
            if not selector.select(HEARTBEAT_SECONDS):
                yield None
                continue
            chunk = os.read(pipe.fileno(), 65_536)
            *whole, rest = (rest + chunk).split(b"\n")
            yield from (line.decode(errors="replace") for line in whole)
            if not chunk:
                break
    if rest:
        yield rest.decode(errors="replace")


def _pipe(process: subprocess.Popen[bytes]) -> IO[bytes]:
    assert process.stdout is not None  # noqa: S101 - asked for above
    return process.stdout

"""Runs the engine so that nothing of ours that dies takes it along.

It has a session of its own (a Ctrl-C on the terminal reaches us, not it) and writes to a file (a
pipe to a killed reader would end it by SIGPIPE in the middle of a create).
"""

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from ...core.errors import MissingError
from .cancel import Cancel
from .settings import EngineSettings, child_environment

POLL_SECONDS = 0.05


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """How the engine ended."""

    exit_code: int
    cancelled: bool


def run_engine(settings: EngineSettings, arguments: Sequence[str], log: Path, cancel: Cancel | None = None) -> Ended:
    """Run one command to its end, output to `log`. The first request to stop sends one SIGINT."""
    process = _start(settings, arguments, log)
    return _wait(process, cancel or Cancel())


def _start(settings: EngineSettings, arguments: Sequence[str], log: Path) -> "subprocess.Popen[bytes]":
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        return subprocess.Popen(
            [str(settings.program), "--non-interactive", "--color", "never", *arguments],
            cwd=settings.work_folder,
            env=child_environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=handle,
            stderr=handle,
            start_new_session=True,
            pass_fds=() if settings.lock_fd is None else (settings.lock_fd,),
        )
    except FileNotFoundError as error:
        raise MissingError(
            "The Pulumi engine is not there",
            why=str(settings.program),
            fix="ampacity engines install pulumi",
            code="AMP-ENGINE-MISSING",
        ) from error
    finally:
        os.close(handle)


def _wait(process: "subprocess.Popen[bytes]", cancel: Cancel) -> Ended:
    sent = 0
    while process.poll() is None:
        try:
            time.sleep(POLL_SECONDS)
        except KeyboardInterrupt:  # nobody set a handler: the engine still ends its way
            cancel.ask()
        if sent < min(cancel.requests, 2):
            sent += 1
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGINT)  # the engine alone, never its group
    return Ended(exit_code=process.returncode, cancelled=sent > 0)

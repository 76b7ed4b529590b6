"""Brings the sandbox up and down: all of it or nothing, and never twice."""

import secrets
import shutil
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import cast

from .. import engines
from ..core.errors import ResourceError
from ..core.files import exclusive_lock, write_atomic
from ..core.paths import config_file
from ..core.progress import Progress, Stage, Step, silent
from . import process
from .context_block import check_config, context_block, remove_context, write_context
from .part import KUBO, Part, listens, parts
from .places import SandboxLayout, layout
from .reading import SandboxStatus, part_status, read_status
from .table import FILES, STAND_INS

START_SECONDS = 60.0
"""Until a part must answer; on an idle computer it takes two."""
STOP_SECONDS = 10.0
"""Between asking a part to end and making it."""


def up(progress: Progress = silent) -> SandboxStatus:
    """Start what does not run, and write the context. Safe to repeat; two at once take turns.

    Raises `MissingError` before anything is started where the IPFS engine is not there, `UsageError`
    for a configuration that cannot be added to, `ResourceError` for a part that does not come up:
    then what was started here is stopped again.
    """
    here = layout()
    config = config_file()
    with exclusive_lock(here.lock, wait=True):
        check_config(config)
        engines.find(KUBO)
        here.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        here.folder.chmod(0o700)
        wanted = parts(here)
        _start_missing(wanted, progress)
        _write(here, config, wanted)
        return read_status(here)


def down() -> bool:
    """Stop everything, take the context out, and remove the sandbox's folder; whether there was one.

    Raises `ResourceError` if a part does not end; then nothing is removed.
    """
    here = layout()
    with exclusive_lock(here.lock, wait=True):
        _stop(parts(here))
        remove_context(config_file())
        there = here.folder.exists()
        if there:
            shutil.rmtree(here.folder)
        return there


def status() -> SandboxStatus:
    """What runs now."""
    return read_status(layout())


def _start_missing(wanted: list[Part], progress: Progress) -> None:
    absent = [part for part in wanted if process.running_in(part.folder) is None]
    try:
        for part in absent:
            progress(Step(item=part.name, stage=Stage.RUNNING, text="starting"))
            part.start()
        end = time.monotonic() + START_SECONDS
        for part in wanted:
            _wait(part, end)
            progress(Step(item=part.name, stage=Stage.DONE, text=part.endpoint() or ""))
    except BaseException:
        _stop(absent)
        raise


def _wait(part: Part, end: float) -> None:
    while (running := process.running_in(part.folder)) and time.monotonic() < end:
        endpoint = part.endpoint()
        if endpoint and listens(endpoint):
            return
        time.sleep(process.POLL_SECONDS)
    raise _stuck(part, "it ended by itself" if running is None else f"it was silent for {START_SECONDS:.0f} s")


def _stop(running: list[Part]) -> None:
    for part in running:
        found = process.running_in(part.folder)
        if found is not None and not process.stop(found, patience_seconds=STOP_SECONDS):
            raise ResourceError(
                f"{part.name} does not end", why=f"process {found.pid}", fix=f"kill -9 {found.pid}", code="AMP-SANDBOX"
            )


def _write(here: SandboxLayout, config: Path, wanted: list[Part]) -> None:
    endpoints = {part.name: part_status(part).endpoint or "" for part in wanted}
    ipfs = endpoints.pop(KUBO)
    for folder in (here.state, here.keystores):
        folder.mkdir(exist_ok=True, mode=0o700)
    if not here.passphrase.exists():
        write_atomic(here.passphrase, f"{secrets.token_hex(32)}\n".encode(), mode=0o600)
    files = {name: _prepare(module)(here.part(name)) for name, module in FILES.items()}
    sellers = {name: endpoints[name] for name in STAND_INS}
    write_context(config, context_block(here, sellers, files, ipfs))


def _prepare(module: str) -> Callable[[Path], Path]:
    return cast(Callable[[Path], Path], import_module(module).prepare)


def _stuck(part: Part, why: str) -> ResourceError:
    output = part.folder / process.OUTPUT
    lines = output.read_text(encoding="utf-8", errors="replace").strip().splitlines() if output.exists() else []
    return ResourceError(
        f"The sandbox's {part.name} does not come up",
        why=f"{why}; its last words: {lines[-1][:300]}" if lines else why,
        fix=f"read {output}, then: ampacity sandbox up",
        code="AMP-SANDBOX",
    )

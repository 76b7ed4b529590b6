"""The engine's output files: one a run, the newest kept."""

import os
import time
from pathlib import Path

from .settings import EngineSettings

KEPT = 40


def new_log(settings: EngineSettings, verb: str) -> Path:
    """A name for the next run's output; older files beyond `KEPT` are removed."""
    folder = settings.home / "output" / settings.stack
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    keep_newest(folder)
    keep_newest(settings.home / "logs")  # the engine's own, encrypted, one a command
    return folder / f"{time.time_ns()}-{verb}-{os.getpid()}.log"


def keep_newest(folder: Path, kept: int = KEPT) -> None:
    """Remove the oldest logs of `folder`; another run may remove them at the same time."""
    aged = sorted((_written(path), path) for path in folder.glob("*.log"))
    for _, path in aged[:-kept]:
        path.unlink(missing_ok=True)


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0

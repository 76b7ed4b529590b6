"""The engine's output files: one a run, the newest kept."""

import os
import time
from pathlib import Path

from .settings import EngineSettings

KEPT = 40


def new_log(settings: EngineSettings, verb: str) -> Path:
    """A name for the next run's output; older ones of the stack beyond `KEPT` are removed."""
    folder = settings.home / "output" / settings.stack
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for old in sorted(folder.glob("*.log"))[:-KEPT]:
        old.unlink(missing_ok=True)
    return folder / f"{time.time_ns()}-{verb}-{os.getpid()}.log"

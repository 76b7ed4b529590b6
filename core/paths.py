"""Where things live on this computer: configuration, caches, state.

Always absolute: the engine and what it starts work in another folder than the one who typed the command.
"""

import os
from pathlib import Path

from platformdirs import PlatformDirs

_DIRS = PlatformDirs("ampacity", appauthor=False)


def config_file() -> Path:
    """`config.toml`: `AMPACITY_CONFIG`, or the platform's config folder."""
    return _named("AMPACITY_CONFIG") or Path(_DIRS.user_config_dir) / "config.toml"


def cache_dir() -> Path:
    """What can be made again: engines, cached answers. `AMPACITY_CACHE` overrides."""
    return _named("AMPACITY_CACHE") or Path(_DIRS.user_cache_dir)


def data_dir() -> Path:
    """What must not be lost: local state, journals, the sandbox. `AMPACITY_DATA` overrides."""
    return _named("AMPACITY_DATA") or Path(_DIRS.user_data_dir)


def _named(variable: str) -> Path | None:
    named = os.environ.get(variable)
    return Path(named).absolute() if named else None

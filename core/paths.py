"""Where things live on this computer: configuration, caches, state."""

import os
from pathlib import Path

from platformdirs import PlatformDirs

_DIRS = PlatformDirs("ampacity", appauthor=False)


def config_file() -> Path:
    """`config.toml`: `AMPACITY_CONFIG`, or the platform's config folder."""
    named = os.environ.get("AMPACITY_CONFIG")
    return Path(named) if named else Path(_DIRS.user_config_dir) / "config.toml"


def cache_dir() -> Path:
    """What can be made again: engines, cached answers. `AMPACITY_CACHE` overrides."""
    named = os.environ.get("AMPACITY_CACHE")
    return Path(named) if named else Path(_DIRS.user_cache_dir)


def data_dir() -> Path:
    """What must not be lost: local state, journals, the sandbox. `AMPACITY_DATA` overrides."""
    named = os.environ.get("AMPACITY_DATA")
    return Path(named) if named else Path(_DIRS.user_data_dir)

"""Asks a program for its version, without letting it write into anybody's home."""

import os
import re
import subprocess
import tempfile
from pathlib import Path

from .base import Recipe

PROBE_SECONDS = 20


def version_of(recipe: Recipe, path: Path) -> str | None:
    """The version that the program at `path` reports, `None` where it reports none."""
    with tempfile.TemporaryDirectory(prefix="ampacity-probe-") as home:
        environment = {**os.environ, recipe.home_variable: home}
        try:
            done = subprocess.run(
                [path, *recipe.version_arguments],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=PROBE_SECONDS,
                check=True,
                env=environment,
            )
        except (OSError, subprocess.SubprocessError):
            return None
    found = re.fullmatch(recipe.version_pattern, done.stdout.decode(errors="replace").strip())
    return found[1] if found else None


def objection(recipe: Recipe, path: Path) -> str | None:
    """Why the program at `path` is not the one wanted, `None` where it is."""
    version = version_of(recipe, path)
    if version == recipe.version:
        return None
    if version is None:
        return f"{path} does not tell its version"
    return f"{path} is {version}, not {recipe.version}"

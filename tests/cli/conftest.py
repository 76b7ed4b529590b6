"""The command line as a process, in a home of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def ampacity(tmp_path: Path) -> Run:
    """Runs `ampacity` with no terminal, configuration and data in a temporary folder."""
    environment = {
        **os.environ,
        "AMPACITY_CONFIG": str(tmp_path / "config.toml"),
        "AMPACITY_DATA": str(tmp_path / "data"),
        "COLUMNS": "80",
    }
    environment.pop("AMPACITY_CONTEXT", None)

    def run(*arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-P", "-c", "from ampacity.cli.main import main; main()", *arguments],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env=environment | extra,
            cwd=tmp_path,
            timeout=120,
            check=False,
        )

    return run

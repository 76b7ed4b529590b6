"""Puts the plugin's executable and the project file where the engine looks for them."""

import shlex
import sys
from pathlib import Path

from ...core.files import write_atomic
from ..plugin.identity import PACKAGE, VERSION
from .settings import EngineSettings


def prepare(settings: EngineSettings) -> None:
    """Make `settings.home` and the backend ready. Does nothing where they are."""
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings.backend.mkdir(parents=True, exist_ok=True, mode=0o700)  # the engine would not make it
    _place(plugin_path(settings.home), _shim(), mode=0o755)
    _place(settings.work_folder / "Pulumi.yaml", f"name: {settings.project}\nruntime: python\n", mode=0o644)


def plugin_path(home: Path) -> Path:
    """Where the engine finds the plugin without a warning."""
    return home / "plugins" / f"resource-{PACKAGE}-v{VERSION}" / f"pulumi-resource-{PACKAGE}"


def _shim() -> str:
    # -P keeps the engine's working folder off the import path; exec keeps the engine as parent.
    return f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -P -m ampacity.provisioning.plugin "$@"\n'


def _place(path: Path, text: str, *, mode: int) -> None:
    data = text.encode()
    if not (path.is_file() and path.read_bytes() == data):
        write_atomic(path, data, mode=mode)

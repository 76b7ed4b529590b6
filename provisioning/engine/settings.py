"""Where the engine and its state are, and the environment that it runs in."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec

PROJECT = "ampacity"


class EngineSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One stack of one context.

    `home` is the project's own PULUMI_HOME, `backend` the folder of the file backend.
    `plugin_environment` is laid over this process's environment: it names the context, the
    journal's folder and the racks file to the plugin (`ampacity.provisioning.plugin.settings`).
    `lock_fd` is a locked descriptor that engine and plugin inherit, so that the lock lives as long
    as any of them. `parallel` must stay below the plugin's thread pool.
    """

    program: Path
    home: Path
    backend: Path
    stack: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_.-]{1,100}$")]
    passphrase: str
    project: str = PROJECT
    plugin_environment: Mapping[str, str] = {}
    parallel: Annotated[int, msgspec.Meta(ge=1, le=64)] = 64
    lock_fd: int | None = None
    ready_seconds: int = 900
    """How long one machine may take to run before it is recorded as not ready."""

    def __repr__(self) -> str:
        return f"EngineSettings(stack={self.stack!r}, backend={str(self.backend)!r})"

    @property
    def work_folder(self) -> Path:
        """Where `Pulumi.yaml` lies."""
        return self.home / "projects" / self.project

    @property
    def stack_file(self) -> Path:
        """The stack's checkpoint; there is a stack exactly when it exists."""
        return checkpoint_file(self.backend, self.stack, self.project)


def checkpoint_file(backend: Path, stack: str, project: str = PROJECT) -> Path:
    """Where the file backend in `backend` keeps what it knows of `stack`."""
    return backend / ".pulumi" / "stacks" / project / f"{stack}.json"


def locks_folder(backend: Path, stack: str, project: str = PROJECT) -> Path:
    """Where the file backend in `backend` notes which engine changes `stack`."""
    return backend / ".pulumi" / "locks" / "organization" / project / stack


def child_environment(settings: EngineSettings) -> dict[str, str]:
    """The engine's environment. A person's own PULUMI_* settings must not reach it."""
    outer = {**os.environ, **settings.plugin_environment}
    inherited = {name: value for name, value in outer.items() if not name.startswith("PULUMI_")}
    return inherited | {
        "PULUMI_HOME": str(settings.home),
        "PULUMI_BACKEND_URL": settings.backend.resolve().as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": settings.passphrase,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_DEBUG_COMMANDS": "true",  # makes --event-log known
    }

"""What every verb works with: the context's records, its sellers and its engine."""

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager
from functools import cache, partial
from pathlib import Path

import msgspec

from ..core.clock import Clock, system_clock
from ..core.contexts import NamedContext
from ..core.progress import Progress, silent
from ..engines import find
from ..providers.base import Provider
from ..providers.table import open_provider
from .engine import EngineSettings, EngineStack, checkpoint_file, engine_at_work
from .journal import Journal
from .lock import deployment_lock, holder
from .passphrase import open_passphrase
from .plugin.sellers import Sellers
from .plugin.settings import PluginSettings
from .records import DeploymentRecord, Records, private_folder

SETTLE_SECONDS = 10.0
"""How long a machine that was just asked for may be absent from its seller's own list."""


class Desk:
    """One context's provisioning. Opens nothing until it is asked for."""

    def __init__(
        self,
        context: NamedContext,
        *,
        progress: Progress = silent,
        clock: Clock = system_clock,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self.context = context
        self.progress = progress
        self.clock = clock
        self.environment = environment
        self.state = context.state_folder
        self.records = Records(self.state)
        self.sellers = cache(self._sellers)
        self._engine = cache(lambda: find("pulumi").path)
        self._passphrase = cache(lambda: open_passphrase(context, environment))

    def journal(self, name: str) -> Journal:
        """The deployment's write-ahead journal."""
        return Journal(self.records.journal(name), self.clock)

    def stack(self, record: DeploymentRecord, lock: int | None = None) -> EngineStack:
        """The deployment's stack; `lock` is the descriptor that engine and plugin inherit.

        Raises `MissingError` without an engine and `AuthError` without a passphrase.
        """
        private_folder(self.state)
        return EngineStack(
            EngineSettings(
                program=self._engine(),
                home=self.state / "home",
                backend=self._backend,
                stack=record.name,
                passphrase=self._passphrase(),
                plugin_environment=self._plugin(record),
                lock_fd=lock,
            )
        )

    def hold(self, name: str, command: str, *, wait_seconds: float = 0.0) -> AbstractContextManager[int]:
        """The deployment's lock, for `command` as it was typed. Raises as `deployment_lock` does."""
        path = self.records.lock(name)
        engine = partial(engine_at_work, self._backend, name)
        return deployment_lock(path, name, command, wait_seconds=wait_seconds, progress=self.progress, engine=engine)

    def changing(self, name: str) -> str | None:
        """What changes the deployment now, `None` where nothing does. See `holder`."""
        return holder(self.records.lock(name), name, partial(engine_at_work, self._backend, name))

    def checkpoint(self, name: str) -> Path:
        """The file with the deployment's state, secrets encrypted: to read it takes neither engine nor passphrase."""
        return checkpoint_file(self._backend, name)

    def open(self, name: str, sites: str | None) -> Provider:
        """The seller as the context has it, with the racks file of a deployment."""
        return open_provider(
            name,
            self.context.context,
            sites=Path(sites) if sites else None,
            environment=self.environment,
            clock=self.clock,
        )

    @property
    def _backend(self) -> Path:
        return self.state / "pulumi"

    def _sellers(self, sites: str | None) -> Sellers:
        return Sellers(lambda name: self.open(name, sites))

    def _plugin(self, record: DeploymentRecord) -> dict[str, str]:
        settings = PluginSettings(
            context_file=self.context.file,
            context_name=self.context.name,
            journal=self.records.journal(record.name),
            folder=_here(),
            sites=Path(record.sites) if record.sites else None,
            settle_seconds=SETTLE_SECONDS,
        )
        return {**self.environment, **settings.environment()}


def _here() -> Path | None:
    """Where the command was typed; `None` where that folder is gone, which keeps nobody from destroying."""
    try:
        return Path.cwd()
    except OSError:
        return None


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """One deployment, for who reads it or, with its lock, for who changes it."""

    desk: Desk
    record: DeploymentRecord
    journal: Journal
    sellers: Sellers
    lock: int | None = None

    @property
    def stack(self) -> EngineStack:
        """The engine's stack, for changes. Raises as `Desk.stack` does."""
        return self.desk.stack(self.record, self.lock)


def work_on(desk: Desk, record: DeploymentRecord, lock: int | None = None) -> Work:
    """Everything for a change of `record`, whose lock the caller holds as `lock`; without, for looking at it.

    Who looks needs no engine. A change that lacks its engine or passphrase is refused here, before
    anything is touched: raises as `Desk.stack` does.
    """
    work = Work(
        desk=desk, record=record, journal=desk.journal(record.name), sellers=desk.sellers(record.sites), lock=lock
    )
    if lock is not None:
        desk.stack(record, lock)
    return work

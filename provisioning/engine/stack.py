"""One stack: the operations of the engine that Ampacity uses."""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.progress import Progress, silent
from ..machines import MachineInputs, MachineRecord
from .attributes import mend_attributes
from .cancel import Cancel
from .checkpoint import read_checkpoint
from .events import EventLog
from .failures import refuse
from .install import prepare
from .locks import clear_stale_locks
from .logs import new_log
from .process import Ended, run_engine
from .results import EngineResult
from .settings import EngineSettings
from .state import records

if TYPE_CHECKING:
    from .program import Program


class EngineStack:
    """One deployment's stack. The caller holds the deployment's own lock over every change.

    Every method raises `MissingError` without an engine and `ResourceError` AMP-ENGINE where the
    engine fails as a whole; what fails for single machines is in the `EngineResult`.
    """

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings

    def exists(self) -> bool:
        """Whether the backend has this stack. Asks no process."""
        return self._settings.stack_file.is_file()

    def create(self) -> None:
        """Make the stack; quiet where it is."""
        if not self.exists():
            self._command("init", ["stack", "init", self._settings.stack, "--no-select"])

    def remove(self) -> None:
        """Forget the stack. Fails while it still has machines."""
        clear_stale_locks(self._settings)
        self._command("rm", ["stack", "rm", "--yes", "--stack", self._settings.stack])

    def preview(self, machines: Sequence[MachineInputs]) -> EngineResult:
        """What `up` would do. Takes no lock and asks no seller."""
        arguments = ["preview", *self._parallel()]
        return self._operate("preview", arguments, silent, Cancel(), self._program(machines))

    def up(
        self, machines: Sequence[MachineInputs], progress: Progress = silent, cancel: Cancel | None = None
    ) -> EngineResult:
        """Make the deployment exactly `machines`."""
        arguments = ["up", "--yes", "--skip-preview", "--continue-on-error", *self._parallel()]
        return self._operate("up", arguments, progress, cancel or Cancel(), self._program(machines))

    def refresh(self, progress: Progress = silent, cancel: Cancel | None = None) -> EngineResult:
        """Ask the sellers about every machine and record the answers; needs no plan."""
        arguments = ["refresh", "--yes", "--skip-preview", *self._parallel()]
        return self._operate("refresh", arguments, progress, cancel or Cancel())

    def destroy(self, progress: Progress = silent, cancel: Cancel | None = None) -> EngineResult:
        """Remove every machine in state; needs no plan."""
        arguments = ["destroy", "--yes", "--skip-preview", "--continue-on-error", *self._parallel()]
        return self._operate("destroy", arguments, progress, cancel or Cancel())

    def export(self) -> dict[str, Any]:
        """The deployment as the engine keeps it, secrets encrypted."""
        log = self._command("export", ["stack", "export", "--stack", self._settings.stack])
        deployment: dict[str, Any] = json.loads(log.read_text(encoding="utf-8"))
        log.unlink()  # every `status` makes one: they would push out the logs of changes
        return deployment

    def import_(self, deployment: dict[str, Any]) -> None:
        """Replace the state by `deployment`, in the form that `export` gives."""
        with tempfile.TemporaryDirectory(dir=self._settings.home) as folder:
            file = Path(folder) / "deployment.json"
            file.write_text(json.dumps(deployment), encoding="utf-8")
            clear_stale_locks(self._settings)
            self._command("import", ["stack", "import", "--stack", self._settings.stack, "--file", str(file)])

    def records(self) -> list[MachineRecord]:
        """The machines in state, without secrets. Asks no process."""
        return records(read_checkpoint(self._settings.stack_file) or {})

    def _program(self, machines: Sequence[MachineInputs]) -> "Program":
        from .program import Program

        return Program(machines, self._settings.ready_seconds)

    def _parallel(self) -> list[str]:
        return ["--parallel", str(self._settings.parallel)]

    def _command(self, verb: str, arguments: Sequence[str]) -> Path:
        prepare(self._settings)
        mend_attributes(self._settings)
        log = new_log(self._settings, verb)
        ended = run_engine(self._settings, arguments, log)
        if ended.exit_code != 0:
            raise refuse(verb, ended.exit_code, log)
        return log

    def _operate(
        self,
        verb: str,
        arguments: list[str],
        progress: Progress,
        cancel: Cancel,
        program: "Program | None" = None,
    ) -> EngineResult:
        from .servers import serve

        prepare(self._settings)
        mend_attributes(self._settings)
        if verb != "preview":
            clear_stale_locks(self._settings)
        log = new_log(self._settings, verb)
        events = EventLog(progress)
        with serve(program, events.take) as endpoints:
            target = ["--stack", self._settings.stack, "--event-log", endpoints.events]
            kind = ["--exec-kind", "auto.local"]
            if endpoints.program is not None:
                kind = ["--exec-kind", "auto.inline", f"--client={endpoints.program}"]
            ended = run_engine(self._settings, [*arguments, *target, *kind], log, cancel)
        return _result(verb, ended, log, events)


def _result(verb: str, ended: Ended, log: Path, events: EventLog) -> EngineResult:
    if ended.exit_code != 0 and not events.summarised and not ended.cancelled:
        raise refuse(verb, ended.exit_code, log, events.diagnostics)
    return EngineResult(
        exit_code=ended.exit_code,
        log=log,
        changes=events.changes,
        diagnostics=events.diagnostics,
        cancelled=ended.cancelled,
    )

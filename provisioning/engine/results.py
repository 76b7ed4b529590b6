"""What one run of the engine did, per machine."""

from enum import StrEnum
from pathlib import Path

import msgspec


class Op(StrEnum):
    """What was done, or would be done, to one machine."""

    SAME = "same"
    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    REFRESH = "refresh"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One machine's part. `ok` is false where it failed or is not ready; `reasons` then say why.

    After a refresh, `op` says what was found: `delete` a machine that is gone, `update` one that
    reads otherwise than before, `same` no news.
    """

    machine: str
    op: Op
    ok: bool = True
    reasons: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    """The inputs or outputs that forced it, such as `replace` or `state`."""


class Diagnostic(msgspec.Struct, frozen=True, kw_only=True):
    """A message of the engine: `severity` is `info`, `warning` or `error`; never `debug`."""

    severity: str
    text: str
    machine: str | None = None


class EngineResult(msgspec.Struct, frozen=True, kw_only=True):
    """How one run ended. `exit_code` is Pulumi's; `log` holds its output, without secrets."""

    exit_code: int
    log: Path
    changes: tuple[Change, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    cancelled: bool = False

    @property
    def ok(self) -> bool:
        """Whether everything that was asked for was done."""
        return self.exit_code == 0 and all(change.ok for change in self.changes)

    @property
    def failed(self) -> tuple[Change, ...]:
        """The machines that failed or are not ready."""
        return tuple(change for change in self.changes if not change.ok)

"""The engine's events, boiled down to one `Change` a machine and to progress for a person.

Events are read as raw JSON: the SDK's parser drops fields and warns about newer kinds. Debug
diagnostics are dropped unread, because they hold secrets in the clear.
"""

import re
import threading
from typing import Any

import msgspec

from ...core.progress import Progress, Stage, Step
from ..machines import RESOURCE_TYPE
from ..wayon import headline
from .results import Change, Diagnostic, Op

_OPS = {
    "same": Op.SAME,
    "create": Op.CREATE,
    "update": Op.UPDATE,
    "replace": Op.REPLACE,
    "create-replacement": Op.REPLACE,
    "delete-replaced": Op.REPLACE,
    "delete": Op.DELETE,
    "refresh": Op.REFRESH,
}
_HALVES = frozenset({"delete-replaced", "replace"})  # of a replacement: the new machine is still to come
_MARKUP = re.compile(r"<\{%.*?%\}>")
_DEAD_PLUGIN = re.compile(r"error reading from server|transport is closing|transport: Error while dialing")
PLUGIN_DIED = "the plugin that asks the seller died before it had the answer"


class EventLog:
    """Takes events (from gRPC's threads) and remembers what they come to."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._changes: dict[str, Change] = {}
        self._diagnostics: list[Diagnostic] = []
        self._lock = threading.Lock()
        self.summarised = False

    @property
    def changes(self) -> tuple[Change, ...]:
        """One a machine, by name."""
        with self._lock:
            return tuple(change for _, change in sorted(self._changes.items()))

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What the engine said, without debug messages."""
        with self._lock:
            return tuple(self._diagnostics)

    def take(self, event: dict[str, Any]) -> None:
        """Note one event."""
        step: Step | None = None
        with self._lock:
            if "resourcePreEvent" in event:
                step = self._begin(event["resourcePreEvent"]["metadata"])
            elif "resOutputsEvent" in event:
                step = self._finish(event["resOutputsEvent"]["metadata"])
            elif "resOpFailedEvent" in event:
                step = self._fail(event["resOpFailedEvent"]["metadata"])
            elif "diagnosticEvent" in event:
                step = self._say(event["diagnosticEvent"])
            elif "summaryEvent" in event:
                self.summarised = True
        if step is not None:
            self._progress(step)

    def _begin(self, row: dict[str, Any]) -> Step | None:
        if row.get("type") != RESOURCE_TYPE or row["op"] not in _OPS:
            return None
        name, op = machine_of(row["urn"]), _OPS[row["op"]]
        known = self._changes.get(name)
        if known is None or known.op is not op:
            keys = tuple(row.get("keys") or row.get("diffs") or ())
            self._changes[name] = Change(machine=name, op=op, keys=keys)
        return Step(item=name, stage=Stage.RUNNING, text=op.value)

    def _finish(self, row: dict[str, Any]) -> Step | None:
        if row.get("type") != RESOURCE_TYPE or row["op"] not in _OPS:
            return None
        name, op = machine_of(row["urn"]), _OPS[row["op"]]
        known = self._changes.get(name)
        if known is not None and known.op is Op.REFRESH:  # now it is known what the refresh found
            self._changes[name] = msgspec.structs.replace(known, op=op)
        stage = Stage.RUNNING if row["op"] in _HALVES else Stage.DONE
        return Step(item=name, stage=stage, text=op.value)

    def _fail(self, row: dict[str, Any]) -> Step | None:
        if row.get("type") != RESOURCE_TYPE:
            return None
        name = machine_of(row["urn"])
        known = self._changes.get(name) or Change(machine=name, op=_OPS.get(row["op"], Op.UPDATE))
        self._changes[name] = msgspec.structs.replace(known, ok=False)
        return Step(item=name, stage=Stage.FAILED, text="; ".join(map(headline, known.reasons)))

    def _say(self, row: dict[str, Any]) -> Step | None:
        severity = row.get("severity", "info")
        if severity == "debug":
            return None
        message = row.get("message", "")
        name = machine_of(row["urn"]) if f":{RESOURCE_TYPE}::" in row.get("urn", "") else None
        if row.get("ephemeral"):
            return None if name is None else Step(item=name, stage=Stage.RUNNING, text=clean(message))
        self._diagnostics.append(Diagnostic(severity=severity, text=clean(message), machine=name))
        if name is not None and severity in {"error", "warning"}:
            self._blame(name, severity, reasons_in(message))
        return None

    def _blame(self, name: str, severity: str, reasons: tuple[str, ...]) -> None:
        known = self._changes.get(name) or Change(machine=name, op=Op.REFRESH)
        if severity == "error" or known.op is Op.REFRESH:  # a refresh tells of sick machines by warnings
            self._changes[name] = msgspec.structs.replace(known, ok=False, reasons=(*known.reasons, *reasons))


def machine_of(urn: str) -> str:
    """The machine's name at the end of a URN."""
    return urn.rpartition("::")[2]


def clean(message: str) -> str:
    """`message` without the engine's colour marks, on one line."""
    return " ".join(_MARKUP.sub("", message).split())


def reasons_in(message: str) -> tuple[str, ...]:
    """The reasons in a diagnostic: its bullets where it lists some, else all of it."""
    lines = [clean(line) for line in message.splitlines()]
    bullets = tuple(line.removeprefix("* ") for line in lines if line.startswith("* "))
    return tuple(PLUGIN_DIED if _DEAD_PLUGIN.search(reason) else reason for reason in bullets or (clean(message),))

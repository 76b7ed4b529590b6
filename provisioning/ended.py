"""Deployments that were destroyed, from what was put aside of them. No seller is asked."""

from collections.abc import Iterable

import msgspec

from .desk import Desk
from .former import former_machines
from .journal import EntryState, Journal, JournalEntry
from .observe import natural
from .records import DeploymentRecord
from .reports import EndedDeployment


def ended_deployments(desk: Desk, name: str | None = None) -> tuple[EndedDeployment, ...]:
    """Those called `name`, or all, the last that ended first. Raises `ResourceError` where one cannot be read."""
    aside = desk.records.archived()
    found = [
        ended(record, Journal(journal, desk.clock).entries())
        for record, journal in aside
        if name is None or record.name == name
    ]
    return tuple(sorted(found, key=lambda each: (each.ended_at, each.deployment), reverse=True))


def ended(record: DeploymentRecord, entries: Iterable[JournalEntry]) -> EndedDeployment:
    """The deployment by its journal. A machine whose end nobody noted ended no earlier than its destroy began."""
    since = record.destroying_since or record.created_at
    former = former_machines(_noted(entry, record) for entry in entries)
    machines = tuple(sorted(former, key=lambda machine: (natural(machine.name), machine.until)))
    return EndedDeployment(
        name=record.name,
        deployment=record.uid,
        created_at=record.created_at,
        ended_at=max([since, *(machine.until for machine in machines)]),
        machines=machines,
    )


def _noted(entry: JournalEntry, record: DeploymentRecord) -> JournalEntry:
    if entry.state is not EntryState.MADE:
        return entry
    at = max(entry.at, record.destroying_since or entry.at)
    return msgspec.structs.replace(entry, state=EntryState.GONE, at=at)

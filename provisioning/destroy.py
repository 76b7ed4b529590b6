"""Destroy: everything in state, then everything that a sweep by label still finds, then the state itself."""

from collections.abc import Sequence

import msgspec

from ..core.errors import ResourceError
from .desk import Desk, Work, work_on
from .engine import Cancel, on_interrupt
from .finish import settle
from .former import former_machines
from .lock import WAIT_SECONDS, deployment_lock
from .machines import MachineRecord
from .observe import Sighting, look, machine_records
from .recover import name_of, open_cases
from .reports import DestroyReport
from .status import deployment_status
from .strays import remove

ROUNDS = 3
"""How often a sweep is repeated until it finds nothing."""


class _Swept(msgspec.Struct, frozen=True, kw_only=True):
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def destroy(desk: Desk, name: str) -> DestroyReport:
    """End the deployment. Needs no plan. Raises `MissingError` for a name without a record."""
    desk.records.get(name)
    path, command = desk.records.lock(name), f"destroy {name}"
    with deployment_lock(path, name, command, wait_seconds=WAIT_SECONDS, progress=desk.progress) as lock:
        work = work_on(desk, desk.records.get(name), lock)
        settle(work)
        seen = look(work)
        with on_interrupt(Cancel()) as cancel:
            problem = _empty(work, cancel)
        left = machine_records(work.stack, work.journal)
        swept = _Swept() if cancel.requests else _sweep_up(work, left)
        report = _report(work, seen, left, swept, problem, cancelled=cancel.requests > 0)
        if report.complete and not report.cancelled:
            _forget(work)
        return report


def _empty(work: Work, cancel: Cancel) -> tuple[str, ...]:
    """Let the engine remove what is in state; why it could not."""
    if not work.stack.exists():
        return ()
    try:
        result = work.stack.destroy(work.desk.progress, cancel)
    except ResourceError as error:
        return (str(error),)
    return tuple(f"{change.machine}: {'; '.join(change.reasons)}" for change in result.failed)


def _sweep_up(work: Work, left: Sequence[MachineRecord]) -> _Swept:
    notes: list[str] = []
    for _ in range(ROUNDS):
        found = open_cases(work, left)
        if found.problems or not found.machines:
            return _Swept(notes=tuple(notes), problems=found.problems)
        ended = remove(work, found.machines)
        if ended.problems:
            return _Swept(notes=tuple(notes), problems=ended.problems)
        notes += [f"{name_of(m)} ({m.provider} {m.ref.id}) was in no state: ended" for m in found.machines]
    return _Swept(notes=tuple(notes), problems=("machines of this deployment keep appearing",))


def _report(
    work: Work,
    seen: Sequence[Sighting],
    left: Sequence[MachineRecord],
    swept: _Swept,
    problems: tuple[str, ...],
    *,
    cancelled: bool,
) -> DestroyReport:
    names = {record.inputs.name for record in left}
    former = former_machines(work.journal.entries())
    status = deployment_status(work.record, seen, work.desk.clock(), former)
    return DestroyReport(
        name=work.record.name,
        removed=tuple(machine.name for machine in status.machines if machine.name not in names),
        left=tuple(sorted(names)),
        notes=swept.notes,
        problems=(*problems, *swept.problems),
        usd_so_far=status.usd_so_far,
        cancelled=cancelled,
    )


def _forget(work: Work) -> None:
    """Nothing is left: the stack goes, the record is put aside, the name is free."""
    if work.stack.exists():
        work.stack.remove()
    work.desk.records.archive(work.record)

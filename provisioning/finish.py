"""The engine's part of apply and recover: from a state that may be wounded to the wanted machines."""

from collections.abc import Sequence

import msgspec

from ..core.errors import ResourceError
from .desk import Work
from .engine import Cancel, EngineResult, on_interrupt, pending_creates
from .journal import EntryState
from .machines import MachineInputs, MachineRecord
from .observe import Sighting, machine_records, settled_export
from .outcomes import gone_from, outcomes
from .reports import ApplyReport


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What the engine did: its own account, and why it could not give one."""

    result: EngineResult | None = None
    problem: str | None = None
    cancelled: bool = False


class Finished(msgspec.Struct, frozen=True, kw_only=True):
    """What stands after the engine's run, as a report and as the state has it."""

    report: ApplyReport
    known: tuple[MachineRecord, ...]


def settle(work: Work) -> int:
    """Turn interrupted creates into machines of unknown outcome; how many there were.

    Must come before any `up` or `destroy`: the engine would buy them again, or forget them.
    """
    if not work.stack.exists():
        return 0
    pending = pending_creates(work.stack.export())
    settled = settled_export(work.stack, work.journal) if pending else None
    if settled is not None:
        work.stack.import_(settled)
    return len(pending)


def finish(work: Work, wanted: Sequence[MachineInputs], sightings: Sequence[Sighting]) -> Finished:
    """Make the deployment exactly `wanted`, and say what stands then. `sightings` is how it is now."""
    before = [sighting.record for sighting in sightings]
    with on_interrupt(Cancel()) as cancel:
        run = _run(work, wanted, cancel, refresh=any(_wounded(sighting) for sighting in sightings))
    after = machine_records(work.stack, work.journal)
    report = ApplyReport(
        name=work.record.name,
        machines=outcomes(wanted, after, run.result, _made(work)),
        removed=gone_from(before, after),
        problems=_problems(run, wanted, after),
        cancelled=run.cancelled,
        ends_at=work.record.ends_at,
    )
    return Finished(report=report, known=tuple(after))


def _run(work: Work, wanted: Sequence[MachineInputs], cancel: Cancel, *, refresh: bool) -> Run:
    try:
        work.stack.create()
        if refresh:
            refreshed = work.stack.refresh(work.desk.progress, cancel)
            if cancel.requests:
                return Run(result=refreshed, cancelled=True)
        result = work.stack.up(wanted, work.desk.progress, cancel)
    except ResourceError as error:
        return Run(problem=str(error), cancelled=cancel.requests > 0)
    return Run(result=result, cancelled=result.cancelled)


def _wounded(sighting: Sighting) -> bool:
    return sighting.record.pending or (sighting.problem is None and not sighting.alive)


def _made(work: Work) -> dict[str, str]:
    """The ids that sellers gave, by token."""
    entries = work.journal.entries()
    return {entry.token: entry.id for entry in entries if entry.id and entry.state is EntryState.MADE}


def _problems(run: Run, wanted: Sequence[MachineInputs], after: list[MachineRecord]) -> tuple[str, ...]:
    names = {machine.name for machine in wanted}
    extra = sorted(record.inputs.name for record in after if record.inputs.name not in names)
    stays = tuple(f"{name} should be gone and is still there" for name in extra)
    general = _general(run.result) if run.result is not None and not run.result.ok and not run.result.failed else ()
    return (*((run.problem,) if run.problem else ()), *stays, *general)


def _general(result: EngineResult) -> tuple[str, ...]:
    """Errors of a run that failed without a machine failing."""
    errors = tuple(note.text for note in result.diagnostics if note.severity == "error")
    return errors or (f"the engine ended with {result.exit_code}; its log is {result.log}",)

"""The engine's part of apply and recover: from a state that may be wounded to the wanted machines."""

from collections.abc import Iterable, Sequence

import msgspec

from ..core.words import count
from .carry import Run, carry_out
from .desk import Work
from .engine import Cancel, EngineResult, on_interrupt, pending_creates
from .machines import MachineInputs, MachineRecord
from .observe import Sighting, machine_records, natural, settled
from .outcomes import as_ordered, as_seen, gone_from, outcomes, standing
from .reports import ApplyReport


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
    export = work.stack.export()
    pending = pending_creates(export)
    if pending:
        work.stack.import_(settled(export, work.journal))
    return len(pending)


def finish(work: Work, wanted: Sequence[MachineInputs], sightings: Sequence[Sighting]) -> Finished:
    """Make the deployment exactly `wanted`, and say what stands then. `sightings` is how it is now."""
    before = [sighting.record for sighting in sightings]
    with on_interrupt(Cancel()) as cancel:
        run = carry_out(work, wanted, sightings, cancel)
    after = machine_records(work)
    entries = work.journal.entries()
    machines = as_ordered(as_seen(outcomes(wanted, after, run.result, entries), sightings), entries)
    kept = _kept(run, after)
    report = ApplyReport(
        name=work.record.name,
        machines=machines,
        kept=as_seen(standing(kept), sightings),
        removed=gone_from(before, after),
        notes=_why_kept(len(kept), run.order.lacking(machines)),
        problems=_problems(run, wanted, after, kept),
        cancelled=run.cancelled,
        ends_at=work.record.ends_at,
        asked_at=work.desk.clock(),
    )
    return Finished(report=report, known=tuple(after))


def _kept(run: Run, after: Iterable[MachineRecord]) -> list[MachineRecord]:
    held = {machine.name for machine in run.order.held}
    kept = [record for record in after if record.inputs.name in held]
    return sorted(kept, key=lambda record: natural(record.inputs.name))


def _why_kept(kept: int, lacking: int) -> tuple[str, ...]:
    if not kept:
        return ()
    what = f"{count(kept, 'machine')} that the plan removes {'was' if kept == 1 else 'were'}"
    why = f"{lacking} of those meant to take their place could not be had" if lacking else "the work stopped before"
    return (f"{what} kept, because {why}",)


def _problems(
    run: Run, wanted: Sequence[MachineInputs], after: Iterable[MachineRecord], kept: Iterable[MachineRecord]
) -> tuple[str, ...]:
    names = {machine.name for machine in wanted} | {record.inputs.name for record in kept}
    extra = sorted(record.inputs.name for record in after if record.inputs.name not in names)
    stays = tuple(f"{name} should be gone and is still there" for name in extra)
    general = _general(run.result) if run.result is not None and not run.result.ok and not run.result.failed else ()
    return (*((run.problem,) if run.problem else ()), *stays, *general)


def _general(result: EngineResult) -> tuple[str, ...]:
    """Errors of a run that failed without a machine failing."""
    errors = tuple(note.text for note in result.diagnostics if note.severity == "error")
    return errors or (f"the engine ended with {result.exit_code}; its log is {result.log}",)

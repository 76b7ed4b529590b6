"""What a recovery found in no state: what becomes of it, and what is told of it."""

from collections.abc import Iterator, Sequence

from ..providers.base import Machine
from .desk import Work
from .journal import EntryState
from .machines import MachineRecord
from .strays import call_of, name_of, remove, strays
from .sweeping import Sweep


def clean(work: Work, found: Sweep, known: Sequence[MachineRecord]) -> Sweep:
    """End what is still outside the state, unless the plan waits for it: then the next recover takes it in.

    Only machines that carry this deployment's id are touched. `machines` are those that were ended.
    """
    settled = {record.inputs.name for record in known if not record.pending}
    awaited = {machine.name for machine in work.record.wanted} - settled
    outside = [machine for machine in strays(found.machines, known) if not _has_ended(work, machine)]
    extra = tuple(machine for machine in outside if name_of(machine) not in awaited)
    removed = remove(work, extra)
    waiting = (f"{_told(each)} runs outside the state; recover again" for each in outside if each not in extra)
    return Sweep(machines=extra, problems=(*removed.problems, *waiting))


def fates(work: Work, found: Sweep, cleaned: Sweep, known: Sequence[MachineRecord]) -> Iterator[str]:
    """What became of each that was in no state; nothing of one that still is in none, which is a problem."""
    removed = {machine.ref.id for machine in cleaned.machines}
    outside = {machine.ref.id for machine in strays(found.machines, known)}
    for machine in found.machines:
        fate = "taken into the state"
        if machine.ref.id in removed:
            fate = "ended: it was there twice or is not wanted"
        elif machine.ref.id in outside:
            fate = "gone on with, and ended since" if _has_ended(work, machine) else ""
        if fate:
            yield f"{_told(machine)} was in no state: {fate}"


def _has_ended(work: Work, machine: Machine) -> bool:
    """Whether the plugin went on with it and ended it, such as an order for which no bid could be taken."""
    entry = call_of(work, machine)
    return entry is not None and entry.state is EntryState.GONE


def _told(machine: Machine) -> str:
    return f"{name_of(machine)} ({machine.provider} {machine.ref.id})"

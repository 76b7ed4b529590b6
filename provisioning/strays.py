"""Machines that carry a deployment's labels but are in no state: what a crash can leave behind."""

from collections.abc import Iterable

from ..core.errors import AmpacityError
from ..providers.base import Machine, Token
from .asking import ask_all
from .books import close_books
from .desk import Work
from .ending import END_SECONDS, end_machine
from .journal import JournalEntry, open_calls
from .machines import MachineRecord
from .observe import subject_of
from .sweeping import Sweep, sweep_places


def sweep(work: Work, known: Iterable[MachineRecord]) -> Sweep:
    """Every living machine of this deployment, wherever one was ever planned, asked for or recorded."""
    inputs = [*work.record.wanted, *(row.inputs for row in known), *(e.inputs for e in work.journal.entries())]
    return sweep_places(
        work.sellers, (each.offer for each in inputs), lambda labels: labels.deployment == work.record.uid
    )


def strays(swept: Iterable[Machine], known: Iterable[MachineRecord]) -> list[Machine]:
    """The machines of a sweep that no record accounts for, neither by id nor by token."""
    rows = list(known)
    ids = {(row.inputs.offer.provider, row.id) for row in rows}
    pending = {subject_of(row).token for row in rows if row.pending}
    return [
        machine for machine in swept if (machine.provider, machine.ref.id) not in ids and token(machine) not in pending
    ]


def remove(work: Work, found: Iterable[Machine]) -> Sweep:
    """End each of `found`. What could not be ended, or is still there, comes back with the reason."""
    parts = ask_all(lambda machine: _remove(work, machine), found)
    return Sweep(problems=tuple(problem for problem in parts if problem))


def unaccounted(work: Work, known: Iterable[MachineRecord]) -> list[JournalEntry]:
    """Create calls that may have made a machine, of which the state knows none."""
    return open_calls(work.journal.entries(), {subject_of(row).token for row in known})


def token(machine: Machine) -> Token | None:
    """The token that made it."""
    return machine.labels.token if machine.labels else None


def call_of(work: Work, machine: Machine) -> JournalEntry | None:
    """The create call that made it, `None` where the journal has none."""
    made_by = token(machine)
    return work.journal.entry(made_by) if made_by is not None else None


def name_of(machine: Machine) -> str:
    """Its name in the plan, or the seller's id where it has none."""
    return machine.labels.machine if machine.labels else machine.ref.id


def _remove(work: Work, machine: Machine) -> str | None:
    try:
        seller = work.sellers.get(machine.provider)
        ended = end_machine(seller, machine.ref)
    except AmpacityError as error:
        return f"{machine.ref.id} at {machine.provider} could not be removed: {error}"
    if not ended:
        return f"{machine.ref.id} at {machine.provider} is still there after {END_SECONDS:.0f} s"
    made_by = token(machine)
    if made_by is not None:
        note = "removed: it was in no state"
        close_books(work.journal, seller, made_by, machine.ref, last=machine, note=note)
    return None

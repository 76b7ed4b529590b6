"""Machines that carry a deployment's labels but are in no state: what a crash can leave behind."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import msgspec

from ..core.errors import AmpacityError
from ..providers.base import Machine, MachineState, Token
from .books import close_books
from .desk import Work
from .ending import END_SECONDS, end_machine
from .journal import EntryState, JournalEntry
from .machines import MachineRecord
from .observe import ASKERS, subject_of


class Sweep(msgspec.Struct, frozen=True, kw_only=True):
    """What a sweep by label saw, and which sellers could not be asked: then it is not complete."""

    machines: tuple[Machine, ...] = ()
    problems: tuple[str, ...] = ()


def sweep(work: Work, known: Iterable[MachineRecord]) -> Sweep:
    """Every living machine of this deployment, wherever one was ever planned, asked for or recorded."""
    places = _places(work, known)
    with ThreadPoolExecutor(max_workers=ASKERS) as pool:
        parts = list(pool.map(lambda name: _ask(work, name, sorted(places[name])), sorted(places)))
    return Sweep(
        machines=tuple(machine for part in parts for machine in part.machines),
        problems=tuple(problem for part in parts for problem in part.problems),
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
    with ThreadPoolExecutor(max_workers=ASKERS) as pool:
        parts = list(pool.map(lambda machine: _remove(work, machine), found))
    problems = tuple(problem for problem in parts if problem)
    return Sweep(problems=problems)


def unaccounted(work: Work, known: Iterable[MachineRecord]) -> list[JournalEntry]:
    """Create calls that may have made a machine, of which the state knows none."""
    tokens = {subject_of(row).token for row in known}
    open_states = {EntryState.INTENDED, EntryState.MADE}
    entries = work.journal.entries()
    return [entry for entry in entries if entry.state in open_states and entry.token not in tokens]


def token(machine: Machine) -> Token | None:
    """The token that made it."""
    return machine.labels.token if machine.labels else None


def _places(work: Work, known: Iterable[MachineRecord]) -> dict[str, set[str]]:
    inputs = [*work.record.wanted, *(row.inputs for row in known), *(e.inputs for e in work.journal.entries())]
    places: dict[str, set[str]] = {}
    for each in inputs:
        places.setdefault(each.offer.provider, set()).add(each.offer.region)
    return places


def _ask(work: Work, name: str, regions: list[str]) -> Sweep:
    try:
        return Sweep(machines=tuple(_ours(work, name, regions)))
    except AmpacityError as error:
        return Sweep(problems=(f"{name} could not be swept: {error}",))


def _ours(work: Work, name: str, regions: list[str]) -> Iterator[Machine]:
    for machine in work.sellers.get(name).ours(regions):
        ours = machine.labels is not None and machine.labels.deployment == work.record.uid
        if ours and machine.state is not MachineState.GONE:
            yield machine


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

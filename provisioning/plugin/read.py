"""Read: how a machine is now. Resolves placeholders; says again what keeps it from being ready."""

from typing import Any

import msgspec

from ...providers.base import Machine, MachineRef, MachineState, Provisions
from ..books import close_books
from ..journal import EntryState
from .bench import Bench, order_of
from .outputs import outputs_as_it_ran, outputs_of, problems_of
from .subject import Subject


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """A machine that is there. `problems` is empty where it runs."""

    id: str
    outputs: dict[str, Any]
    problems: list[str]


def read(bench: Bench, subject: Subject) -> Reading | None:
    """The machine as its seller has it, `None` once it is gone. Raises `AmpacityError`."""
    seller = bench.sellers.get(subject.inputs.offer.provider)
    machine = resolve(bench, seller, subject) if subject.pending else _ask(bench, seller, subject)
    if machine is None or machine.state is MachineState.GONE:
        lose(bench, seller, subject, machine if machine is not None and machine.spent_usd is not None else None)
        return None
    token = machine.labels.token if machine.labels else subject.token  # an adopted one brings its own
    bench.journal.settle_machine(machine, token, EntryState.MADE)
    outputs = outputs_of(machine, token)
    if machine.unseen and subject.running:
        return Reading(id=machine.ref.id, outputs=outputs_as_it_ran(outputs, subject.outputs), problems=[])
    return Reading(id=machine.ref.id, outputs=outputs, problems=problems_of(machine))


def resolve(bench: Bench, seller: Provisions, subject: Subject) -> Machine | None:
    """The machine behind a placeholder, `None` where surely none was made."""
    entry = bench.journal.entry(subject.token)
    order = order_of(subject.inputs, subject.token)
    return bench.look_up(seller, order, entry.at if entry else None)


def lose(bench: Bench, seller: Provisions, subject: Subject, last: Machine | None = None) -> None:
    """Record that the machine is no more, or never was, with what its seller's books say of it."""
    entry = bench.journal.entry(subject.token)
    if entry is None:
        return
    ref = last.ref if last is not None else subject.ref
    if subject.pending and last is None:
        if entry.id is None:
            bench.journal.settle(subject.token, EntryState.REFUSED)
            return
        ref = MachineRef(id=entry.id, region=entry.region)
    close_books(bench.journal, seller, subject.token, ref, last=last)


def _ask(bench: Bench, seller: Provisions, subject: Subject) -> Machine | None:
    # One that was seen running is gone when it is absent; a new one may only be slow to appear.
    entry = None if subject.running else bench.journal.entry(subject.token)
    return bench.until_settled(lambda: seller.read(subject.ref), entry.at if entry else None)

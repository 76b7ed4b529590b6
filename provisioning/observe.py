"""What the state says and what the sellers say, side by side, asked all at once.

A seller that cannot be asked is a problem in the sighting, never a machine that is gone.
"""

import re
from collections.abc import Iterable

import msgspec

from ..core.errors import AmpacityError
from ..providers.base import Machine, MachineState, Settlement
from .asking import ask_all
from .books import last_word
from .desk import Work
from .engine import pending_creates, read_checkpoint, records
from .journal import Journal
from .machines import MachineRecord
from .plugin.bench import order_of
from .plugin.sellers import Sellers
from .plugin.subject import Subject
from .surgery import Export, settle_pending


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """One machine in state, and how its seller has it: `machine` is `None` when it is gone.

    With a `problem` the seller could not be asked, and `machine` says nothing. Of one that is gone
    `settlement` is its seller's last word, where it has one.
    """

    record: MachineRecord
    machine: Machine | None = None
    problem: AmpacityError | None = None
    settlement: Settlement | None = None

    @property
    def alive(self) -> bool:
        """Whether the seller surely has it."""
        return self.machine is not None and self.machine.state is not MachineState.GONE


def settled(export: Export, journal: Journal) -> Export:
    """The state with interrupted creates as machines of unknown outcome."""
    tokens = {create.urn: journal.token_for(create.urn, create.inputs) for create in pending_creates(export)}
    return settle_pending(export, tokens)


def machine_records(work: Work) -> list[MachineRecord]:
    """Every machine in state, interrupted creates included. Needs neither engine nor passphrase.

    Raises `ResourceError` AMP-STATE where the state cannot be read.
    """
    kept = read_checkpoint(work.desk.checkpoint(work.record.name))
    return [] if kept is None else records(settled(kept, work.journal))


def look(work: Work) -> list[Sighting]:
    """Every machine in state with how its seller has it now, by name."""
    known = machine_records(work)
    return look_at(known, work.sellers)


def look_at(known: Iterable[MachineRecord], sellers: Sellers) -> list[Sighting]:
    """Ask about each of `known`, many at a time."""
    rows = sorted(known, key=lambda record: natural(record.inputs.name))
    return ask_all(lambda record: _sight(record, sellers), rows)


def subject_of(record: MachineRecord) -> Subject:
    """The record with its token and its seller's reference."""
    return Subject(urn=record.urn, id=record.id, inputs=record.inputs, outputs=dict(record.outputs))


def natural(name: str) -> list[tuple[int, str]]:
    """A key that sorts `node-2` before `node-10`."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", name)]


def _sight(record: MachineRecord, sellers: Sellers) -> Sighting:
    try:
        machine = _ask(record, sellers)
        alive = machine is not None and machine.state is not MachineState.GONE
        return Sighting(record=record, machine=machine, settlement=None if alive else _settled(record, sellers))
    except AmpacityError as error:
        return Sighting(record=record, problem=error)


def _ask(record: MachineRecord, sellers: Sellers) -> Machine | None:
    seller, subject = sellers.get(record.inputs.offer.provider), subject_of(record)
    if subject.pending:
        return seller.find(order_of(record.inputs, subject.token).labels, record.inputs.offer)
    return seller.read(subject.ref)


def _settled(record: MachineRecord, sellers: Sellers) -> Settlement | None:
    subject = subject_of(record)
    seller = sellers.get(record.inputs.offer.provider)
    return None if subject.pending else last_word(seller, subject.ref, patient=False)

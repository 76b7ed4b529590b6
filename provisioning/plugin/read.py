"""Read: how a machine is now. Resolves placeholders; says again what keeps it from being ready."""

from typing import Any

import msgspec

from ...providers.base import Machine, MachineState, Provisions, Token
from ..journal import EntryState
from .bench import Bench, order_of
from .outputs import outputs_of, problems_of
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
        lose(bench, subject.token, machine)
        return None
    token = machine.labels.token if machine.labels else subject.token  # an adopted one brings its own
    bench.journal.settle_machine(machine, token, EntryState.MADE)
    return Reading(id=machine.ref.id, outputs=outputs_of(machine, token), problems=problems_of(machine))


def resolve(bench: Bench, seller: Provisions, subject: Subject) -> Machine | None:
    """The machine behind a placeholder, `None` where surely none was made."""
    entry = bench.journal.entry(subject.token)
    order = order_of(subject.inputs, subject.token)
    return bench.look_up(seller, order, entry.at if entry else None)


def lose(bench: Bench, token: Token, last: Machine | None = None) -> None:
    """Record that the token's machine is no more, or never was, with what its seller's books say `last` of it."""
    entry = bench.journal.entry(token)
    if entry is not None and last is not None and last.spent_usd is not None:
        bench.journal.settle_machine(last, token, EntryState.GONE)
    elif entry is not None:
        bench.journal.settle(token, EntryState.GONE if entry.id else EntryState.REFUSED)


def _ask(bench: Bench, seller: Provisions, subject: Subject) -> Machine | None:
    # One that was seen running is gone when it is absent; a new one may only be slow to appear.
    entry = None if subject.running else bench.journal.entry(subject.token)
    return bench.until_settled(lambda: seller.read(subject.ref), entry.at if entry else None)

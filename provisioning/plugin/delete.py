"""Delete: until the seller says that it is gone. Quiet where there is nothing."""

import msgspec

from ...core.errors import CancelledError, TimedOutError
from ...providers.base import Machine, MachineRef, Provisions
from ..ending import end_machine
from .bench import Bench
from .read import lose, resolve
from .subject import Subject


def delete(bench: Bench, subject: Subject, seconds: float) -> None:
    """Remove the machine. Raises `AmpacityError` while it is, or may be, still there."""
    bench = msgspec.structs.replace(bench, journal=bench.journal.tolerant())
    seller = bench.sellers.get(subject.inputs.offer.provider)
    found: Machine | None = None
    if not subject.pending:
        remove(bench, seller, subject.ref, seconds)
    elif found := resolve(bench, seller, subject):
        remove(bench, seller, found.ref, seconds)
    lose(bench, seller, subject, found)


def remove(bench: Bench, seller: Provisions, ref: MachineRef, seconds: float) -> None:
    """Have the seller remove it. Raises `AmpacityError` while it is, or may be, still there."""
    if end_machine(seller, ref, seconds=seconds, stop=bench.stop):
        return
    if bench.stop.is_set():
        raise CancelledError(f"{ref.id} is being deleted", why="stopped waiting for its end", fix="destroy again")
    raise TimedOutError(f"{ref.id} is not gone after {seconds:.0f} s", fix="destroy again")

"""The engine's runs that carry a change out, in the order that gives nothing up too early."""

from collections.abc import Sequence

import msgspec

from ..core.errors import ResourceError
from .desk import Work
from .engine import Cancel, EngineResult
from .machines import MachineInputs
from .observe import Sighting, machine_records
from .order import Order, order_of_change
from .outcomes import outcomes


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What the engine did: its own account, and why it could not give one.

    `order` still has what was held back where that was not given up in the end.
    """

    result: EngineResult | None = None
    problem: str | None = None
    cancelled: bool = False
    order: Order = Order()


def carry_out(work: Work, wanted: Sequence[MachineInputs], seen: Sequence[Sighting], cancel: Cancel) -> Run:
    """Bring the deployment from how it was `seen` to `wanted`, as far as that goes."""
    order = Order()
    try:
        work.stack.create()
        wounded = any(_wounded(sighting) for sighting in seen)
        if wounded:
            refreshed = work.stack.refresh(work.desk.progress, cancel)
            if cancel.requests:
                return Run(result=refreshed, cancelled=True)
        known = machine_records(work) if wounded else [sighting.record for sighting in seen]
        order = order_of_change(wanted, known, _withheld(work, wanted))
        return _in_order(work, wanted, order, cancel)
    except ResourceError as error:
        return Run(problem=str(error), cancelled=cancel.requests > 0, order=order)


def _in_order(work: Work, wanted: Sequence[MachineInputs], order: Order, cancel: Cancel) -> Run:
    if order.room is not None:
        result = work.stack.up(order.room, work.desk.progress, cancel)
        if result.cancelled:
            return Run(result=result, cancelled=True, order=order)
    result = work.stack.up((*wanted, *order.held), work.desk.progress, cancel)
    if order.held and not result.cancelled and not _lacking(work, wanted, order, result):
        result, order = work.stack.up(wanted, work.desk.progress, cancel), Order()
    return Run(result=result, cancelled=result.cancelled, order=order)


def _lacking(work: Work, wanted: Sequence[MachineInputs], order: Order, result: EngineResult) -> int:
    known = machine_records(work)
    return order.lacking(outcomes(wanted, known, result, ()))


def _withheld(work: Work, wanted: Sequence[MachineInputs]) -> set[str]:
    """What the last plan wants and nobody asks for now, as its user-data changed."""
    return {machine.name for machine in work.record.wanted} - {machine.name for machine in wanted}


def _wounded(sighting: Sighting) -> bool:
    return sighting.record.pending or (sighting.problem is None and not sighting.alive)

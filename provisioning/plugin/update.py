"""Update: a note in state for a machine that runs; for one that does not yet, its auction or the wait goes on."""

from typing import Any

import msgspec

from ...providers.base import Machine, MachineState, ProviderError, Provisions
from .auction import Lot
from .bench import Bench, order_of
from .bring_up import bring_up
from .outcomes import NotReadyError
from .outputs import outputs_of
from .patience import retry
from .subject import Subject


def update(bench: Bench, subject: Subject, ready_seconds: float) -> dict[str, Any]:
    """The outputs to record. Raises `NotReadyError` where the machine does not come to run."""
    if subject.running:
        return subject.outputs
    if subject.pending:
        raise NotReadyError(subject.id, subject.outputs, ["it is still not known whether it was made"])
    seller = bench.sellers.get(subject.inputs.offer.provider)
    machine = retry(lambda: seller.read(subject.ref), stop=bench.stop)
    if machine is None:
        raise NotReadyError(subject.id, subject.outputs, ["its seller no longer has it"])
    order = order_of(subject.inputs, subject.token)
    return outputs_of(
        _bring_up(bench, seller, Lot(urn=subject.urn, order=order, machine=machine), ready_seconds), subject.token
    )


def _bring_up(bench: Bench, seller: Provisions, lot: Lot, ready_seconds: float) -> Machine:
    """As `bring_up`; what was closed stays in state as gone, since a new order would have another id."""
    try:
        return bring_up(bench, seller, lot, ready_seconds)
    except ProviderError as error:
        gone = msgspec.structs.replace(lot.machine, state=MachineState.GONE, address=None)
        raise NotReadyError(gone.ref.id, outputs_of(gone, lot.order.labels.token), [str(error)]) from error

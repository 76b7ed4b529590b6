"""Update: a note in state for a machine that runs; for one that does not yet, the wait goes on."""

from typing import Any

from .bench import Bench
from .outcomes import NotReadyError
from .outputs import outputs_of
from .patience import retry
from .ready import Awaited, await_running
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
    awaited = Awaited(urn=subject.urn, token=subject.token, machine=machine)
    return outputs_of(await_running(bench, seller, awaited, ready_seconds), subject.token)

"""From a machine that its seller has, or has an order for, to one that runs."""

from ...providers.base import Machine, MachineState, Provisions
from .auction import Lot, conclude
from .bench import Bench
from .outcomes import NotReadyError
from .ready import Awaited, await_running


def bring_up(bench: Bench, seller: Provisions, lot: Lot, ready_seconds: float) -> Machine:
    """The machine once it runs.

    Raises `NotReadyError` while it does not, and as `auction.conclude` does where its order was closed.
    """
    if lot.machine.state is not MachineState.RUNNING:
        conclude(bench, seller, lot)
    awaited = Awaited(urn=lot.urn, token=lot.order.labels.token, machine=lot.machine)
    try:
        return await_running(bench, seller, awaited, ready_seconds)
    except NotReadyError:
        if not bench.stop.is_set():
            conclude(bench, seller, lot)  # a bidder that gave it up meanwhile: its order is closed
        raise

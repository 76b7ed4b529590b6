"""Create: journal first, then the seller, its auction where it holds one, then wait until the machine runs.

After the seller was asked there are three ends: an id (ready or not), a definite refusal, or a
placeholder for a machine that may or may not exist. Nothing else can be told to the engine.
"""

from collections.abc import Sequence
from contextlib import suppress

import msgspec

from ...core.errors import AmpacityError, ResourceError
from ...core.words import count
from ...providers.base import Machine, MachineOrder, MachineRef, ProviderError, Provisions, Token
from ..books import close_books
from ..journal import EntryState
from ..machines import MachineInputs
from ..tokens import placeholder
from .auction import ORDERS, BidderFailedError, Lot, refuse_unbounded
from .bench import Bench, order_of
from .bring_up import bring_up
from .outcomes import NotReadyError
from .outputs import unknown_outputs
from .patience import retry


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A machine that runs, and the token that made it."""

    machine: Machine
    token: Token


def create(bench: Bench, urn: str, inputs: MachineInputs, ready_seconds: float) -> Made:
    """One running machine. Raises `AmpacityError` if surely none was made, else `NotReadyError`."""
    seller = bench.sellers.get(inputs.offer.provider)
    tales: list[str] = []
    while True:
        try:
            return _once(bench, seller, urn, inputs, ready_seconds)
        except BidderFailedError as error:
            if len(tales) + 1 == ORDERS:
                _tell_before(error, tales)
                raise
            tales.append(error.tale)
            bench.tell(urn, f"orders again ({len(tales) + 1} of {ORDERS})")
        except ProviderError as error:
            _tell_before(error, tales)
            raise


def _tell_before(error: ProviderError, tales: Sequence[str]) -> None:
    """Put what became of the earlier orders into the last failure."""
    if tales:
        before = count(len(tales), "order")
        error.why = f"{before} failed before ({'; '.join(tales)}), then {error.why}"


def _once(bench: Bench, seller: Provisions, urn: str, inputs: MachineInputs, ready_seconds: float) -> Made:
    order, machine = _adopt(bench, seller, urn, inputs)
    if machine is None:
        refuse_unbounded(seller, order)
        bench.journal.intend(order.labels.token, urn, inputs)
        machine = _ask(bench, seller, order)
    token = order.labels.token
    with suppress(ResourceError):  # the engine records the id in any case
        bench.journal.settle_machine(machine, token, EntryState.MADE)
    lot = Lot(urn=urn, order=order, machine=machine)
    return Made(machine=bring_up(bench, seller, lot, ready_seconds), token=token)


def _adopt(bench: Bench, seller: Provisions, urn: str, inputs: MachineInputs) -> tuple[MachineOrder, Machine | None]:
    """The order to place, and the machine that an earlier, interrupted call already made by it."""
    while True:
        order = order_of(inputs, bench.journal.token_for(urn, inputs))
        token = order.labels.token
        entry = bench.journal.entry(token)
        if entry is None:
            return order, None
        machine = bench.look_up(seller, order, entry.at)
        if machine is not None or entry.id is None:
            return order, machine
        gone = MachineRef(id=entry.id, region=entry.region)
        close_books(bench.journal, seller, token, gone)  # it had a machine once: never used again


def _ask(bench: Bench, seller: Provisions, order: MachineOrder) -> Machine:
    token = order.labels.token
    try:
        return retry(lambda: seller.create(order), stop=bench.stop)
    except ProviderError as error:
        if error.definite:
            bench.journal.settle(token, EntryState.REFUSED, note=str(error))
            raise
        return _doubt(bench, seller, order, str(error))
    except Exception as error:  # noqa: BLE001 - a fault of ours is no proof that nothing was made
        return _doubt(bench, seller, order, f"unexpected {type(error).__name__}")


def _doubt(bench: Bench, seller: Provisions, order: MachineOrder, why: str) -> Machine:
    """The machine that an unclear call made; raises `NotReadyError` with a placeholder id."""
    machine = None
    with suppress(AmpacityError):
        machine = bench.look_up(seller, order, bench.clock())
    if machine is not None:
        return machine
    token = order.labels.token
    with suppress(ResourceError):
        bench.journal.settle(token, EntryState.INTENDED, note=why)
    raise NotReadyError(
        placeholder(token),
        unknown_outputs(order),
        [f"it is not known whether {order.offer.provider} made it: {why}"],
    )

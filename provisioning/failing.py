"""Machines that failed: still listed by their seller, of no use, and to be made anew. Pure."""

import msgspec

from ..providers.base import MachineState
from .observe import Sighting
from .status import hidden


def failed(sighting: Sighting) -> bool:
    """Whether it is to be made anew, by the state's word or by its seller's."""
    return has_failed(sighting) or seen_failed(sighting)


def has_failed(sighting: Sighting) -> bool:
    """Whether the state has it as failed: then the engine makes it anew, whatever is wanted of it."""
    return sighting.record.outputs.get("state") == MachineState.FAILED.value


def seen_failed(sighting: Sighting) -> bool:
    """Whether its seller says now that it has failed, which the state may not know. One that is hidden may run."""
    there = sighting.machine is not None and sighting.machine.state is MachineState.FAILED
    return there and not hidden(sighting)


def looked_at_again(sighting: Sighting) -> Sighting:
    """One that failed since the state saw it counts as lost: the engine looks for itself, and makes it anew."""
    return msgspec.structs.replace(sighting, machine=None) if seen_failed(sighting) else sighting

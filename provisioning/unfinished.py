"""What the last applied plan wanted and the state is not yet. Pure.

A change that was killed, or that a seller refused, leaves machines that were never made, that still
stand for an older plan, or that should be gone. A deployment that is being destroyed wants nothing.
"""

from collections.abc import Iterable

import msgspec

from .machines import MachineInputs
from .observe import Sighting
from .records import DeploymentRecord


class Unfinished(msgspec.Struct, frozen=True, kw_only=True):
    """`missing` and `outdated` are as they are wanted, `leaving` as they stand."""

    missing: tuple[MachineInputs, ...] = ()
    outdated: tuple[MachineInputs, ...] = ()
    leaving: tuple[MachineInputs, ...] = ()


def unfinished(record: DeploymentRecord, sightings: Iterable[Sighting]) -> Unfinished:
    """Compare names, and what forces a replacement. A machine that its seller lost is no part of it."""
    if record.destroying_since is not None:
        return Unfinished()
    there = {sighting.record.inputs.name: sighting.record.inputs for sighting in sightings}
    names = {inputs.name for inputs in record.wanted}
    return Unfinished(
        missing=tuple(inputs for inputs in record.wanted if inputs.name not in there),
        outdated=tuple(i for i in record.wanted if i.name in there and there[i.name].replace != i.replace),
        leaving=tuple(inputs for name, inputs in there.items() if name not in names),
    )

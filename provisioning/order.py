"""In which order a change is made: what runs is given up once what takes its place is there. Pure.

The engine creates first and removes last within one run, but removes even where a create failed.
So a change that adds and removes takes up to three runs: make room on the feeds that an added
machine needs, add beside all else that stands, and, once every addition is up, remove the rest.
"""

from collections.abc import Iterable, Sequence

import msgspec

from ..providers.base import MachineState
from .machines import MachineInputs, MachineRecord
from .reports import MachineOutcome, Outcome


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A change in its parts: `arriving` names what must come up before `held` may go."""

    arriving: frozenset[str] = frozenset()
    held: tuple[MachineInputs, ...] = ()
    room: tuple[MachineInputs, ...] | None = None
    """What stands after the first run, which only removes; `None` where no room must be made."""

    def lacking(self, machines: Iterable[MachineOutcome]) -> int:
        """How many of the arriving are not up."""
        return len(self.arriving - {machine.name for machine in machines if machine.outcome is Outcome.OK})


def order_of_change(
    wanted: Sequence[MachineInputs], known: Iterable[MachineRecord], withheld: Iterable[str] = ()
) -> Order:
    """How to come from `known` to `wanted`; `withheld` names what is wanted and cannot be asked for now.

    Only what runs is held: of anything else the engine might make a new one.
    """
    there = {record.inputs.name: record for record in known}
    names = {machine.name for machine in wanted} | set(withheld)
    added = [machine for machine in wanted if not _stands(machine, there.get(machine.name))]
    late = [machine.name for machine in wanted if machine not in added and not _runs(there[machine.name])]
    arriving = frozenset([*(machine.name for machine in added), *late, *withheld])
    leaving = [record.inputs for name, record in there.items() if name not in names and _runs(record)]
    if not arriving or not leaving:
        return Order(arriving=arriving)
    feeds = {feed for machine in added for feed in _feeds(machine)}
    held = tuple(machine for machine in leaving if feeds.isdisjoint(_feeds(machine)))
    room = (*_as_they_stand(wanted, there), *held) if len(held) < len(leaving) else None
    return Order(arriving=arriving, held=held, room=room)


def _as_they_stand(wanted: Iterable[MachineInputs], there: dict[str, MachineRecord]) -> list[MachineInputs]:
    """The wanted machines that are there, none of them replaced yet."""
    pairs = [(machine, there[machine.name]) for machine in wanted if machine.name in there]
    fitting = [(machine, record) for machine, record in pairs if _stands(machine, record) or _runs(record)]
    return [machine if _stands(machine, record) else record.inputs for machine, record in fitting]


def _stands(machine: MachineInputs, record: MachineRecord | None) -> bool:
    return record is not None and record.inputs.replace == machine.replace


def _runs(record: MachineRecord) -> bool:
    return not record.pending and record.outputs.get("state") == MachineState.RUNNING.value


def _feeds(machine: MachineInputs) -> frozenset[str]:
    power = machine.offer.power
    return frozenset(power.feeds if power else ())

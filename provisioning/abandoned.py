"""Ending machines with our labels whose deployment no state here knows: where a state folder was lost."""

from collections.abc import Iterator, Sequence

from ..core.errors import AmpacityError
from ..providers.base import Machine, Provisions, capability
from .desk import Desk
from .ending import END_SECONDS, end_machine
from .reports import EndReport, Orphan


def end_abandoned(desk: Desk, orphans: Sequence[Orphan]) -> EndReport:
    """End those of `orphans` that no deployment here accounts for; the others are left to its verbs."""
    chosen = [orphan for orphan in orphans if orphan.abandoned and orphan.deployment not in _known(desk)]
    outcomes = {orphan.id: _end(desk, orphan) for orphan in chosen}
    return EndReport(
        ended=tuple(name for name, problem in outcomes.items() if problem is None),
        problems=tuple(f"{name}: {problem}" for name, problem in outcomes.items() if problem is not None),
    )


def _known(desk: Desk) -> set[str]:
    return {desk.records.get(name).uid for name in desk.records.names()}


def _end(desk: Desk, orphan: Orphan) -> str | None:
    """Why it is still there, `None` where it is not."""
    try:
        for seller in _sellers(desk, orphan.provider):
            found = next((machine for machine in seller.ours([orphan.region]) if _is(machine, orphan)), None)
            if found is not None and not end_machine(seller, found.ref):
                return f"it is still there after {END_SECONDS:.0f} s"
    except AmpacityError as error:
        return f"it could not be ended: {error}"
    return None


def _sellers(desk: Desk, name: str) -> Iterator[Provisions]:
    """The seller, with each racks file that a deployment here names where it cannot be opened without."""
    records = map(desk.records.get, desk.records.names())
    named: list[str | None] = list({record.sites for record in records if record.sites})
    for sites in named or [None]:
        seller = capability(desk.open(name, sites), Provisions)
        if seller is not None:
            yield seller


def _is(machine: Machine, orphan: Orphan) -> bool:
    return machine.ref.id == orphan.id and machine.labels is not None and machine.labels.deployment == orphan.deployment

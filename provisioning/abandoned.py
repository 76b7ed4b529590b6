"""Ending machines with our labels whose deployment no state here knows: where a state folder was lost."""

import threading
from collections.abc import Iterator, Sequence

from ..core.errors import AmpacityError
from ..providers.base import Machine, Provisions, StillThereError, capability
from .desk import Desk
from .plugin.patience import poll, retry
from .reports import EndReport, Orphan
from .strays import REMOVE_SECONDS


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
            if found is not None and not _delete(seller, found):
                return f"it is still there after {REMOVE_SECONDS:.0f} s"
    except AmpacityError as error:
        return f"it could not be ended: {error}"
    return None


def _sellers(desk: Desk, name: str) -> Iterator[Provisions]:
    """The seller, with each racks file that a deployment here names where it cannot be opened without."""
    records = map(desk.records.get, desk.records.names())
    named: list[str | None] = list({record.sites for record in records if record.sites})
    for sites in named or [None]:
        seller = capability(desk.open(name, sites), Provisions)  # type: ignore[type-abstract]
        if seller is not None:
            yield seller


def _is(machine: Machine, orphan: Orphan) -> bool:
    return machine.ref.id == orphan.id and machine.labels is not None and machine.labels.deployment == orphan.deployment


def _delete(seller: Provisions, machine: Machine) -> bool:
    never = threading.Event()

    def gone() -> bool | None:
        try:
            seller.delete(machine.ref)
        except StillThereError:
            return None
        return True

    return poll(lambda: retry(gone, stop=never), seconds=REMOVE_SECONDS, stop=never) is True

"""How the world differs from the state, from sightings and a sweep. Pure."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from ..core.clock import rfc3339
from ..core.money import show_usd
from ..providers.base import Machine, Market
from .machines import MachineInputs
from .observe import Sighting
from .reports import MACHINE, NEVER_MADE, NOT_REMOVED, NOT_REPLACED, STATE, UNSETTLED, Drift, DriftKind
from .status import Told, hidden, last_told, remembered
from .unfinished import Unfinished

MEASURED = Decimal("0.02")
"""An auctioned price may hold per block, and is told per hour by how long blocks take lately: that moves by itself."""


def differences(
    sightings: Iterable[Sighting], extra: Iterable[Machine], rest: Unfinished | None = None
) -> tuple[Drift, ...]:
    """Every difference: machines that are missing, changed, or there without being in state.

    `rest` is what the last plan did not come to; a missing machine that runs all the same is told as
    extra alone, and one in state that is gone at its seller as that.

    A machine whose seller could not be asked is in none of them, nor is one that only cannot be seen.
    """
    rest = rest or Unfinished()
    asked = [sighting for sighting in sightings if sighting.problem is None]
    compared = [drift for sighting in asked for drift in _compare(sighting)]
    outside = [_extra(machine) for machine in extra]
    found = {drift.machine for drift in outside}
    missing = (_missing(inputs) for inputs in rest.missing if inputs.name not in found)
    lost = {drift.machine for drift in compared if drift.kind is DriftKind.MISSING}
    outdated = (_left(inputs, NOT_REPLACED, "made anew") for inputs in rest.outdated if inputs.name not in lost)
    leaving = (_left(inputs, NOT_REMOVED, "gone") for inputs in rest.leaving if inputs.name not in lost)
    return (*compared, *outside, *missing, *outdated, *leaving)


def notices(sightings: Iterable[Sighting], name: str) -> tuple[str, ...]:
    """What is no difference yet and will be one: machines that run, and that their sellers take back."""
    return tuple(
        f"{sighting.record.inputs.name}: {machine.provider} takes it back at {rfc3339(machine.taken_back_at)}: "
        f"save what it holds; once it is gone, ampacity recover {name} makes it anew"
        for sighting in sightings
        if (machine := sighting.machine) is not None and machine.taken_back_at is not None
    )


def unasked(sightings: Iterable[Sighting], name: str) -> tuple[str, ...]:
    """What cannot be compared, because its seller could not be asked; whether one was made may be open as well."""
    return tuple(
        f"{sighting.record.inputs.name}: {sighting.problem}"
        + (f"; its create call was interrupted: ampacity recover {name}" if sighting.record.interrupted else "")
        for sighting in sightings
        if sighting.problem is not None
    )


def unseen(sightings: Iterable[Sighting]) -> tuple[str, ...]:
    """What cannot be compared: machines that ran, and that nobody can see now. That alone is no change."""
    return tuple(
        f"{sighting.record.inputs.name} cannot be seen, and bills on: {sighting.machine.unseen}"
        for sighting in sightings
        if sighting.machine is not None and hidden(sighting)
    )


def _compare(sighting: Sighting) -> Iterator[Drift]:
    inputs = sighting.record.inputs
    if not sighting.alive:
        note = sighting.machine.note if sighting.machine is not None else ""
        gone = f"gone at its seller: {note}" if note else "gone at its seller"
        yield _drift(sighting, DriftKind.MISSING, MACHINE, sighting.record.id, gone)
        return
    if sighting.record.interrupted and sighting.machine is not None:
        yield _drift(sighting, DriftKind.CHANGED, UNSETTLED, "interrupted", f"made {sighting.machine.ref.id}")
        return
    if sighting.machine is not None and sighting.machine.sku != inputs.offer.sku:
        yield _drift(sighting, DriftKind.CHANGED, "sku", inputs.offer.sku, sighting.machine.sku)
    old, new = remembered(sighting), last_told(sighting)
    before, after = _facts(old), _facts(new)
    for what in before:
        if before[what] != after[what] and not (what == "price" and _holds(sighting, old, new)):
            yield _drift(sighting, DriftKind.CHANGED, what, before[what], after[what])


def _facts(told: Told) -> dict[str, str]:
    """What stays as it is while nobody meddles: money paid ahead runs out by itself, and is no drift."""
    return {
        STATE: told.state,
        "address": told.address or "none",
        "price": show_usd(told.usd_per_hour, places=4),
    }


def _holds(sighting: Sighting, old: Told, new: Told) -> bool:
    """Whether an auctioned price is the same but for how it was measured."""
    if sighting.record.inputs.offer.market is not Market.AUCTION or not old.usd_per_hour or not new.usd_per_hour:
        return False
    return abs(new.usd_per_hour - old.usd_per_hour) <= MEASURED * old.usd_per_hour


def _drift(sighting: Sighting, kind: DriftKind, what: str, before: str, after: str) -> Drift:
    inputs = sighting.record.inputs
    return Drift(machine=inputs.name, provider=inputs.offer.provider, kind=kind, what=what, before=before, after=after)


def _missing(inputs: MachineInputs) -> Drift:
    return Drift(
        machine=inputs.name,
        provider=inputs.offer.provider,
        kind=DriftKind.MISSING,
        what=NEVER_MADE,
        before="planned",
        after="in no state",
    )


def _left(inputs: MachineInputs, what: str, planned: str) -> Drift:
    return Drift(
        machine=inputs.name,
        provider=inputs.offer.provider,
        kind=DriftKind.CHANGED,
        what=what,
        before=f"planned to be {planned}",
        after="still as it was",
    )


def _extra(machine: Machine) -> Drift:
    name = machine.labels.machine if machine.labels else machine.ref.id
    return Drift(
        machine=name,
        provider=machine.provider,
        kind=DriftKind.EXTRA,
        what=MACHINE,
        before="in no state",
        after=machine.ref.id,
    )

"""What a plan is made against: every machine as the state has it, its seller sees it, and its bill says."""

from collections.abc import Iterable
from decimal import Decimal

from ..core.digests import digest_of
from ..core.errors import ResourceError
from ..planning.change import Parts
from ..planning.plan import BaseState, RunningMachine
from .failing import failed
from .machines import machine_end
from .observe import Sighting
from .status import last_told


def base_state(
    uid: str | None,
    sightings: Iterable[Sighting],
    *,
    ttl_hours: Decimal | None = None,
    usd_so_far: Decimal | None = None,
) -> BaseState:
    """What a plan is made against. Raises `ResourceError` when a seller could not be asked."""
    seen = list(sightings)
    for sighting in seen:
        if sighting.problem is not None:
            raise _unasked(sighting) from sighting.problem
    facts = [[row.record.inputs.name, _id(row), row.record.inputs.replace, row.alive, failed(row)] for row in seen]
    return BaseState(
        deployment=uid,
        digest=digest_of({"deployment": uid, "machines": sorted(facts)}),
        machines=tuple(_running(sighting) for sighting in seen),
        ttl_hours=ttl_hours,
        usd_so_far=usd_so_far,
    )


def _id(sighting: Sighting) -> str:
    return sighting.machine.ref.id if sighting.machine is not None else sighting.record.id


def _running(sighting: Sighting) -> RunningMachine:
    inputs, machine = sighting.record.inputs, sighting.machine
    self_ending = machine is not None and machine.self_ending
    return RunningMachine(
        name=inputs.name,
        offer=inputs.offer,
        inputs=inputs.replace,
        parts=Parts(image=inputs.image, disk_gib=inputs.disk_gib, ssh_public_key=inputs.ssh_public_key),
        alive=sighting.alive,
        failed=sighting.alive and failed(sighting),
        ends_at=machine_end(inputs, timer=machine.ends_at if machine is not None else None, self_ending=self_ending),
        self_ending=self_ending,
        id=_id(sighting),
        usd_per_hour=last_told(sighting).usd_per_hour if sighting.alive else None,
    )


def _unasked(sighting: Sighting) -> ResourceError:
    provider = sighting.record.inputs.offer.provider
    return ResourceError(
        f"{provider} cannot be asked about {sighting.record.inputs.name}",
        why=str(sighting.problem),
        fix="ampacity status, when it answers again",
        code="AMP-SELLER-UNASKED",
    )

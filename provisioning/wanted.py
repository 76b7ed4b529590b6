"""From a plan to the inputs of every wanted machine. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from ..core.digests import Digest
from ..core.money import ceil_cents
from ..planning.change import replace_digest
from ..planning.plan import STAYS, Action, Plan, PlannedMachine
from ..providers.base import Market
from .machines import MachineInputs
from .observe import Sighting
from .payload import Payload

CAPPED = frozenset({Market.SPOT, Market.AUCTION})


def end_of(plan: Plan, now: datetime) -> datetime | None:
    """When machines that are made now must be gone; `None` without an end."""
    return None if plan.ttl_hours is None else now + timedelta(hours=float(plan.ttl_hours))


def approved_usd(plan: Plan) -> Decimal | None:
    """What the deployment may cost in all, with what it had cost when the plan was made; `None` where unbounded."""
    so_far = Decimal(0) if plan.base.deployment is None else plan.base.usd_so_far
    worst = plan.totals.worst_case_usd
    return None if worst is None or so_far is None else worst + so_far


def wanted_machines(
    plan: Plan,
    digest: Digest,
    *,
    uid: str,
    standing: Mapping[str, Sighting],
    payload: Payload,
    ends_at: datetime | None,
) -> tuple[MachineInputs, ...]:
    """Every machine of the end state: kept ones as they are, changed ones with their end moved, new ones by offer."""
    machines = (
        _stayer(standing[machine.name], machine.action, ends_at)
        if machine.action in STAYS
        else _new(plan, digest, machine, uid=uid, ends_at=ends_at)
        for machine in plan.machines
    )
    return tuple(payload.on(machine) for machine in machines)


def _stayer(sighting: Sighting, action: Action, ends_at: datetime | None) -> MachineInputs:
    """What stays. Its end is all that a plan changes in place, and only where nothing but us ends it."""
    inputs, machine = sighting.record.inputs, sighting.machine
    fixed = action is Action.KEEP or (machine is not None and machine.self_ending)
    return inputs if fixed else msgspec.structs.replace(inputs, ends_at=ends_at)


def _new(plan: Plan, digest: Digest, machine: PlannedMachine, *, uid: str, ends_at: datetime | None) -> MachineInputs:
    offer = plan.offer_of(machine)
    image = plan.images.get(offer.provider, "default")
    planned = plan.user_data.digest if plan.user_data else None
    return MachineInputs(
        name=machine.name,
        deployment=uid,
        deployment_name=plan.name,
        plan=digest,
        replace=replace_digest(
            offer,
            image=image,
            disk_gib=plan.disk_gib,
            ssh_public_key=plan.ssh_public_key,
            user_data=planned,
            definition=plan.definition.digest_at(offer.provider) if plan.definition else None,
        ),
        offer=offer,
        image=image,
        disk_gib=plan.disk_gib,
        ssh_public_key=plan.ssh_public_key,
        ends_at=ends_at,
        max_usd_per_hour=ceiling_of(plan, machine),
    )


def ceiling_of(plan: Plan, machine: PlannedMachine) -> Decimal | None:
    """The most that this node may cost where prices move: its auction's ceiling, or its share of the plan's.

    Without it a spot machine may climb to the on-demand price, above what was approved.
    """
    for auction in plan.auctions:
        if auction.machine == machine.name:
            return auction.ceiling_usd_per_hour
    offer, totals = plan.offer_of(machine), plan.totals
    if offer.market not in CAPPED or offer.usd_per_hour is None or not totals.usd_per_hour_after:
        return None
    return ceil_cents(offer.usd_per_hour * totals.ceiling_usd_per_hour / totals.usd_per_hour_after)

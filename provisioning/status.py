"""How a deployment stands, from sightings: states, addresses, money, ends. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

import msgspec

from ..core.money import plain
from ..core.shapes import ready
from ..providers.base import MachineState
from .machines import INTERRUPTED, machine_end
from .observe import Sighting
from .plugin.outputs import SEEN
from .records import DeploymentRecord
from .reports import DeploymentStatus, FormerMachine, MachineStatus
from .unfinished import unfinished

UNKNOWN = "unknown"
GONE = "gone"
UNSEEN = "unseen"
"""Of a machine that ran, and that its seller surely has and cannot see now."""
SECONDS_PER_HOUR = 3600
MICRO = Decimal("0.000001")


def deployment_status(
    record: DeploymentRecord, sightings: Iterable[Sighting], now: datetime, former: Iterable[FormerMachine] = ()
) -> DeploymentStatus:
    """The whole deployment at `now`. It is overdue when anything that bills is past its end."""
    seen = list(sightings)
    closed: dict[tuple[str, str | None], FormerMachine] = {(each.provider, each.id): each for each in former}
    machines = tuple(_as_closed(machine_status(sighting, now), closed) for sighting in seen)
    shown = {(machine.provider, machine.id) for machine in machines}
    rest = unfinished(record, seen)
    past = record.ends_at is not None and now >= record.ends_at
    return DeploymentStatus(
        name=record.name,
        deployment=record.uid,
        asked_at=now,
        machines=machines,
        missing=tuple(inputs.name for inputs in rest.missing),
        outdated=tuple(inputs.name for inputs in rest.outdated),
        leaving=tuple(inputs.name for inputs in rest.leaving),
        destroying_since=record.destroying_since,
        ends_at=record.ends_at,
        overdue=any(machine.overdue or (past and machine.state != GONE) for machine in machines),
        former=tuple(each for key, each in closed.items() if key not in shown),
    )


def under_way(found: DeploymentStatus, command: str | None) -> DeploymentStatus:
    """The same while `command` is at work on it: a create call that is not at its end then was not interrupted."""
    if command is None:
        return found
    machines = (msgspec.structs.replace(each, problems=_going_on(each.problems)) for each in found.machines)
    return msgspec.structs.replace(found, machines=tuple(machines), changing=command)


def _going_on(problems: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(problem for problem in problems if problem != INTERRUPTED)


def machine_status(sighting: Sighting, now: datetime) -> MachineStatus:
    """One machine at `now`. What its seller does not say now is what it said last."""
    inputs, told = sighting.record.inputs, last_told(sighting)
    state, created_at = _state(sighting), told.created_at
    ends_at = machine_end(inputs, timer=told.ends_at, self_ending=told.self_ending)
    price = told.usd_per_hour if told.usd_per_hour is not None else inputs.offer.usd_per_hour
    return MachineStatus(
        name=inputs.name,
        provider=inputs.offer.provider,
        region=inputs.offer.region,
        zone=told.zone or inputs.offer.zone,
        sku=inputs.offer.sku,
        market=inputs.offer.market,
        gpu=inputs.offer.gpu,
        state=state,
        id=_id(sighting),
        address=told.address,
        ssh=None if state == GONE else ssh_line(told.address, told.ssh_user, told.ssh_port),
        urls=told.urls,
        usd_per_hour=price,
        usd_so_far=_so_far(sighting, told, cost(price, created_at, _billed_until(state, told, now))),
        settled=sighting.settlement is not None,
        created_at=created_at,
        ends_at=ends_at,
        self_ending=told.self_ending,
        overdue=state != GONE and ends_at is not None and now >= ends_at,
        paid_until=told.paid_until,
        limit_hours=told.limit_hours,
        held_usd=told.held_usd,
        taken_back_at=told.taken_back_at,
        told_at=sighting.record.told_at if sighting.machine is None else None,
        note=told.note,
        problems=_problems(sighting),
    )


def cost(usd_per_hour: Decimal | None, since: datetime | None, until: datetime) -> Decimal | None:
    """Price x time, by the second and to a millionth; `None` where either is not known."""
    if usd_per_hour is None or since is None:
        return None
    seconds = max(0, int((until - since).total_seconds()))
    return plain((usd_per_hour * seconds / SECONDS_PER_HOUR).quantize(MICRO))


def ssh_line(address: str | None, user: str | None, port: int) -> str | None:
    """The command that opens the machine, `None` while its address or user is not known."""
    if not address or not user:
        return None
    return f"ssh {user}@{address}" if port == 22 else f"ssh -p {port} {user}@{address}"


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What was said last of a machine, by its seller or by the state's outputs."""

    state: str = UNKNOWN
    zone: str | None = None
    address: str | None = None
    ssh_user: str | None = None
    ssh_port: int = 22
    urls: tuple[str, ...] = ()
    unseen: str = ""
    taken_back_at: datetime | None = None
    usd_per_hour: Decimal | None = None
    created_at: datetime | None = None
    ends_at: datetime | None = None
    self_ending: bool = False
    paid_until: datetime | None = None
    limit_hours: Decimal | None = None
    held_usd: Decimal | None = None
    spent_usd: Decimal | None = None
    note: str = ""


def last_told(sighting: Sighting) -> Told:
    """What the seller says now, or else what the state remembers of it."""
    if sighting.machine is None:
        return remembered(sighting)
    told = msgspec.convert(sighting.machine, ready(Told), from_attributes=True)
    told = msgspec.structs.replace(told, zone=sighting.machine.ref.zone)
    return _as_it_ran(told, remembered(sighting)) if hidden(sighting) else told


def hidden(sighting: Sighting) -> bool:
    """Whether it ran when it was last seen, and is there without anybody seeing how it does: no sign of a change."""
    unseen = sighting.machine is not None and bool(sighting.machine.unseen)
    return unseen and remembered(sighting).state == MachineState.RUNNING


def _as_it_ran(told: Told, before: Told) -> Told:
    """What can be seen of it stands, and the rest is as it was."""
    price = before.usd_per_hour if told.usd_per_hour is None else told.usd_per_hour
    return msgspec.structs.replace(told, usd_per_hour=price, **{key: getattr(before, key) for key in SEEN})


def remembered(sighting: Sighting) -> Told:
    """What the state remembers. Outputs that are nothing of the kind are as good as none."""
    try:
        return msgspec.convert(sighting.record.outputs, ready(Told))
    except msgspec.ValidationError:
        return Told()


def _so_far(sighting: Sighting, told: Told, by_the_hour: Decimal | None) -> Decimal | None:
    """What its seller's books say now; else price by time, and no less than these said when it was last asked."""
    if sighting.settlement is not None:
        return sighting.settlement.spent_usd
    if told.spent_usd is None or (sighting.machine is None and by_the_hour is None):
        return by_the_hour
    return told.spent_usd if sighting.machine is not None else max(told.spent_usd, by_the_hour or Decimal(0))


def _billed_until(state: str, told: Told, now: datetime) -> datetime:
    """Until when it costs at most: what is gone bills until it is first found gone, or had ended itself."""
    ended = told.ends_at if state == GONE and told.self_ending else None
    return now if ended is None else min(now, ended)


def _as_closed(machine: MachineStatus, closed: Mapping[tuple[str, str | None], FormerMachine]) -> MachineStatus:
    """With what it cost by the journal, where that has it as removed or gone."""
    known = closed.get((machine.provider, machine.id))
    if known is None or (machine.settled and not known.settled):
        return machine
    return msgspec.structs.replace(machine, usd_so_far=known.usd, settled=known.settled)


def _state(sighting: Sighting) -> str:
    if sighting.problem is not None:
        return UNKNOWN
    if hidden(sighting):
        return UNSEEN
    return sighting.machine.state.value if sighting.machine is not None else GONE


def _id(sighting: Sighting) -> str | None:
    if sighting.machine is not None:
        return sighting.machine.ref.id
    return None if sighting.record.pending else sighting.record.id


def _problems(sighting: Sighting) -> tuple[str, ...]:
    asked = () if sighting.problem is None else (str(sighting.problem),)
    if sighting.machine is None or sighting.machine.state is not MachineState.RUNNING:
        return (*sighting.record.problems, *asked)
    return (INTERRUPTED, *asked) if sighting.record.interrupted else asked

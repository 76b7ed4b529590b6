"""What sellers that are paid ahead lock when a plan is applied: asked for the plan, and again before it is spent."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from ..core.errors import AmpacityError, PolicyError
from ..core.money import show_usd
from ..planning.plan import MADE, Plan, PlannedMachine
from ..planning.prepaid import Quote
from ..providers.base import PaysOn, Prepays, capability
from .desk import Desk
from .machines import MachineInputs
from .refusals import PLAN_AGAIN
from .status import SECONDS_PER_HOUR
from .wanted import ceiling_of


def deposits(desk: Desk, plan: Plan, sites: Path | None) -> tuple[Quote, ...]:
    """What would be locked for each machine that `plan` makes where its seller is paid ahead."""
    made: dict[str, list[PlannedMachine]] = {}
    for machine in plan.machines:
        if machine.action in MADE:
            made.setdefault(plan.offer_of(machine).provider, []).append(machine)
    wants = {name: [_planned(plan, machine) for machine in machines] for name, machines in made.items()}
    found = {quote.machine: quote for name in sorted(made) for quote in _quotes(desk, name, wants[name], sites)}
    return tuple(found[machine.name] for machine in plan.machines if machine.name in found)


def deposits_now(desk: Desk, machines: Sequence[MachineInputs], sites: str | None) -> tuple[Quote, ...]:
    """What would be locked for each of `machines` if it were made now, to be gone at its own end."""
    now, wants = desk.clock(), dict[str, list[_Want]]()
    for machine in machines:
        want = _Want(machine.name, machine.max_usd_per_hour or Decimal(0), hours_until(machine.ends_at, now))
        wants.setdefault(machine.offer.provider, []).append(want)
    racks = Path(sites) if sites else None
    return tuple(quote for name in sorted(wants) for quote in _quotes(desk, name, wants[name], racks))


def hours_until(end: datetime | None, now: datetime) -> Decimal | None:
    """How long that is, none once it is past; `None` without an end."""
    return None if end is None else max(Decimal(0), Decimal(str((end - now).total_seconds())) / SECONDS_PER_HOUR)


def refuse_deposits(plan: Plan, quotes: Iterable[Quote]) -> None:
    """Raises `PolicyError` where more would be locked than the plan says, or it is not known how much.

    Where a seller cannot say it, its own error's code tells why.
    """
    planned = {each.machine: each.deposit_usd for each in plan.prepaid}
    limits = {each.machine: each.limit_hours for each in plan.prepaid}
    for quote in quotes:
        said = planned.get(quote.machine)
        if quote.usd is None or said is None:
            raise unknown_deposit(quote, PLAN_AGAIN)
        _refuse_longer(quote, limits.get(quote.machine))
        if quote.usd > said:
            raise PolicyError(
                f"{quote.provider} would lock more for {quote.machine} than the plan says",
                why=f"{show_usd(quote.usd)} now, {show_usd(said)} planned",
                fix=PLAN_AGAIN,
                code="AMP-DEPOSIT-CEILING",
            )


def _refuse_longer(quote: Quote, planned_hours: Decimal | None) -> None:
    """What a seller pays on for by itself is in the worst case that was approved, so it is held to as well."""
    if quote.limit_hours is not None and quote.limit_hours > (planned_hours or 0):
        raise PolicyError(
            f"{quote.provider} would pay on for {quote.machine} for longer than the plan says",
            why=f"{quote.limit_hours} h now, {'none' if planned_hours is None else f'{planned_hours} h'} planned",
            fix=PLAN_AGAIN,
            code="AMP-DEPOSIT-CEILING",
        )


def unknown_deposit(quote: Quote, again: str) -> PolicyError:
    """The refusal of a deposit that nobody knows or approved; `again` is the command once that is mended."""
    return PolicyError(
        f"What {quote.provider} locks for {quote.machine} is not known",
        why=quote.why or "the plan does not say it, so nobody approved it",
        fix=f"{quote.fix}; then {again}" if quote.fix else again,
        code=quote.code or "AMP-DEPOSIT-UNKNOWN",
    )


class _Want(NamedTuple):
    machine: str
    most_usd_per_hour: Decimal
    hours: Decimal | None


def _planned(plan: Plan, machine: PlannedMachine) -> _Want:
    return _Want(machine.name, ceiling_of(plan, machine) or Decimal(0), plan.ttl_hours)


def _quotes(desk: Desk, name: str, wants: list[_Want], sites: Path | None) -> Iterator[Quote]:
    try:
        seller = capability(desk.open(name, str(sites) if sites else None), Prepays)
        if seller is None:
            return
        asked = {(want.most_usd_per_hour, want.hours) for want in wants}
        usd = {each: seller.deposit_usd(*each) for each in asked}
        limit = {each: seller.limit_hours(*each) if isinstance(seller, PaysOn) else None for each in asked}
    except AmpacityError as error:
        for want in wants:
            yield Quote(machine=want.machine, provider=name, usd=None, why=str(error), fix=error.fix, code=error.code)
        return
    for want in wants:
        key = want.most_usd_per_hour, want.hours
        yield Quote(machine=want.machine, provider=name, usd=usd[key], limit_hours=limit[key])

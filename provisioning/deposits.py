"""What sellers that are paid ahead lock when a plan is applied: said before the question is answered."""

from decimal import Decimal
from pathlib import Path

from ..core.errors import AmpacityError
from ..core.money import total
from ..planning.plan import Plan, PlannedMachine
from ..providers.base import Prepays, capability
from .desk import Desk
from .reports import Deposit
from .wanted import STAYS, ceiling_of


def deposits(desk: Desk, plan: Plan, sites: Path | None) -> tuple[Deposit, ...]:
    """What each seller that is paid ahead would lock for the machines that `plan` makes."""
    made: dict[str, list[PlannedMachine]] = {}
    for machine in plan.machines:
        if machine.action not in STAYS:
            made.setdefault(plan.offer_of(machine).provider, []).append(machine)
    found = (_deposit(desk, plan, name, made[name], sites) for name in sorted(made))
    return tuple(deposit for deposit in found if deposit is not None)


def _deposit(desk: Desk, plan: Plan, name: str, machines: list[PlannedMachine], sites: Path | None) -> Deposit | None:
    try:
        seller = capability(desk.open(name, str(sites) if sites else None), Prepays)  # type: ignore[type-abstract]
        if seller is None:
            return None
        parts = [seller.deposit_usd(ceiling_of(plan, each) or Decimal(0), plan.ttl_hours) for each in machines]
    except AmpacityError as error:
        return Deposit(provider=name, machines=len(machines), usd=None, why=str(error))
    return Deposit(provider=name, machines=len(machines), usd=total(parts))

"""What sellers that are paid ahead lock when a plan is applied: asked for the plan, and again before it is spent."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path

from ..core.errors import AmpacityError, PolicyError
from ..core.money import show_usd
from ..planning.plan import Plan, PlannedMachine
from ..planning.prepaid import Quote
from ..providers.base import Prepays, capability
from .desk import Desk
from .refusals import NEW, PLAN_AGAIN
from .wanted import ceiling_of


def deposits(desk: Desk, plan: Plan, sites: Path | None) -> tuple[Quote, ...]:
    """What would be locked for each machine that `plan` makes where its seller is paid ahead."""
    made: dict[str, list[PlannedMachine]] = {}
    for machine in plan.machines:
        if machine.action in NEW:
            made.setdefault(plan.offer_of(machine).provider, []).append(machine)
    found = {quote.machine: quote for name in sorted(made) for quote in _quotes(desk, plan, name, made[name], sites)}
    return tuple(found[machine.name] for machine in plan.machines if machine.name in found)


def refuse_deposits(plan: Plan, quotes: Iterable[Quote]) -> None:
    """Raises `PolicyError` where more would be locked than the plan says, or it is not known how much.

    Where a seller cannot say it, its own error's code tells why.
    """
    planned = {each.machine: each.deposit_usd for each in plan.prepaid}
    for quote in quotes:
        said = planned.get(quote.machine)
        if quote.usd is None or said is None:
            raise PolicyError(
                f"What {quote.provider} locks for {quote.machine} is not known",
                why=quote.why or "the plan does not say it, so nobody approved it",
                fix=f"{quote.fix}; then {PLAN_AGAIN}" if quote.fix else PLAN_AGAIN,
                code=quote.code or "AMP-DEPOSIT-UNKNOWN",
            )
        if quote.usd > said:
            raise PolicyError(
                f"{quote.provider} would lock more for {quote.machine} than the plan says",
                why=f"{show_usd(quote.usd)} now, {show_usd(said)} planned",
                fix=PLAN_AGAIN,
                code="AMP-DEPOSIT-CEILING",
            )


def _quotes(desk: Desk, plan: Plan, name: str, machines: list[PlannedMachine], sites: Path | None) -> Iterator[Quote]:
    try:
        seller = capability(desk.open(name, str(sites) if sites else None), Prepays)  # type: ignore[type-abstract]
        if seller is None:
            return
        most = [ceiling_of(plan, machine) or Decimal(0) for machine in machines]
        usd = {ceiling: seller.deposit_usd(ceiling, plan.ttl_hours) for ceiling in set(most)}
    except AmpacityError as error:
        for machine in machines:
            yield Quote(machine=machine.name, provider=name, usd=None, why=str(error), fix=error.fix, code=error.code)
        return
    for machine, ceiling in zip(machines, most, strict=True):
        yield Quote(machine=machine.name, provider=name, usd=usd[ceiling])

"""`build_plan`: from a spec, offers and what runs to the plan. Pure; the solver is passed in."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from ..core.digests import Digest
from ..providers.base import BidRule, Market, Offer, PowerLimit
from .assign import Assignment, assign
from .choose import Choice, choose
from .filter import fit, latest
from .infeasible import no_offer, no_plan
from .limits import limits
from .plan import Action, Auction, BaseState, Binding, Excluded, FileRef, Plan, Solution, Totals
from .problem import Problem, make_problem
from .running import Running, Setup, image_for, judge
from .solver import Solver
from .spec import Spec, exact
from .totals import ceiling, make_totals, running_usd_per_hour, share_of_ceiling
from .warn import warnings

LEAST_VALIDITY = timedelta(minutes=5)
"""A plan lives at least so long, so that a person can read and sign it."""


class PlanRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a plan depends on: equal requests give equal plans."""

    spec: Spec
    spec_digest: Digest
    offers: Sequence[Offer]
    limits: tuple[PowerLimit, ...]
    base: BaseState
    context: str
    tool: str
    now: datetime
    valid_for: timedelta
    ssh_public_key: str | None
    user_data: FileRef | None
    sites: str | None
    rebalance: bool = False
    """Choose anew among everything; what runs is kept where its offer is chosen again."""


class _Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided, before it is written down."""

    request: PlanRequest
    problem: Problem
    choice: Choice
    running: tuple[Running, ...]
    assignment: Assignment
    excluded: list[Excluded]

    @property
    def offers(self) -> dict[str, Offer]:
        """The chosen offers by id, in the order of their keys."""
        chosen = {machine.offer for machine in self.assignment.machines}
        return {slot.offer.id: slot.offer for slot in self.problem.slots if slot.offer.id in chosen}


def build_plan(request: PlanRequest, solver: Solver) -> Plan:
    """The cheapest plan that keeps every rule of the spec, beside what may go on running.

    Raises `InfeasibleError` with the rules that removed the offers, or with what must give.
    """
    seen = {offer.id: offer for offer in latest(request.offers)}
    fitting, excluded = fit(request.spec, request.offers, request.now)
    setup = Setup(
        ssh_public_key=request.ssh_public_key,
        user_data=request.user_data.digest if request.user_data else None,
    )
    running = judge(request.spec, request.base, seen, setup, request.now)
    problem = make_problem(request.spec, fitting, running, request.limits, rebalance=request.rebalance)
    if not problem.slots:
        raise no_offer(excluded)
    choice = choose(problem, solver)
    if choice is None:
        raise no_plan(problem, solver, excluded)
    assignment = assign(request.spec.name, problem, choice.counts, running, has_end=request.spec.end_hours is not None)
    outcome = _Outcome(
        request=request,
        problem=problem,
        choice=choice,
        running=running,
        assignment=assignment,
        excluded=excluded,
    )
    return _write(outcome, solver.name)


def _write(outcome: _Outcome, solver_name: str) -> Plan:
    request, spec, offers = outcome.request, outcome.request.spec, outcome.offers
    machines = outcome.assignment.machines
    after = running_usd_per_hour([offers[machine.offer] for machine in machines])
    totals = make_totals(
        request.base,
        machines,
        offers,
        ceiling_usd_per_hour=ceiling(after, exact(spec.budget.price_headroom), spec.budget.usd_per_hour),
        hours=exact(spec.hours),
        ttl_hours=spec.end_hours,
    )
    return Plan(
        schema_="ampacity.plan/1",
        tool=request.tool,
        name=spec.name,
        workload=spec.workload,
        context=request.context,
        spec=request.spec_digest,
        created_at=request.now,
        expires_at=_expiry(outcome),
        hours=exact(spec.hours),
        ttl_hours=spec.end_hours,
        base=request.base,
        offers=tuple(offers.values()),
        machines=machines,
        removed=outcome.assignment.removed,
        auctions=_auctions(outcome, totals),
        totals=totals,
        binding=_binding(outcome),
        excluded=tuple(outcome.excluded),
        solution=Solution(solver=solver_name, status=outcome.choice.status, gap=outcome.choice.gap),
        images=_images(outcome),
        disk_gib=spec.node.disk_gib,
        ssh_public_key=request.ssh_public_key,
        user_data=request.user_data,
        sites=request.sites,
        warnings=warnings(
            spec,
            outcome.problem,
            running=outcome.running,
            assignment=outcome.assignment,
            totals=totals,
            choice=outcome.choice,
        ),
    )


def _bought(outcome: _Outcome) -> list[tuple[str, Offer]]:
    """Names and offers of the machines that have to be made."""
    made = {Action.ADD, Action.REPLACE}
    machines = outcome.assignment.machines
    return [(machine.name, outcome.offers[machine.offer]) for machine in machines if machine.action in made]


def _expiry(outcome: _Outcome) -> datetime:
    """The end of the plan's validity, or of the first offer to be bought, but never at once."""
    now = outcome.request.now
    ends = [offer.expires_at for _, offer in _bought(outcome) if offer.expires_at is not None]
    return max(min([now + outcome.request.valid_for, *ends]), now + LEAST_VALIDITY)


def _auctions(outcome: _Outcome, totals: Totals) -> tuple[Auction, ...]:
    return tuple(
        Auction(
            machine=name,
            ceiling_usd_per_hour=share_of_ceiling(offer.usd_per_hour or Decimal(0), totals),
            rule=BidRule.CHEAPEST_ALLOWED,
        )
        for name, offer in _bought(outcome)
        if offer.indication or offer.market is Market.AUCTION
    )


def _binding(outcome: _Outcome) -> tuple[Binding, ...]:
    return tuple(
        Binding(limit=limit.name, used=_tidy(limit.used), allowed=_tidy(limit.allowed), unit=limit.unit)
        for limit in limits(outcome.problem, outcome.choice.counts)
        if limit.binding
    )


def _tidy(amount: Decimal) -> Decimal:
    return Decimal(f"{amount.normalize():f}")


def _images(outcome: _Outcome) -> dict[str, str]:
    """Images by seller, where they are not `default`."""
    sellers = sorted({offer.provider for offer in outcome.offers.values()})
    wanted = {seller: image_for(outcome.request.spec, seller) for seller in sellers}
    return {seller: image for seller, image in wanted.items() if image != "default"}

"""`build_plan`: from a spec, offers and what runs to the plan. Pure; the solver is passed in."""

from datetime import timedelta
from decimal import Decimal

import msgspec

from ..core.errors import UsageError
from ..core.money import total
from ..providers.base import Offer
from .assign import Ends, assign
from .choose import Choice, choose
from .costs import SECONDS_PER_HOUR
from .filter import fit, latest
from .infeasible import InfeasibleError, no_offer, no_plan
from .leftout import left_out
from .plan import Action, Excluded, Plan
from .problem import Problem, Spent, make_problem
from .request import Outcome, PlanRequest
from .running import Running, Setup, judge
from .slots import Horizon
from .solver import Solver
from .spec import exact
from .writing import write_plan

__all__ = ["MAX_MACHINES", "InfeasibleError", "PlanRequest", "build_plan"]

MAX_MACHINES = 5_000
"""So many fit a plan's file with room to spare, those that run included; more is several deployments."""
ADVICE_HOLDS = timedelta(hours=1)
"""For how long a budget that is advised must do, at least: so long what runs costs more before it is taken."""
_SECOND = timedelta(seconds=1)


def build_plan(request: PlanRequest, solver: Solver) -> Plan:
    """The cheapest plan that keeps every rule of the spec, beside what may go on running.

    Raises `InfeasibleError` with the rules that removed the offers, or with what must give, and
    `UsageError` AMP-PLAN-SIZE for more machines than a plan can hold.
    """
    spec = request.spec
    fitting, excluded = fit(spec, request.offers, request.now)
    field = _Field(request=request, fitting=tuple(fitting), excluded=tuple(excluded), running=_judge_running(request))
    problem = field.problem()
    outcome = _nothing_new(field, problem, solver) or _decide(field, problem, solver)
    if outcome is None:
        raise _none(field, problem, solver)
    return write_plan(outcome, solver.name)


class _Field(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to decide over."""

    request: PlanRequest
    fitting: tuple[Offer, ...]
    excluded: tuple[Excluded, ...]
    running: tuple[Running, ...]

    def problem(self, *, unchanged: bool = False) -> Problem:
        """The choice; that of `unchanged` ends holds only where it changes nothing."""
        request = self.request
        return make_problem(
            request.spec,
            self.fitting,
            self.running,
            request.limits,
            rebalance=request.rebalance,
            horizon=Horizon(now=request.now, hours=exact(request.spec.hours), unchanged=unchanged),
            spent=_spent(request),
        )


def _nothing_new(field: _Field, whole: Problem, solver: Solver) -> Outcome | None:
    """The outcome by which everything stays with its end, `None` where there is none, or the `whole` problem has it.

    What ends earlier than the hours of a new plan may fit a budget that these hours would break.
    """
    problem = field.problem(unchanged=True)
    if _ends(field.request).moved or problem == whole:
        return None
    outcome = _decide(field, problem, solver)
    if outcome is None or outcome.assignment.removed:
        return None
    return outcome if all(each.action is Action.KEEP for each in outcome.assignment.machines) else None


def _decide(field: _Field, problem: Problem, solver: Solver) -> Outcome | None:
    request = field.request
    choice = choose(problem, solver) if problem.slots else None
    if choice is None:
        return None
    _check_size(choice)
    return Outcome(
        request=request,
        problem=problem,
        choice=choice,
        running=field.running,
        assignment=assign(request.spec.name, problem, choice.counts, field.running, ends=_ends(request)),
        excluded=field.excluded,
    )


def _none(field: _Field, problem: Problem, solver: Solver) -> InfeasibleError:
    """Why there is no plan."""
    request = field.request
    sold_out = left_out(request.spec, request.offers, request.now, problem)
    if not problem.slots:
        return no_offer(field.excluded, sold_out)
    return no_plan(problem, solver, field.excluded, sold_out)


def _check_size(choice: Choice) -> None:
    machines = sum(choice.counts)
    if machines > MAX_MACHINES:
        raise UsageError(
            f"That is {machines:,} machines, and a plan has at most {MAX_MACHINES:,}",
            why="every machine is a resource that is made, watched and ended by itself",
            fix="lower gpu.count in the spec, or split it into several with a `name` each",
            code="AMP-PLAN-SIZE",
        )


def _ends(request: PlanRequest) -> Ends:
    before, wanted = request.base.ttl_hours, request.spec.end_hours
    return Ends(wanted=wanted is not None, moved=None not in {before, wanted} and before != wanted)


def _spent(request: PlanRequest) -> Spent:
    prices = (machine.price for machine in request.base.machines if machine.alive)
    return Spent(
        usd=request.base.usd_so_far or Decimal(0),
        growing_usd_per_hour=total(price for price in prices if price is not None),
        growing_hours=Decimal(max(request.valid_for, ADVICE_HOLDS) // _SECOND) / SECONDS_PER_HOUR,
    )


def _judge_running(request: PlanRequest) -> tuple[Running, ...]:
    setup = Setup(
        ssh_public_key=request.ssh_public_key,
        user_data=request.user_data.digest if request.user_data else None,
        definition=request.definition,
    )
    seen = {offer.id: offer for offer in latest(request.offers)}
    return judge(request.spec, request.base, seen, setup, request.now)

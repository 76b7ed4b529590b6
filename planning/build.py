"""`build_plan`: from a spec, offers and what runs to the plan. Pure; the solver is passed in."""

from decimal import Decimal

from ..core.errors import UsageError
from .assign import Ends, assign
from .choose import Choice, choose
from .filter import fit, latest
from .infeasible import InfeasibleError, no_offer, no_plan
from .leftout import left_out
from .plan import Plan
from .problem import make_problem
from .request import Outcome, PlanRequest
from .running import Running, Setup, judge
from .solver import Solver
from .writing import write_plan

__all__ = ["MAX_MACHINES", "InfeasibleError", "PlanRequest", "build_plan"]

MAX_MACHINES = 5_000
"""So many fit a plan's file with room to spare, those that run included; more is several deployments."""


def build_plan(request: PlanRequest, solver: Solver) -> Plan:
    """The cheapest plan that keeps every rule of the spec, beside what may go on running.

    Raises `InfeasibleError` with the rules that removed the offers, or with what must give, and
    `UsageError` AMP-PLAN-SIZE for more machines than a plan can hold.
    """
    spec = request.spec
    fitting, excluded = fit(spec, request.offers, request.now)
    running = _judge_running(request)
    spent = request.base.usd_so_far or Decimal(0)
    problem = make_problem(spec, fitting, running, request.limits, rebalance=request.rebalance, spent=spent)
    if not problem.slots:
        raise no_offer(excluded, left_out(spec, request.offers, request.now, problem))
    choice = choose(problem, solver)
    if choice is None:
        raise no_plan(problem, solver, excluded, left_out(spec, request.offers, request.now, problem))
    _check_size(choice)
    assignment = assign(spec.name, problem, choice.counts, running, ends=_ends(request))
    outcome = Outcome(
        request=request,
        problem=problem,
        choice=choice,
        running=running,
        assignment=assignment,
        excluded=tuple(excluded),
    )
    return write_plan(outcome, solver.name)


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


def _judge_running(request: PlanRequest) -> tuple[Running, ...]:
    setup = Setup(
        ssh_public_key=request.ssh_public_key,
        user_data=request.user_data.digest if request.user_data else None,
        definition=request.definition,
    )
    seen = {offer.id: offer for offer in latest(request.offers)}
    return judge(request.spec, request.base, seen, setup, request.now)

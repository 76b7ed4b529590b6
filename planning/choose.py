"""From a problem to nodes by slot: wishes in their order, the answer checked exactly."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

import msgspec

from ..core.errors import AmpacityError
from .dominance import needed, settle
from .limits import gpus_of, limits
from .model import Model, build_model
from .problem import Problem
from .solver import Answer, Row, Solver, value_of

UNPROVEN = Decimal(1)
"""The gap where nothing is known of the bound."""


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Nodes by slot, in the problem's order, and how far they are from proven best."""

    counts: tuple[int, ...]
    status: Literal["optimal", "feasible"]
    gap: Decimal


def choose(problem: Problem, solver: Solver) -> Choice | None:
    """The best choice, or `None` where there is none.

    Raises `AmpacityError` AMP-PLAN-SOLVER when the answer breaks a limit, and AMP-PLAN-TIME when
    the solver found nothing in its time.
    """
    reduced = needed(problem)
    answer = _in_order(build_model(reduced), solver)
    if answer is None:
        return None
    by_id = dict(zip((slot.id for slot in reduced.slots), answer.values, strict=False))
    counts = settle(problem, [by_id.get(slot.id, 0) for slot in problem.slots])
    check_choice(problem, counts)
    return Choice(counts=counts, status="feasible" if answer.gap else "optimal", gap=answer.gap)


def check_choice(problem: Problem, counts: Sequence[int]) -> None:
    """Every limit again, exactly and without the model. Raises `AmpacityError` AMP-PLAN-SOLVER."""
    broken = [f"{limit.name}: {limit.used} > {limit.allowed}" for limit in limits(problem, counts) if limit.broken]
    if gpus_of(problem, counts) < problem.gpus:
        broken.append(f"gpu.count: {gpus_of(problem, counts)} < {problem.gpus}")
    if min(counts, default=0) < 0 or broken:
        raise AmpacityError(
            "The solver's answer breaks a limit",
            why="; ".join(broken[:5]) or "negative nodes",
            fix="report this with the spec and the offers (ampacity offers -o json)",
            code="AMP-PLAN-SOLVER",
        )


def _in_order(model: Model, solver: Solver) -> Answer | None:
    """Each stage's best, among what is best for the stages before it."""
    best: Answer | None = None
    gap = Decimal(0)
    fixed: tuple[Row, ...] = ()
    for stage in model.stages:
        answer = solver.solve(model.linear(stage, fixed))
        if not answer.found:
            return _without(answer, best, gap if stage.name == "simple" else UNPROVEN)
        best = answer
        gap = max(gap, answer.gap) if stage.name != "simple" else gap
        fixed += (_fix(stage.name, stage.objective, answer.values),)
    return best and msgspec.structs.replace(best, gap=gap)


def _fix(name: str, objective: tuple[tuple[int, int], ...], values: tuple[int, ...]) -> Row:
    terms = tuple((at, coefficient) for at, coefficient in objective if coefficient)
    return Row(name=f"best {name}", group="order", terms=terms, most=value_of(objective, values))


def _without(answer: Answer, best: Answer | None, gap: Decimal) -> Answer | None:
    """What to do when a stage has no values: the stage before it has, or there are none at all."""
    if best is not None:
        return msgspec.structs.replace(best, gap=gap)
    if answer.status == "infeasible":
        return None
    raise AmpacityError(
        "The solver found no plan in its time",
        why="there may be one",
        fix="name fewer providers, regions or models in the spec, and plan again",
        code="AMP-PLAN-TIME",
    )

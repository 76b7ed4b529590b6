"""When there is no plan: which rule removed the offers, or which limit must give and by how much."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

import msgspec

from ..core.errors import PolicyError
from .dominance import needed
from .giving import Way, way_out
from .limits import gpus_of, limits
from .model import Model, Stage, build_model
from .plan import Excluded
from .problem import Problem
from .solver import Row, Solver, Term, Variable

GROUPS = ("budget", "spot", "providers", "power", "stock")
"""Limits that may give, in the order in which they are told."""
WAIT = "ampacity offers, which shows what is left; ampacity context show says from where and of whom that may be"


class InfeasibleError(PolicyError):
    """No plan keeps every rule of the spec. `excluded` says which rule removed how many offers."""

    default_code: ClassVar[str] = "AMP-PLAN-INFEASIBLE"

    def __init__(self, what: str, *, why: str, fix: str, excluded: tuple[Excluded, ...] = ()) -> None:
        super().__init__(what, why=why, fix=fix)
        self.excluded = excluded


def no_offer(excluded: Sequence[Excluded], left_out: Sequence[str] = ()) -> InfeasibleError:
    """The error where the rules left no offer at all. `left_out` are sellers that only have none left."""
    if not excluded:
        return InfeasibleError("There is nothing to choose from", why="no seller gave an offer", fix="ampacity offers")
    told = "; ".join(f"{one.offers} by {one.rule} ({one.example})" for one in excluded if one.example)
    most = max(excluded, key=lambda one: one.offers)
    return InfeasibleError(
        "No offer fits",
        why=f"the rules removed {told}",
        fix=WAIT if left_out else f"widen {most.rule} in the spec, which removed most, or look at ampacity offers",
        excluded=tuple(excluded),
    )


def no_plan(
    problem: Problem, solver: Solver, excluded: Sequence[Excluded], left_out: Sequence[str] = ()
) -> InfeasibleError:
    """The error where offers fit but no choice keeps every limit. Solves again, with each limit loosened."""
    reduced = needed(problem)
    ways = list(_ways(reduced, solver))
    told = "; or ".join(way.words for way in ways) or "several limits conflict"
    return InfeasibleError(
        "No plan keeps every limit",
        why="; ".join((told, *left_out)),
        fix=ways[0].fix if ways else "loosen the limits of the spec",
        excluded=tuple(excluded),
    )


def _ways(problem: Problem, solver: Solver) -> Iterator[Way]:
    """Each single limit that could give, else all that must give together; then the GPUs within reach."""
    model = _open(problem)
    alone = [way for group in GROUPS if (way := _loosened(problem, model, solver, {group}))]
    if alone:
        yield from alone
    elif together := _loosened(problem, model, solver, set(GROUPS)):
        yield together
    fewer = solver.solve(_elastic(model, {"gpus"}).linear(_slack_stage(model, {"gpus"})))
    if fewer.found and (gpus := gpus_of(problem, fewer.values[: len(problem.slots)])):
        most = min(gpus, problem.gpus)
        yield Way(f"gpu.count could be at most {most}", f"in the spec: gpu.count: {most}")


def _open(problem: Problem) -> Model:
    """The model with stock as rows, so that it can be loosened like every other limit."""
    slots = tuple(slot if slot.machines else msgspec.structs.replace(slot, room=None) for slot in problem.slots)
    model = build_model(msgspec.structs.replace(problem, slots=slots))
    stock = tuple(
        Row(name=slot.offer.key, group="stock", terms=((at, 1),), most=slot.stays + slot.room)
        for at, slot in enumerate(problem.slots)
        if slot.room is not None and not slot.machines
    )
    return msgspec.structs.replace(model, rows=model.rows + stock)


def _loosened(problem: Problem, model: Model, solver: Solver, groups: set[str]) -> Way | None:
    """What must give in `groups`; `None` if loosening them does not help."""
    if not any(row.group in groups for row in model.rows):
        return None
    answer = solver.solve(_elastic(model, groups).linear(_slack_stage(model, groups)))
    if not answer.found:
        return None
    counts = answer.values[: len(problem.slots)]
    broken = [limit for limit in limits(problem, counts) if limit.broken]
    return way_out(problem, counts, broken) if broken else None


def _elastic(model: Model, groups: set[str]) -> Model:
    """`model` where each row of `groups` may be broken, by a variable of its own."""
    variables, rows = list(model.variables), []
    for row in model.rows:
        if row.group not in groups:
            rows.append(row)
            continue
        variables.append(Variable(name=f"slack of {row.name}", upper=_reach(model, row)))
        rows.append(_loosen(row, len(variables) - 1))
    return msgspec.structs.replace(model, variables=tuple(variables), rows=tuple(rows))


def _loosen(row: Row, slack: int) -> Row:
    """`row` with `slack` filling up to its least, or else carrying what is above its most."""
    fills = row.least is not None
    terms = (*row.terms, (slack, 1 if fills else -1))
    return msgspec.structs.replace(row, terms=terms, most=None if fills else row.most)


def _reach(model: Model, row: Row) -> int:
    """More slack than `row` can ever need."""
    most = sum(coefficient * model.variables[at].upper for at, coefficient in row.terms if coefficient > 0)
    return most + abs(row.most or 0) + abs(row.least or 0)


def _slack_stage(model: Model, groups: set[str]) -> Stage:
    """As little slack as can be, each row's against its own size."""
    loosened = [row for row in model.rows if row.group in groups]
    many = len({row.group for row in loosened}) > 1
    first = len(model.variables)
    terms: list[Term] = [(first + at, _weight(row) if many else 1) for at, row in enumerate(loosened)]
    return Stage(name="slack", objective=tuple(terms))


def _weight(row: Row) -> int:
    return max(1, 10**6 // max(1, abs(row.most or 0)))

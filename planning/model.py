"""The choice as a linear integer model, in whole numbers.

Money is counted in micro-dollars and power in milliwatts. Where a figure has more places, what is
used rounds up and what is allowed rounds down: the model may refuse by a hair, never overspend.
"""

from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import msgspec

from .problem import Problem
from .slots import Slot
from .solver import LinearModel, Row, Term, Variable

MICRO = 1_000_000


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """One wish in the order of wishes."""

    name: str
    objective: tuple[Term, ...]


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """The model without an objective, and the objectives in their order.

    The first variables are nodes by slot, in the problem's order.
    """

    variables: tuple[Variable, ...]
    rows: tuple[Row, ...]
    stages: tuple[Stage, ...]

    def linear(self, stage: Stage, fixed: tuple[Row, ...] = ()) -> LinearModel:
        """The model for one stage, with what earlier stages fixed."""
        return LinearModel(variables=self.variables, rows=self.rows + fixed, objective=stage.objective)


def build_model(problem: Problem) -> Model:
    """The model of `problem`."""
    draft = _Draft(problem)
    draft.rows += _limit_rows(problem)
    providers = _add_providers(draft)
    stages = [*_stay_stages(draft), _price_stage(problem), _simple_stage(problem, providers)]
    return Model(variables=tuple(draft.variables), rows=tuple(draft.rows), stages=tuple(stages))


def price_units(slot: Slot) -> int:
    """The slot's price in micro-dollars per hour, rounded up."""
    return units_up(slot.usd_per_hour)


def units_up(amount: Decimal) -> int:
    """`amount` in millionths, rounded up."""
    return int((amount * MICRO).to_integral_value(ROUND_CEILING))


def units_down(amount: Decimal) -> int:
    """`amount` in millionths, rounded down."""
    return int((amount * MICRO).to_integral_value(ROUND_FLOOR))


class _Draft:
    """Variables and rows as they come."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.rows: list[Row] = []
        self.variables = [Variable(name=slot.offer.key, upper=problem.most_nodes(slot)) for slot in problem.slots]

    def add(self, name: str, upper: int) -> int:
        self.variables.append(Variable(name=name, upper=upper))
        return len(self.variables) - 1


def _limit_rows(problem: Problem) -> Iterator[Row]:
    slots = problem.slots
    gpus = tuple((at, slot.gpus) for at, slot in enumerate(slots))
    yield Row(name="gpu.count", group="gpus", terms=gpus, least=problem.gpus, most=problem.most_gpus)
    for budget in problem.budgets:
        prices = tuple((at, units_up(budget.usd_per_hour_of(slot))) for at, slot in enumerate(slots))
        yield Row(name=budget.key, group="budget", terms=prices, most=units_down(budget.usd_per_hour))
    yield from _spot_rows(problem)
    for feed in problem.feeds:
        kw = tuple((at, units_up(slot.draws(feed.name))) for at, slot in enumerate(slots) if slot.draws(feed.name))
        yield Row(name=feed.name, group="power", terms=kw, most=units_down(feed.allowed_kw))


def _spot_rows(problem: Problem) -> Iterator[Row]:
    """`spot <= share x all`, multiplied by the share's denominator."""
    share, of = problem.spot_share.as_integer_ratio()
    if share == of or not any(slot.spot for slot in problem.slots):
        return
    terms = tuple((at, (of * slot.spot - share) * slot.gpus) for at, slot in enumerate(problem.slots))
    yield Row(name="market.max_spot_share", group="spot", terms=terms, most=0)


def _add_providers(draft: _Draft) -> list[int]:
    """One switch a seller, which is on where anything is bought there."""
    problem = draft.problem
    if len(problem.providers) < 2:
        return []
    switches = []
    for provider in problem.providers:
        switch = draft.add(f"uses {provider}", 1)
        nodes = tuple((at, 1) for at, slot in enumerate(problem.slots) if slot.offer.provider == provider)
        most = min(problem.most_gpus, sum(draft.variables[at].upper for at, _ in nodes))
        draft.rows.append(Row(name=provider, group="switch", terms=(*nodes, (switch, -most)), most=0))
        switches.append(switch)
    if problem.max_providers is not None:
        terms = tuple((switch, 1) for switch in switches)
        draft.rows.append(
            Row(name="placement.max_providers", group="providers", terms=terms, most=problem.max_providers)
        )
    return switches


def _stay_stages(draft: _Draft) -> Iterator[Stage]:
    """First as much of the need as can be by machines that go on, then by such as go on untouched."""
    slots = draft.problem.slots
    if not draft.problem.stay_first or not any(slot.stays for slot in slots):
        return
    yield _short_stage(draft, "new", [slot.stays for slot in slots])
    if any(slot.renew for slot in slots):
        yield _short_stage(draft, "renewed", [slot.keep for slot in slots])


def _short_stage(draft: _Draft, name: str, going: list[int]) -> Stage:
    """Least of the need that is not met by the `going` machines of each slot."""
    met = []
    for at, (slot, machines) in enumerate(zip(draft.problem.slots, going, strict=True)):
        if machines:
            used = draft.add(f"not {name}: {slot.offer.key}", machines)
            draft.rows.append(Row(name=f"not {name} {at}", group="stay", terms=((used, 1), (at, -1)), most=0))
            met.append((used, slot.gpus))
    short = draft.add(name, draft.problem.gpus)
    draft.rows.append(Row(name=name, group="stay", terms=(*met, (short, 1)), least=draft.problem.gpus))
    return Stage(name=name, objective=((short, 1),))


def _price_stage(problem: Problem) -> Stage:
    return Stage(name="price", objective=tuple((at, price_units(slot)) for at, slot in enumerate(problem.slots)))


def _simple_stage(problem: Problem, switches: list[int]) -> Stage:
    """Of equal prices the one with the fewest nodes, and of those the one with the fewest sellers."""
    nodes = tuple((at, len(switches) + 1) for at in range(len(problem.slots)))
    return Stage(name="simple", objective=(*nodes, *((switch, 1) for switch in switches)))

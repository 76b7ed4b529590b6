"""Every limit with what a choice uses of it, in exact figures.

One list serves three readers: the check of a solver's answer, the plan's binding limits, and the
words about what must give when there is no answer.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

import msgspec

from ..core.money import total
from .problem import NOTHING_SPENT, Budgeted, Problem, Spent
from .slots import Slot


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """A limit and its use. `node` is the least that one more node would take of it."""

    name: str
    group: str
    used: Decimal
    allowed: Decimal
    unit: str
    node: Decimal
    source: str = ""
    """The file that sets it, where the spec does not."""
    held_kw: Mapping[str, Decimal] = msgspec.field(default_factory=dict)
    """What other deployments take of it, by their names: `allowed` is without it."""
    spent: Spent = NOTHING_SPENT
    """The part of `used` that grows by itself."""

    @property
    def broken(self) -> bool:
        """Whether more is used than allowed."""
        return self.used > self.allowed

    @property
    def binding(self) -> bool:
        """Whether it has no room for one node more."""
        return self.allowed - self.used < self.node


Counts = Sequence[int]
"""Nodes by slot, in the problem's order."""


def limits(problem: Problem, counts: Counts) -> Iterator[Limit]:
    """Every limit of `problem` but the number of GPUs, with its use by `counts`."""
    yield from _budgets(problem, counts)
    yield from _spot(problem, counts)
    yield from _providers(problem, counts)
    yield from _power(problem, counts)
    yield from _stock(problem, counts)


def gpus_of(problem: Problem, counts: Counts) -> int:
    """GPUs that `counts` has."""
    return sum(slot.gpus * nodes for slot, nodes in zip(problem.slots, counts, strict=True))


def _budgets(problem: Problem, counts: Counts) -> Iterator[Limit]:
    cheapest = _least(slot.usd_per_hour for slot in problem.slots)
    for budget in problem.budgets:
        yield Limit(
            name=budget.key,
            group="budget",
            used=budget.spent.usd + _usd_of(budget, problem, counts),
            allowed=budget.usd,
            unit=budget.unit,
            node=cheapest * budget.hours,
            spent=budget.spent,
        )


def _usd_of(budget: Budgeted, problem: Problem, counts: Counts) -> Decimal:
    return total(budget.usd_of(slot) * nodes for slot, nodes in zip(problem.slots, counts, strict=True))


def _spot(problem: Problem, counts: Counts) -> Iterator[Limit]:
    sizes = [slot.gpus for slot in problem.slots if slot.spot]
    if not sizes or problem.spot_share >= 1:
        return
    spot = sum(slot.gpus * nodes for slot, nodes in zip(problem.slots, counts, strict=True) if slot.spot)
    yield Limit(
        name="market.max_spot_share",
        group="spot",
        used=Decimal(spot),
        allowed=problem.spot_share * gpus_of(problem, counts),
        unit="GPUs",
        node=Decimal(min(sizes)),
    )


def _providers(problem: Problem, counts: Counts) -> Iterator[Limit]:
    if problem.max_providers is None or problem.max_providers >= len(problem.providers):
        return
    used = {slot.offer.provider for slot, nodes in zip(problem.slots, counts, strict=True) if nodes}
    yield Limit(
        name="placement.max_providers",
        group="providers",
        used=Decimal(len(used)),
        allowed=Decimal(problem.max_providers),
        unit="sellers",
        node=Decimal(1),
    )


def _power(problem: Problem, counts: Counts) -> Iterator[Limit]:
    for feed in problem.feeds:
        draws = [slot.draws(feed.name) for slot in problem.slots]
        yield Limit(
            name=f"power of {feed.name}",
            group="power",
            used=total(kw * nodes for kw, nodes in zip(draws, counts, strict=True)),
            allowed=feed.allowed_kw,
            unit="kW",
            node=_least(kw for kw in draws if kw),
            source=feed.source,
            held_kw=feed.held_kw,
        )


def _stock(problem: Problem, counts: Counts) -> Iterator[Limit]:
    for slot, nodes in zip(problem.slots, counts, strict=True):
        if slot.room is not None and nodes > slot.stays:
            yield Limit(
                name=f"stock of {_name(slot)}",
                group="stock",
                used=Decimal(nodes - slot.stays),
                allowed=Decimal(slot.room),
                unit="nodes",
                node=Decimal(1),
            )


def _name(slot: Slot) -> str:
    offer = slot.offer
    return f"{offer.provider} {offer.sku} {offer.zone or offer.region} {offer.market}"


def _least(amounts: Iterable[Decimal]) -> Decimal:
    return min(amounts, default=Decimal(0))

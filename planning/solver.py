"""A small linear integer model, and what may solve it.

All figures are whole numbers, so that any answer can be checked exactly, whoever gave it.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Literal, Protocol

import msgspec

Term = tuple[int, int]
"""A variable's place and its coefficient."""


class Variable(msgspec.Struct, frozen=True, kw_only=True):
    """A whole number from 0 to `upper`."""

    name: str
    upper: int


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """`least <= sum of terms <= most`. Rows of one `group` are one limit in a person's eyes."""

    name: str
    group: str
    terms: tuple[Term, ...]
    least: int | None = None
    most: int | None = None


class LinearModel(msgspec.Struct, frozen=True, kw_only=True):
    """Minimise `objective` subject to `rows`."""

    variables: tuple[Variable, ...]
    rows: tuple[Row, ...]
    objective: tuple[Term, ...]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a solver says. `gap` is the relative distance to the proven bound, 0 for `optimal`.

    `unknown` is the end of the time allowed without any solution.
    """

    status: Literal["optimal", "feasible", "infeasible", "unknown"]
    values: tuple[int, ...] = ()
    gap: Decimal = Decimal(0)

    @property
    def found(self) -> bool:
        """Whether there are values."""
        return self.status in {"optimal", "feasible"}


class Solver(Protocol):
    """Solves. The same model gets the same answer, unless time runs out."""

    @property
    def name(self) -> str:
        """Name and version, for the plan."""
        ...

    def solve(self, model: LinearModel) -> Answer:
        """The best answer that was found."""
        ...


def value_of(terms: Iterable[Term], values: Sequence[int]) -> int:
    """The sum of `terms` at `values`."""
    return sum(coefficient * values[at] for at, coefficient in terms)


def broken_rows(model: LinearModel, values: Sequence[int]) -> list[str]:
    """The names of the rows and variables whose limits `values` do not keep, exactly."""
    names = [
        variable.name
        for variable, value in zip(model.variables, values, strict=True)
        if not 0 <= value <= variable.upper
    ]
    return names + [row.name for row in model.rows if not _keeps(row, value_of(row.terms, values))]


def _keeps(row: Row, activity: int) -> bool:
    return (row.least is None or activity >= row.least) and (row.most is None or activity <= row.most)

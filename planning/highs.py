"""HiGHS behind the solver's protocol. Import this module only where a plan is made: it loads numpy.

One thread and a fixed seed make it repeatable. It is quiet on standard output (measured over 240
models), which a command that prints JSON depends on.
"""

import math
from decimal import Decimal
from typing import Any

import highspy
import msgspec
import numpy as np

from ..core.errors import AmpacityError
from .solver import Answer, LinearModel, Row, Term, broken_rows

ABSOLUTE_GAP = 0.9
"""Objectives are whole numbers: a bound less than 1 away is proof."""
NEARLY_WHOLE = 1e-9
"""Rows hold millionths: by HiGHS's own 1e-6 a bound of one millionth is none, and presolve calls models infeasible."""
_GAP_PLACES = Decimal("0.000001")


class Highs(msgspec.Struct, frozen=True, kw_only=True):
    """HiGHS with a limit on its time. HiGHS may overrun it on very large models."""

    seconds: float = 20.0

    @property
    def name(self) -> str:
        """`HiGHS 1.15.1`."""
        return f"HiGHS {_version()}"

    def solve(self, model: LinearModel) -> Answer:
        """The best answer, its values whole and checked against the model's rows."""
        highs = self._open()
        highs.passModel(_to_lp(model))
        highs.run()
        status = highs.getModelStatus()
        if status in {highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible}:
            return Answer(status="infeasible")
        if highs.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return Answer(status="unknown")
        values = tuple(round(value) for value in highs.getSolution().col_value)
        _check(model, values)
        if status == highspy.HighsModelStatus.kOptimal:
            return Answer(status="optimal", values=values)
        return Answer(status="feasible", values=values, gap=_gap(highs.getInfo().mip_gap))

    def _open(self) -> Any:
        highs = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in (
            ("output_flag", False),
            ("threads", 1),
            ("random_seed", 0),
            ("time_limit", self.seconds),
            ("mip_rel_gap", 0.0),
            ("mip_abs_gap", ABSOLUTE_GAP),
            ("mip_feasibility_tolerance", NEARLY_WHOLE),
        ):
            highs.setOptionValue(option, value)
        return highs


def _to_lp(model: LinearModel) -> Any:
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(model.variables), len(model.rows)
    lp.col_cost_ = _costs(model)
    lp.col_lower_ = np.zeros(len(model.variables))
    lp.col_upper_ = np.array([variable.upper for variable in model.variables], dtype=float)
    lp.integrality_ = [highspy.HighsVarType.kInteger] * len(model.variables)
    rows = [_reduce(row) for row in model.rows]
    lp.row_lower_ = np.array([-highspy.kHighsInf if row.least is None else row.least for row in rows], dtype=float)
    lp.row_upper_ = np.array([highspy.kHighsInf if row.most is None else row.most for row in rows], dtype=float)
    _fill(lp.a_matrix_, rows)
    return lp


def _costs(model: LinearModel) -> Any:
    divisor = _divisor(model.objective)
    costs = np.zeros(len(model.variables))
    for at, coefficient in model.objective:
        costs[at] += coefficient // divisor
    return costs


def _fill(matrix: Any, rows: list[Row]) -> None:
    terms = [term for row in rows for term in row.terms]
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.start_ = np.cumsum([0] + [len(row.terms) for row in rows])
    matrix.index_ = np.array([at for at, _ in terms], dtype=np.int32)
    matrix.value_ = np.array([coefficient for _, coefficient in terms], dtype=float)


def _reduce(row: Row) -> Row:
    """`row` by its greatest common divisor: the same whole solutions, figures that floats bear well."""
    divisor = _divisor(row.terms)
    return msgspec.structs.replace(
        row,
        terms=tuple((at, coefficient // divisor) for at, coefficient in row.terms),
        least=None if row.least is None else -(-row.least // divisor),
        most=None if row.most is None else row.most // divisor,
    )


def _divisor(terms: tuple[Term, ...]) -> int:
    return math.gcd(*(coefficient for _, coefficient in terms)) or 1


def _gap(gap: float) -> Decimal:
    return Decimal(gap).quantize(_GAP_PLACES) if math.isfinite(gap) else Decimal(1)


def _check(model: LinearModel, values: tuple[int, ...]) -> None:
    if broken := broken_rows(model, values):
        raise AmpacityError(
            "The solver's answer breaks its own model",
            why=", ".join(broken[:5]),
            fix="report this with the spec and the offers (ampacity offers -o json)",
            code="AMP-PLAN-SOLVER",
        )


def _version() -> str:
    return str(highspy.Highs().version())  # type: ignore[no-untyped-call]

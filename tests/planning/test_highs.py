"""HiGHS behind the protocol gives exact whole answers, the same ones as counting everything out."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ampacity.core.errors import AmpacityError
from ampacity.planning import highs
from ampacity.planning.highs import Highs
from ampacity.planning.solver import LinearModel, Row, Variable, broken_rows, value_of

COEFFICIENTS = st.integers(-5, 5) | st.integers(1, 99_999_999)


@st.composite
def models(draw: st.DrawFn) -> LinearModel:
    many = draw(st.integers(1, 4))
    variables = tuple(Variable(name=f"v{at}", upper=draw(st.integers(0, 3))) for at in range(many))
    rows = tuple(
        Row(
            name=f"r{at}",
            group="any",
            terms=tuple((place, draw(COEFFICIENTS)) for place in range(many)),
            least=draw(st.none() | st.integers(-10, 10)),
            most=draw(st.none() | st.integers(-10, 200_000_000)),
        )
        for at in range(draw(st.integers(0, 3)))
    )
    objective = tuple((at, draw(st.integers(0, 99_999_999))) for at in range(many))
    return LinearModel(variables=variables, rows=rows, objective=objective)


def least_by_counting(model: LinearModel) -> int | None:
    every = product(*(range(variable.upper + 1) for variable in model.variables))
    return min((value_of(model.objective, one) for one in every if not broken_rows(model, one)), default=None)


@settings(max_examples=200, deadline=None)
@given(models())
def test_it_finds_what_counting_everything_out_finds(model: LinearModel) -> None:
    answer = Highs().solve(model)
    least = least_by_counting(model)
    if least is None:
        assert answer.status == "infeasible"
    else:
        assert answer.status == "optimal"
        assert answer.gap == 0
        assert value_of(model.objective, answer.values) == least


def test_a_need_of_a_millionth_of_a_coefficient_is_no_contradiction() -> None:
    model = LinearModel(
        variables=(Variable(name="whole", upper=2), Variable(name="none", upper=0)),
        rows=(Row(name="need", group="need", terms=((0, 1_000_000), (1, 1)), least=1, most=1_000_000),),
        objective=((0, 1),),
    )
    assert Highs().solve(model).values == (1, 0)


def knapsack(many: int) -> LinearModel:
    """Equal ratios and an odd need: no bound proves anything early."""
    return LinearModel(
        variables=tuple(Variable(name=str(at), upper=1) for at in range(many)),
        rows=(
            Row(name="need", group="need", terms=tuple((at, 2 * (at + 7)) for at in range(many)), least=2 * many + 1),
        ),
        objective=tuple((at, 2 * (at + 7)) for at in range(many)),
    )


def test_without_time_it_says_that_it_knows_nothing() -> None:
    answer = Highs(seconds=0.0).solve(knapsack(40))
    assert answer.status in {"unknown", "feasible"}
    assert not answer.found or answer.gap > 0


def test_nothing_reaches_standard_output(capfd: pytest.CaptureFixture[str]) -> None:
    Highs().solve(knapsack(12))
    assert capfd.readouterr() == ("", "")


def test_the_same_model_gets_the_same_answer_each_time() -> None:
    model = LinearModel(
        variables=tuple(Variable(name=str(at), upper=4) for at in range(12)),
        rows=(Row(name="need", group="need", terms=tuple((at, 1) for at in range(12)), least=17),),
        objective=tuple((at, 5) for at in range(12)),
    )
    assert len({Highs().solve(model).values for _ in range(5)}) == 1


def test_an_answer_that_breaks_the_model_is_never_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    loose = highs._reduce

    def without_need(row: Row) -> Row:
        return loose(Row(name=row.name, group=row.group, terms=row.terms))

    monkeypatch.setattr(highs, "_reduce", without_need)
    with pytest.raises(AmpacityError) as caught:
        Highs().solve(knapsack(5))
    assert caught.value.code == "AMP-PLAN-SOLVER"
    assert "need" in caught.value.why

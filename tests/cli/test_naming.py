"""Which deployment is meant is never a guess where nobody reads the question."""

from types import SimpleNamespace
from typing import Any

import pytest

from ampacity.cli.naming import chosen_name
from ampacity.core.errors import MissingError, UsageError


def control(*names: str) -> Any:
    return SimpleNamespace(names=lambda: list(names))


def test_the_only_deployment_may_be_left_unnamed_where_a_person_is_asked() -> None:
    assert chosen_name(control("train"), None) == "train"


def test_yes_chooses_nothing_not_even_the_only_deployment() -> None:
    with pytest.raises(UsageError) as refused:
        chosen_name(control("train"), None, yes=True)
    assert refused.value.code == "AMP-NAME"
    assert refused.value.why == "--yes confirms and never chooses; there is: train"
    assert refused.value.fix == "add its NAME"


def test_a_deployment_that_is_named_is_taken_with_yes() -> None:
    assert chosen_name(control("train", "eval"), "eval", yes=True) == "eval"


def test_of_two_one_has_to_be_named_anyway() -> None:
    with pytest.raises(UsageError, match="Which deployment"):
        chosen_name(control("train", "eval"), None)


def test_a_mistyped_name_leads_to_those_that_there_are_the_nearest_first() -> None:
    with pytest.raises(MissingError) as refused:
        chosen_name(control("alpha", "eval", "train"), "trian")
    assert refused.value.code == "AMP-DEPLOYMENT-UNKNOWN"
    assert refused.value.why == "this context has: train, alpha, eval"
    assert refused.value.fix == "ampacity status, which lists them, or ampacity context list where it may be in another"


def test_where_there_is_none_a_name_may_be_of_another_context() -> None:
    with pytest.raises(MissingError) as refused:
        chosen_name(control(), "train")
    assert refused.value.why == "this context has: none"
    assert refused.value.fix.startswith("ampacity context list, where it may be in another; ")


def test_where_there_is_none_that_is_said_first() -> None:
    with pytest.raises(MissingError, match="There is no deployment yet"):
        chosen_name(control(), None, yes=True)

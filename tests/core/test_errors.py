"""Every error says what, why and what to do, and ends the program with a status that pipelines know."""

import pytest

from ampacity.core import errors
from ampacity.core.errors import AmpacityError


def test_the_exit_statuses_are_pulumis() -> None:
    kinds: list[type[AmpacityError]] = [AmpacityError, *AmpacityError.__subclasses__()]
    ours = [kind for kind in kinds if kind.__module__ == errors.__name__]
    assert {kind.__name__: int(kind.exit) for kind in ours} == {
        "AmpacityError": 1,
        "UsageError": 2,
        "AuthError": 3,
        "ResourceError": 4,
        "PolicyError": 5,
        "MissingError": 6,
        "UnexpectedChangeError": 7,
        "CancelledError": 8,
        "TimedOutError": 9,
    }


def test_an_error_without_a_code_of_its_own_has_its_kinds() -> None:
    assert errors.PolicyError("No").code == "AMP-POLICY"
    assert errors.PolicyError("No", code="AMP-PLAN-STALE").code == "AMP-PLAN-STALE"


@pytest.mark.parametrize(("why", "text"), [("", "It failed"), ("the disk is full", "It failed: the disk is full")])
def test_its_text_is_what_and_why(why: str, text: str) -> None:
    assert str(AmpacityError("It failed", why=why)) == text

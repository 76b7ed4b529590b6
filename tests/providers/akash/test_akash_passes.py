"""One signature opens a gateway for minutes, and not for longer."""

from datetime import UTC, datetime, timedelta

import pytest

from ampacity.providers.akash.chain.jwt import GOOD_FOR
from ampacity.providers.akash.console.tokens import GOOD_FOR_SECONDS
from ampacity.providers.akash.passes import KEPT_FOR, Pass
from ampacity.providers.base import Failure, ProviderError

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def test_a_token_is_made_once_and_anew_before_it_runs_out() -> None:
    clock, made = Clock(), list[datetime]()

    def make(now: datetime) -> str:
        made.append(now)
        return f"token of {now:%H:%M}"

    token = Pass(make, clock)
    assert [token(), token()] == ["token of 12:00"] * 2
    clock.now = NOON + KEPT_FOR - timedelta(seconds=1)
    assert token() == "token of 12:00"
    clock.now = NOON + KEPT_FOR
    assert token() == "token of 12:05"
    assert made == [NOON, NOON + KEPT_FOR]


def test_a_signer_that_refused_is_asked_again_and_what_it_said_is_told() -> None:
    answers = iter([None, "token"])

    def make(_now: datetime) -> str:
        answer = next(answers)
        if answer is None:
            raise ProviderError("akash", Failure.AUTH, "refused")
        return answer

    token = Pass(make, Clock())
    with pytest.raises(ProviderError):
        token()
    assert token() == "token"


def test_a_kept_token_is_good_for_minutes_after_it_is_given() -> None:
    assert min(GOOD_FOR, timedelta(seconds=GOOD_FOR_SECONDS)) - KEPT_FOR >= timedelta(minutes=5)

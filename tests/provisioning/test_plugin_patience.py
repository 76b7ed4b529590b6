"""A poll asks often at first, less often the longer it waits, and ends when it is told to.

A retry waits for who is busy, and not for long for who cannot be reached.
"""

import threading

import pytest

from ampacity.providers.base import Failure, ProviderError
from ampacity.provisioning.plugin import patience


class Clock:
    """Time that passes only by waiting."""

    def __init__(self) -> None:
        self.now = 0.0
        self.asked: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def wait(self, pause: float) -> bool:
        self.now += pause
        return False

    def look_until(self, ready: float) -> bool | None:
        self.asked.append(self.now)
        return True if self.now >= ready else None


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(patience, "time", made)
    return made


def poll(clock: Clock, *, ready: float, seconds: float) -> bool | None:
    stop = threading.Event()
    stop.wait = clock.wait  # type: ignore[method-assign,assignment]
    return patience.poll(lambda: clock.look_until(ready), seconds=seconds, stop=stop)


@pytest.mark.parametrize(("ready", "latest"), [(2.05, 2.26), (7.0, 7.71), (60.0, 61.0)])
def test_what_comes_is_seen_at_most_a_tenth_or_a_second_late(clock: Clock, ready: float, latest: float) -> None:
    assert poll(clock, ready=ready, seconds=900)
    assert ready <= clock.asked[-1] <= latest


def test_a_minute_of_waiting_costs_few_questions(clock: Clock) -> None:
    assert poll(clock, ready=60.0, seconds=900)
    assert len(clock.asked) < 90


def test_it_asks_once_more_when_time_is_up_and_then_gives_up(clock: Clock) -> None:
    assert poll(clock, ready=5.0, seconds=1.1) is None
    assert clock.asked[-1] == pytest.approx(1.1)


def test_it_asks_once_even_without_time(clock: Clock) -> None:
    assert poll(clock, ready=0.0, seconds=0.0)


def test_it_gives_up_when_told_to_stop() -> None:
    stop = threading.Event()
    stop.set()
    assert patience.poll(lambda: None, seconds=60, stop=stop) is None


def fail(clock: Clock, kind: Failure) -> None:
    stop = threading.Event()
    stop.wait = clock.wait  # type: ignore[method-assign,assignment]

    def call() -> None:
        clock.asked.append(clock.now)
        raise ProviderError("toy", kind, "not now")

    with pytest.raises(ProviderError, match="not now"):
        patience.retry(call, stop=stop)


@pytest.mark.parametrize(("kind", "least", "most"), [(Failure.UNREACHABLE, 3.0, 8.0), (Failure.THROTTLED, 45.0, 60.0)])
def test_who_cannot_be_reached_is_given_up_sooner_than_who_is_busy(
    clock: Clock, kind: Failure, least: float, most: float
) -> None:
    fail(clock, kind)
    assert len(clock.asked) > 2
    assert least <= clock.now <= most


def test_what_cannot_succeed_later_is_not_tried_again(clock: Clock) -> None:
    fail(clock, Failure.AUTH)
    assert clock.asked == [0.0]

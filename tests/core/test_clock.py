"""Time is aware, in UTC, and written in one way."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampacity.core.clock import parse_rfc3339, rfc3339, show_age, system_clock


def test_the_clock_is_aware_in_utc_and_whole_seconds() -> None:
    now = system_clock()
    assert (now.tzinfo, now.microsecond) == (UTC, 0)


def test_another_zone_is_written_in_utc() -> None:
    moment = datetime(2026, 11, 21, 6, 5, 6, tzinfo=timezone(timedelta(hours=2)))
    assert rfc3339(moment) == "2026-11-21T04:05:06Z"


@given(st.datetimes(timezones=st.just(UTC)))
def test_what_is_written_is_read_back(moment: datetime) -> None:
    assert parse_rfc3339(rfc3339(moment)) == moment


def test_a_time_without_a_zone_is_neither_written_nor_read() -> None:
    with pytest.raises(ValueError, match="zone"):
        rfc3339(datetime(2026, 11, 21))  # noqa: DTZ001 - the naive time is the point
    with pytest.raises(ValueError, match="zone"):
        parse_rfc3339("2026-11-21T04:05:06")


@pytest.mark.parametrize(
    ("age", "shown"),
    [
        (timedelta(seconds=-5), "0 s"),
        (timedelta(seconds=59), "59 s"),
        (timedelta(seconds=60), "1 min"),
        (timedelta(minutes=119), "1 h"),
        (timedelta(hours=47), "1 d"),
    ],
)
def test_an_age_is_one_unit_rounded_down(age: timedelta, shown: str) -> None:
    assert show_age(age) == shown

"""Time is aware UTC; the clock is passed in, so that pure code can be shown any moment."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Now, aware, in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def rfc3339(moment: datetime) -> str:
    """`2026-11-21T04:05:06Z`; raises `ValueError` for a naive time."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone has no RFC 3339 form")
    text = moment.astimezone(UTC).isoformat()
    return text.replace("+00:00", "Z")


def parse_rfc3339(text: str) -> datetime:
    """Inverse of `rfc3339`; raises `ValueError` for anything without a zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return moment.astimezone(UTC)


def show_age(age: timedelta) -> str:
    """`3 s`, `5 min`, `2 h`, `4 d`: one unit, rounded down."""
    seconds = max(0, int(age.total_seconds()))
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"

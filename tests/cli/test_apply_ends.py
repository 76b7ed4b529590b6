"""The last line of `apply` and `recover`: when what stands ends, and what does not end by itself."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ampacity.cli.apply_ends import standing_ends
from ampacity.cli.apply_view import report_apply
from ampacity.cli.options import Format
from ampacity.provisioning.reports import ApplyReport, MachineOutcome, Outcome

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=8)


def at(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


def made(number: int, **fields: Any) -> MachineOutcome:
    """One that is up and ends itself in 8 h, if nothing else is said."""
    whole: dict[str, Any] = {"outcome": Outcome.OK, "exists": True, "ends_at": at(8), "self_ending": True}
    return MachineOutcome(name=f"a-{number}", provider="toy", region="r", sku="s", **(whole | fields))


def told(*machines: MachineOutcome, ends_at: datetime | None = LATER, **fields: Any) -> str:
    return standing_ends(ApplyReport(name="a", machines=machines, ends_at=ends_at, **fields))


def test_one_end_for_all_is_said_once() -> None:
    assert told(made(1), made(2)) == "2026-11-21T20:00:00Z"
    assert told(made(1), made(2, ends_at=at(8) - timedelta(minutes=5))) == "2026-11-21T20:00:00Z"  # as good as one


def test_several_ends_are_told_from_the_first_to_the_last() -> None:
    kept = made(3, ends_at=at(9))
    assert told(made(1, ends_at=at(2)), made(2), kept=(kept,)) == (
        "the first 2026-11-21T14:00:00Z, the last 2026-11-21T21:00:00Z"
    )


def test_what_does_not_end_by_itself_is_named_as_status_does() -> None:
    racks = [made(number, self_ending=False) for number in (2, 3)]
    assert told(made(1), *racks) == "2026-11-21T20:00:00Z; a-2..3 end only by `ampacity destroy a`"
    paid = made(2, self_ending=False, paid_until=at(3))
    assert told(paid) == (
        "2026-11-21T20:00:00Z; a-2 ends only by `ampacity destroy a`, or when what is paid ahead is spent "
        "(about 2026-11-21T15:00:00Z)"
    )
    later = made(3, self_ending=False, paid_until=at(5))
    assert told(paid, later).endswith("is spent (the first about 2026-11-21T15:00:00Z)")
    limited = made(2, self_ending=False, paid_until=at(9), limit_hours=Decimal(9))
    assert told(limited).endswith(
        "`ampacity destroy a`, or by its seller, which pays on until then (about 2026-11-21T21:00:00Z)"
    )
    assert "is spent or by its seller, which pays on until then (the first about" in told(limited, later)


def test_what_is_past_its_end_is_overdue_and_destroy_is_next(capsys: pytest.CaptureFixture[str]) -> None:
    paid = made(2, self_ending=False, ends_at=at(0), paid_until=at(3), usd_per_hour=Decimal(1))
    late: dict[str, Any] = {"ends_at": NOON, "asked_at": at(0.1)}
    assert told(paid, **late).startswith(
        "OVERDUE since 2026-11-21T12:00:00Z; a-2 ends only by `ampacity destroy a`, or"
    )
    report = ApplyReport(name="a", machines=(paid,), **late)
    assert report_apply(report, Format.TABLE) == 0
    shown = capsys.readouterr()
    assert "$1.00 per hour. OVERDUE since 2026-11-21T12:00:00Z; " in " ".join(shown.out.split())
    assert "next:  ampacity destroy a" in shown.err
    assert ApplyReport(name="a", machines=(), **late).overdue_since is None
    assert ApplyReport(name="a", machines=(made(1),), ends_at=LATER, asked_at=at(7)).overdue_since is None


@pytest.mark.parametrize("outcome", [Outcome.ABSENT, Outcome.FAILED])
def test_where_nothing_stands_nothing_ends(outcome: Outcome) -> None:
    assert told(made(1, outcome=outcome, exists=False)) == ""


def test_what_could_not_be_asked_may_stand_and_what_was_never_made_has_no_end() -> None:
    assert told(made(1, outcome=Outcome.UNKNOWN, exists=False)) == "2026-11-21T20:00:00Z"
    failed = made(2, outcome=Outcome.FAILED, exists=False, ends_at=at(1), self_ending=False)
    assert told(made(1), failed) == "2026-11-21T20:00:00Z"


def test_without_an_end_that_was_asked_for_the_first_that_comes_all_the_same_is_told() -> None:
    limited = made(1, ends_at=at(24))
    paid, endless = made(2, ends_at=None, paid_until=at(8)), made(3, ends_at=None)
    by_itself = "by its seller or as what is paid ahead is spent, though no end is asked"
    assert told(limited, ends_at=None) == f"2026-11-22T12:00:00Z, {by_itself}"
    assert told(limited, paid, ends_at=None) == f"the first 2026-11-21T20:00:00Z, {by_itself}"
    assert told(endless, ends_at=None) == "never: it bills until destroy"
    assert told(limited, endless, ends_at=None) == (
        f"a-3 never: bills until destroy; the first 2026-11-22T12:00:00Z, {by_itself}"
    )

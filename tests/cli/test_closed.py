"""`ampacity status` of what was destroyed: per machine its hours, its cost and whether that is the last word."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ampacity.cli.closed import closed_line, show_closed
from ampacity.cli.options import Format
from ampacity.core.errors import ResourceError
from ampacity.provisioning.reports import EndedDeployment, FormerMachine

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def machine(number: int, **fields: Any) -> FormerMachine:
    """One that ran for 90 minutes at $20 and of which its seller gave its last word."""
    whole: dict[str, Any] = {
        "provider": "toy",
        "id": f"i-{number}",
        "usd_per_hour": Decimal(20),
        "since": NOON,
        "until": NOON + timedelta(minutes=90),
        "usd": Decimal(30),
        "settled": True,
    }
    return FormerMachine(name=f"a-{number}", **(whole | fields))


def closed(*machines: FormerMachine, name: str = "a") -> EndedDeployment:
    return EndedDeployment(
        name=name, deployment="d" * 32, created_at=NOON, ended_at=NOON + timedelta(hours=2), machines=machines
    )


class Told:
    """A `Control` that knows of ended deployments."""

    def __init__(self, *found: EndedDeployment, error: ResourceError | None = None) -> None:
        self.found, self.error = found, error

    def ended(self) -> tuple[EndedDeployment, ...]:
        if self.error:
            raise self.error
        return self.found


def test_each_machine_has_its_hours_its_cost_and_the_state_of_its_bill(capsys: pytest.CaptureFixture[str]) -> None:
    guessed = machine(2, settled=False, usd=Decimal("30.5"))
    show_closed([closed(machine(1, refunded_usd=Decimal(4)), guessed)], Format.TABLE)
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["a-1", "toy", "i-1", "1.50", "$20.00", "$30.00", "final"]
    assert lines[2].split()[-2:] == ["$30.50", "estimated"]
    assert " ".join(lines[3:]) == (
        "a is destroyed since 2026-11-21T14:00:00Z. 2 machines cost $60.50, estimated for 1 of them by price and time "
        "as their sellers gave no last word; $4.00 that was paid ahead came back."
    )


def test_what_is_billed_to_the_end_is_no_estimate_and_what_is_not_known_is_at_least(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_closed([closed(machine(1)), closed(machine(1))], Format.TABLE)
    told = capsys.readouterr().out
    assert "1 machine cost $30.00, as billed." in told
    assert "1 deployment of that name before it: $30.00; -o json has each." in told
    show_closed([closed(machine(1), machine(2, usd=None, since=None, settled=False))], Format.TABLE)
    told = capsys.readouterr().out
    assert "2 machines cost at least $30.00" in told
    assert "?" in told


def test_a_script_gets_sums_and_earlier_ones_too(capsys: pytest.CaptureFixture[str]) -> None:
    show_closed([closed(machine(1)), closed(machine(1), machine(2))], Format.JSON)
    data = json.loads(capsys.readouterr().out)["data"]
    assert (data["usd"], data["estimated"], data["machines"][0]["hours"]) == ("30", 0, "1.50")
    assert [each["usd"] for each in data["earlier"]] == ["60"]


def test_over_all_deployments_those_that_ended_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    control: Any = Told(closed(machine(1)), closed(machine(1), name="b"), closed(machine(1)))
    assert closed_line(control) == "3 ended deployments, $90.00 (a, b): ampacity status NAME shows one"
    alone: Any = Told(closed(machine(1)))
    assert closed_line(alone) == "1 ended deployment, $30.00 (a): ampacity status a shows it"
    none: Any = Told()
    assert closed_line(none) is None
    broken: Any = Told(error=ResourceError("The record of a cannot be read"))
    assert closed_line(broken) is None
    assert "The record of a cannot be read" in capsys.readouterr().err

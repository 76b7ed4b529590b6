"""What `destroy` says in the end: what went, what is left, and what it cost."""

from decimal import Decimal
from typing import Any

import pytest

from ampacity.cli.destroy import _tell
from ampacity.provisioning.reports import DestroyReport


def told(capsys: pytest.CaptureFixture[str], **fields: Any) -> str:
    _tell([DestroyReport(name="train", removed=("train-1",), **fields)])
    return capsys.readouterr().out


def test_what_ended_whole_cost_a_sum(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, usd_so_far=Decimal("0.05")) == "train: 1 machine removed; it cost $0.05.\n"


@pytest.mark.parametrize(("usd", "said"), [("0.05", "$0.05"), ("0", "nothing")])
def test_while_machines_are_left_it_is_what_it_cost_so_far(
    capsys: pytest.CaptureFixture[str], usd: str, said: str
) -> None:
    left = ("train-2 is still there", "train-3 is still there")
    assert told(capsys, usd_so_far=Decimal(usd), left=left, left_usd_per_hour=Decimal("6.58")) == (
        f"train: 1 machine removed, 2 STILL THERE at $6.58 per hour; it cost {said} so far.\n"
    )


def test_where_something_may_be_left_the_sum_is_so_far_too(capsys: pytest.CaptureFixture[str]) -> None:
    said = told(capsys, usd_so_far=Decimal("0.05"), about=True, problems=("aws could not be asked",))
    assert said == "train: 1 machine removed; it cost about $0.05 so far.\n"

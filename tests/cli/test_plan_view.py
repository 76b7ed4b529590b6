"""What the views of a plan and of what came of it say in words: sums with what was spent, one and many."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from ampacity.cli.apply_view import _foot
from ampacity.cli.destroy import _question
from ampacity.cli.plan_view import _with_so_far
from ampacity.core.digests import digest_bytes
from ampacity.planning.plan import BaseState
from ampacity.providers.base import Gpu, Market
from ampacity.provisioning.reports import ApplyReport, MachineOutcome, MachineStatus, Outcome

BASE = BaseState(deployment="d" * 32, digest=digest_bytes(b"base"))


@pytest.mark.parametrize(
    ("base", "said"),
    [
        (msgspec.structs.replace(BASE, usd_so_far=Decimal("414.88")), "; $514.88 with the $414.88 so far"),
        (msgspec.structs.replace(BASE, usd_so_far=Decimal(0)), ""),
        (BASE, "; what it cost so far is unknown"),
        (msgspec.structs.replace(BASE, deployment=None), ""),
    ],
)
def test_what_is_expected_is_told_with_what_was_spent_already(base: BaseState, said: str) -> None:
    plan: Any = SimpleNamespace(base=base, totals=SimpleNamespace(expected_usd=Decimal(100)))
    assert _with_so_far(plan) == said


@pytest.mark.parametrize(("number", "said"), [(1, "1 of 1 machine is up"), (2, "2 of 2 machines are up")])
def test_one_machine_is_up_and_two_are(number: int, said: str) -> None:
    made = [
        MachineOutcome(name=f"a-{at}", provider="toy", region="r", sku="s", outcome=Outcome.OK, exists=True)
        for at in range(number)
    ]
    assert _foot(ApplyReport(name="a", machines=tuple(made))).startswith(f"{said}, ")


@pytest.mark.parametrize(("number", "said"), [(1, "remove 1 machine,"), (2, "remove 2 machines,")])
def test_one_machine_is_removed_or_two_machines(number: int, said: str) -> None:
    gpu = Gpu(model="H100", count=8, memory_gib=80)
    machine = MachineStatus(
        name="a-1",
        provider="toy",
        region="r",
        sku="s",
        market=Market.ON_DEMAND,
        gpu=gpu,
        state="running",
        id="1",
    )
    target: Any = SimpleNamespace(name="a", machines=(machine,) * number, usd_per_hour=None, usd_so_far=None)
    assert said in _question(target)

"""What the views of a plan and of what came of it say in words: sums with what was spent, one and many."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from ampacity.cli.apply_view import _foot
from ampacity.cli.destroy import _question
from ampacity.cli.plan_view import _binding
from ampacity.cli.terms import with_so_far, worst_case
from ampacity.core.digests import digest_bytes
from ampacity.planning.plan import BaseState, Binding
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
    plan: Any = SimpleNamespace(base=base)
    assert with_so_far(plan, Decimal(100)) == said


@pytest.mark.parametrize(
    ("usd", "lasting", "base", "said"),
    [
        (Decimal("0.02406"), 0, {"deployment": None}, "$0.03"),
        (Decimal("6120.96"), 4, {"deployment": None}, "$6,120.96 if destroyed in time"),
        (Decimal(90), 1, {"usd_so_far": Decimal("2.87")}, "$90.00 if destroyed in time; $92.87 with the $2.87 so far"),
        (None, 0, {}, None),
    ],
)
def test_a_worst_case_is_rounded_up_and_says_on_what_it_rests(
    usd: Decimal | None, lasting: int, base: dict[str, Any], said: str | None
) -> None:
    totals = SimpleNamespace(worst_case_usd=usd, bill_until_destroyed=lasting)
    plan: Any = SimpleNamespace(base=msgspec.structs.replace(BASE, **base), totals=totals)
    assert worst_case(plan) == said


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


@pytest.mark.parametrize(
    ("used", "allowed", "said"),
    [
        ("30.6", "34.502", "30.6 of 34.502 kW"),
        ("0", "9.2", "9.2 kW left, too little for one node"),
        ("0", "0", "none left"),
    ],
)
def test_a_limit_of_which_nothing_is_used_says_why_it_binds(used: str, allowed: str, said: str) -> None:
    limit = Binding(limit="power of ohio", used=Decimal(used), allowed=Decimal(allowed), unit="kW")
    assert _binding(limit) == said

"""A plan grows with its machines and has a limit, within which its file can always be read back."""

from collections.abc import Callable

import pytest

from ampacity.core.errors import Exit, UsageError
from ampacity.planning.build import MAX_MACHINES
from ampacity.planning.plan import BaseState, Plan, RunningMachine
from ampacity.planning.planfile import MAX_BYTES, decode_plan, encode_plan
from ampacity.planning.spec import Spec
from ampacity.providers.base import Offer

Offers = Callable[..., Offer]
Specs = Callable[..., Spec]
Plans = Callable[..., Plan]


def single(spec: Specs, gpus: int) -> Spec:
    return spec(gpu={"models": ["H100"], "count": gpus})


def test_a_plan_of_more_machines_than_it_can_hold_is_refused(spec: Specs, offer: Offers, plan_for: Plans) -> None:
    with pytest.raises(UsageError) as refused:
        plan_for(single(spec, MAX_MACHINES + 1), [offer(gpus=1)])
    assert refused.value.code == "AMP-PLAN-SIZE"
    assert refused.value.exit is Exit.USAGE
    assert "5,001 machines" in refused.value.what


def test_the_largest_plan_can_be_read_back_though_all_its_machines_run(
    spec: Specs,
    offer: Offers,
    plan_for: Plans,
    running: Callable[..., RunningMachine],
    base_of: Callable[..., BaseState],
) -> None:
    long = offer("a-type-with-a-name-as-long-as-they-come", gpus=1, source="a source with a name that is as long")
    base = base_of(*(running(f"train-{number}", long) for number in range(1, MAX_MACHINES + 1)))
    data = encode_plan(plan_for(single(spec, MAX_MACHINES), [long], base=base))
    assert len(data) < MAX_BYTES
    assert len(decode_plan(data, name="train.plan.json").machines) == MAX_MACHINES

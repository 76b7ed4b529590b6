"""A recovery keeps to what was approved: at dearer prices nothing is bought and nothing that runs is given up."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from ampacity.core.errors import PolicyError
from ampacity.planning.plan import Action, Plan
from ampacity.providers.base import Offer, PricePart
from ampacity.provisioning.control import Control

pytestmark = [pytest.mark.engine, pytest.mark.slow]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("desk", "recover"):
        monkeypatch.setattr(f"ampacity.provisioning.{module}.SETTLE_SECONDS", 0.5)


@pytest.fixture
def dearer(offer: Offer) -> dict[str, Offer]:
    """A tenth above: the plans here allow a twentieth."""
    part = PricePart(name="compute", usd_per_hour=Decimal("26.312"))
    return {offer.key: msgspec.structs.replace(offer, price=(part,))}


def replacing(plan: Plan) -> Plan:
    machines = tuple(msgspec.structs.replace(each, action=Action.REPLACE) for each in plan.machines)
    return msgspec.structs.replace(plan, machines=machines, images={"toy": "another"})


def test_what_is_missing_is_not_bought_above_the_approved_ceiling(
    control: Control, hands: Any, cloud: Any, dearer: dict[str, Offer]
) -> None:
    cloud.fault("refuse", 2)
    hands.apply("node-0", "node-1", "node-2")
    before = cloud.living()
    ahead = control.outlook("train", gate=None)
    assert (len(ahead.made), ahead.ceiling_usd_per_hour) == (2, Decimal("75.3480"))  # 3 x 23.92 x 1.05
    with pytest.raises(PolicyError) as refusal:
        control.recover("train", live=dearer, gate=None)
    # 23.92 that runs and twice 26.312
    assert (refusal.value.code, refusal.value.why) == (
        "AMP-PRICE-CEILING",
        "$76.5440 per hour with what stays, $75.3480 allowed",
    )
    assert cloud.living() == before
    assert not control.recover("train", live=hands.live, gate=None).partial


def test_a_machine_that_is_to_be_replaced_still_runs_when_the_new_one_is_too_dear(
    control: Control, hands: Any, cloud: Any, dearer: dict[str, Offer], monkeypatch: pytest.MonkeyPatch
) -> None:
    hands.apply("node-0")
    before = cloud.living()
    with monkeypatch.context() as killed:
        killed.setattr("ampacity.provisioning.apply.finish", _die)
        with pytest.raises(RuntimeError, match="killed"):
            hands.carry_out(replacing(hands.plan("node-0")))

    assert control.status("train").outdated == ("node-0",)
    drift = control.drift("train")
    assert [each.what for each in drift.differences] == ["not replaced yet"]
    assert drift.fix == "ampacity recover train"

    assert [machine.name for machine in control.outlook("train", gate=None).replaced] == ["node-0"]
    for live, code in ((dearer, "AMP-PRICE-CEILING"), ({}, "AMP-PRICE-UNKNOWN")):
        with pytest.raises(PolicyError) as refusal:
            control.recover("train", live=live, gate=None)
        assert refusal.value.code == code
    assert cloud.living() == before
    assert not control.recover("train", live=hands.live, gate=None).partial
    assert cloud.living().keys() != before.keys()


def _die(*_: Any) -> None:
    raise RuntimeError("killed")

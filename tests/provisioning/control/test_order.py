"""What runs is given up only once what takes its place is there."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from ampacity.core.digests import Digest
from ampacity.providers.base import PowerDraw
from ampacity.provisioning.control import Control
from ampacity.provisioning.machines import MachineInputs, MachineRecord
from ampacity.provisioning.order import Order, order_of_change
from ampacity.provisioning.reports import Outcome

Build = Callable[..., MachineInputs]
OTHER = Digest("sha256:" + "9" * 64)


def there(inputs: MachineInputs, state: str = "running") -> MachineRecord:
    return MachineRecord(urn=f"urn::{inputs.name}", id=f"toy-{inputs.name}", inputs=inputs, outputs={"state": state})


def on_feeds(inputs: MachineInputs, *feeds: str) -> MachineInputs:
    power = PowerDraw(feeds=feeds, node_kw=Decimal(6))
    return msgspec.structs.replace(inputs, offer=msgspec.structs.replace(inputs.offer, power=power))


def names(machines: tuple[MachineInputs, ...] | None) -> list[str] | None:
    return None if machines is None else [machine.name for machine in machines]


def test_an_addition_or_a_removal_alone_is_one_run(machine: Build) -> None:
    added = order_of_change([machine("node-0"), machine("node-1")], [there(machine("node-0"))])
    assert (added.arriving, added.held, added.room) == (frozenset({"node-1"}), (), None)
    assert order_of_change([machine("node-0")], [there(machine("node-0")), there(machine("node-1"))]) == Order()


def test_what_leaves_is_held_until_what_comes_is_there(machine: Build) -> None:
    order = order_of_change([machine("new")], [there(machine("old"))])
    assert (order.arriving, names(order.held), order.room) == (frozenset({"new"}), ["old"], None)


def test_a_replaced_and_an_unready_machine_must_come_up_too(machine: Build) -> None:
    known = [there(machine("same")), there(machine("other")), there(machine("slow"), "pending"), there(machine("old"))]
    order = order_of_change([machine("same"), machine("other", replace=OTHER), machine("slow")], known)
    assert order.arriving == {"other", "slow"}
    assert names(order.held) == ["old"]


@pytest.mark.parametrize("state", ["failed", "gone", "pending"])
def test_only_what_runs_is_worth_holding(machine: Build, state: str) -> None:
    assert order_of_change([machine("new")], [there(machine("old"), state)]).held == ()


def test_what_stands_in_the_way_of_power_goes_first_and_nothing_else(machine: Build) -> None:
    rack, elsewhere = on_feeds(machine("rack"), "r1", "site"), on_feeds(machine("elsewhere"), "r9")
    kept, changed = machine("kept"), machine("changed")
    known = [there(each) for each in (rack, elsewhere, kept, changed)]
    wanted = [on_feeds(machine("new"), "r2", "site"), kept, msgspec.structs.replace(changed, replace=OTHER)]
    order = order_of_change(wanted, known)
    assert names(order.held) == ["elsewhere"]
    assert names(order.room) == ["kept", "changed", "elsewhere"]
    assert order.room is not None
    assert order.room[1] == changed, "it is not replaced while room is made"


def test_what_is_wanted_and_cannot_be_asked_for_holds_too(machine: Build) -> None:
    order = order_of_change([], [there(machine("old"))], withheld=["new"])
    assert (order.arriving, names(order.held)) == (frozenset({"new"}), ["old"])


@pytest.mark.engine
@pytest.mark.slow
def test_machines_stay_while_those_to_take_their_place_cannot_be_had_and_recover_ends_it_the_same_way(
    control: Control, hands: Any, cloud: Any
) -> None:
    hands.apply("old-0", "old-1")
    old = set(cloud.living())
    cloud.fault("refuse", 2)
    report = hands.apply("new-0", "new-1", "new-2")
    assert old <= set(cloud.living())
    assert report.removed == ()
    assert [machine.name for machine in report.kept] == ["old-0", "old-1"]
    assert report.existing == len(cloud.living()) == 3
    assert report.partial
    assert report.problems == ()
    assert report.notes == (
        "2 machines that the plan removes were kept, because 2 of those meant to take their place could not be had",
    )

    cloud.fault("refuse", 1)
    again = control.recover("train", live=hands.live, gate=None)
    assert old <= set(cloud.living())
    assert [machine.outcome for machine in again.machines].count(Outcome.FAILED) == 1

    last = control.recover("train", live=hands.live, gate=None)
    assert not last.partial
    assert last.removed == ("old-0", "old-1")
    assert [machine.name for machine in control.status("train").machines] == ["new-0", "new-1", "new-2"]
    assert len(cloud.living()) == 3


@pytest.mark.engine
@pytest.mark.slow
def test_a_full_rack_is_emptied_before_it_is_filled(hands: Any, offer: Any, cloud: Any) -> None:
    racked = msgspec.structs.replace(offer, power=PowerDraw(feeds=("r1",), node_kw=Decimal(6)))
    hands.live = {racked.key: racked}

    def planned(*wanted: str) -> Any:
        plan = hands.plan(*wanted, offers=(racked,))
        machines = tuple(msgspec.structs.replace(each, offer=racked.id) for each in plan.machines)
        return msgspec.structs.replace(plan, machines=machines)

    hands.carry_out(planned("old-0"))
    (old,) = cloud.living()
    cloud.option("nodes", 1)
    report = hands.carry_out(planned("new-0"))
    assert not report.partial
    assert report.removed == ("old-0",)
    assert old not in cloud.living()

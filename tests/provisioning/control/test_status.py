"""How a deployment stands: money worked out by hand, ends, and what is not known."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from ampacity.core.digests import Digest
from ampacity.core.errors import ResourceError
from ampacity.providers.base import Labels, Machine, MachineRef, MachineState, Market, Token
from ampacity.provisioning.baseline import base_state
from ampacity.provisioning.drift import differences, unseen
from ampacity.provisioning.machines import MachineInputs, MachineRecord
from ampacity.provisioning.observe import Sighting, natural
from ampacity.provisioning.records import DeploymentRecord
from ampacity.provisioning.reports import Drift, DriftKind, DriftReport, sum_known
from ampacity.provisioning.status import cost, deployment_status, machine_status, ssh_line
from ampacity.provisioning.unfinished import Unfinished, unfinished

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
Seen = Callable[..., Sighting]


@pytest.fixture
def seen(machine: Callable[..., MachineInputs]) -> Seen:
    """A machine that state and seller agree on; the seller's fields can be given."""

    def build(name: str = "node-0", *, made: str = "toy-1", **fields: Any) -> Sighting:
        plain = Machine(
            provider="toy",
            ref=MachineRef(id=made, region="toy-1"),
            state=MachineState.RUNNING,
            sku="toy-8",
            market=Market.ON_DEMAND,
            address="192.0.2.1",
            ssh_user="toy",
            usd_per_hour=Decimal("23.92"),
            created_at=NOW - timedelta(minutes=90),
        )
        outputs: dict[str, object] = {
            "state": "running",
            "address": "192.0.2.1",
            "usd_per_hour": "23.92",
            "token": "a" * 32,
        }
        record = MachineRecord(urn=f"urn::{name}", id=made, inputs=machine(name), outputs=outputs)
        return Sighting(record=record, machine=msgspec.structs.replace(plain, **fields))

    return build


@pytest.fixture
def record() -> DeploymentRecord:
    return DeploymentRecord(
        uid="d" * 32,
        name="train",
        context="test",
        created_at=NOW,
        ends_at=NOW + timedelta(hours=1),
        hours=Decimal(1),
        sites=None,
        user_data=None,
    )


def without(sighting: Sighting, problem: ResourceError | None = None) -> Sighting:
    return Sighting(record=sighting.record, problem=problem)


@pytest.mark.parametrize(
    ("usd", "seconds", "expected"),
    [("3", 3600, "3"), ("23.92", 5400, "35.88"), ("1", 1, "0.000278"), ("3", -5, "0")],
)
def test_what_it_cost_is_price_times_time_by_the_second(usd: str, seconds: int, expected: str) -> None:
    assert cost(Decimal(usd), NOW, NOW + timedelta(seconds=seconds)) == Decimal(expected)


def test_what_is_not_known_costs_unknown_and_not_nothing(seen: Seen) -> None:
    assert cost(None, NOW, NOW) is None
    assert cost(Decimal(1), None, NOW) is None
    assert sum_known([Decimal(1), None]) is None
    assert sum_known([]) == 0


def test_two_machines_for_ninety_minutes(record: DeploymentRecord, seen: Seen) -> None:
    status = deployment_status(record, [seen("node-0"), seen("node-1", made="toy-2")], NOW)
    assert status.usd_per_hour == Decimal("47.84")
    assert status.usd_so_far == Decimal("71.76")
    assert not status.overdue
    assert not status.bills_until_destroy


def test_a_seller_that_cannot_be_asked_leaves_the_state_unknown_and_never_gone(seen: Seen) -> None:
    status = machine_status(without(seen(), ResourceError("toy is down")), NOW)
    assert (status.state, status.address, status.problems) == ("unknown", "192.0.2.1", ("toy is down",))
    assert status.usd_per_hour == Decimal("23.92")


def test_a_machine_that_its_seller_does_not_have_is_gone_and_bills_no_more(
    record: DeploymentRecord, seen: Seen
) -> None:
    status = deployment_status(record, [without(seen())], NOW)
    assert (status.machines[0].state, status.machines[0].ssh) == ("gone", None)
    assert status.usd_per_hour == 0
    assert status.usd_so_far is None


@pytest.mark.parametrize(("price", "spent"), [("0", "12.5"), ("0", "0"), ("23.92", "35.9")])
def test_what_it_cost_is_what_its_sellers_books_say_where_it_keeps_such(seen: Seen, price: str, spent: str) -> None:
    status = machine_status(seen(usd_per_hour=Decimal(price), spent_usd=Decimal(spent)), NOW)
    assert status.usd_so_far == Decimal(spent)


@pytest.mark.parametrize(("price", "costs"), [("0", "12.5"), ("20", "30")])
def test_of_one_that_cannot_be_asked_it_is_no_less_than_the_books_said_last(seen: Seen, price: str, costs: str) -> None:
    there = seen()
    last = {"spent_usd": "12.5", "usd_per_hour": price, "created_at": "2026-11-21T10:30:00Z"}
    record = msgspec.structs.replace(there.record, outputs={**there.record.outputs, **last})
    unasked = Sighting(record=record, problem=ResourceError("down"))
    assert machine_status(unasked, NOW).usd_so_far == Decimal(costs)


def test_where_services_answer_is_told(seen: Seen) -> None:
    assert machine_status(seen(urls=("http://shop.example",)), NOW).urls == ("http://shop.example",)


def test_a_machine_past_its_end_is_overdue_unless_it_is_gone(record: DeploymentRecord, seen: Seen) -> None:
    late = seen(ends_at=NOW, self_ending=True)
    assert machine_status(late, NOW).overdue
    assert not machine_status(late, NOW - timedelta(seconds=1)).overdue
    later = record.ends_at
    assert later is not None
    assert deployment_status(record, [seen()], later).overdue
    assert not deployment_status(record, [without(seen())], later).overdue


def test_a_deployment_without_an_end_bills_until_destroy(record: DeploymentRecord, seen: Seen) -> None:
    endless = msgspec.structs.replace(record, ends_at=None)
    assert deployment_status(endless, [seen()], NOW).bills_until_destroy
    assert not deployment_status(endless, [], NOW).bills_until_destroy


def test_the_ssh_line_opens_the_machine() -> None:
    assert ssh_line("192.0.2.1", "ubuntu", 22) == "ssh ubuntu@192.0.2.1"
    assert ssh_line("192.0.2.1", "root", 2222) == "ssh -p 2222 root@192.0.2.1"
    assert ssh_line(None, "root", 22) is None
    assert ssh_line("192.0.2.1", None, 22) is None


def test_names_are_listed_as_people_count() -> None:
    assert sorted(["node-10", "node-2", "node-1", "a"], key=natural) == ["a", "node-1", "node-2", "node-10"]


def test_a_machine_that_only_cannot_be_seen_is_no_drift_and_nothing_is_bought_for_it(seen: Seen) -> None:
    hidden = seen(state=MachineState.FAILED, address=None, ssh_user=None, usd_per_hour=None, unseen="HTTP status 503")
    assert differences([hidden], []) == ()
    assert unseen([seen(), hidden]) == ("node-0 cannot be seen, and bills on: HTTP status 503",)
    told = machine_status(hidden, NOW)
    assert (told.state, told.address, told.usd_per_hour) == ("unseen", "192.0.2.1", Decimal("23.92"))


def test_one_that_never_ran_is_what_its_seller_says_of_it(seen: Seen) -> None:
    ran = seen(state=MachineState.PENDING, unseen="HTTP status 503")
    record = msgspec.structs.replace(ran.record, outputs={**ran.record.outputs, "state": "pending"})
    never = msgspec.structs.replace(ran, record=record)
    assert machine_status(never, NOW).state == "pending"
    assert unseen([never]) == ()


def test_agreement_is_no_drift(seen: Seen) -> None:
    assert differences([seen()], []) == ()


@pytest.mark.parametrize(
    ("change", "what", "after"),
    [
        ({"state": MachineState.STOPPING}, "state", "stopping"),
        ({"address": "192.0.2.9"}, "address", "192.0.2.9"),
        ({"usd_per_hour": Decimal("24.5")}, "price", "$24.5000"),
        ({"sku": "toy-9"}, "sku", "toy-9"),
    ],
)
def test_every_changed_fact_is_drift(seen: Seen, change: dict[str, Any], what: str, after: str) -> None:
    (found,) = differences([seen(**change)], [])
    assert (found.kind, found.what, found.after) == (DriftKind.CHANGED, what, after)


@pytest.mark.parametrize(("usd", "drifts"), [("24.3", False), ("23.5", False), ("24.5", True), ("0", True)])
def test_an_auctioned_price_moves_by_how_long_blocks_take_without_being_drift(
    seen: Seen, usd: str, drifts: bool
) -> None:
    sold = seen(usd_per_hour=Decimal(usd))  # 23.92 was remembered; two hundredths of it are 0.4784
    offer = msgspec.structs.replace(sold.record.inputs.offer, market=Market.AUCTION)
    inputs = msgspec.structs.replace(sold.record.inputs, offer=offer)
    auctioned = msgspec.structs.replace(sold, record=msgspec.structs.replace(sold.record, inputs=inputs))
    assert bool(differences([auctioned], [])) is drifts
    assert differences([sold], [])


def test_missing_and_extra_machines_are_drift_and_unasked_ones_are_not(seen: Seen) -> None:
    extra = seen("node-9", made="toy-9").machine
    assert extra is not None
    unasked = without(seen("node-1"), ResourceError("down"))
    found = differences([without(seen("node-0")), unasked], [extra])
    assert [(drift.kind, drift.after) for drift in found] == [
        (DriftKind.MISSING, "gone at its seller"),
        (DriftKind.EXTRA, "toy-9"),
    ]
    assert DriftReport(name="train", differences=found[1:]).fix == "ampacity recover train", "which ends it"


def test_what_the_last_plan_wants_and_nobody_made_is_told(
    record: DeploymentRecord, seen: Seen, machine: Callable[..., MachineInputs]
) -> None:
    half_done = msgspec.structs.replace(record, wanted=(machine("node-0"), machine("node-1"), machine("node-2")))
    there = [seen("node-0"), without(seen("node-1"), ResourceError("down"))]
    assert deployment_status(half_done, there, NOW).missing == ("node-2",)
    rest = unfinished(half_done, there)
    (found,) = differences([seen("node-0")], [], rest)
    assert (found.machine, found.kind, found.what) == ("node-2", DriftKind.MISSING, "never made")
    assert DriftReport(name="train", differences=(found,)).fix == "ampacity recover train"
    lost = differences([without(seen("node-0"))], [], rest)
    assert len(lost) == 2
    assert DriftReport(name="train", differences=lost).fix == "ampacity recover train"
    assert DriftReport(name="train", differences=lost, anew="ampacity plan SPEC").fix == "ampacity plan SPEC"


def test_a_machine_that_failed_is_made_anew_by_recover_whatever_else_of_it_differs() -> None:
    def drift(machine: str, what: str, after: str) -> Drift:
        return Drift(machine=machine, provider="toy", kind=DriftKind.CHANGED, what=what, after=after)

    failed = (drift("node-0", "state", "failed"), drift("node-0", "address", "none"))
    assert DriftReport(name="train", differences=failed).fix == "ampacity recover train"
    moved = (*failed, drift("node-1", "address", "192.0.2.9"))
    assert DriftReport(name="train", differences=moved).fix.startswith("ampacity plan SPEC")


def test_a_replacement_or_a_removal_that_was_never_begun_is_told_and_led_to_recover(
    record: DeploymentRecord, seen: Seen, machine: Callable[..., MachineInputs]
) -> None:
    other = Digest("sha256:" + "9" * 64)
    half_done = msgspec.structs.replace(record, wanted=(machine("node-0"), machine("node-1", replace=other)))
    there = [seen("node-0"), seen("node-1"), seen("node-2")]
    status = deployment_status(half_done, there, NOW)
    assert (status.missing, status.outdated, status.leaving) == ((), ("node-1",), ("node-2",))
    found = differences(there, [], unfinished(half_done, there))
    assert [(drift.machine, drift.what) for drift in found] == [
        ("node-1", "not replaced yet"),
        ("node-2", "not removed yet"),
    ]
    assert DriftReport(name="train", differences=found).fix == "ampacity recover train"
    lost = [seen("node-0"), without(seen("node-1")), seen("node-2")]
    told = differences(lost, [], unfinished(half_done, lost))
    assert [drift.machine for drift in told] == ["node-1", "node-2"], "one that is gone is told once"


def test_what_a_destroy_left_is_drift_and_leads_to_destroy_and_not_to_recover(
    record: DeploymentRecord, seen: Seen, machine: Callable[..., MachineInputs]
) -> None:
    wanted = (machine("node-0"), machine("node-1"))
    leaving = msgspec.structs.replace(record, wanted=wanted, destroying_since=NOW)
    status = deployment_status(leaving, [seen("node-0")], NOW)
    assert (status.missing, status.destroying_since) == ((), NOW)
    assert differences([seen("node-0")], [], unfinished(leaving, [seen("node-0")])) == ()
    report = DriftReport(name="train", differences=(), destroying_since=NOW)
    assert (report.found, report.fix) == (True, "ampacity destroy train")


def test_a_machine_that_runs_outside_the_state_is_extra_and_not_missing(
    seen: Seen, machine: Callable[..., MachineInputs]
) -> None:
    plan, token = machine().plan, Token("a" * 32)
    labels = Labels(deployment="d" * 32, deployment_name="train", machine="node-2", plan=plan, token=token)
    extra = seen("node-2", made="toy-9", labels=labels).machine
    assert extra is not None
    rest = Unfinished(missing=(machine("node-2"),))
    assert [drift.kind for drift in differences([], [extra], rest)] == [DriftKind.EXTRA]


def test_the_base_moves_with_ids_and_who_is_gone_and_not_with_order_or_address(seen: Seen) -> None:
    one, two = seen("node-0"), seen("node-1", made="toy-2")
    digest = base_state("d" * 32, [one, two]).digest
    assert base_state("d" * 32, [two, one]).digest == digest
    assert base_state("d" * 32, [seen("node-0", address="192.0.2.7"), two]).digest == digest
    assert base_state("d" * 32, [seen("node-0", made="toy-7"), two]).digest != digest
    assert base_state("d" * 32, [without(one), two]).digest != digest
    assert base_state("e" * 32, [one, two]).digest != digest


def test_there_is_no_base_while_a_seller_cannot_be_asked(seen: Seen) -> None:
    with pytest.raises(ResourceError) as refusal:
        base_state("d" * 32, [without(seen(), ResourceError("toy is down"))])
    assert refusal.value.code == "AMP-SELLER-UNASKED"

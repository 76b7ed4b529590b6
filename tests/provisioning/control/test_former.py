"""What machines cost that a deployment has no more is part of what it cost."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from ampacity.provisioning.control import Control
from ampacity.provisioning.former import former_machines
from ampacity.provisioning.journal import EntryState, JournalEntry
from ampacity.provisioning.machines import MachineInputs
from ampacity.provisioning.reports import DeploymentStatus, FormerMachine

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
Entry = Callable[..., JournalEntry]


def status(*former: FormerMachine) -> DeploymentStatus:
    return DeploymentStatus(
        name="train", deployment="d" * 32, asked_at=NOON, machines=(), ends_at=None, overdue=False, former=former
    )


def test_a_machine_that_is_gone_cost_its_price_for_as_long_as_it_was_there(entry: Entry) -> None:
    (former,) = former_machines([entry()])
    assert (former.name, former.provider, former.usd) == ("node-0", "toy", Decimal(30))
    assert (former.since, former.until) == (NOON, NOON + timedelta(minutes=90))
    assert status(former, former).usd_of_former == status(former, former).usd_so_far == Decimal(60)


def test_where_its_seller_told_no_price_it_is_the_one_it_was_bought_at(entry: Entry) -> None:
    (former,) = former_machines([entry(usd_per_hour=None)])
    assert former.usd == Decimal("35.88")


def test_a_price_that_nobody_knows_makes_the_sum_unknown(entry: Entry, machine: Callable[..., MachineInputs]) -> None:
    unpriced = msgspec.structs.replace(machine().offer, price=())
    priceless = entry(usd_per_hour=None, inputs=machine(offer=unpriced))
    known, unknown = former_machines([entry(), priceless])
    assert unknown.usd is None
    assert status(known, unknown).usd_of_former is None
    assert status(known, unknown).usd_so_far is None


def test_a_sellers_own_books_come_before_price_and_time(entry: Entry) -> None:
    never_taken = entry(spent_usd=Decimal(0), spent_at=NOON, usd_per_hour=Decimal(0))
    ended = entry(spent_usd=Decimal("7.5"), spent_at=NOON + timedelta(minutes=45), usd_per_hour=Decimal(0))
    runs = entry(spent_usd=Decimal("7.5"), spent_at=NOON + timedelta(minutes=45))
    costs = [former.usd for former in former_machines([never_taken, ended, runs])]
    assert costs == [0, Decimal("7.5"), Decimal("22.5")]  # 7.50 and 45 minutes more at $20


@pytest.mark.parametrize("state", [EntryState.INTENDED, EntryState.MADE, EntryState.REFUSED])
def test_what_still_runs_or_never_was_is_not_former(entry: Entry, state: EntryState) -> None:
    assert former_machines([entry(state=state)]) == ()
    assert former_machines([entry(id=None)]) == ()


@pytest.mark.engine
@pytest.mark.slow
def test_removed_replaced_and_lost_machines_stay_on_the_bill_until_the_end(
    control: Control, hands: Any, cloud: Any
) -> None:
    hands.apply("node-0", "node-1", "node-2")
    hands.apply("node-0", "node-1")
    (removed,) = control.status("train").former
    assert removed.name == "node-2"

    lost = control.status("train").machines[0].id
    cloud.run("update machines set state = 'gone' where id = ?", lost)
    hands.apply("node-0", "node-1")
    found = control.status("train")
    assert [(each.name, each.id) for each in found.former] == [("node-2", removed.id), ("node-0", lost)]
    assert all(each.usd_per_hour == Decimal("23.92") and each.usd for each in found.former)
    assert found.usd_of_former == sum(each.usd for each in found.former if each.usd)

    ended = control.destroy("train")
    assert found.usd_of_former is not None
    assert ended.usd_so_far is not None
    assert ended.usd_so_far > found.usd_of_former

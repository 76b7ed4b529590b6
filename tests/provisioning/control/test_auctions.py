"""Auctions on the real engine: taken, without a bid, interrupted, and what is held when all else is lost."""

import os
import signal
import threading
import time
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from ampacity.core.contexts import NamedContext
from ampacity.core.errors import ResourceError
from ampacity.planning.plan import Auction, Prepaid
from ampacity.providers.base import BidRule, Market, Offer
from ampacity.provisioning.control import Control
from ampacity.provisioning.desk import Desk
from ampacity.provisioning.journal import EntryState
from ampacity.provisioning.plugin.bench import order_of
from ampacity.provisioning.reports import Outcome

pytestmark = [pytest.mark.engine, pytest.mark.slow]


@pytest.fixture
def offer(offer: Offer) -> Offer:
    """What the hall will probably bring."""
    return msgspec.structs.replace(offer, provider="hall", market=Market.AUCTION, indication=True)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("desk", "recover"):
        monkeypatch.setattr(f"ampacity.provisioning.{module}.SETTLE_SECONDS", 0.5)


def auctions(*names: str) -> tuple[Auction, ...]:
    return tuple(
        Auction(machine=name, ceiling_usd_per_hour=Decimal(25), rule=BidRule.CHEAPEST_ALLOWED) for name in names
    )


def terms(*names: str) -> dict[str, Any]:
    """What a plan says of machines that an auction brings and that are paid ahead: $25.00 an hour for 96 h."""
    return {
        "auctions": auctions(*names),
        "prepaid": tuple(Prepaid(machine=name, deposit_usd=Decimal(2400)) for name in names),
    }


def test_a_plan_takes_the_cheapest_bid_and_destroy_gives_back_what_is_held(
    control: Control, hands: Any, hall: Any
) -> None:
    hall.bidder("akash1dear", "24")
    hall.bidder("akash1fair", "23")
    report = hands.apply("node-0", "node-1", **terms("node-0", "node-1"))
    assert [machine.outcome for machine in report.machines] == [Outcome.OK] * 2
    assert hall.open_orders() == [("delivered", "akash1fair")] * 2

    hall.cloud.run("update lots set paid_until = '2026-11-22T00:00:00+00:00'")
    status = control.status("train")
    assert (status.usd_per_hour, status.held_usd) == (Decimal(46), Decimal(10))
    assert status.runs_dry_at is not None
    assert not control.drift("train").found

    destroyed = control.destroy("train")
    assert (destroyed.complete, destroyed.freed_usd) == (True, Decimal(10))
    assert hall.open_orders() == []


def test_without_a_bid_nothing_is_held_and_the_reason_is_told(control: Control, hands: Any, hall: Any) -> None:
    hall.bidder("akash1dear", "25.01")
    report = hands.apply("node-0", **terms("node-0"))
    (machine,) = report.machines
    assert (machine.outcome, machine.exists) == (Outcome.FAILED, False)
    assert "akash1dear at $25.0100 per hour, is above the ceiling of $25.0000 per hour" in machine.reasons[0]
    assert hall.open_orders() == []
    hall.bidder("akash1fair", "23")
    assert not control.recover("train", gate=None).partial


def test_who_failed_is_not_taken_by_recover_and_is_taken_again_by_a_new_plan(
    control: Control, hands: Any, hall: Any
) -> None:
    hall.bidder("akash1bad", "23", habit="refuses")
    assert hands.apply("node-0", **terms("node-0")).partial
    hall.bidder("akash1bad", "23")  # it would have it now
    (still,) = control.recover("train", gate=None).machines
    assert "shunned since it failed a machine here" in still.reasons[0]
    assert not hands.apply("node-0", **terms("node-0")).partial
    assert hall.open_orders() == [("delivered", "akash1bad")]


def test_an_interrupt_while_bids_are_awaited_is_finished_by_recover(control: Control, hands: Any, hall: Any) -> None:
    hall.cloud.option("bid_seconds", 600)
    person = threading.Thread(target=_interrupt_once_an_order_is_out, args=(hall,))
    person.start()
    report = hands.apply("node-0", **terms("node-0"))
    person.join()
    assert report.cancelled
    assert [machine.outcome for machine in report.machines] == [Outcome.PENDING]
    assert hall.open_orders() == [("bidding", None)]

    hall.cloud.run("update lots set bids_until = '2026-01-01T00:00:00+00:00'")
    hall.bidder("akash1fair", "23")
    assert not control.recover("train", gate=None).partial
    assert hall.open_orders() == [("delivered", "akash1fair")]


def _interrupt_once_an_order_is_out(hall: Any) -> None:
    while not hall.open_orders():
        time.sleep(0.05)
    time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGINT)


def test_recover_closes_an_order_without_a_bid_and_the_next_one_tries_anew(
    control: Control, hands: Any, hall: Any
) -> None:
    hall.cloud.option("bid_seconds", 600)
    person = threading.Thread(target=_interrupt_once_an_order_is_out, args=(hall,))
    person.start()
    hands.apply("node-0", **terms("node-0"))
    person.join()

    hall.cloud.option("bid_seconds", 0)
    hall.cloud.run("update lots set bids_until = '2026-01-01T00:00:00+00:00'")
    report = control.recover("train", gate=None)
    assert [(machine.outcome, machine.exists) for machine in report.machines] == [(Outcome.FAILED, False)]
    assert "nobody bid" in report.machines[0].reasons[0]
    assert hall.open_orders() == []

    hall.bidder("akash1fair", "23")
    assert not control.recover("train", gate=None).partial
    assert (hall.open_orders(), hall.orders()) == ([("delivered", "akash1fair")], 2)


def test_a_forgotten_order_that_recover_goes_on_with_and_that_nobody_takes_is_told_as_ended_and_not_as_running(
    control: Control, hands: Any, hall: Any, context: NamedContext
) -> None:
    hands.apply("node-0", **terms("node-0"))  # nobody bids: its order is closed
    desk = Desk(context)
    (closed,), journal = desk.journal("train").entries(), desk.journal("train")
    token = journal.token_for(closed.urn, closed.inputs)
    journal.intend(token, closed.urn, closed.inputs)
    made = hall.create(order_of(closed.inputs, token))
    journal.settle_machine(made, token, EntryState.MADE)

    (order,) = control.status("train").machines
    assert (order.id, order.state, order.problems) == (made.ref.id, "pending", ("interrupted create",))
    ahead = control.outlook("train", gate=None)
    assert (ahead.adopted, ahead.ordered, ahead.asks) == (("node-0",), ("node-0",), True)
    report = control.recover("train", gate=None)
    assert report.notes == (f"node-0 (hall {made.ref.id}) was in no state: gone on with, and ended since",)
    assert report.problems == ()
    assert hall.open_orders() == []


def test_an_order_that_only_its_seller_knows_is_an_orphan_and_ended_by_destroy(
    control: Control, hands: Any, hall: Any
) -> None:
    hall.bidder("akash1fair", "23")
    hands.apply("node-0", **terms("node-0"))
    hall.cloud.run(
        "insert into lots (token, labels, open, stage, bids_until)"
        " select 'ffffffffffffffffffffffffffffffff', replace(labels, token, 'ffffffffffffffffffffffffffffffff'),"
        " 1, 'bidding', bids_until from lots"
    )
    assert [orphan.id for orphan in control.orphans().orphans] == ["2"]
    assert control.destroy("train").complete
    assert hall.open_orders() == []


def test_a_seller_without_auctions_is_refused_before_anything_is_bought(hands: Any, offer: Offer) -> None:
    plan = hands.plan("node-0", **terms("node-0"))
    plain = msgspec.structs.replace(plan, offers=(msgspec.structs.replace(offer, provider="toy"),))
    machines = tuple(msgspec.structs.replace(each, offer=plain.offers[0].id) for each in plan.machines)
    with pytest.raises(ResourceError) as refused:
        hands.check(msgspec.structs.replace(plain, machines=machines))
    assert refused.value.code == "AMP-AUCTION-UNABLE"

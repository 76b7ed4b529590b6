"""An auction from order to delivery, on a hall with every kind of bidder, and killed at every moment."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from ampacity.core.errors import AmpacityError
from ampacity.providers.base import Bid, Failure, Market, Offer, ProviderError
from ampacity.provisioning.journal import EntryState, Journal
from ampacity.provisioning.machines import MachineInputs
from ampacity.provisioning.plugin.auction import ORDERS
from ampacity.provisioning.plugin.bench import Bench, order_of
from ampacity.provisioning.plugin.create import Made, create
from ampacity.provisioning.plugin.delete import delete
from ampacity.provisioning.plugin.outcomes import NotReadyError
from ampacity.provisioning.plugin.outputs import outputs_of
from ampacity.provisioning.plugin.read import read
from ampacity.provisioning.plugin.subject import Subject
from ampacity.provisioning.plugin.unsold import unsold
from ampacity.provisioning.plugin.update import update
from ampacity.provisioning.tokens import placeholder
from ampacity.provisioning.wayon import in_one_line

URN = "urn:pulumi:train::ampacity::ampacity:index:Machine::node-0"


class KilledError(BaseException):
    """The process ends here: nothing of ours catches it."""


@pytest.fixture
def lot(offer: Offer, machine: Callable[..., MachineInputs]) -> MachineInputs:
    """A machine that is to be had by auction, for at most $2.50 an hour."""
    auctioned = msgspec.structs.replace(offer, provider="hall", market=Market.AUCTION, indication=True)
    return machine(offer=auctioned, max_usd_per_hour=Decimal("2.5"))


@pytest.fixture
def auction_bench(hall: Any, bench: Bench) -> Bench:
    """The bench over the hall; it waits for nobody."""
    from ampacity.provisioning.plugin.sellers import Sellers

    return msgspec.structs.replace(bench, sellers=Sellers(lambda _name: hall), settle_seconds=0.0, deliver_seconds=0.1)


def resource(made: Made, lot: MachineInputs) -> Subject:
    return Subject(urn=URN, id=made.machine.ref.id, inputs=lot, outputs=outputs_of(made.machine, made.token))


def unfinished(error: NotReadyError, lot: MachineInputs) -> Subject:
    return Subject(urn=URN, id=error.resource_id, inputs=lot, outputs=error.outputs)


def create_until(hall: Any, moment: str, bench: Bench, lot: MachineInputs) -> None:
    """Make the machine, and be killed at that moment."""

    def watch(what: str) -> None:
        if what == moment:
            hall.watch = lambda _what: None
            raise KilledError

    hall.watch = watch
    create(bench, URN, lot, 5)


class TestBids:
    def test_the_cheapest_that_is_allowed_and_within_the_ceiling_is_taken_and_gets_what_is_to_run(
        self, auction_bench: Bench, hall: Any, lot: MachineInputs, journal: Journal
    ) -> None:
        hall.bidder("akash1liar", "0.9", why_not="it has no H100")
        hall.bidder("akash1dear", "2.4")
        hall.bidder("akash1fair", "2.3")
        made = create(auction_bench, URN, lot, 5)
        assert (made.machine.state, made.machine.usd_per_hour) == ("running", Decimal("2.3"))
        assert hall.open_orders() == [("delivered", "akash1fair")]
        assert hall.cloud.run("select told from lots") == [(lot.user_data,)]
        (entry,) = journal.entries()
        assert (entry.state, entry.bidder, entry.note) == (EntryState.MADE, "akash1fair", "delivered to akash1fair")

    def test_each_step_is_told_to_who_watches(self, auction_bench: Bench, hall: Any, lot: MachineInputs) -> None:
        hall.bidder("akash1fair", "2.3")
        told: list[str] = []
        create(msgspec.structs.replace(auction_bench, tell=lambda _urn, text: told.append(text)), URN, lot, 5)
        assert [text.partition(";")[0] for text in told[:4]] == [
            "the order is out",
            "takes the bid of akash1fair at $2.3000 per hour",
            "took the bid of akash1fair at $2.3000 per hour",
            "delivers what is to run to akash1fair",
        ]

    def test_the_choice_waits_until_the_time_for_bids_is_over(
        self, auction_bench: Bench, hall: Any, lot: MachineInputs
    ) -> None:
        hall.cloud.option("bid_seconds", 1.5)
        hall.bidder("akash1dear", "2.4")
        late = threading.Timer(0.2, hall.bidder, ("akash1late", "2.0"))
        late.start()
        create(auction_bench, URN, lot, 5)
        late.join()
        assert hall.open_orders() == [("delivered", "akash1late")]

    def test_a_bid_that_is_withdrawn_gives_way_to_the_next(
        self, auction_bench: Bench, hall: Any, lot: MachineInputs
    ) -> None:
        hall.bidder("akash1gone", "1.0", habit="withdraws")
        hall.bidder("akash1fair", "2.3")
        create(auction_bench, URN, lot, 5)
        assert hall.open_orders() == [("delivered", "akash1fair")]

    def test_a_bid_whose_answer_was_lost_is_found_to_be_taken(
        self, auction_bench: Bench, hall: Any, lot: MachineInputs
    ) -> None:
        hall.bidder("akash1fair", "2.3", habit="lost-answer")
        hall.bidder("akash1dear", "2.4")
        create(auction_bench, URN, lot, 5)
        assert hall.open_orders() == [("delivered", "akash1fair")]

    def test_a_bid_of_which_it_is_not_known_whether_it_was_taken_gives_way_to_none_that_is_dearer(
        self, auction_bench: Bench, hall: Any, lot: MachineInputs
    ) -> None:
        hall.bidder("akash1fair", "2.3", habit="lost-request")
        hall.bidder("akash1dear", "2.4")
        with pytest.raises(NotReadyError, match="connection lost") as unclear:
            create(auction_bench, URN, lot, 5)
        assert hall.open_orders() == [("bidding", None)]
        hall.bidder("akash1fair", "2.3")
        assert update(auction_bench, unfinished(unclear.value, lot), 5)["state"] == "running"
        assert hall.open_orders() == [("delivered", "akash1fair")]

    @pytest.mark.parametrize("lag", [1, 2])
    def test_a_bid_that_was_taken_and_is_not_told_yet_is_not_given_up(
        self, auction_bench: Bench, hall: Any, lot: MachineInputs, lag: int
    ) -> None:
        hall.bidder("akash1fair", "2.3")
        with pytest.raises(KilledError):
            create_until(hall, "before deliver", auction_bench, lot)
        hall.cloud.fault("lag", lag)
        create(auction_bench, URN, lot, 5)
        assert (hall.open_orders(), hall.orders()) == ([("delivered", "akash1fair")], 1)

    def test_its_price_is_journaled_before_anything_else_can_go_wrong(
        self, auction_bench: Bench, hall: Any, lot: MachineInputs, journal: Journal
    ) -> None:
        hall.bidder("akash1fair", "2.3")
        with pytest.raises(KilledError):
            create_until(hall, "before deliver", auction_bench, lot)
        assert [entry.usd_per_hour for entry in journal.entries()] == [Decimal("2.3")]

    def test_without_a_ceiling_nothing_is_ordered(self, auction_bench: Bench, hall: Any, lot: MachineInputs) -> None:
        with pytest.raises(ProviderError, match="could cost anything"):
            create(auction_bench, URN, msgspec.structs.replace(lot, max_usd_per_hour=None), 5)
        assert hall.orders() == 0


class TestNoBid:
    @pytest.mark.parametrize("bidders", [[], [("akash1dear", "2.51")], [("akash1gone", "1.0")]])
    def test_closes_the_order_and_is_a_plain_error(
        self, auction_bench: Bench, hall: Any, lot: MachineInputs, journal: Journal, bidders: list[tuple[str, str]]
    ) -> None:
        for name, price in bidders:
            hall.bidder(name, price, habit="withdraws")
        with pytest.raises(ProviderError) as none:
            create(auction_bench, URN, lot, 5)
        assert none.value.definite
        assert hall.open_orders() == []
        (entry,) = journal.entries()
        assert (entry.state, entry.usd_per_hour) == (EntryState.GONE, Decimal(0))

    def test_may_be_tried_again_by_a_new_order(self, auction_bench: Bench, hall: Any, lot: MachineInputs) -> None:
        with pytest.raises(ProviderError):
            create(auction_bench, URN, lot, 5)
        hall.bidder("akash1fair", "2.3")
        create(auction_bench, URN, lot, 5)
        assert (hall.open_orders(), hall.orders()) == ([("delivered", "akash1fair")], 2)

    def test_with_an_order_that_cannot_be_closed_keeps_it_in_state(
        self, auction_bench: Bench, hall: Any, lot: MachineInputs
    ) -> None:
        hall.cloud.fault("unreachable", 1)
        with pytest.raises(NotReadyError, match="could not be closed") as standing:
            create(auction_bench, URN, lot, 5)
        assert hall.open_orders() == [("bidding", None)]
        with pytest.raises(NotReadyError) as closed:
            update(auction_bench, unfinished(standing.value, lot), 5)
        assert closed.value.outputs["state"] == "gone"
        assert hall.open_orders() == []


def bid(bidder: str, usd: str | None, why_not: str = "") -> Bid:
    price = None if usd is None else Decimal(usd)
    return Bid(id=bidder, bidder=bidder, usd_per_hour=price, allowed=not why_not, why_not=why_not)


@pytest.mark.parametrize(
    ("bids", "kind", "words"),
    [
        ([], Failure.CAPACITY_GLOBAL, ["nobody bid at a ceiling of $2.5000 per hour", "price_headroom"]),
        (
            [bid("a", "1", "not audited"), bid("b", None, "it asks for another money")],
            Failure.CAPACITY_GLOBAL,
            [
                "2 bids, all refused; the order is closed [AMP-PROVIDER-CAPACITY-GLOBAL]"
                " • a at $1.0000 per hour: not audited • b: it asks for another money. Way on: "
            ],
        ),
        (
            [bid("a", "1", "brings 1 GPU"), bid("b", "0.9", "not audited"), bid("c", "0.8", "not audited")],
            Failure.CAPACITY_GLOBAL,
            [" • c at $0.8000 per hour: not audited • b at $0.9000 per hour: not audited • a at $1.0000"],
        ),
        (
            [bid(f"{number:02}", "1", f"reason {number}") for number in range(22)],
            Failure.CAPACITY_GLOBAL,
            ["22 bids", " • 19 at $1.0000 per hour: reason 19 • 2 more, dearer or without a price. Way on"],
        ),
        (
            [bid("a", "1", "not audited"), bid("b", "2.6"), bid("c", "3")],
            Failure.PRICE_MOVED,
            [
                "3 bids, 1 refused; the cheapest",
                " • a at $1.0000 per hour: not audited. Way on",
                "b at $2.6000 per hour, is above the ceiling of $2.5000 per hour",
                "price_headroom",
            ],
        ),
        ([bid("b", "2")], Failure.CAPACITY_GLOBAL, ["1 bid; the cheapest, b", "withdrawn"]),
        (
            [bid("b", None, "it asks for another money")],
            Failure.CAPACITY_GLOBAL,
            ["1 bid, refused;", " • b: it asks for another money. Way on"],
        ),
    ],
)
def test_no_sale_says_how_many_bid_the_cheapest_why_not_and_the_way_on(
    lot: MachineInputs, bids: list[Bid], kind: Failure, words: list[str]
) -> None:
    from ampacity.providers.base import Token

    error = unsold(order_of(lot, Token("a" * 32)), Decimal("2.5"), bids)
    assert error.kind is kind
    told = in_one_line(error)
    assert [word for word in (*words, "the order is closed", f". Way on: {error.fix}") if word not in told] == []


def test_where_the_definition_pays_less_than_the_plan_allows_that_is_the_price_that_is_named(
    lot: MachineInputs,
) -> None:
    from ampacity.providers.base import Token

    order = order_of(lot, Token("a" * 32))
    error = unsold(order, Decimal("2.5"), [], own_usd_per_hour=Decimal("1.08"))
    assert "nobody bid at $1.0800 per hour, the most that the spec's own definition pays" in error.why
    assert error.fix.startswith("raise the price in the spec's own definition")
    ordered = unsold(order, Decimal("2.5"), [], own_usd_per_hour=Decimal("2.501"))  # what blocks took meanwhile
    assert "nobody bid at $2.5000 per hour, the most that the spec's own" in ordered.why
    higher = unsold(order, Decimal("2.5"), [], own_usd_per_hour=Decimal(50))
    assert "nobody bid at a ceiling of $2.5000 per hour" in higher.why


@pytest.mark.parametrize("bids", [[bid("a", "1", "not audited")], [bid("a", "2.6")], [bid("a", "1")]])
def test_whatever_else_stood_in_the_way_a_definition_that_pays_less_is_what_can_be_raised(
    lot: MachineInputs, bids: list[Bid]
) -> None:
    from ampacity.providers.base import Token

    order = order_of(lot, Token("a" * 32))
    error = unsold(order, Decimal("2.5"), bids, own_usd_per_hour=Decimal("1.08"))
    assert error.fix == "raise the price in the spec's own definition, then ampacity plan SPEC"
    assert "price_headroom" in unsold(order, Decimal("2.5"), bids, own_usd_per_hour=Decimal(50)).fix


def test_what_is_asked_of_bidders_is_named_where_none_could_be_taken(lot: MachineInputs) -> None:
    from ampacity.providers.base import Bidders, Token

    order = order_of(lot, Token("a" * 32))
    asked = Bidders(audited_by_all=("akash1auditor",), attributes=("host=akash",))
    narrow = msgspec.structs.replace(order, offer=msgspec.structs.replace(order.offer, bidders=asked))
    error = unsold(narrow, Decimal("2.5"), [])
    assert "nobody audited by akash1auditor with host=akash bid at a ceiling of $2.5000 per hour" in error.why
    fewer = "ask less of bidders (audited by akash1auditor with host=akash) in the spec's own definition or the context"
    assert error.fix.startswith(f"{fewer}; or ")
    assert error.fix.endswith("price_headroom, then ampacity plan SPEC")
    refused = unsold(narrow, Decimal("2.5"), [bid("a", "1", "not audited")], own_usd_per_hour=Decimal(1))
    assert "ask less of bidders" in refused.fix
    assert "raise the price" in refused.fix


class TestABidderThatFails:
    @pytest.mark.parametrize("habit", ["refuses", "busy", "gives-up", "locked", "ends-at-once"])
    def test_is_shunned_its_order_closed_and_another_opened(
        self, auction_bench: Bench, hall: Any, lot: MachineInputs, journal: Journal, habit: str
    ) -> None:
        hall.bidder("akash1bad", "1.0", habit=habit)
        hall.bidder("akash1fair", "2.3")
        create(auction_bench, URN, lot, 5)
        assert (hall.open_orders(), hall.orders()) == ([("delivered", "akash1fair")], 2)
        assert journal.shunned() == {"akash1bad"}

    def test_is_taken_again_once_it_is_forgiven(
        self, auction_bench: Bench, hall: Any, lot: MachineInputs, journal: Journal
    ) -> None:
        hall.bidder("akash1bad", "1.0", habit="refuses")
        with pytest.raises(ProviderError):
            create(auction_bench, URN, lot, 5)
        hall.bidder("akash1bad", "1.0")
        journal.forgive()
        create(auction_bench, URN, lot, 5)
        assert hall.open_orders() == [("delivered", "akash1bad")]

    def test_is_told_while_it_is_tried_and_when_it_is_given_up(
        self, auction_bench: Bench, hall: Any, lot: MachineInputs
    ) -> None:
        hall.bidder("akash1bad", "1.0", habit="busy")
        hall.bidder("akash1fair", "2.3")
        told: list[str] = []
        create(msgspec.structs.replace(auction_bench, tell=lambda _urn, text: told.append(text)), URN, lot, 5)
        after = told[told.index("delivers what is to run to akash1bad") + 1 :]
        tried, given_up, closed, again = after[:4]
        assert tried.startswith("akash1bad does not take what is to run, and is tried until 20")
        assert tried.endswith("at $1.0000 per hour: come back later")
        assert given_up == "akash1bad is given up: hall: throttled: come back later"
        assert closed == "its order is closed"
        assert again == "orders again (2 of 3)"

    def test_a_bid_that_is_gone_is_told(self, auction_bench: Bench, hall: Any, lot: MachineInputs) -> None:
        hall.bidder("akash1gone", "1.0", habit="withdraws")
        hall.bidder("akash1fair", "2.3")
        told: list[str] = []
        create(msgspec.structs.replace(auction_bench, tell=lambda _urn, text: told.append(text)), URN, lot, 5)
        assert "the bid of akash1gone is passed over: bid not open" in told

    def test_of_the_cheaper_bids_it_is_told_why_none_was_taken(
        self, auction_bench: Bench, hall: Any, lot: MachineInputs
    ) -> None:
        hall.bidder("akash1liar", "0.9", why_not="it has no H100")
        hall.bidder("akash1fair", "2.3")
        hall.bidder("akash1dear", "2.4", why_not="not audited")
        told: list[str] = []
        create(msgspec.structs.replace(auction_bench, tell=lambda _urn, text: told.append(text)), URN, lot, 5)
        passed = [text for text in told if text.startswith("passes over")]
        assert passed == ["passes over akash1liar at $0.9000 per hour: it has no H100"]

    def test_is_not_taken_by_another_machine_of_the_deployment(
        self, auction_bench: Bench, hall: Any, lot: MachineInputs
    ) -> None:
        hall.bidder("akash1bad", "1.0", habit="refuses")
        hall.bidder("akash1fair", "2.3")
        create(auction_bench, URN, lot, 5)
        create(auction_bench, URN.replace("node-0", "node-1"), msgspec.structs.replace(lot, name="node-1"), 5)
        assert hall.orders() == 3

    def test_is_not_tried_again_where_a_kill_came_before_its_order_was_closed(
        self, auction_bench: Bench, hall: Any, lot: MachineInputs
    ) -> None:
        hall.bidder("akash1bad", "1.0", habit="refuses")
        hall.bidder("akash1fair", "2.3")
        with pytest.raises(KilledError):
            create_until(hall, "before delete", auction_bench, lot)
        assert hall.open_orders() == [("taken", "akash1bad")]
        hall.bidder("akash1bad", "1.0")  # it would have it now
        create(auction_bench, URN, lot, 5)
        assert hall.open_orders() == [("delivered", "akash1fair")]

    def test_three_times_is_the_end_of_it(self, auction_bench: Bench, hall: Any, lot: MachineInputs) -> None:
        for at in range(5):
            hall.bidder(f"akash1bad{at}", f"1.{at}", habit="refuses")
        with pytest.raises(ProviderError, match="manifest version validation failed") as end:
            create(auction_bench, URN, lot, 5)
        assert end.value.definite
        assert (hall.open_orders(), hall.orders()) == ([], ORDERS)
        why = "manifest version validation failed"
        for bad in ("akash1bad0", "akash1bad1"):
            assert f"{bad}: hall: invalid: {why}" in end.value.why
        assert end.value.why.startswith("2 orders failed before")
        assert "akash1bad2 failed node-0" in end.value.what

    def test_when_all_have_failed_the_reason_is_said(self, auction_bench: Bench, hall: Any, lot: MachineInputs) -> None:
        hall.bidder("akash1bad", "1.0", habit="refuses")
        with pytest.raises(
            ProviderError, match="shunned since it failed a machine here; the apply of a new plan lifts that"
        ) as none:
            create(auction_bench, URN, lot, 5)
        assert "1 order failed before (akash1bad: hall: invalid: manifest version" in none.value.why
        assert none.value.fix.startswith("ampacity plan SPEC, to take them again")
        assert (hall.open_orders(), hall.orders()) == ([], 2)


def test_a_fault_of_ours_in_the_middle_keeps_the_order_in_state_and_quotes_nothing(
    auction_bench: Bench, hall: Any, lot: MachineInputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise AttributeError("hunter2")

    monkeypatch.setattr(hall, "bids", broken)
    with pytest.raises(NotReadyError, match=r"unexpected AttributeError in its auction$"):
        create(auction_bench, URN, lot, 5)
    assert hall.open_orders() == [("bidding", None)]


class TestAStop:
    def test_before_a_bid_is_taken_takes_none(self, auction_bench: Bench, hall: Any, lot: MachineInputs) -> None:
        hall.bidder("akash1fair", "2.3")
        auction_bench.stop.set()
        with pytest.raises(NotReadyError, match="Stopped in the middle"):
            create(auction_bench, URN, lot, 5)
        assert hall.open_orders() == [("bidding", None)]

    def test_while_bids_are_awaited_keeps_the_order_in_state(
        self, auction_bench: Bench, hall: Any, lot: MachineInputs
    ) -> None:
        hall.cloud.option("bid_seconds", 600)
        threading.Timer(0.3, auction_bench.stop.set).start()
        began = time.monotonic()
        with pytest.raises(NotReadyError, match="Stopped while bids were awaited") as stopped:
            create(auction_bench, URN, lot, 600)
        assert time.monotonic() - began < 30
        assert hall.open_orders() == [("bidding", None)]
        auction_bench.stop.clear()
        hall.cloud.run("update lots set bids_until = '2026-01-01T00:00:00+00:00'")
        hall.bidder("akash1fair", "2.3")
        assert update(auction_bench, unfinished(stopped.value, lot), 5)["state"] == "running"

    def test_while_a_bidder_is_busy_keeps_its_lease_in_state(
        self, auction_bench: Bench, hall: Any, lot: MachineInputs
    ) -> None:
        hall.bidder("akash1busy", "2.3", habit="busy")
        patient = msgspec.structs.replace(auction_bench, deliver_seconds=600.0)
        threading.Timer(0.3, patient.stop.set).start()
        with pytest.raises(NotReadyError, match="Stopped before akash1busy"):
            create(patient, URN, lot, 600)
        assert hall.open_orders() == [("taken", "akash1busy")]


class Run:
    """One life of the plugin: the same seller and journal, killed at one moment or not at all."""

    def __init__(self, bench: Bench, hall: Any, lot: MachineInputs) -> None:
        self._bench, self._hall, self._lot = bench, hall, lot
        self._at = 0

    def until(self, moment: int | None, work: Callable[[], object]) -> bool:
        """Do `work`; whether it was killed at its `moment`-th call, before or after the effect."""
        self._at = 0
        self._hall.watch = lambda _what: self._tick(moment)
        try:
            with suppress(AmpacityError, NotReadyError):
                work()
        except KilledError:
            return True
        finally:
            self._hall.watch = lambda _what: None
        return False

    def _tick(self, moment: int | None) -> None:
        if self._at == moment:
            raise KilledError
        self._at += 1

    def make(self) -> None:
        create(self._bench, URN, self._lot, 5)

    def recover(self) -> None:
        """As the engine does: an interrupted create is read as a placeholder, then brought up or made anew."""
        token = self._bench.journal.token_for(URN, self._lot)
        reading = read(self._bench, Subject(urn=URN, id=placeholder(token), inputs=self._lot, outputs={}))
        if reading is None:
            self.make()
        elif reading.problems:
            update(self._bench, Subject(urn=URN, id=reading.id, inputs=self._lot, outputs=reading.outputs), 5)


MOMENTS = 40
"""More calls than the longest of these stories has."""

STORIES = {
    "a fair bidder": [("akash1fair", "2.3", "")],
    "nobody": [],
    "a withdrawn bid": [("akash1gone", "1.0", "withdraws"), ("akash1fair", "2.3", "")],
    "a lost answer": [("akash1fair", "2.3", "lost-answer")],
    "one that refuses": [("akash1bad", "1.0", "refuses"), ("akash1fair", "2.3", "")],
    "one that gives up": [("akash1bad", "1.0", "gives-up"), ("akash1fair", "2.3", "")],
    "none that delivers": [("akash1bad", "1.0", "refuses")],
}


@pytest.mark.parametrize("story", STORIES)
def test_a_kill_at_any_moment_ends_after_recover_in_one_that_runs_or_in_none(
    auction_bench: Bench, hall: Any, lot: MachineInputs, journal: Journal, story: str
) -> None:
    for name, price, habit in STORIES[story]:
        hall.bidder(name, price, habit=habit)
    killed = 0
    for moment in range(MOMENTS):
        run = Run(auction_bench, hall, lot)
        if not run.until(moment, run.make):
            break
        killed += 1
        assert not run.until(None, run.recover)
        assert len(hall.open_orders()) <= 1
        assert [stage for stage, _ in hall.open_orders() if stage != "delivered"] == []
        hall.cloud.run("delete from lots")
        for entry in journal.entries():
            (journal._folder / f"{entry.token}.json").unlink()
    assert 5 <= killed < MOMENTS


@pytest.mark.parametrize("moment", range(8))
def test_a_kill_during_recover_is_recovered_from_too(
    auction_bench: Bench, hall: Any, lot: MachineInputs, moment: int
) -> None:
    hall.bidder("akash1bad", "1.0", habit="refuses")
    hall.bidder("akash1fair", "2.3")
    run = Run(auction_bench, hall, lot)
    assert run.until(5, run.make)
    run.until(moment, run.recover)
    run.until(None, run.recover)
    run.until(None, run.recover)
    assert hall.open_orders() == [("delivered", "akash1fair")]


def test_destroy_closes_an_order_that_waits_for_bids(
    auction_bench: Bench, hall: Any, lot: MachineInputs, journal: Journal
) -> None:
    hall.cloud.option("bid_seconds", 600)
    auction_bench.stop.set()
    with pytest.raises(NotReadyError) as standing:
        create(auction_bench, URN, lot, 5)
    auction_bench.stop.clear()
    delete(auction_bench, unfinished(standing.value, lot), 5)
    assert hall.open_orders() == []
    assert [entry.state for entry in journal.entries()] == [EntryState.GONE]

"""What a change is said to have come to, machine by machine, and what of it bills."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ampacity.cli.apply_view import _foot
from ampacity.core.errors import AmpacityError
from ampacity.providers.base import Failure, Machine, MachineRef, MachineState, Market, ProviderError, Token
from ampacity.provisioning.engine import Change, EngineResult, Op
from ampacity.provisioning.journal import EntryState, JournalEntry
from ampacity.provisioning.machines import MachineInputs, MachineRecord
from ampacity.provisioning.observe import Sighting
from ampacity.provisioning.outcomes import FORGOTTEN, as_ordered, as_seen, outcomes, standing
from ampacity.provisioning.reports import ApplyReport, MachineOutcome, Outcome
from ampacity.provisioning.wayon import headline, in_lines, in_one_line, parted

Known = Callable[..., MachineRecord]
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def known(machine: Callable[..., MachineInputs]) -> Known:
    """A machine in state; its outputs are `running` at $23.92 unless given."""

    def build(name: str = "node-0", *, made: str = "toy-1", problems: tuple[str, ...] = (), **outputs: Any) -> Any:
        told = {"state": "running", "usd_per_hour": "23.92", **outputs}
        return MachineRecord(urn=f"urn::{name}", id=made, inputs=machine(name), outputs=told, problems=problems)

    return build


def call(inputs: MachineInputs, **fields: Any) -> JournalEntry:
    """A create call that was answered with the id `toy-7`, unless told otherwise."""
    whole: dict[str, Any] = {"token": Token("a" * 32), "state": EntryState.MADE, "id": "toy-7", "at": NOON} | fields
    offer = inputs.offer
    named = {"urn": f"urn::{inputs.name}", "name": inputs.name, "provider": offer.provider, "region": offer.region}
    return JournalEntry(inputs=inputs, **(named | whole))


def only(record: MachineRecord, *calls: JournalEntry) -> MachineOutcome:
    (outcome,) = outcomes([record.inputs], [record], None, calls)
    return outcome


def test_a_machine_that_boots_when_the_work_stops_is_pending_and_bills(known: Known) -> None:
    outcome = only(known(problems=("stopped waiting",), state="pending"))
    assert (outcome.outcome, outcome.id, outcome.exists) == (Outcome.PENDING, "toy-1", True)
    assert outcome.usd_per_hour == Decimal("23.92")
    report = ApplyReport(name="train", machines=(outcome, outcome), cancelled=True)
    assert (report.existing, report.billing_usd_per_hour) == (2, Decimal("47.84"))
    assert report.usd_per_hour == 0, "none of them is up"


def test_a_machine_that_will_not_run_has_failed_and_bills_as_long_as_it_is_there(known: Known) -> None:
    failed = only(known(problems=("toy reports toy-1 as failed",), state="failed"))
    assert (failed.outcome, failed.exists) == (Outcome.FAILED, True)
    gone = only(known(state="gone"))
    assert (gone.outcome, gone.exists) == (Outcome.FAILED, False)
    assert ApplyReport(name="train", machines=(failed, gone)).billing_usd_per_hour == Decimal("23.92")


def test_until_when_it_is_paid_is_what_its_seller_says_now_as_a_topup_moves_it(known: Known) -> None:
    record = known(paid_until="2026-11-21T12:00:00Z")
    told = only(record)
    assert told.paid_until == NOON
    machine = Machine(
        provider="toy",
        ref=MachineRef(id="toy-1", region="r"),
        state=MachineState.RUNNING,
        sku="s",
        market=Market.AUCTION,
        paid_until=NOON + timedelta(hours=1),
    )
    (fresh,) = as_seen([told], [Sighting(record=record, machine=machine)])
    assert fresh == msgspec.structs.replace(told, paid_until=NOON + timedelta(hours=1))


def test_a_create_without_an_answer_is_pending_and_only_surely_there_once_an_id_was_given(known: Known) -> None:
    record = known(made="pending:" + "a" * 32)
    unsure = only(record)
    assert (unsure.outcome, unsure.id, unsure.exists) == (Outcome.PENDING, None, False)
    answered = only(record, call(record.inputs))
    assert (answered.outcome, answered.id, answered.exists) == (Outcome.PENDING, "toy-7", True)


def test_a_call_that_a_killed_engine_forgot_is_not_told_as_one_that_was_never_made(
    machine: Callable[..., MachineInputs],
) -> None:
    lost = Change(machine="node-1", op=Op.CREATE, ok=False, reasons=("the plugin died",))
    run = EngineResult(exit_code=255, changes=(lost,), log=Path("log"))
    asked = call(machine(), token=Token("b" * 32), state=EntryState.INTENDED, id=None)
    answered = call(machine("node-1"))
    refused = call(machine("node-2"), token=Token("c" * 32), state=EntryState.REFUSED, id=None)
    names = ("node-0", "node-1", "node-2")
    perhaps, surely, never = outcomes(map(machine, names), [], run, [asked, answered, refused])
    assert (perhaps.outcome, perhaps.exists, perhaps.reasons) == (Outcome.PENDING, False, (FORGOTTEN,))
    assert (surely.outcome, surely.id, surely.reasons) == (Outcome.PENDING, "toy-7", ("the plugin died",))
    assert (never.outcome, never.exists) == (Outcome.ABSENT, False)
    report = ApplyReport(name="train", machines=(perhaps, surely, never))
    assert (report.existing, report.doubtful, report.billing_usd_per_hour) == (1, 1, None)


def test_an_unknown_price_makes_the_bill_unknown_and_not_smaller(known: Known) -> None:
    priced = only(known())
    unpriced = MachineOutcome(
        name="node-1", provider="toy", region="toy-1", sku="x", outcome=Outcome.OK, id="toy-2", exists=True
    )
    assert ApplyReport(name="train", machines=(priced, unpriced)).billing_usd_per_hour is None


def test_machines_that_were_kept_for_want_of_others_bill_too(known: Known) -> None:
    kept = standing([known("node-9", made="toy-9")])
    report = ApplyReport(name="train", machines=(only(known()),), kept=kept)
    assert [machine.name for machine in report.kept] == ["node-9"]
    assert (report.existing, report.billing_usd_per_hour) == (2, Decimal("47.84"))


def test_the_way_on_of_what_was_not_made_stands_beside_its_reason(machine: Callable[..., MachineInputs]) -> None:
    poor = ProviderError("toy", Failure.BILLING, "it has $0.00", fix="put ACT into the account, then run it again")
    change = Change(machine="node-0", op=Op.CREATE, ok=False, reasons=(in_one_line(poor),))
    run = EngineResult(exit_code=255, changes=(change,), log=Path("log"))
    (failed, absent) = outcomes([machine(), machine("node-1")], [], run, [])
    assert failed.reasons == ("toy: billing: it has $0.00 [AMP-PROVIDER-BILLING]",)
    assert failed.fix == "put ACT into the account, then run it again"
    assert (absent.reasons, absent.fix) == ((), "")


def test_reasons_and_ways_on_are_told_once_and_without_a_way_there_is_none() -> None:
    assert parted(["a [X]. Way on: go", "a [X]. Way on: go", "b. Way on: stay", "c"]) == (
        ("a [X]", "b", "c"),
        "go; stay",
    )
    assert in_one_line(AmpacityError("a", why="b", code="X")) == "a: b [X]"


def test_each_bid_that_was_refused_is_a_line_of_the_report_and_none_of_the_line_that_a_pipe_reads() -> None:
    error = AmpacityError("no bid • one at $1: small • two: far. Way on: pay me", code="X", fix="go")
    line = in_one_line(error)
    assert line == "no bid [X] • one at $1: small • two: far. pay me. Way on: go"
    assert headline(line) == "no bid [X]"
    (reason,), fix = parted([line])
    assert (in_lines(reason), fix) == (["no bid [X]", "  one at $1: small", "  two: far. pay me"], "go")


@pytest.mark.parametrize(
    ("market", "price", "waits"),
    [(Market.AUCTION, None, True), (Market.AUCTION, "2.66", False), (Market.ON_DEMAND, None, False)],
)
def test_an_order_for_which_nobody_was_taken_holds_its_deposit_and_bills_nothing_yet(
    known: Known, market: Market, price: str | None, waits: bool
) -> None:
    record = known(made="pending:" + "a" * 32)
    inputs = msgspec.structs.replace(record.inputs, offer=msgspec.structs.replace(record.inputs.offer, market=market))
    told = None if price is None else Decimal(price)
    entry = call(inputs, usd_per_hour=told, held_usd=Decimal("23.44"))
    (found,) = as_ordered([only(record, entry)], [entry])
    assert found.ordered_usd == (Decimal("23.44") if waits else None)
    report = ApplyReport(name="train", machines=(found,))
    assert report.billing_usd_per_hour == (0 if waits else Decimal("23.92"))
    order = "1 order out, for which $23.44 is held and that bills nothing yet, $0.00 per hour"
    assert (order in _foot(report)) is waits
    assert ("1 exist at their sellers and bill" in _foot(report)) is not waits


def test_an_outcome_has_what_its_machine_was_last_told_of_its_end(known: Known) -> None:
    assert only(known(paid_until="2026-11-21T20:00:00Z")).paid_until == NOON + timedelta(hours=8)
    assert not only(known()).self_ending
    timed = only(known(ends_at="2026-11-21T20:00:00Z", self_ending=True))
    assert (timed.ends_at, timed.self_ending) == (NOON + timedelta(hours=8), True)

"""Money paid ahead: when it runs dry, what a top-up takes, that nothing is paid unasked."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from ampacity.cli.status_foot import foot
from ampacity.core.errors import ResourceError, UsageError
from ampacity.providers.base import (
    Failure,
    Labels,
    MachineOrder,
    MachineState,
    Market,
    Offer,
    ProviderError,
    Settlement,
    Token,
)
from ampacity.provisioning import topup
from ampacity.provisioning.anew import way_anew
from ampacity.provisioning.drift import differences
from ampacity.provisioning.journal import JournalEntry
from ampacity.provisioning.lock import deployment_lock
from ampacity.provisioning.machines import MachineInputs, MachineRecord
from ampacity.provisioning.observe import Sighting
from ampacity.provisioning.plugin.sellers import Sellers
from ampacity.provisioning.records import DeploymentRecord
from ampacity.provisioning.reports import DriftReport, TopUp, TopUpQuote
from ampacity.provisioning.status import deployment_status, machine_status

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Prepaid:
    """One leased machine in the hall at $2.00 an hour, paid until 13:00, and how the state has it."""

    def __init__(self, hall: Any, inputs: MachineInputs) -> None:
        self.hall, self.inputs = hall, inputs
        labels = Labels(
            deployment=inputs.deployment,
            deployment_name="train",
            machine=inputs.name,
            plan=inputs.plan,
            token=Token("a" * 32),
        )
        order = MachineOrder(
            labels=labels, offer=inputs.offer, image="default", disk_gib=1, max_usd_per_hour=Decimal(3)
        )
        self.ref = hall.create(order).ref
        lease = "update lots set stage = 'delivered', usd_per_hour = '2', paid_until = ?"
        hall.cloud.run(lease, (NOW + HOUR).isoformat())

    def seen(self, **fields: Any) -> Sighting:
        machine = msgspec.structs.replace(self.hall.read(self.ref), **fields)
        inputs = msgspec.structs.replace(self.inputs, ends_at=machine.ends_at)
        outputs = msgspec.to_builtins(machine) | {"token": "a" * 32}
        return Sighting(
            record=MachineRecord(urn="urn", id=self.ref.id, inputs=inputs, outputs=outputs), machine=machine
        )


@pytest.fixture
def prepaid(hall: Any, machine: Callable[..., MachineInputs], offer: Offer) -> Prepaid:
    auctioned = msgspec.structs.replace(offer, provider="hall", market=Market.AUCTION)
    return Prepaid(hall, machine(offer=auctioned))


@pytest.fixture
def record() -> DeploymentRecord:
    return DeploymentRecord(
        uid="d" * 32,
        name="train",
        context="test",
        created_at=NOW,
        ends_at=NOW + 8 * HOUR,
        hours=Decimal(1),
        sites=None,
        user_data=None,
    )


class Ledger:
    """The one note that a top-up leaves."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def step(self, token: str, note: str) -> None:
        self.notes.append(note)

    def entries(self) -> list[JournalEntry]:
        return []


@pytest.fixture
def work(hall: Any, record: DeploymentRecord, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Any:
    """What the verbs work with, without engine and context: the sightings are given."""
    made = SimpleNamespace(
        desk=SimpleNamespace(
            clock=lambda: NOW,
            progress=lambda _step: None,
            records=SimpleNamespace(get=lambda _name: record),
            hold=lambda name, command: deployment_lock(tmp_path / "lock", name, command),
        ),
        record=record,
        sellers=Sellers(lambda _name: hall),
        journal=Ledger(),
        seen=[],
    )
    monkeypatch.setattr(topup, "work_on", lambda *_terms: made)
    monkeypatch.setattr(topup, "look", lambda _work: made.seen)
    return made


def test_a_machine_whose_money_cannot_be_seen_is_a_problem_and_not_one_without_any(work: Any, prepaid: Prepaid) -> None:
    work.seen = [prepaid.seen(paid_until=None, held_usd=None, note="the market cannot be asked")]
    quoted = topup.quote(work.desk, "train", Decimal(1))
    assert quoted.top_ups == ()
    assert quoted.problems == (
        "node-0: what it holds is not known: the market cannot be asked [AMP-HELD-UNKNOWN]. "
        "Way on: ampacity status train",
    )


def test_what_its_seller_itself_says_of_that_comes_first_with_its_own_way_on(
    work: Any, prepaid: Prepaid, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object) -> Decimal:
        raise ProviderError("toy", Failure.INVALID, "answered 501", fix="take a newer ampacity")

    monkeypatch.setattr(prepaid.hall, "top_up_usd", refuses)
    work.seen = [prepaid.seen(paid_until=None, held_usd=None, note="the market cannot be asked")]
    (problem,) = topup.quote(work.desk, "train", Decimal(1)).problems
    assert "answered 501" in problem
    assert problem.endswith(". Way on: take a newer ampacity")


def test_a_machine_that_ran_dry_and_is_closed_is_a_problem_and_recover_the_way_on(work: Any, prepaid: Prepaid) -> None:
    closed = prepaid.seen(state=MachineState.GONE, held_usd=None, paid_until=None, note="its deposit ran dry")
    for seen, why in ((closed, ": its deposit ran dry"), (Sighting(record=closed.record), "")):
        work.seen = [seen]
        quoted = topup.quote(work.desk, "train", Decimal(4))
        assert quoted.top_ups == ()
        assert quoted.problems == (
            f"node-0: it is gone at its seller, so nothing is paid ahead for it{why} [AMP-MACHINE-GONE]. "
            "Way on: ampacity recover train",
        )
    (lost,) = differences([closed], [])
    assert lost.after == "gone at its seller: its deposit ran dry"


@pytest.mark.parametrize(
    ("spent", "way"), [("2", "ampacity recover train"), ("23.44", "ampacity plan SPEC, then apply the new plan")]
)
def test_the_way_on_after_it_ran_dry_is_a_new_plan_where_making_it_anew_is_beyond_what_was_approved(
    work: Any, prepaid: Prepaid, record: DeploymentRecord, spent: str, way: str
) -> None:
    # 8 h at 2.93 = 23.44 was approved; 7 h of it are left, 20.51.
    wanted = msgspec.structs.replace(prepaid.inputs, ends_at=NOW + 7 * HOUR, max_usd_per_hour=Decimal("2.93"))
    work.record = msgspec.structs.replace(
        record, wanted=(wanted,), approved_usd=Decimal("23.44"), ceiling_usd_per_hour=Decimal("2.93")
    )
    lost = prepaid.seen(state=MachineState.GONE, ends_at=NOW + 7 * HOUR)
    work.seen = [msgspec.structs.replace(lost, settlement=Settlement(spent_usd=Decimal(spent)))]
    (problem,) = topup.quote(work.desk, "train", Decimal(4)).problems
    assert problem.endswith(f"Way on: {way}")
    assert way_anew(work.record, work.seen, (), NOW) == way
    status = deployment_status(work.record, work.seen, NOW)
    assert status.lost == ("node-0",)
    assert f"LOST: node-0, to be made anew: {way}" in list(foot(msgspec.structs.replace(status, anew=way)))
    assert DriftReport(name="train", differences=differences(work.seen, []), anew=way).fix == way


@pytest.mark.parametrize(
    ("limit_hours", "way"),
    [(None, "ampacity recover train"), (Decimal(8), "ampacity plan SPEC, then apply the new plan")],
)
def test_what_its_seller_pays_on_for_anew_is_counted_in_whole_hours(
    prepaid: Prepaid, record: DeploymentRecord, limit_hours: Decimal | None, way: str
) -> None:
    # $2.00 spent and 6.5 h at 2.93 left are 21.05; by a limit of 7 h they are 22.51. 22.00 was approved.
    end = NOW + 6.5 * HOUR
    wanted = msgspec.structs.replace(prepaid.inputs, ends_at=end, max_usd_per_hour=Decimal("2.93"))
    approved = msgspec.structs.replace(record, wanted=(wanted,), approved_usd=Decimal(22))
    lost = prepaid.seen(state=MachineState.GONE, ends_at=end, limit_hours=limit_hours)
    seen = [msgspec.structs.replace(lost, settlement=Settlement(spent_usd=Decimal(2)))]
    assert way_anew(approved, seen, (), NOW) == way


def test_what_ended_at_its_end_is_not_lost_and_is_not_made_anew_to_end_at_once(
    prepaid: Prepaid, record: DeploymentRecord
) -> None:
    ended = msgspec.structs.replace(record, wanted=(msgspec.structs.replace(prepaid.inputs, ends_at=NOW),))
    seen = [prepaid.seen(state=MachineState.GONE, ends_at=NOW)]
    assert deployment_status(ended, seen, NOW).lost == ()
    assert way_anew(ended, seen, (), NOW) == "ampacity plan SPEC, then apply the new plan"


def test_an_order_that_made_nothing_yet_is_neither_gone_nor_paid_for(work: Any, prepaid: Prepaid) -> None:
    pending = msgspec.structs.replace(prepaid.seen().record, id="pending:" + "a" * 32)
    work.seen = [Sighting(record=pending)]
    assert topup.quote(work.desk, "train", Decimal(4)).problems == ()


def test_a_create_call_that_was_interrupted_is_finished_by_recover_and_no_new_plan(prepaid: Prepaid) -> None:
    seen = prepaid.seen()
    pending = msgspec.structs.replace(seen.record, id="pending:" + "a" * 32)
    (found,) = differences([Sighting(record=pending, machine=seen.machine)], [])
    assert (found.what, found.before, found.after) == ("create call", "interrupted", f"made {prepaid.ref.id}")
    assert DriftReport(name="train", differences=(found,)).fix == "ampacity recover train"


def test_it_runs_dry_where_the_money_is_spent_before_its_end(prepaid: Prepaid, record: DeploymentRecord) -> None:
    status = deployment_status(record, [prepaid.seen(ends_at=NOW + 8 * HOUR)], NOW)
    assert (status.runs_dry_at, status.held_usd) == (NOW + HOUR, Decimal(5))
    assert deployment_status(record, [prepaid.seen()], NOW).runs_dry_at == NOW + HOUR
    assert deployment_status(record, [prepaid.seen(ends_at=NOW + HOUR)], NOW).runs_dry_at is None


def test_a_seller_that_cannot_be_asked_leaves_what_it_said_last(prepaid: Prepaid) -> None:
    unasked = Sighting(record=prepaid.seen().record, problem=ResourceError("down"))
    assert machine_status(unasked, NOW).paid_until == NOW + HOUR


def test_what_was_said_last_has_the_time_at_which_it_was_said(prepaid: Prepaid) -> None:
    seen = prepaid.seen()
    record = msgspec.structs.replace(seen.record, told_at=NOW - 3 * HOUR)
    unasked = machine_status(Sighting(record=record, problem=ResourceError("down")), NOW)
    assert (unasked.held_usd, unasked.told_at) == (Decimal(5), NOW - 3 * HOUR)
    assert machine_status(Sighting(record=record, machine=seen.machine), NOW).told_at is None


def test_money_that_runs_out_by_itself_is_no_drift(prepaid: Prepaid) -> None:
    later = prepaid.seen(ends_at=NOW + 8 * HOUR)
    assert later.machine is not None
    spent = msgspec.structs.replace(later.machine, held_usd=Decimal(1), paid_until=NOW)
    assert differences([Sighting(record=later.record, machine=spent)], []) == ()


def test_what_is_gone_holds_nothing(prepaid: Prepaid, record: DeploymentRecord) -> None:
    gone = Sighting(record=prepaid.seen().record)
    assert deployment_status(record, [gone], NOW).held_usd == 0
    assert deployment_status(record, [gone], NOW).runs_dry_at is None


@pytest.mark.parametrize(
    ("hours", "end", "expected"),
    [
        (None, 8, (8, 14)),
        (Decimal(4), 8, (4, 6)),
        (Decimal(20), 8, (8, 14)),
        (Decimal(4), None, (4, 6)),
        (Decimal("0.5"), 8, (0.5, 0)),
    ],
)
def test_a_top_up_reaches_as_far_as_asked_but_never_beyond_the_end(
    work: Any, prepaid: Prepaid, hours: Decimal | None, end: int | None, expected: tuple[float, int]
) -> None:
    until, usd = expected
    work.seen = [prepaid.seen(ends_at=None if end is None else NOW + end * HOUR)]
    quote = topup.quote(work.desk, "train", hours)
    assert [(each.until, each.usd) for each in quote.top_ups] == [(NOW + until * HOUR, Decimal(usd))]
    assert len(quote.due) == (1 if usd else 0)


@pytest.mark.parametrize(("hours", "asked"), [(20, 20), (8, None), (4, None), (None, None)])
def test_hours_that_its_end_cuts_short_are_in_the_quote(
    work: Any, prepaid: Prepaid, hours: int | None, asked: int | None
) -> None:
    work.seen = [prepaid.seen(ends_at=NOW + 8 * HOUR)]
    (due,) = topup.quote(work.desk, "train", None if hours is None else Decimal(hours)).top_ups
    assert due.asked_until == (None if asked is None else NOW + asked * HOUR)


def test_without_an_end_the_hours_must_be_said(work: Any, prepaid: Prepaid) -> None:
    work.seen = [prepaid.seen()]
    with pytest.raises(UsageError) as endless:
        topup.quote(work.desk, "train", None)
    assert (endless.value.code, endless.value.fix) == ("AMP-TOPUP-HOURS", "ampacity topup train --hours 24")


def test_a_quote_pays_nothing_and_what_is_paid_is_what_was_quoted(work: Any, prepaid: Prepaid) -> None:
    work.seen = [prepaid.seen(ends_at=NOW + 8 * HOUR)]
    quote = topup.quote(work.desk, "train", None)
    assert prepaid.seen().machine.paid_until == NOW + HOUR  # type: ignore[union-attr]
    report = topup.pay(work.desk, quote)
    assert (report.usd, report.problems) == (Decimal(14), ())
    assert prepaid.seen().machine.paid_until == NOW + 8 * HOUR  # type: ignore[union-attr]
    assert work.journal.notes == ["pays $14.00 ahead, until 2026-11-21T20:00:00Z"]


def test_what_fails_or_is_gone_by_then_is_told_and_not_paid(work: Any, prepaid: Prepaid) -> None:
    work.seen = [prepaid.seen(ends_at=NOW + 8 * HOUR)]
    quote = topup.quote(work.desk, "train", None)
    prepaid.hall.cloud.fault("broke", 1)
    report = topup.pay(work.desk, quote)
    assert report.paid == ()
    assert "until 2026-11-21T13:00:00Z as before" in report.problems[0]
    assert "the wallet is empty" in report.problems[0]
    work.seen = []
    assert "it is gone at its seller" in topup.pay(work.desk, quote).problems[0]


def test_a_machine_that_cannot_be_asked_is_a_problem_and_the_others_go_on(work: Any, prepaid: Prepaid) -> None:
    seen = prepaid.seen(ends_at=NOW + 8 * HOUR)
    work.seen = [Sighting(record=seen.record, problem=ResourceError("hall is down")), seen]
    quote = topup.quote(work.desk, "train", None)
    assert quote.problems == ("node-0: hall is down [AMP-RESOURCE]",)
    assert quote.usd == 14


def test_only_what_takes_money_is_due() -> None:
    lasting = TopUp(name="a", provider="hall", id="1", paid_until=NOW, until=NOW, usd=Decimal(0))
    assert TopUpQuote(name="train", asked_at=NOW, top_ups=(lasting,)).due == ()


def test_what_is_paid_and_would_end_sooner_all_the_same_is_due_too() -> None:
    limited = TopUp(name="a", provider="hall", id="1", paid_until=NOW, until=NOW + HOUR, usd=Decimal(0))
    assert TopUpQuote(name="train", asked_at=NOW, top_ups=(limited,)).due == (limited,)

"""`recover` asks before it spends or destroys, at the prices of now, and takes in what runs without a word."""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from ampacity.cli import apply_view, live_prices
from ampacity.cli.drift import _table
from ampacity.cli.main import run
from ampacity.cli.options import Format
from ampacity.cli.status_foot import foot
from ampacity.core import contexts
from ampacity.core.contexts import Context
from ampacity.core.digests import Digest
from ampacity.core.errors import PolicyError
from ampacity.providers.base import Market, Offer
from ampacity.provisioning import control
from ampacity.provisioning.machines import MachineInputs
from ampacity.provisioning.outlook import Outlook
from ampacity.provisioning.reports import (
    ApplyReport,
    DeploymentStatus,
    Drift,
    DriftKind,
    DriftReport,
    MachineOutcome,
    Outcome,
)
from ampacity.provisioning.stakes import Stakes, Standing

Arrange = Callable[..., list[Any]]
Build = Callable[..., Offer]
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DIGEST = Digest("sha256:" + "0" * 64)


@pytest.fixture
def node(offer: Build) -> Callable[..., MachineInputs]:
    def make(name: str, **fields: Any) -> MachineInputs:
        return MachineInputs(
            name=name,
            deployment="d" * 32,
            deployment_name="train",
            plan=DIGEST,
            replace=DIGEST,
            offer=offer(**fields),
            image="default",
            disk_gib=100,
        )

    return make


@pytest.fixture
def arrange(monkeypatch: pytest.MonkeyPatch) -> Arrange:
    """A control that sees `ahead` and sellers that ask `prices` in turn; what both were asked comes back."""

    def make(ahead: Outlook, *prices: Offer) -> list[Any]:
        asked: list[Any] = []
        turns = iter(prices)

        class Control:
            def __init__(self, *_: Any, **__: Any) -> None: ...

            def names(self) -> list[str]:
                return ["train"]

            def outlook(self, _name: str, **_: Any) -> Outlook:
                return ahead

            def recovery_funds(self, ahead: Outlook) -> tuple[str, ...]:
                if ahead.name == "poor":
                    raise PolicyError("it cannot be paid", code="AMP-FUNDS")
                return ("the hall does not say what the account has",)

            def recover(self, name: str, *, live: dict[str, Offer], **_: Any) -> ApplyReport:
                asked.append((name, [offer.usd_per_hour for offer in live.values()]))
                return ApplyReport(name=name, machines=())

        def gather(_named: Any, query: Any, *, only: tuple[str, ...], sites: Any) -> Any:
            asked.append((only, query.disk_gib, sites))
            return SimpleNamespace(offers=(next(turns),), errors=())

        monkeypatch.setattr(control, "Control", Control)
        monkeypatch.setattr(
            contexts, "choose_context", lambda *_terms, **_more: SimpleNamespace(state_folder=None, context=Context())
        )
        monkeypatch.setattr(live_prices, "gather", gather)
        return asked

    return make


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """A terminal at which a person types."""

    def type_in(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True, readline=lambda: text + "\n"))
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)

    return type_in


def test_what_only_has_to_be_taken_in_asks_nobody_anything(arrange: Arrange) -> None:
    asked = arrange(Outlook(name="train", stays=("train-1",), adopted=("train-2",)))
    assert run(["recover"]) == 0
    assert asked == [("train", [])]


@pytest.mark.parametrize("kind", ["made", "replaced", "removed"])
def test_without_a_terminal_nothing_is_spent_or_ended_unless_yes_is_given(
    arrange: Arrange,
    node: Callable[..., MachineInputs],
    offer: Build,
    capsys: pytest.CaptureFixture[str],
    kind: str,
) -> None:
    there: Any = ("old-1",) if kind == "removed" else (node("train-1"),)
    ahead = msgspec.structs.replace(Outlook(name="train", ceiling_usd_per_hour=Decimal(21)), **{kind: there})
    asked = arrange(ahead, offer(), offer())
    assert run(["recover"]) == 2
    told = capsys.readouterr().err
    assert "AMP-CONFIRM" in told
    assert "fix: add train --yes" in told
    assert "train" not in [who for who, *_ in asked]
    assert run(["recover", "train", "--yes"]) == 0
    assert asked[-1] == ("train", [] if kind == "removed" else [Decimal(20)])


def test_the_question_has_what_is_done_and_the_price_of_now_beside_the_ceiling(
    arrange: Arrange,
    node: Callable[..., MachineInputs],
    offer: Build,
    answer: Callable[[str], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    ahead = Outlook(
        name="train",
        ceiling_usd_per_hour=Decimal(63),
        stays=("train-1",),
        standing=(Standing(name="train-1", usd_per_hour=Decimal(20), most_usd_per_hour=Decimal(20)),),
        made=(node("train-2"),),
        replaced=(node("train-3"),),
        removed=("old-1",),
        stakes=Stakes(asked_at=NOW, usd_per_hour=Decimal("45.50")),
    )
    asked = arrange(ahead, offer("20.5"), offer("21"))
    answer("yes")
    assert run(["recover"]) == 0
    told = capsys.readouterr().err
    for line in (
        "makes 1 machine: train-2",
        "ends and makes anew 1 machine: train-3",
        "removes 1 machine: old-1",
        "costs $45.50 → $61.00 per hour, at most $63.00",
        "worst case: none, as nothing ends all of it; $0.00 so far",
    ):
        assert line in told
    assert asked[-1] == ("train", [Decimal(21)]), "the prices after the answer count"
    assert asked[0] == (("hall",), 100, None), "only whose machines are to be made are asked"


def test_above_the_ceiling_it_is_not_even_asked(
    arrange: Arrange,
    node: Callable[..., MachineInputs],
    offer: Build,
    answer: Callable[[str], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = arrange(Outlook(name="train", ceiling_usd_per_hour=Decimal(21), made=(node("a"),)), offer("21.01"))
    answer("yes")
    assert run(["recover"]) == 5
    told = capsys.readouterr().err
    assert "AMP-PRICE-CEILING" in told
    assert "ampacity plan SPEC" in told
    assert "Go on?" not in told
    assert len(asked) == 1


def test_what_an_account_lacks_is_said_before_it_is_asked_and_what_is_not_known_of_it_is_noted(
    arrange: Arrange,
    node: Callable[..., MachineInputs],
    answer: Callable[[str], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    ahead = Outlook(name="train", made=(node("a", market=Market.AUCTION),))
    asked = arrange(msgspec.structs.replace(ahead, name="poor"))
    answer("yes")
    assert run(["recover"]) == 5
    told = capsys.readouterr().err
    assert "[AMP-FUNDS]" in told
    assert "Go on?" not in told
    assert asked == []
    arrange(ahead)
    assert run(["recover"]) == 0
    assert "note: the hall does not say what the account has" in capsys.readouterr().err


def test_a_machine_of_an_auction_is_bought_by_its_own_ceiling_and_no_seller_is_asked(
    arrange: Arrange, node: Callable[..., MachineInputs]
) -> None:
    asked = arrange(Outlook(name="train", made=(node("a", market=Market.AUCTION),)))
    assert run(["recover", "train", "--yes"]) == 0
    assert asked == [("train", [])]


def failed(reason: str, outcome: Outcome = Outcome.FAILED) -> MachineOutcome:
    return MachineOutcome(name="a", provider="hall", region="here", sku="box", outcome=outcome, reasons=(reason,))


@pytest.mark.parametrize("code", ["CAPACITY-REGION", "CAPACITY-GLOBAL", "PRICE-MOVED"])
def test_what_is_sold_out_or_dearer_leads_to_a_new_plan(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    report = ApplyReport(name="train", machines=(failed(f"hall: no: sold [AMP-PROVIDER-{code}]"),))
    assert apply_view.report_apply(report, Format.TABLE) == 4
    told = capsys.readouterr().err
    assert "finish:  ampacity plan SPEC, then apply the new plan\n" in told
    assert "again:   ampacity recover train" in told


def test_the_way_on_of_each_failed_machine_is_told_once_and_is_data(capsys: pytest.CaptureFixture[str]) -> None:
    poor = msgspec.structs.replace(failed("hall: it has $0.00 [AMP-PROVIDER-BILLING]"), name="a-1", fix="pay")
    other = msgspec.structs.replace(poor, name="a-3", fix="ampacity doctor")
    machines = (poor, msgspec.structs.replace(poor, name="a-2"), other)
    assert apply_view.report_apply(ApplyReport(name="train", machines=machines), Format.JSON) == 4
    shown = capsys.readouterr()
    assert [row["fix"] for row in json.loads(shown.out)["data"]["machines"]] == ["pay", "pay", "ampacity doctor"]
    assert [line for line in shown.err.splitlines() if line.startswith("fix:")] == [
        "fix:     a-1..2: pay",
        "fix:     a-3: ampacity doctor",
    ]


def test_what_the_spec_has_wrong_is_not_tried_again_but_written_anew(capsys: pytest.CaptureFixture[str]) -> None:
    keyless = failed("hall: invalid: no key [AMP-PROVIDER-INVALID]")
    assert apply_view.report_apply(ApplyReport(name="train", machines=(keyless,)), Format.TABLE) == 2
    told = capsys.readouterr().err
    assert "finish:  edit the spec as its seller says, then ampacity plan SPEC, then apply the new plan\n" in told
    assert "ampacity recover" not in told
    up = msgspec.structs.replace(keyless, name="b", outcome=Outcome.OK, exists=True, reasons=())
    assert apply_view.report_apply(ApplyReport(name="train", machines=(keyless, up)), Format.TABLE) == 4


@pytest.mark.parametrize(
    ("reason", "outcome"), [("[AMP-PROVIDER-AUTH]", Outcome.FAILED), ("it is not known", Outcome.PENDING)]
)
def test_anything_else_that_is_missing_is_finished_by_recover(
    reason: str, outcome: Outcome, capsys: pytest.CaptureFixture[str]
) -> None:
    sold_out = failed("no [AMP-PROVIDER-CAPACITY-ZONE]")
    apply_view.report_apply(ApplyReport(name="train", machines=(sold_out, failed(reason, outcome))), Format.TABLE)
    told = capsys.readouterr().err
    assert "finish:  ampacity recover train\n" in told
    assert "again:" not in told


def test_an_interrupted_destroy_and_an_unfinished_change_are_said_by_status_and_drift(
    capsys: pytest.CaptureFixture[str],
) -> None:
    plain = DeploymentStatus(
        name="train", deployment="d" * 32, asked_at=NOW, machines=(), ends_at=None, overdue=False, outdated=("a-1",)
    )
    assert "NOT REPLACED: the last plan makes anew a-1: ampacity recover train" in list(foot(plain))
    leaving = msgspec.structs.replace(plain, outdated=(), destroying_since=NOW)
    (line,) = [line for line in foot(leaving) if "DESTROY INTERRUPTED" in line]
    assert line.endswith("ampacity destroy train")
    _table(DriftReport(name="train", differences=(), destroying_since=NOW))
    assert capsys.readouterr().out == "A destroy of train was interrupted: ampacity destroy train.\n"


def test_drift_says_that_a_change_is_under_way_and_calls_nothing_interrupted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    at_it = "destroy train, process 7 on here, since 12:00"
    report = DriftReport(name="train", differences=(), destroying_since=NOW, changing=at_it)
    _table(report)
    assert capsys.readouterr().out == f"UNDER WAY: {at_it}.\n"
    assert not report.found
    gone = Drift(machine="a-1", provider="hall", kind=DriftKind.MISSING, what="machine")
    _table(msgspec.structs.replace(report, differences=(gone,)))
    told = capsys.readouterr().out
    assert "what differs may be its work.\n" in told
    assert "Once it has ended: ampacity drift train." in told
    assert "Mend it" not in told

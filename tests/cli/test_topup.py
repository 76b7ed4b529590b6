"""`topup` shows what it takes, asks, and says what was paid; `apply` names what is locked at first."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from ampacity.cli.apply_view import question
from ampacity.cli.main import run
from ampacity.cli.status import _foot
from ampacity.core import contexts
from ampacity.providers.base import Gpu, Market
from ampacity.provisioning import control
from ampacity.provisioning.reports import (
    DeploymentStatus,
    Deposit,
    MachineStatus,
    TopUp,
    TopUpQuote,
    TopUpReport,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DUE = TopUp(
    name="train-1",
    provider="hall",
    id="7",
    paid_until=NOW,
    until=NOW + timedelta(hours=4),
    usd=Decimal("10.5"),
)
Arrange = Callable[..., list[Any]]


@pytest.fixture
def arrange(monkeypatch: pytest.MonkeyPatch) -> Arrange:
    """A control that quotes and pays what is given; what it was asked for comes back."""

    def make(quote: TopUpQuote, report: TopUpReport | None = None) -> list[Any]:
        asked: list[Any] = []

        class Control:
            def __init__(self, *_: Any, **__: Any) -> None: ...

            def names(self) -> list[str]:
                return ["train"]

            def top_up_quote(self, name: str, hours: Decimal | None) -> TopUpQuote:
                asked.append((name, hours))
                return quote

            def top_up(self, quoted: TopUpQuote) -> TopUpReport:
                asked.append(quoted)
                assert report is not None
                return report

        monkeypatch.setattr(control, "Control", Control)
        monkeypatch.setattr(contexts, "choose_context", lambda *_terms, **_more: SimpleNamespace(state_folder=None))
        return asked

    return make


def test_nothing_is_paid_where_nobody_can_be_asked(arrange: Arrange, capsys: pytest.CaptureFixture[str]) -> None:
    asked = arrange(TopUpQuote(name="train", top_ups=(DUE,)))
    assert run(["topup"]) == 2
    assert asked == [("train", None)]
    assert "AMP-CONFIRM" in capsys.readouterr().err


def test_what_is_confirmed_is_paid_and_told(arrange: Arrange, capsys: pytest.CaptureFixture[str]) -> None:
    quote = TopUpQuote(name="train", top_ups=(DUE,))
    asked = arrange(quote, TopUpReport(name="train", paid=(DUE,)))
    assert run(["topup", "train", "--hours", "2.5", "--yes"]) == 0
    assert asked == [("train", Decimal("2.5")), quote]
    assert "train-1: $10.50 paid ahead" in capsys.readouterr().out


def test_what_could_not_be_paid_ends_with_four(arrange: Arrange, capsys: pytest.CaptureFixture[str]) -> None:
    quote = TopUpQuote(name="train", top_ups=(DUE,))
    arrange(quote, TopUpReport(name="train", paid=(), problems=("train-1: the wallet is empty",)))
    assert run(["topup", "--yes", "--json"]) == 4
    told = capsys.readouterr()
    assert json.loads(told.out)["data"]["report"]["problems"] == ["train-1: the wallet is empty"]
    assert "the wallet is empty" in told.err


@pytest.mark.parametrize(
    ("top_ups", "words"),
    [((), "no machine runs on money paid ahead"), ((DUE,), "lasts as long as it should")],
)
def test_where_nothing_is_due_nothing_is_asked(
    arrange: Arrange, capsys: pytest.CaptureFixture[str], top_ups: tuple[TopUp, ...], words: str
) -> None:
    lasting = tuple(TopUp(**{**_fields(each), "usd": Decimal(0), "paid_until": each.until}) for each in top_ups)
    assert arrange(TopUpQuote(name="train", top_ups=lasting)) == []
    assert run(["topup"]) == 0
    assert words in capsys.readouterr().out


def _fields(each: TopUp) -> dict[str, Any]:
    return {name: getattr(each, name) for name in each.__struct_fields__}


def test_the_question_before_an_apply_names_what_is_locked(plan: Any) -> None:
    locked = Deposit(provider="hall", machines=2, usd=Decimal("79.92"))
    assert "locks $79.92 as deposit at hall for 2 machines; what is not used comes back" in asked(plan, locked)
    unknown = Deposit(provider="hall", machines=1, usd=None, why="hall is down")
    assert "locks an unknown sum as deposit at hall for 1 machine: hall is down" in asked(plan, unknown)
    assert "locks" not in asked(plan)


def asked(plan: Any, *deposits: Deposit) -> str:
    return question(plan, approval="nobody", live_usd_per_hour=Decimal(1), deposits=deposits)


@pytest.fixture
def plan() -> Any:
    money = SimpleNamespace(worst_case_usd=Decimal(5), usd_per_hour_after=Decimal(1), ceiling_usd_per_hour=Decimal(1))
    return SimpleNamespace(
        name="train",
        context="test",
        totals=money,
        ttl_hours=None,
        machines=(),
        removed=(),
        base=SimpleNamespace(digest=None),
        expires_at=NOW,
        warnings=(),
    )


@pytest.mark.parametrize(("ends_at", "command"), [(None, "topup train --hours 24"), (NOW, "topup train")])
def test_status_names_the_hour_at_which_it_runs_dry_and_the_command(ends_at: datetime | None, command: str) -> None:
    machine = MachineStatus(
        name="train-1",
        provider="hall",
        region="here",
        sku="box",
        market=Market.AUCTION,
        gpu=Gpu(model="H100", count=1, memory_gib=80),
        state="running",
        id="7",
        paid_until=NOW - timedelta(hours=1),
        held_usd=Decimal("4.5"),
        ends_at=ends_at,
        usd_per_hour=Decimal(2),
        usd_so_far=Decimal(1),
    )
    found = DeploymentStatus(
        name="train", deployment="d" * 32, asked_at=NOW, machines=(machine,), ends_at=ends_at, overdue=False
    )
    lines = list(_foot(found))
    held = (
        "Sellers hold $4.50 that was paid ahead, good until 2026-11-21T11:00:00Z; what is left comes back at destroy."
    )
    assert held in lines
    assert f"RUNS DRY: train-1, the first at 2026-11-21T11:00:00Z: ampacity {command}" in lines

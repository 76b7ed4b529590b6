"""`topup` shows what it takes, asks, and says what was paid; `status` says what is held, and how old that figure is."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from ampacity.cli.main import run
from ampacity.cli.status_foot import foot
from ampacity.core import contexts
from ampacity.providers.base import Gpu, Market
from ampacity.provisioning import control
from ampacity.provisioning.reports import (
    DeploymentStatus,
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
    asked = arrange(TopUpQuote(name="train", asked_at=NOW, top_ups=(DUE,)))
    assert run(["topup"]) == 2
    assert asked == [("train", None)]
    assert "AMP-CONFIRM" in capsys.readouterr().err


def test_what_is_confirmed_is_paid_and_told(arrange: Arrange, capsys: pytest.CaptureFixture[str]) -> None:
    quote = TopUpQuote(name="train", asked_at=NOW, top_ups=(DUE,))
    asked = arrange(quote, TopUpReport(name="train", paid=(DUE,)))
    assert run(["topup", "train", "--hours", "2.5", "--yes"]) == 0
    assert asked == [("train", Decimal("2.5")), quote]
    assert "train-1: $10.50 paid ahead" in capsys.readouterr().out


def test_what_could_not_be_paid_ends_with_four(arrange: Arrange, capsys: pytest.CaptureFixture[str]) -> None:
    quote = TopUpQuote(name="train", asked_at=NOW, top_ups=(DUE,))
    arrange(quote, TopUpReport(name="train", paid=(), problems=("train-1: the wallet is empty",)))
    assert run(["topup", "train", "--yes", "--json"]) == 4
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
    assert arrange(TopUpQuote(name="train", asked_at=NOW, top_ups=lasting)) == []
    assert run(["topup"]) == 0
    assert words in capsys.readouterr().out


def _fields(each: TopUp) -> dict[str, Any]:
    return {name: getattr(each, name) for name in each.__struct_fields__}


def test_hours_beyond_a_machines_end_are_told_as_given_to_its_end(
    arrange: Arrange, capsys: pytest.CaptureFixture[str]
) -> None:
    cut = msgspec.structs.replace(DUE, asked_until=NOW + timedelta(hours=24))
    said = "train-1: 24 h asked, 4 h given: a top-up never reaches beyond a machine's end"
    arrange(TopUpQuote(name="train", asked_at=NOW, top_ups=(cut,)), TopUpReport(name="train", paid=(cut,)))
    assert run(["topup", "train", "--hours", "24", "--yes"]) == 0
    assert said in capsys.readouterr().err.splitlines()
    lasting = msgspec.structs.replace(cut, usd=Decimal(0), paid_until=cut.until)
    arrange(TopUpQuote(name="train", asked_at=NOW, top_ups=(lasting,)))
    assert run(["topup", "train", "--hours", "24"]) == 0
    assert said in capsys.readouterr().err.splitlines()


@pytest.mark.parametrize(("ends_at", "command"), [(None, "topup train --hours 24"), (NOW, "topup train")])
def test_status_names_the_hour_at_which_it_runs_dry_and_the_command(ends_at: datetime | None, command: str) -> None:
    machine = prepaid(ends_at)
    found = status_of(machine)
    lines = list(foot(found))
    held = (
        "Sellers hold $4.50 that was paid ahead, good until 2026-11-21T11:00:00Z; what is left comes back at destroy."
    )
    assert held in lines
    assert f"RUNS DRY: train-1, the first at 2026-11-21T11:00:00Z: ampacity {command}" in lines


@pytest.mark.parametrize(
    ("told_at", "when"),
    [(NOW - timedelta(hours=3), "as of 2026-11-21T09:00:00Z, 3 h ago"), (None, "of an age that is not known")],
)
def test_what_an_unreachable_seller_holds_is_told_with_its_age(told_at: datetime | None, when: str) -> None:
    old = msgspec.structs.replace(prepaid(NOW), name="train-2", state="unknown", told_at=told_at)
    lines = list(foot(status_of(prepaid(NOW), old)))
    assert any(line.startswith("Sellers hold $9.00 that was paid ahead") for line in lines)
    assert f"$4.50 of it, for train-2, is {when}: its seller could not be asked." in lines
    assert not any("could not be asked" in line for line in foot(status_of(prepaid(NOW))))


def prepaid(ends_at: datetime | None) -> MachineStatus:
    return MachineStatus(
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


def status_of(*machines: MachineStatus) -> DeploymentStatus:
    return DeploymentStatus(
        name="train",
        deployment="d" * 32,
        asked_at=NOW,
        machines=machines,
        ends_at=machines[0].ends_at,
        overdue=False,
    )

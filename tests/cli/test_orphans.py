"""What no deployment knows is shown whole, and ended only by who has seen it."""

from collections.abc import Sequence
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from ampacity.cli.main import run
from ampacity.core import contexts
from ampacity.provisioning import control
from ampacity.provisioning.reports import NO_DEPLOYMENT, EndReport, Orphan, OrphanReport

ID = "i-0123456789abcdef0"


def orphan(why: str, machine: str) -> Orphan:
    return Orphan(
        provider="hall",
        region="us-north-east-1",
        id=machine,
        deployment="d" * 32,
        deployment_name="llama-train",
        machine="llama-train-12",
        why=why,
        usd_per_hour=Decimal("23.92"),
    )


@pytest.fixture(autouse=True)
def ended(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids that were ended. One orphan is abandoned, another is past its end."""
    ids: list[str] = []

    class Control:
        def __init__(self, *_: Any, **__: Any) -> None: ...

        def orphans(self) -> OrphanReport:
            late = orphan("past its end: ampacity destroy llama-train", "i-late")
            return OrphanReport(orphans=(orphan(NO_DEPLOYMENT, ID), late), asked=("hall",))

        def end_abandoned(self, orphans: Sequence[Orphan]) -> EndReport:
            ids.extend(each.id for each in orphans)
            return EndReport(ended=tuple(ids))

    monkeypatch.setattr(control, "Control", Control)
    monkeypatch.setattr(contexts, "choose_context", lambda *_terms, **_more: SimpleNamespace())
    return ids


def test_an_id_is_never_cut_in_two_and_the_way_on_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run(["orphans"]) == 7
    told = capsys.readouterr()
    assert ID in told.out
    assert "next:  ampacity orphans --end" in told.err


def test_only_what_is_abandoned_is_ended_and_only_once_confirmed(
    ended: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["orphans", "--end"]) == 2
    assert ended == []
    assert "AMP-CONFIRM" in capsys.readouterr().err
    assert run(["orphans", "--end", "--yes"]) == 0
    assert ended == [ID]
    assert capsys.readouterr().out == f"{ID} ended\n"

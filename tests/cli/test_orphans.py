"""What no deployment knows is shown whole, and ended only by who has seen it."""

from collections.abc import Sequence
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from ampacity.cli.doomed import doomed, ways_to_end
from ampacity.cli.main import run
from ampacity.core import contexts
from ampacity.core.errors import MissingError, UsageError
from ampacity.provisioning import control
from ampacity.provisioning.reports import NO_DEPLOYMENT, EndReport, Orphan, OrphanReport

ID = "i-0123456789abcdef0"


def orphan(why: str, machine: str, deployment: str = "d" * 32) -> Orphan:
    return Orphan(
        provider="hall",
        region="us-north-east-1",
        id=machine,
        deployment=deployment,
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


def test_on_eighty_columns_no_id_name_or_command_is_cut_in_two_and_the_state_goes_before_the_end(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run(["orphans"]) == 7
    told = capsys.readouterr()
    row = next(line for line in told.out.splitlines() if ID in line)
    assert "llama-train-12" in row.split()
    assert told.out.endswith("Asked: hall.\npast its end: ampacity destroy llama-train\n")
    assert told.err.startswith("next:  recover or destroy them where their state is")
    assert told.err.endswith("ampacity orphans --end --deployment llama-train\n")


def test_nothing_is_ended_that_was_not_named_and_confirmed(
    ended: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["orphans", "--end", "--yes"]) == 7
    assert run(["orphans", "--end", "--deployment", "llama-train"]) == 2
    assert "AMP-CONFIRM" in capsys.readouterr().err
    assert run(["orphans", ID]) == 2
    assert "add --end" in capsys.readouterr().err
    assert ended == []


@pytest.mark.parametrize("named", [[ID], [ID, ID], ["--deployment", "llama-train"], ["--deployment", "d" * 32]])
def test_what_is_named_is_ended_and_nothing_else(
    named: list[str], ended: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["orphans", "--end", "--yes", *named]) == 0
    assert ended == [ID]
    assert capsys.readouterr().out == f"{ID} ended\n"


def test_an_overdue_machine_of_a_deployment_known_here_is_left_to_destroy(
    ended: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["orphans", "--end", "--yes", "i-late"]) == 2
    assert "fix: ampacity destroy llama-train" in capsys.readouterr().err
    assert ended == []


def test_two_deployments_of_one_name_are_told_apart_by_their_ids() -> None:
    first, second = orphan(NO_DEPLOYMENT, "i-1"), orphan(NO_DEPLOYMENT, "i-2", deployment="e" * 32)
    with pytest.raises(UsageError) as refusal:
        doomed([first, second], (), "llama-train")
    assert "d" * 32 in refusal.value.why
    assert "e" * 32 in refusal.value.why
    assert doomed([first, second], (), "e" * 32) == [second]
    assert list(ways_to_end([first, second])) == [
        f"ampacity orphans --end --deployment {uid}" for uid in ("d" * 32, "e" * 32)
    ]


def test_what_is_no_orphan_is_not_found() -> None:
    for ids, deployment in ((["i-3"], None), ((), "other")):
        with pytest.raises(MissingError) as refusal:
            doomed([orphan(NO_DEPLOYMENT, "i-1")], ids, deployment)
        assert refusal.value.code == "AMP-ORPHAN-UNKNOWN"

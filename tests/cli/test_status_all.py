"""`status` over several deployments: a line each, sums that hide nothing; one that cannot be read hides no other."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ampacity.cli import status as verb
from ampacity.cli import status_all as room
from ampacity.cli.options import Format
from ampacity.core.contexts import Context, NamedContext
from ampacity.core.errors import AuthError
from ampacity.providers.base import Gpu, Market
from ampacity.provisioning.reports import DeploymentStatus, MachineStatus

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def machine(name: str, state: str = "running", **fields: Any) -> MachineStatus:
    plain = MachineStatus(
        name=name,
        provider="aws",
        region="us-east-1",
        sku="p5.48xlarge",
        market=Market.ON_DEMAND,
        gpu=Gpu(model="H100", count=8, memory_gib=80),
        state=state,
        id=f"i-{name}",
        usd_per_hour=Decimal(50),
        usd_so_far=Decimal("1.25"),
        ends_at=NOW + timedelta(hours=5),
    )
    return msgspec.structs.replace(plain, **fields)


def status(name: str, *machines: MachineStatus, **fields: Any) -> DeploymentStatus:
    plain = DeploymentStatus(
        name=name, deployment="d" * 32, asked_at=NOW, machines=machines, ends_at=NOW + timedelta(hours=5), overdue=False
    )
    return msgspec.structs.replace(plain, **fields)


TRAIN = status(
    "train",
    machine("train-1"),
    machine("train-2", ends_at=NOW + timedelta(hours=2)),
    machine("train-3", "gone", ends_at=NOW + timedelta(hours=1)),
    missing=("train-4",),
)
SERVE = status("serve", machine("serve-1", ends_at=NOW + timedelta(hours=3)))


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> NamedContext:
    """A context with `train`, `serve` and `lost`, which cannot be read."""
    known = {"train": TRAIN, "serve": SERVE}

    class Control:
        def __init__(self, _named: NamedContext) -> None:
            pass

        def status(self, name: str) -> DeploymentStatus:
            if name not in known:
                raise AuthError(f"{name} is closed", why="no passphrase")
            return known[name]

    monkeypatch.setattr(room, "Control", Control)
    monkeypatch.setenv("COLUMNS", "80")
    return NamedContext(name="test", context=Context(), file=Path("config.toml"))


def test_each_has_a_line_with_its_machines_money_next_end_and_what_is_wrong(
    named: NamedContext, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verb._all(named, ["serve", "train"], Format.TABLE) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[1] == ["serve", "1", "running", "$50.00", "$1.25", "3", "h", "-"]
    assert lines[2] == ["train", "2", "running,", "1", "gone", "$100.00", "$3.75", "2", "h", "1", "missing"]


def test_the_sums_are_of_all_and_the_first_end_is_of_machines_that_are_there(
    named: NamedContext, capsys: pytest.CaptureFixture[str]
) -> None:
    verb._all(named, ["serve", "train"], Format.TABLE)
    # 50 + 2 x 50 an hour; 1.25 + 3 x 1.25 so far. train-3 is gone, and its end in an hour ends nothing.
    assert (
        "2 deployments, 3 machines, $150.00 per hour, $5.00 so far; the first end is 2026-11-21T14:00:00Z (train)."
        in capsys.readouterr().out
    )


def test_one_that_cannot_be_read_hides_no_other_and_is_not_counted_as_nothing(
    named: NamedContext, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verb._all(named, ["lost", "serve"], Format.TABLE) == 3
    told = capsys.readouterr()
    assert ["lost", "?", "?", "?", "?", "cannot", "be", "read"] in [line.split() for line in told.out.splitlines()]
    assert "2 deployments, 1 machine, at least $50.00 per hour, at least $1.25 so far" in told.out
    assert "lost is closed: no passphrase" in told.err


def test_a_program_gets_a_list_of_whole_deployments_and_the_failures_beside_it(
    named: NamedContext, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verb._all(named, ["lost", "serve", "train"], Format.JSON) == 3
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "ampacity.statuses/1"
    assert [(each["name"], each["usd_per_hour"], len(each["machines"])) for each in told["data"]] == [
        ("serve", "50", 1),
        ("train", "100", 3),
    ]
    assert [error["message"] for error in told["errors"]] == ["lost is closed"]


def test_a_flat_row_is_a_deployment() -> None:
    assert room.row_of(TRAIN) == {
        "deployment": "train",
        "machines": "2 running, 1 gone",
        "usd_per_hour": Decimal(100),
        "usd_so_far": Decimal("3.75"),
        "next_end_at": NOW + timedelta(hours=2),
        "wrong": "1 missing",
    }


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (status("a", machine("a-1"), overdue=True), "overdue"),
        (status("a", machine("a-1", ends_at=None), ends_at=None), "no end"),
        (status("a", machine("a-1", taken_back_at=NOW)), "taken back"),
        (status("a", machine("a-1", paid_until=NOW + timedelta(hours=1))), "runs dry"),
        (status("a", machine("a-1"), outdated=("a-1",), leaving=("a-2", "a-3")), "1 not replaced, 2 not removed"),
        (status("a", machine("a-1", problems=("interrupted create",))), "1 interrupted"),
        (status("a", machine("a-1"), destroying_since=NOW), "destroy interrupted"),
        (status("a", machine("a-1"), destroying_since=NOW, changing="destroy a, process 7"), "under way"),
        (status("a", machine("a-1")), ""),
    ],
)
def test_what_is_wrong_is_said_in_a_few_words(found: DeploymentStatus, said: str) -> None:
    assert room.row_of(found)["wrong"] == said


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        (status("a", machine("a-1", ends_at=NOW - timedelta(hours=2))), "2 h ago!"),
        (status("a", machine("a-1", ends_at=None)), "never"),
        (status("a", machine("a-1", paid_until=NOW + timedelta(hours=1))), "1 h"),
        (status("a", machine("a-1", "gone")), "-"),
    ],
)
def test_the_next_end_is_past_or_to_come_or_never(
    found: DeploymentStatus, shown: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    room.show_all(room.All(found=(found,), errors={}))
    row = capsys.readouterr().out.splitlines()[1]
    assert f"$1.25 {shown} " in " ".join(row.split()) + " "


def test_whoever_cannot_be_asked_at_one_of_them_is_the_exit_of_all(
    named: NamedContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    unasked = room.All(found=(SERVE, status("a", machine("a-1", "unknown"))), errors={})
    monkeypatch.setattr(room, "ask_all", lambda _named, _names: unasked)
    assert verb._all(named, ["serve", "a"], Format.TABLE) == 4

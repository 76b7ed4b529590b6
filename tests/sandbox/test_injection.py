"""A fault that nobody could ever meet is refused, not promised."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ampacity import sandbox
from ampacity.core.errors import MissingError, UsageError
from ampacity.sandbox import process
from ampacity.sandbox.faults import FaultKind, Faults
from ampacity.sandbox.injection import FAULT
from ampacity.sandbox.part import StandInPart, listens
from ampacity.sandbox.reach import DOWN
from ampacity.sandbox.serve import make_app
from ampacity.sandbox.table import PARTICULAR, STAND_INS


@pytest.fixture
def folder(config: Path) -> Iterator[Path]:
    """One stand-in of the sandbox, running."""
    part = StandInPart(name="lambda", folder=sandbox.layout().part("lambda"))
    part.start()
    running, end = process.running_in(part.folder), time.monotonic() + 20
    assert running is not None
    while part.endpoint() is None and time.monotonic() < end:
        time.sleep(0.02)
    assert listens(part.endpoint() or "")
    yield part.folder
    assert process.stop(running, patience_seconds=5)


@pytest.fixture
def machine(folder: Path) -> str:
    """A machine that it sold."""
    endpoint = StandInPart(name="lambda", folder=folder).endpoint() or ""
    key = {"Authorization": f"Bearer {(folder / 'api_key').read_text().strip()}"}
    with httpx.Client(base_url=f"{endpoint}/api/v1", headers=key) as client:
        client.post("/ssh-keys", json={"name": "mine", "public_key": "ssh-ed25519 AAAA mine"}).raise_for_status()
        kinds = client.get("/instance-types").raise_for_status().json()["data"]
        name, region = next(
            (name, kind["regions_with_capacity_available"][0]["name"])
            for name, kind in kinds.items()
            if kind["regions_with_capacity_available"]
        )
        body = {"region_name": region, "instance_type_name": name, "ssh_key_names": ["mine"]}
        made = client.post("/instance-operations/launch", json=body).raise_for_status().json()
    return str(made["data"]["instance_ids"][0])


def test_a_fault_reaches_the_stand_ins_folder(folder: Path) -> None:
    sandbox.inject("lambda", "capacity", count=3)
    (fault,) = Faults(folder).list()
    assert (fault.kind, fault.count) == (FaultKind.CAPACITY, 3)


def test_a_machine_that_is_there_can_be_named(folder: Path, machine: str) -> None:
    sandbox.inject("lambda", "preempt", machine=machine)
    (fault,) = Faults(folder).list()
    assert (fault.kind, fault.machine) == (FaultKind.PREEMPT, machine)


def test_a_machine_that_is_not_there_is_refused_with_those_that_are(folder: Path, machine: str) -> None:
    with pytest.raises(MissingError) as caught:
        sandbox.inject("lambda", "preempt", machine="typo")
    assert caught.value.what == "lambda has no machine 'typo'"
    assert caught.value.why == f"it has: {machine}"
    assert caught.value.fix == f"ampacity sandbox fault lambda preempt --machine {machine}"
    assert Faults(folder).list() == []


def test_where_no_machine_runs_that_is_said(folder: Path) -> None:
    with pytest.raises(MissingError) as caught:
        sandbox.inject("lambda", "preempt", machine="typo")
    assert caught.value.why == "nothing runs there"


def test_who_asks_which_machines_there_are_spends_no_fault(folder: Path) -> None:
    sandbox.inject("lambda", "throttle")
    with pytest.raises(MissingError):
        sandbox.inject("lambda", "preempt", machine="typo")
    assert [fault.kind for fault in Faults(folder).list()] == [FaultKind.THROTTLE]


@pytest.mark.parametrize(
    "kind", ["capacity", "throttle", "slow", "timeout-after-create", "price-moved", "bad-json", "half-answer"]
)
def test_only_a_machine_that_is_taken_away_can_be_named(kind: str, folder: Path) -> None:
    with pytest.raises(UsageError, match="no machine in particular"):
        sandbox.inject("lambda", kind, machine="any")
    assert Faults(folder).list() == []


@pytest.mark.parametrize("kind", [kind for kinds in PARTICULAR.values() for kind in kinds])
def test_what_only_another_stand_in_can_show_is_refused_and_not_taken_in_silence(kind: str, folder: Path) -> None:
    with pytest.raises(UsageError) as caught:
        sandbox.inject("lambda", kind)
    assert caught.value.what == f"lambda cannot show {kind}"
    assert kind not in caught.value.why
    assert Faults(folder).list() == []


def test_a_stand_in_that_has_ended_is_asked_for_no_fault(config: Path) -> None:
    sandbox.layout().part("lambda").mkdir(parents=True)
    with pytest.raises(MissingError) as caught:
        sandbox.inject("lambda", "capacity")
    assert (caught.value.code, caught.value.fix) == (DOWN, "ampacity sandbox up")


def test_racks_have_no_fault_that_waits_to_be_cleared(config: Path) -> None:
    sandbox.layout().part("own").mkdir(parents=True)
    with pytest.raises(UsageError) as caught:
        sandbox.calm("own", "preempt")
    assert caught.value.code == FAULT


@pytest.mark.parametrize("name", STAND_INS)
def test_every_stand_in_tells_its_machines(name: str, tmp_path: Path) -> None:
    app = make_app(name, tmp_path / name)
    try:
        assert app.machines() == []
    finally:
        getattr(app, "close", lambda: None)()


@pytest.mark.parametrize(
    ("provider", "kind", "code"),
    [
        ("lambda", "earthquake", "AMP-SANDBOX-FAULT"),
        ("lambda", "preemt", "AMP-SANDBOX-FAULT"),
        ("nobody", "slow", "AMP-SANDBOX-PROVIDER"),
        ("lambda", "slow", "AMP-SANDBOX-DOWN"),
    ],
)
def test_a_fault_that_cannot_be_shown_is_refused(provider: str, kind: str, code: str, config: Path) -> None:
    with pytest.raises((UsageError, MissingError)) as caught:
        sandbox.inject(provider, kind)
    assert caught.value.code == code
    assert caught.value.fix


def test_a_fault_that_is_misspelt_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        sandbox.inject("lambda", "thorttle")
    assert caught.value.fix == "ampacity sandbox fault lambda throttle"

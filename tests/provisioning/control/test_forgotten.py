"""A create call that was killed with its plugin and command line: the state has nothing of it, the journal has.

No engine runs here: the journal is written as the plugin does, and the machine is put into the toy cloud.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from ampacity.core.contexts import NamedContext
from ampacity.provisioning import forgotten as forgotten_module
from ampacity.provisioning.control import Control
from ampacity.provisioning.desk import Desk
from ampacity.provisioning.journal import EntryState
from ampacity.provisioning.lock import deployment_lock
from ampacity.provisioning.machines import MachineInputs
from ampacity.provisioning.plugin.bench import order_of
from ampacity.provisioning.records import DeploymentRecord
from ampacity.provisioning.reports import DriftKind
from ampacity.provisioning.tokens import token_of

pytestmark = pytest.mark.engine
UID = "d" * 32


class Crashed:
    """A deployment of two machines whose apply died: how far its create calls came is told by hand."""

    def __init__(self, desk: Desk, cloud: Any, wanted: tuple[MachineInputs, ...]) -> None:
        self._desk, self._cloud = desk, cloud
        self._inputs = {machine.name: machine for machine in wanted}

    def asks(self, name: str) -> None:
        """The plugin has written down that it is about to ask."""
        inputs, urn = self._inputs[name], f"urn::{name}"
        self._desk.journal("train").intend(token_of(UID, urn, inputs.replace), urn, inputs)

    def made(self, name: str, *, told: bool = True) -> str:
        """The seller made it; whether its answer came."""
        self.asks(name)
        inputs = self._inputs[name]
        token = token_of(UID, f"urn::{name}", inputs.replace)
        made: str = self._cloud.insert(order_of(inputs, token))
        if told:
            since, usd = datetime.now(UTC) - timedelta(hours=1), Decimal("23.92")
            journal = self._desk.journal("train")
            journal.settle(token, EntryState.MADE, id=made, since=since, usd_per_hour=usd)
        return made


@pytest.fixture
def crashed(
    context: NamedContext, toy_environment: dict[str, str], machine: Callable[..., MachineInputs], cloud: Any
) -> Crashed:
    desk = Desk(context, environment=toy_environment)
    wanted = tuple(machine(name, deployment=UID) for name in ("node-0", "node-1"))
    now = datetime.now(UTC)
    record = DeploymentRecord(
        uid=UID,
        name="train",
        context="test",
        created_at=now,
        ends_at=now + timedelta(hours=4),
        hours=Decimal(1),
        sites=None,
        user_data=None,
        wanted=wanted,
    )
    desk.records.save(record)
    return Crashed(desk, cloud, wanted)


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was asked for had the time to show itself."""
    monkeypatch.setattr(forgotten_module, "SETTLE_SECONDS", 0)


@pytest.mark.parametrize("told", [True, False])
def test_what_it_made_is_counted_with_its_price_and_said_to_be_interrupted(
    crashed: Crashed, control: Control, told: bool
) -> None:
    made = crashed.made("node-1", told=told)
    found = control.status("train")
    (machine,) = found.machines
    assert (machine.name, machine.id, machine.state) == ("node-1", made, "running")
    assert machine.problems == ("interrupted create",)
    assert found.usd_per_hour == Decimal("23.92")
    assert found.missing == ("node-0",)
    assert control.base_state("train").usd_so_far != 0


def test_what_its_seller_cannot_be_asked_about_counts_at_what_is_known_of_it(
    crashed: Crashed, control: Control, cloud: Any
) -> None:
    made = crashed.made("node-0")
    cloud.fault("read-down", 1)
    (machine,) = control.status("train").machines
    assert (machine.id, machine.state, machine.usd_per_hour) == (made, "unknown", Decimal("23.92"))
    assert machine.usd_so_far is not None
    assert machine.usd_so_far >= Decimal("23.9"), "it was made an hour ago"
    cloud.fault("read-down", 1)
    (problem,) = control.drift("train").problems
    assert problem.endswith("its create call was interrupted: ampacity recover train")


def test_what_was_only_just_asked_for_may_show_itself_late_and_is_no_zero(crashed: Crashed, control: Control) -> None:
    crashed.asks("node-0")
    found = control.status("train")
    (machine,) = found.machines
    assert (machine.id, machine.state) == (None, "unknown")
    assert "does not show it yet" in machine.problems[1]
    assert found.usd_per_hour == Decimal("23.92")
    assert found.usd_so_far is None, "nobody knows since when it runs"


@pytest.mark.usefixtures("settled")
def test_a_call_that_surely_made_nothing_is_only_missing(crashed: Crashed, control: Control) -> None:
    crashed.asks("node-0")
    found = control.status("train")
    assert found.machines == ()
    assert (found.missing, found.usd_per_hour) == (("node-0", "node-1"), Decimal(0))
    report = control.drift("train")
    assert [(each.machine, each.what) for each in report.differences] == [
        ("node-0", "never made"),
        ("node-1", "never made"),
    ]
    assert report.fix == "ampacity recover train"


def test_drift_tells_it_once_as_an_interrupted_call_and_leads_to_recover(crashed: Crashed, control: Control) -> None:
    ids = [crashed.made("node-0"), crashed.made("node-1", told=False)]
    report = control.drift("train")
    assert [(each.machine, each.kind, each.what, each.after) for each in report.differences] == [
        (f"node-{at}", DriftKind.CHANGED, "create call", f"made {made}") for at, made in enumerate(ids)
    ]
    assert report.fix == "ampacity recover train"


def test_recover_says_that_it_takes_in_each_of_two_that_are_alike_and_removes_none(
    crashed: Crashed, control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ampacity.provisioning.recover.SETTLE_SECONDS", 0)
    crashed.made("node-0")
    crashed.made("node-1", told=False)
    ahead = control.outlook("train", gate=None)
    assert (ahead.adopted, ahead.removed, ahead.made) == (("node-0", "node-1"), (), ())
    assert not ahead.asks, "what only is taken in needs no word"


def test_one_that_has_ended_since_is_gone_with_what_it_cost_and_is_wanted_again(
    crashed: Crashed, control: Control, cloud: Any
) -> None:
    made = crashed.made("node-0")
    cloud.run("update machines set state = 'gone' where id = ?", made)
    found = control.status("train")
    assert [(machine.id, machine.state) for machine in found.machines] == [(made, "gone")]
    assert found.usd_per_hour == 0
    assert found.usd_so_far is not None
    assert found.usd_so_far >= Decimal("23.9")
    assert [(each.machine, each.what) for each in control.drift("train").differences] == [
        ("node-0", "never made"),
        ("node-1", "never made"),
    ]


def test_while_the_apply_is_at_work_nothing_is_said_to_be_interrupted(
    crashed: Crashed, control: Control, context: NamedContext
) -> None:
    crashed.made("node-0")
    assert control.interrupted("train") == ("node-0",)
    lock = Desk(context).records.lock("train")
    with deployment_lock(lock, "train", "apply PLAN"):
        found = control.status("train")
        assert found.changing is not None
        assert [(machine.state, machine.problems) for machine in found.machines] == [("running", ())]
        assert control.interrupted("train") == ()


def test_what_is_interrupted_is_known_without_asking_a_seller(
    crashed: Crashed, control: Control, cloud: Any, context: NamedContext
) -> None:
    assert control.interrupted("train") == ()
    assert control.interrupted("other") == ()
    crashed.asks("node-1")
    crashed.made("node-0")
    cloud.fault("read-down", 1)
    assert control.interrupted("train") == ("node-0", "node-1")
    assert cloud.run("select count from faults") == [(1,)]
    records = Desk(context).records
    records.save(msgspec.structs.replace(records.get("train"), destroying_since=datetime.now(UTC)))
    assert control.interrupted("train") == (), "only destroy goes on with it"
    assert control.destroying_since("train") == records.get("train").destroying_since is not None
    assert control.destroying_since("other") is None

"""One end for a machine, everywhere: what the state says, unless its seller ends it; and costs that are whole."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from ampacity.core.digests import digest_of
from ampacity.planning.plan import Action, Plan
from ampacity.providers.base import Labels, Machine, MachineRef, MachineState, Market, Offer, Token
from ampacity.provisioning import orphans
from ampacity.provisioning.baseline import base_state
from ampacity.provisioning.control import Control
from ampacity.provisioning.machines import MachineInputs, MachineRecord
from ampacity.provisioning.observe import Sighting
from ampacity.provisioning.outcomes import standing
from ampacity.provisioning.payload import Payload
from ampacity.provisioning.records import DeploymentRecord
from ampacity.provisioning.reports import DeploymentStatus, FormerMachine
from ampacity.provisioning.status import deployment_status, machine_status
from ampacity.provisioning.wanted import wanted_machines

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
OLD, NEW = NOW - HOUR, NOW + 24 * HOUR
TOKEN = Token("a" * 32)
Seen = Callable[..., Sighting]


@pytest.fixture
def seen(machine: Callable[..., MachineInputs]) -> Seen:
    """A machine whose seller noted `OLD` as its end when it was made, and whose state says `end`."""

    def build(end: datetime | None, name: str = "node-0", **fields: Any) -> Sighting:
        inputs = machine(name, ends_at=end)
        labels = Labels(
            deployment=inputs.deployment, deployment_name="train", machine=name, plan=inputs.plan, token=TOKEN
        )
        plain = Machine(
            provider="toy",
            ref=MachineRef(id=f"toy-{name}", region="toy-1", zone="toy-1b"),
            state=MachineState.RUNNING,
            sku="toy-8",
            market=Market.ON_DEMAND,
            labels=labels,
            usd_per_hour=Decimal(20),
            created_at=NOW - 3 * HOUR,
            ends_at=OLD,
        )
        told = msgspec.structs.replace(plain, **fields)
        outputs = msgspec.to_builtins(told) | {"token": TOKEN}
        return Sighting(
            record=MachineRecord(urn=f"urn::{name}", id=told.ref.id, inputs=inputs, outputs=outputs), machine=told
        )

    return build


@pytest.fixture
def record(machine: Callable[..., MachineInputs]) -> DeploymentRecord:
    return DeploymentRecord(
        uid=machine().deployment,
        name="train",
        context="test",
        created_at=NOW,
        ends_at=NEW,
        hours=Decimal(1),
        sites=None,
        user_data=None,
    )


@pytest.fixture
def swept(monkeypatch: pytest.MonkeyPatch, record: DeploymentRecord) -> Callable[..., list[str]]:
    """Why each machine that the one seller has is an orphan, with those of `known` in state."""

    def sweep(there: list[Sighting], known: list[Sighting] | None) -> list[str]:
        records = SimpleNamespace(names=lambda: ["train"], get=lambda _name: record)
        seller = SimpleNamespace(ours=lambda: [sighting.machine for sighting in there])
        context = SimpleNamespace(context=SimpleNamespace(providers={"toy": {}}))
        desk: Any = SimpleNamespace(
            records=records, context=context, open=lambda _name, _sites: seller, clock=lambda: NOW
        )
        monkeypatch.setattr(orphans, "capability", lambda found, _ability: found)
        monkeypatch.setattr(orphans, "work_on", lambda _desk, _record: SimpleNamespace(stack=None, journal=None))
        monkeypatch.setattr(orphans, "machine_records", lambda *_of: [sighting.record for sighting in known or ()])
        return [found.why for found in orphans.find_orphans(desk).orphans]

    return sweep


@pytest.mark.parametrize("moved", [NEW, None])
def test_an_end_that_was_moved_or_taken_away_beats_the_one_that_the_seller_noted(
    record: DeploymentRecord, seen: Seen, swept: Callable[..., list[str]], moved: datetime | None
) -> None:
    sighting = seen(moved)
    status = deployment_status(msgspec.structs.replace(record, ends_at=moved), [sighting], NOW)
    assert (status.machines[0].ends_at, status.overdue, status.overdue_since) == (moved, False, None)
    assert base_state(record.uid, [sighting]).machines[0].ends_at == moved
    assert standing([sighting.record])[0].ends_at == moved
    assert swept([sighting], [sighting]) == []


def test_a_timer_that_ends_the_machine_is_its_end_whatever_the_state_says(
    record: DeploymentRecord, seen: Seen, swept: Callable[..., list[str]]
) -> None:
    timed = seen(NEW, self_ending=True)
    status = deployment_status(record, [timed], NOW)
    assert (status.machines[0].ends_at, status.overdue, status.overdue_since) == (OLD, True, OLD)
    assert base_state(record.uid, [timed]).machines[0].ends_at == OLD
    assert swept([timed], [timed]) == ["past its end: ampacity destroy train"]


def test_what_the_state_says_is_past_is_past_everywhere(
    record: DeploymentRecord, seen: Seen, swept: Callable[..., list[str]]
) -> None:
    late = seen(NOW, ends_at=NEW)
    status = deployment_status(record, [late], NOW)
    assert (status.overdue, status.overdue_since) == (True, NOW)
    assert swept([late], [late]) == ["past its end: ampacity destroy train"]


def test_a_machine_in_no_state_is_told_as_such_with_the_end_that_its_seller_noted(
    seen: Seen, swept: Callable[..., list[str]]
) -> None:
    assert swept([seen(NEW)], []) == ["in no state: ampacity recover train"]


def test_a_plan_moves_the_ends_of_what_it_marks_and_of_nothing_else(
    seen: Seen, offer: Offer, plan_of: Callable[..., Plan]
) -> None:
    names = ("node-0", "node-1", "node-2")
    kept, moved, timed = seen(NOW, "node-0"), seen(NOW, "node-1"), seen(NOW, "node-2", self_ending=True)
    plan = plan_of(names, base_state("d" * 32, [kept, moved, timed]))
    marks = zip(plan.machines, (Action.KEEP, Action.CHANGE, Action.CHANGE), strict=True)
    plan = msgspec.structs.replace(
        plan, machines=tuple(msgspec.structs.replace(one, action=mark) for one, mark in marks)
    )
    wanted = wanted_machines(
        plan,
        digest_of(plan),
        uid="d" * 32,
        standing=dict(zip(names, (kept, moved, timed), strict=True)),
        payload=Payload(user_data=None, definition=None, takers=()),
        ends_at=NEW,
    )
    assert [inputs.ends_at for inputs in wanted] == [NOW, NEW, NOW]


def test_the_base_says_what_may_be_said_of_how_a_machine_was_made(seen: Seen) -> None:
    parts = base_state("d" * 32, [seen(NEW)]).machines[0].parts
    assert parts is not None
    assert (parts.image, parts.disk_gib, parts.ssh_public_key) == ("default", 100, "ssh-ed25519 AAAA")


def test_a_base_moves_neither_with_time_nor_with_what_was_spent(seen: Seen) -> None:
    assert base_state("d" * 32, [seen(NEW)], usd_so_far=Decimal(1)).digest == base_state("d" * 32, [seen(NEW)]).digest


def test_a_machine_that_is_gone_costs_at_most_until_now_or_until_its_own_timer(seen: Seen) -> None:
    lost = Sighting(record=seen(NEW).record)
    assert machine_status(lost, NOW).usd_so_far == 60  # 3 h at 20
    timed = Sighting(record=seen(NEW, self_ending=True).record)
    assert machine_status(timed, NOW).usd_so_far == 40  # it ended an hour ago


def test_what_the_journal_knows_of_one_that_is_gone_is_its_cost_and_is_counted_once(
    record: DeploymentRecord, seen: Seen
) -> None:
    lost = Sighting(record=seen(NEW).record)
    closed = FormerMachine(
        name="node-0",
        provider="toy",
        id="toy-node-0",
        usd_per_hour=Decimal(20),
        since=NOW - 3 * HOUR,
        until=NOW - 2 * HOUR,
        usd=Decimal(20),
    )
    earlier = msgspec.structs.replace(closed, id="toy-before", usd=Decimal(7))
    status: DeploymentStatus = deployment_status(record, [lost, seen(NEW, "node-1")], NOW, [earlier, closed])
    assert [machine.usd_so_far for machine in status.machines] == [20, 60]
    assert status.former == (earlier,)
    assert (status.usd_of_former, status.usd_so_far) == (Decimal(7), Decimal(87))


def test_the_zone_is_told_where_the_seller_has_zones(seen: Seen) -> None:
    status = machine_status(seen(NEW), NOW)
    assert (status.region, status.zone) == ("toy-1", "toy-1b")


def test_a_base_says_up_to_whole_cents_what_the_deployment_cost_so_far(
    control: Control, seen: Seen, record: DeploymentRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert control.base_state("train").usd_so_far == 0
    there: list[Sighting] = []
    now = datetime.now(UTC)
    desk = SimpleNamespace(records=SimpleNamespace(find=lambda _name: record), clock=lambda: now)
    monkeypatch.setattr(control, "_desk", desk)
    work = SimpleNamespace(journal=SimpleNamespace(entries=list), sellers={})
    monkeypatch.setattr("ampacity.provisioning.control.work_on", lambda *_of: work)
    monkeypatch.setattr("ampacity.provisioning.control.observe.look", lambda _work: there)
    assert control.base_state("train").usd_so_far == 0
    there.append(seen(NEW, created_at=now - timedelta(seconds=901)))
    assert control.base_state("train").usd_so_far == Decimal("5.01")  # 20 x 901 / 3600 = 5.00555...
    there.append(seen(NEW, "node-1", created_at=None))
    assert control.base_state("train").usd_so_far is None


@pytest.mark.engine
@pytest.mark.slow
def test_a_plan_that_changes_nothing_moves_no_end(control: Control, hands: Any, cloud: Any) -> None:
    hands.apply("node-0")
    before = control.status("train")
    plan = hands.plan("node-0")
    same = msgspec.structs.replace(
        plan, machines=tuple(msgspec.structs.replace(one, action=Action.KEEP) for one in plan.machines)
    )
    assert not hands.carry_out(same).partial
    after = control.status("train")
    assert after.machines[0].ends_at == before.machines[0].ends_at is not None
    assert after.ends_at == before.ends_at


@pytest.mark.parametrize("said", [{}, {"usd_per_hour": None, "unseen": "HTTP status 503"}])
def test_a_plan_is_made_against_the_price_that_status_shows(seen: Seen, said: dict[str, Any]) -> None:
    told = seen(NEW)
    assert told.machine is not None
    told = msgspec.structs.replace(told, machine=msgspec.structs.replace(told.machine, **said))
    (running,) = base_state("d" * 32, [told]).machines
    assert running.offer.usd_per_hour != 20
    assert running.price == machine_status(told, NOW).usd_per_hour == 20

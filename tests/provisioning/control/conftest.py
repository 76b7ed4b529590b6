"""A context whose one seller is the toy cloud, `Control` over it, and plans made by hand."""

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ampacity.core.contexts import NamedContext, StateSettings, choose_context
from ampacity.core.digests import Digest, digest_bytes, digest_of
from ampacity.core.progress import silent
from ampacity.core.secrets import SecretRef
from ampacity.planning.plan import (
    Action,
    BaseState,
    FileRef,
    Plan,
    PlannedMachine,
    RemovedMachine,
    Solution,
    Totals,
)
from ampacity.providers.base import Offer, Token
from ampacity.provisioning.control import Control
from ampacity.provisioning.engine import EngineSettings
from ampacity.provisioning.gate import Approved
from ampacity.provisioning.journal import EntryState, JournalEntry
from ampacity.provisioning.machines import MachineInputs
from ampacity.provisioning.reports import ApplyReport

NODE_USD_PER_HOUR = Decimal("23.92")


class OpenGate:
    """Approves everything, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Digest] = []

    def check(self, plan: Plan, digest: Digest) -> Approved:
        self.asked.append(digest)
        return Approved(sentence="no approval required", by=("0xAda",))


@pytest.fixture
def gate() -> OpenGate:
    return OpenGate()


@pytest.fixture
def toy_environment(engine_settings: EngineSettings, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What a process needs to know the toy seller; this process is taught it too."""
    path = engine_settings.plugin_environment["PYTHONPATH"]
    for folder in reversed(path.split(os.pathsep)):
        monkeypatch.syspath_prepend(folder)
    return {**os.environ, "PYTHONPATH": path, "TEST_PASSPHRASE": "correct horse"}


@pytest.fixture
def context(toy_environment: dict[str, str], tmp_path: Path) -> NamedContext:
    named = choose_context("test", config_path=tmp_path / "config.toml")
    state = StateSettings(folder=tmp_path / "state", passphrase=SecretRef(env="TEST_PASSPHRASE"))
    return msgspec.structs.replace(named, context=msgspec.structs.replace(named.context, state=state))


@pytest.fixture
def control(context: NamedContext, toy_environment: dict[str, str]) -> Control:
    return Control(context, progress=silent, environment=toy_environment)


@pytest.fixture
def plan_of(offer: Offer) -> Callable[..., Plan]:
    """A plan for the named machines against `base`; other fields can be given."""

    def build(names: Sequence[str], base: BaseState, *, name: str = "train", **fields: Any) -> Plan:
        known = {machine.name: machine for machine in base.machines}
        machines = tuple(_planned(each, offer, known) for each in names)
        plan = _plan(base, offer, machines, datetime.now(UTC))
        removed = _removed(known, names)
        return msgspec.structs.replace(plan, name=name, removed=removed, **fields)

    return build


class Hands:
    """Plans and applies, as a person at the command line does."""

    def __init__(self, control: Control, build: Callable[..., Plan], offer: Offer, gate: OpenGate) -> None:
        self.control = control
        self.live = {offer.key: offer}
        self.gate = gate
        self._build = build

    def plan(self, *names: str, **fields: Any) -> Plan:
        return self._build(names, self.control.base_state("train"), **fields)

    def carry_out(self, plan: Plan, **terms: Any) -> ApplyReport:
        given = {"user_data": None, "sites": None, "live": self.live, "gate": self.gate, **terms}
        return self.control.apply(plan, digest_of(plan), **given)

    def apply(self, *names: str, **fields: Any) -> ApplyReport:
        return self.carry_out(self.plan(*names, **fields))

    def check(self, plan: Plan) -> None:
        self.control.check(plan, digest_of(plan), self.live, self.gate)


@pytest.fixture
def hands(control: Control, plan_of: Callable[..., Plan], offer: Offer, gate: OpenGate) -> Hands:
    return Hands(control, plan_of, offer, gate)


@pytest.fixture
def entry(machine: Callable[..., MachineInputs]) -> Callable[..., JournalEntry]:
    """A machine that ran from noon for 90 minutes at $20 per hour, unless told otherwise."""

    noon = datetime(2026, 11, 21, 12, tzinfo=UTC)

    def build(name: str = "node-0", **fields: Any) -> JournalEntry:
        plain = JournalEntry(
            token=Token("a" * 32),
            urn=f"urn::{name}",
            name=name,
            provider="toy",
            region="toy-1",
            inputs=machine(name),
            state=EntryState.GONE,
            at=noon + timedelta(minutes=90),
            id="toy-1",
            since=noon,
            usd_per_hour=Decimal(20),
        )
        return msgspec.structs.replace(plain, **fields)

    return build


@pytest.fixture
def user_data(tmp_path: Path) -> tuple[FileRef, str]:
    """A file of user-data beside the plan, and what is in it."""
    text = "#!/bin/sh\necho hello\n"
    (tmp_path / "boot.sh").write_text(text, encoding="utf-8")
    return FileRef(path="boot.sh", digest=digest_bytes(text.encode())), text


def _planned(name: str, offer: Offer, known: dict[str, Any]) -> PlannedMachine:
    there = known.get(name)
    stays = there is not None and there.alive and not there.failed
    action = Action.ADD if there is None else Action.CHANGE if stays else Action.REPLACE
    return PlannedMachine(name=name, offer=offer.id, action=action)


def _removed(known: dict[str, Any], names: Sequence[str]) -> tuple[RemovedMachine, ...]:
    gone = sorted(known.keys() - set(names))
    return tuple(
        RemovedMachine(
            name=each, provider="toy", sku="toy-8", usd_per_hour=NODE_USD_PER_HOUR, reason="fewer are wanted"
        )
        for each in gone
    )


def _plan(base: BaseState, offer: Offer, machines: tuple[PlannedMachine, ...], now: datetime) -> Plan:
    after = NODE_USD_PER_HOUR * len(machines)
    return Plan(
        schema_="ampacity.plan/1",
        tool="ampacity test",
        name="train",
        workload="training",
        context="test",
        spec=Digest("sha256:" + "1" * 64),
        created_at=now,
        expires_at=now + timedelta(hours=1),
        hours=Decimal(72),
        ttl_hours=Decimal(96),
        base=base,
        offers=(offer,),
        machines=machines,
        removed=(),
        auctions=(),
        totals=Totals(
            usd_per_hour_before=Decimal(0),
            usd_per_hour_after=after,
            usd_per_gpu_hour=Decimal("2.99"),
            expected_usd=after * 72,
            ceiling_usd_per_hour=after * Decimal("1.05"),
            worst_case_usd=after * Decimal("1.05") * 96,
            gpus=8 * len(machines),
            nodes=len(machines),
        ),
        binding=(),
        excluded=(),
        solution=Solution(solver="none", status="optimal", gap=Decimal(0)),
        images={},
        disk_gib=100,
        ssh_public_key=None,
        user_data=None,
        sites=None,
    )

"""What a deployment cost can be told once it is destroyed, from what was put aside of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ampacity.core.contexts import NamedContext
from ampacity.core.errors import ResourceError
from ampacity.providers.base import Settlement
from ampacity.provisioning.control import Control
from ampacity.provisioning.ended import ended
from ampacity.provisioning.journal import EntryState, JournalEntry
from ampacity.provisioning.records import DeploymentRecord, Records

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
Entry = Callable[..., JournalEntry]


def record(name: str = "train", uid: str = "d" * 32, **fields: Any) -> DeploymentRecord:
    return DeploymentRecord(
        uid=uid,
        name=name,
        context="test",
        created_at=NOON,
        ends_at=None,
        hours=Decimal(1),
        sites=None,
        user_data=None,
        **fields,
    )


def test_its_machines_cost_what_their_sellers_said_last_or_price_by_time(entry: Entry) -> None:
    billed = entry("node-10", settlement=Settlement(spent_usd=Decimal("7.50"), refunded_usd=Decimal("2.50")))
    found = ended(record(), [billed, entry("node-2")])
    assert [(each.name, each.usd, each.settled) for each in found.machines] == [
        ("node-2", Decimal(30), False),  # 20 x 1.5
        ("node-10", Decimal("7.50"), True),
    ]
    assert (found.usd, found.refunded_usd, found.estimated) == (Decimal("37.50"), Decimal("2.50"), 1)
    assert found.ended_at == NOON + timedelta(minutes=90)


def test_one_whose_end_nobody_noted_is_reckoned_until_the_destroy_began(entry: Entry) -> None:
    lost = entry(state=EntryState.MADE, at=NOON)
    found = ended(record(destroying_since=NOON + timedelta(hours=3)), [lost])
    assert [each.usd for each in found.machines] == [Decimal(60)]  # 20 x 3


def test_what_was_never_made_cost_nothing_and_an_unknown_part_makes_the_sum_unknown(entry: Entry) -> None:
    never = [entry(state=EntryState.REFUSED, id=None), entry(state=EntryState.INTENDED, id=None)]
    assert (ended(record(), never).machines, ended(record(), never).usd) == ((), Decimal(0))
    assert ended(record(), [entry(), entry("node-1", since=None)]).usd is None


def test_every_destroyed_deployment_is_found_by_its_very_name_the_last_first(
    context: NamedContext, control: Control, entry: Entry
) -> None:
    records = Records(context.state_folder)
    for name, uid, hours in (("train", "a" * 32, 1), ("train", "b" * 32, 2), ("train-two", "c" * 32, 3)):
        kept = record(name, uid)
        records.save(kept)
        folder = records.journal(name)
        folder.mkdir()
        noted = entry(at=NOON + timedelta(hours=hours))
        (folder / f"{noted.token}.json").write_bytes(msgspec.json.encode(noted))
        records.archive(kept)
    assert [(each.deployment[0], each.usd) for each in control.ended("train")] == [
        ("b", Decimal(40)),
        ("a", Decimal(20)),
    ]
    assert [each.name for each in control.ended()] == ["train-two", "train", "train"]
    assert control.ended("other") == ()


def test_what_cannot_be_read_is_an_error_and_no_silence(context: NamedContext, control: Control) -> None:
    folder: Path = context.state_folder / "archive" / f"train-{'d' * 32}"
    folder.mkdir(parents=True)
    (folder / "record.json").write_text("{", encoding="utf-8")
    with pytest.raises(ResourceError, match="cannot be read"):
        control.ended("train")

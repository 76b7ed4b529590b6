"""What is remembered of a deployment beside the engine's state."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from ampacity.core.digests import Digest
from ampacity.core.errors import MissingError, ResourceError, UsageError
from ampacity.planning.plan import FileRef
from ampacity.provisioning.machines import MachineInputs
from ampacity.provisioning.records import DeploymentRecord, Records, UsedPlan, new_uid

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
USED = UsedPlan(digest=Digest("sha256:" + "a" * 64), at=NOW, approval="2 of 3 wallets")


@pytest.fixture
def record(machine: Callable[..., MachineInputs]) -> DeploymentRecord:
    return DeploymentRecord(
        uid="d" * 32,
        name="train",
        context="test",
        created_at=NOW,
        ends_at=None,
        hours=Decimal("0.5"),
        sites="/racks/sites.yaml",
        user_data=FileRef(path="/x/boot.sh", digest=Digest("sha256:" + "b" * 64)),
        plans=(USED,),
        wanted=(machine("node-0"),),
    )


def test_a_record_comes_back_as_it_was_but_for_the_secret_user_data(tmp_path: Path, record: DeploymentRecord) -> None:
    records = Records(tmp_path)
    records.save(record)
    bare = msgspec.structs.replace(record.wanted[0], user_data=None)
    assert records.get("train") == msgspec.structs.replace(record, wanted=(bare,))
    assert records.names() == ["train"]
    text = (tmp_path / "deployments/train/record.json").read_text(encoding="utf-8")
    assert str(record.wanted[0].user_data) not in text


def test_only_its_owner_can_read_it(tmp_path: Path, record: DeploymentRecord) -> None:
    Records(tmp_path).save(record)
    folder = tmp_path / "deployments/train"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "record.json").stat().st_mode & 0o777 == 0o600


def test_a_destroyed_deployment_frees_its_name_and_keeps_its_plans_used(
    tmp_path: Path, record: DeploymentRecord
) -> None:
    records = Records(tmp_path)
    records.save(record)
    records.archive(record)
    assert records.names() == []
    assert records.find("train") is None
    assert records.archived_use(USED.digest) == USED
    assert records.archived_use(Digest("sha256:" + "c" * 64)) is None
    records.save(msgspec.structs.replace(record, uid=new_uid()))
    records.archive(records.get("train"))
    assert len(list((tmp_path / "archive").iterdir())) == 2


def test_a_name_nobody_knows_is_missing_and_one_that_climbs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingError):
        Records(tmp_path).get("train")
    for name in ("", "../train", "a/b", ".hidden"):
        with pytest.raises(UsageError):
            Records(tmp_path).folder(name)


def test_a_record_that_cannot_be_read_is_no_missing_deployment(tmp_path: Path, record: DeploymentRecord) -> None:
    records = Records(tmp_path)
    records.save(record)
    (tmp_path / "deployments/train/record.json").write_text("{", encoding="utf-8")
    with pytest.raises(ResourceError):
        records.find("train")


def test_every_deployment_has_an_id_of_its_own() -> None:
    assert len({new_uid() for _ in range(100)}) == 100
    assert len(new_uid()) == 32

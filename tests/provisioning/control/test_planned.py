"""Which spec a plan was made from is remembered for people, and nothing depends on it."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ampacity.core.digests import Digest
from ampacity.provisioning.planned import FILE, KEPT, Planned
from ampacity.provisioning.records import DeploymentRecord, Records, UsedPlan

DIGEST = Digest("sha256:" + "1" * 64)
MADE = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
def planned(tmp_path: Path) -> Planned:
    return Planned(tmp_path / "state")


@pytest.fixture
def specs(tmp_path: Path) -> tuple[Path, Path]:
    paths = (tmp_path / "small.yaml", tmp_path / "large.yaml")
    for path in paths:
        path.touch()
    return paths


def test_two_specs_of_one_name_are_told_apart_by_where_their_plans_lie(
    planned: Planned, specs: tuple[Path, Path], tmp_path: Path
) -> None:
    for spec, plan in zip(specs, ("a.json", "b.json"), strict=True):
        planned.remember(name="train", digest=DIGEST, plan=tmp_path / plan, spec=spec, created_at=MADE)
    by_plan, by_name = planned.of_plan(tmp_path / "a.json"), planned.of_name("train")
    assert by_plan is not None
    assert by_plan.spec == specs[0]
    assert by_name is not None
    assert by_name.spec == specs[1]


def test_of_a_deployment_that_runs_it_is_the_spec_of_the_applied_plan_and_no_later_one(
    planned: Planned, specs: tuple[Path, Path], tmp_path: Path
) -> None:
    applied, tried = DIGEST, Digest("sha256:" + "2" * 64)
    for spec, digest in zip(specs, (applied, tried), strict=True):
        planned.remember(name="train", digest=digest, plan=tmp_path / "a.json", spec=spec, created_at=MADE)
    used = UsedPlan(digest=applied, at=datetime(2026, 11, 21, tzinfo=UTC), approval="none required")
    Records(tmp_path / "state").save(_record(used))
    row = planned.of_name("train")
    assert row is not None
    assert row.spec == specs[0]
    specs[0].unlink()
    assert planned.of_name("train") is None, "another spec's plan would change what runs"


def _record(*plans: UsedPlan) -> DeploymentRecord:
    made = datetime(2026, 11, 21, tzinfo=UTC)
    return DeploymentRecord(
        uid="d" * 32,
        name="train",
        context="test",
        created_at=made,
        ends_at=None,
        hours=Decimal(1),
        sites=None,
        user_data=None,
        plans=plans,
    )


def test_a_spec_that_is_gone_is_not_named(planned: Planned, specs: tuple[Path, Path], tmp_path: Path) -> None:
    planned.remember(name="train", digest=DIGEST, plan=tmp_path / "a.json", spec=specs[0], created_at=MADE)
    specs[0].unlink()
    assert planned.of_name("train") is None


def test_only_the_last_plans_are_kept(planned: Planned, specs: tuple[Path, Path], tmp_path: Path) -> None:
    for number in range(KEPT + 1):
        planned.remember(name=f"n{number}", digest=DIGEST, plan=tmp_path / "a.json", spec=specs[0], created_at=MADE)
    assert planned.of_name("n0") is None
    assert planned.of_name("n1") is not None


@pytest.mark.parametrize("bytes_", [b"", b"{}", b'[{"name": 1}]', b"\xff"])
def test_a_file_that_cannot_be_read_is_as_good_as_none_and_is_written_anew(
    bytes_: bytes, planned: Planned, specs: tuple[Path, Path], tmp_path: Path
) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / FILE).write_bytes(bytes_)
    assert planned.of_name("train") is None
    planned.remember(name="train", digest=DIGEST, plan=tmp_path / "a.json", spec=specs[0], created_at=MADE)
    assert planned.of_name("train") is not None

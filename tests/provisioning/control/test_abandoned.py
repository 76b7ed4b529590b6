"""Machines whose state was lost can be ended from here, and only those."""

import shutil
from pathlib import Path
from typing import Any

from ampacity.provisioning.control import Control


def test_where_the_state_is_gone_what_it_left_can_be_found_and_ended(
    control: Control, hands: Any, cloud: Any, tmp_path: Path
) -> None:
    hands.apply("node-0", "node-1")
    shutil.rmtree(tmp_path / "state")

    found = control.orphans().orphans
    assert {orphan.id for orphan in found} == set(cloud.living())
    assert all(orphan.abandoned for orphan in found)

    report = control.end_abandoned(found)
    assert set(report.ended) == {orphan.id for orphan in found}
    assert report.problems == ()
    assert cloud.living() == {}
    assert control.orphans().orphans == ()


def test_a_machine_of_a_deployment_that_is_known_here_is_left_to_its_verbs(
    control: Control, hands: Any, cloud: Any, tmp_path: Path
) -> None:
    hands.apply("node-0")
    shutil.move(tmp_path / "state", tmp_path / "elsewhere")
    found = control.orphans().orphans
    shutil.move(tmp_path / "elsewhere", tmp_path / "state")

    assert control.end_abandoned(found).ended == ()
    assert len(cloud.living()) == 1

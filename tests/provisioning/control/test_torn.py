"""A journal entry that cannot be read hides no machine, and keeps none running."""

from pathlib import Path
from typing import Any

import pytest

from ampacity.core.errors import ResourceError
from ampacity.provisioning.control import Control

pytestmark = [pytest.mark.engine, pytest.mark.slow]


@pytest.fixture
def torn(control: Control, hands: Any) -> Path:
    """A deployment of two; of the first one's create call half an entry is left."""
    hands.apply("node-0", "node-1")
    folder = control._desk.records.journal("train")
    (path,) = (each for each in folder.glob("*.json") if b'"name":"node-0"' in each.read_bytes())
    path.write_bytes(path.read_bytes()[:100])
    return path


def test_status_shows_every_machine_and_names_the_entry(control: Control, torn: Path) -> None:
    status = control.status("train")
    assert [(machine.name, machine.state) for machine in status.machines] == [
        ("node-0", "running"),
        ("node-1", "running"),
    ]
    (said,) = status.problems
    assert str(torn) in said


def test_who_would_buy_is_refused_and_told_what_can_be_done(control: Control, hands: Any, torn: Path) -> None:
    for verb in (lambda: hands.plan("node-0"), lambda: control.recover("train", live=hands.live, gate=None)):
        with pytest.raises(ResourceError) as refusal:
            verb()
        assert refusal.value.code == "AMP-JOURNAL"
        assert "ampacity destroy train" in refusal.value.fix
        assert str(torn) in refusal.value.fix


def test_destroy_ends_every_machine_and_is_one_until_somebody_has_looked(
    control: Control, cloud: Any, torn: Path
) -> None:
    report = control.destroy("train")
    assert cloud.living() == {}
    assert (report.removed, report.left) == (("node-0", "node-1"), ())
    assert (report.complete, report.about) == (False, True)
    assert str(torn) in report.problems[0]
    assert control.names() == ["train"]
    torn.rename(f"{torn}.torn")
    assert control.destroy("train").complete
    assert control.names() == []

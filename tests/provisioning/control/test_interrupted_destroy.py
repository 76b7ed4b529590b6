"""A destroy that did not come to its end is finished by destroy, and by nothing that would buy again."""

from datetime import timedelta
from typing import Any

import pytest

from ampacity.core.clock import system_clock
from ampacity.core.errors import UnexpectedChangeError
from ampacity.provisioning.control import Control

pytestmark = [pytest.mark.engine, pytest.mark.slow]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("desk", "recover"):
        monkeypatch.setattr(f"ampacity.provisioning.{module}.SETTLE_SECONDS", 0.5)


def _die(*_: Any) -> None:
    raise RuntimeError("killed")


@pytest.fixture
def killed(control: Control, hands: Any, monkeypatch: pytest.MonkeyPatch, cloud: Any) -> None:
    """A deployment of two, of which one is gone already: its destroy died before its second delete."""
    hands.apply("node-0", "node-1")
    with monkeypatch.context() as dying:
        dying.setattr("ampacity.provisioning.destroy._empty", _die)
        with pytest.raises(RuntimeError, match="killed"):
            control.destroy("train")
    cloud.run("update machines set state = 'gone' where id = ?", control.status("train").machines[0].id)


@pytest.mark.usefixtures("killed")
def test_status_and_drift_lead_to_destroy_and_recover_buys_nothing(control: Control, hands: Any, cloud: Any) -> None:
    status, drift = control.status("train"), control.drift("train")
    assert status.destroying_since is not None
    assert (drift.found, drift.fix) == (True, "ampacity destroy train")
    for verb in (
        lambda name: control.outlook(name, gate=None),
        lambda name: control.recover(name, live=hands.live, gate=None),
    ):
        with pytest.raises(UnexpectedChangeError) as refusal:
            verb("train")
        assert (refusal.value.code, refusal.value.fix) == ("AMP-DESTROYING", "ampacity destroy train")
    assert len(cloud.living()) == 1
    assert control.destroy("train").complete
    assert (cloud.living(), control.names()) == ({}, [])


def test_a_plan_from_before_is_refused_and_one_from_after_takes_it_back_knowingly(
    control: Control, hands: Any, cloud: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hands.apply("node-0")
    early = hands.plan("node-0", "node-1", created_at=system_clock())
    with monkeypatch.context() as dying:
        dying.setattr("ampacity.provisioning.destroy._empty", _die)
        with pytest.raises(RuntimeError, match="killed"):
            control.destroy("train")
    for verb in (hands.check, hands.carry_out):
        with pytest.raises(UnexpectedChangeError) as refusal:
            verb(early)
        assert refusal.value.code == "AMP-DESTROYING"
        assert "ampacity destroy train" in refusal.value.fix
    assert len(cloud.living()) == 1

    since = control.status("train").destroying_since
    assert since is not None
    report = hands.apply("node-0", "node-1", created_at=since + timedelta(seconds=1))
    assert any("is given up" in note for note in report.notes)
    assert control.status("train").destroying_since is None
    assert not control.drift("train").found
    assert not control.recover("train", gate=None).partial, "there is nothing to make, so no price is needed"


def test_a_destroy_that_could_not_end_everything_stays_one(control: Control, hands: Any, cloud: Any) -> None:
    hands.apply("node-0")
    cloud.fault("unreachable", 1000)
    assert not control.destroy("train").complete
    first = control.status("train").destroying_since
    assert first is not None
    assert not control.destroy("train").complete
    assert control.status("train").destroying_since == first
    cloud.run("delete from faults")
    assert control.destroy("train").complete


def test_what_a_killed_destroy_s_engine_ended_is_counted_by_the_next(
    control: Control, hands: Any, cloud: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hands.apply("node-0", "node-1")
    with monkeypatch.context() as dying:
        dying.setattr("ampacity.provisioning.destroy._sweep_up", _die)
        with pytest.raises(RuntimeError, match="killed"):
            control.destroy("train")
    assert cloud.living() == {}
    report = control.destroy("train")
    assert (sorted(report.removed), report.complete) == (["node-0", "node-1"], True)

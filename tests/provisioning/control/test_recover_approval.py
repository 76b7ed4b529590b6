"""What was approved once buys again only while the policy of now would let it."""

from typing import Any

import pytest

from ampacity.core.errors import PolicyError
from ampacity.provisioning.control import Control
from ampacity.provisioning.reports import Outcome

pytestmark = [pytest.mark.engine, pytest.mark.slow]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("desk", "recover"):
        monkeypatch.setattr(f"ampacity.provisioning.{module}.SETTLE_SECONDS", 0.5)


class Only:
    """A policy that is satisfied by one account."""

    def __init__(self, account: str) -> None:
        self._account = account

    def check(self, approvers: tuple[str, ...] | None) -> None:
        if self._account not in (approvers or ()):
            raise PolicyError("lapsed", fix="ampacity plan SPEC", code="AMP-APPROVAL-LAPSED")


def test_a_lost_machine_is_not_bought_again_once_who_approved_may_not_any_more(
    control: Control, hands: Any, cloud: Any
) -> None:
    hands.apply("node-0", "node-1")
    lost = control.status("train").machines[0].id
    cloud.run("update machines set state = 'gone' where id = ?", lost)
    for verb in (
        lambda: control.outlook("train", gate=Only("0xEve")),
        lambda: control.recover("train", live=hands.live, gate=Only("0xEve")),
    ):
        with pytest.raises(PolicyError) as refusal:
            verb()
        assert refusal.value.code == "AMP-APPROVAL-LAPSED"
    assert len(cloud.living()) == 1
    report = control.recover("train", live=hands.live, gate=Only("0xAda"))
    assert [machine.outcome for machine in report.machines] == [Outcome.OK] * 2


def test_what_needs_no_money_is_recovered_all_the_same(control: Control, hands: Any, cloud: Any) -> None:
    """One machine is lost, another runs outside the state: that one is taken in, and the lost one is not bought."""
    cloud.fault("lost-answer", 1)
    cloud.fault("find-blind", 100)
    hands.apply("node-0", "node-1")
    cloud.run("delete from faults")
    record = control.status("train")
    known = [machine.id for machine in record.machines if machine.id and machine.state == "running"]
    cloud.run("update machines set state = 'gone' where id = ?", known[0])
    report = control.recover("train", live=hands.live, gate=Only("0xEve"))
    assert report.partial
    assert any("AMP-APPROVAL-LAPSED" in problem for problem in report.problems)
    assert len(cloud.living()) == 1
    assert [machine.outcome for machine in report.machines] == [Outcome.OK], "the pending one is settled"


def test_nothing_is_asked_of_a_recovery_that_buys_nothing(control: Control, hands: Any) -> None:
    hands.apply("node-0")
    assert not control.recover("train", gate=Only("0xEve")).partial

"""Without the engine and without the passphrase one still sees what bills; nothing is changed."""

from collections.abc import Callable
from typing import Any

import pytest

from ampacity.core.contexts import NamedContext
from ampacity.core.digests import digest_of
from ampacity.core.errors import AuthError, MissingError
from ampacity.provisioning import desk
from ampacity.provisioning.control import Control

pytestmark = [pytest.mark.engine, pytest.mark.slow]


@pytest.fixture
def bare(
    context: NamedContext, toy_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Callable[[], Control]:
    """The same context on a computer with an empty cache, and with no passphrase in the environment."""

    def take_away() -> Control:
        def missing(name: str) -> Any:
            raise MissingError(f"There is no {name}", fix="ampacity engines install", code="AMP-ENGINE-MISSING")

        monkeypatch.setattr(desk, "find", missing)
        return Control(context, environment={k: v for k, v in toy_environment.items() if k != "TEST_PASSPHRASE"})

    return take_away


def test_what_runs_and_what_it_costs_is_told_all_the_same(hands: Any, cloud: Any, bare: Callable[[], Control]) -> None:
    hands.apply("node-0", "node-1")
    control = bare()
    status = control.status("train")
    assert [(machine.name, machine.state) for machine in status.machines] == [
        ("node-0", "running"),
        ("node-1", "running"),
    ]
    assert status.usd_per_hour is not None
    assert not control.drift("train").found
    assert control.orphans().orphans == ()
    assert len(control.base_state("train").machines) == 2


def test_a_change_is_refused_before_anything_is_touched(hands: Any, cloud: Any, bare: Callable[[], Control]) -> None:
    hands.apply("node-0")
    control = bare()
    with pytest.raises((MissingError, AuthError)):
        control.destroy("train")
    assert len(cloud.living()) == 1
    assert control.status("train").destroying_since is None


def test_a_destroy_with_another_passphrase_leaves_everything_as_it_was(
    context: NamedContext, toy_environment: dict[str, str], hands: Any, cloud: Any
) -> None:
    hands.apply("node-0")
    cloud.run("update machines set state = 'gone'")
    wrong = Control(context, environment={**toy_environment, "TEST_PASSPHRASE": "open sesame"})
    with pytest.raises(AuthError) as refusal:
        wrong.destroy("train")
    assert refusal.value.code == "AMP-PASSPHRASE"
    assert hands.control.status("train").destroying_since is None
    assert not hands.control.recover("train", live=hands.live, gate=None).partial, "it can still be mended"


def test_a_plan_that_another_passphrase_cannot_carry_out_stays_good(
    context: NamedContext, toy_environment: dict[str, str], hands: Any, cloud: Any
) -> None:
    hands.apply("node-0")
    plan = hands.plan("node-0", "node-1")
    right, wrong = hands.control, Control(context, environment={**toy_environment, "TEST_PASSPHRASE": "open sesame"})
    hands.control = wrong
    with pytest.raises(AuthError) as refusal:
        hands.carry_out(plan)
    assert refusal.value.code == "AMP-PASSPHRASE"
    assert (len(cloud.living()), right.status("train").missing) == (1, ())
    hands.control = right
    assert not hands.carry_out(plan).partial
    assert len(cloud.living()) == 2


def test_a_plan_that_no_engine_could_carry_out_stays_good(hands: Any, cloud: Any, bare: Callable[[], Control]) -> None:
    plan = hands.plan("node-0")
    hands.control = bare()
    with pytest.raises((MissingError, AuthError)):
        hands.carry_out(plan)
    assert hands.control.used("train", digest_of(plan)) is None
    assert hands.control.names() == []


def test_a_state_that_cannot_be_read_leaves_the_orphans_unknown(
    hands: Any, cloud: Any, control: Control, context: NamedContext
) -> None:
    hands.apply("node-0")
    control._desk.checkpoint("train").write_bytes(b"")
    report = control.orphans()
    assert report.orphans == ()
    assert len(report.unread) == 1
    assert "train" in report.unread[0]
    assert report.unread[0] in report.problems

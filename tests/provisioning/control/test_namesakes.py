"""One name, two states: what another state made is seen before anything is bought a second time."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from ampacity.core.contexts import NamedContext
from ampacity.core.digests import digest_of
from ampacity.core.errors import UnexpectedChangeError
from ampacity.planning.plan import Plan
from ampacity.provisioning.control import Control

pytestmark = [pytest.mark.engine, pytest.mark.slow]


@pytest.fixture
def elsewhere(context: NamedContext, toy_environment: dict[str, str], tmp_path: Any) -> Control:
    """The same context with another state folder: a colleague's, or one on another computer."""
    state = msgspec.structs.replace(context.context.state, folder=tmp_path / "elsewhere")
    named = msgspec.structs.replace(context, context=msgspec.structs.replace(context.context, state=state))
    return Control(named, environment=toy_environment)


def test_one_approval_does_not_buy_twice_from_two_states(
    control: Control, elsewhere: Control, hands: Any, cloud: Any, plan_of: Callable[..., Plan]
) -> None:
    plan = hands.plan("node-0", "node-1")
    hands.carry_out(plan)
    made = set(cloud.living())
    given = {"user_data": None, "sites": None, "live": hands.live, "gate": hands.gate}
    for verb in (
        lambda: elsewhere.check(plan, digest_of(plan), hands.live, hands.gate),
        lambda: elsewhere.apply(plan, digest_of(plan), **given),
    ):
        with pytest.raises(UnexpectedChangeError) as refusal:
            verb()
        assert refusal.value.code == "AMP-NAME-TAKEN"
        assert "2 at toy" in refusal.value.why
        assert all(each in refusal.value.why for each in made)
        assert "ampacity orphans" in refusal.value.fix
    assert set(cloud.living()) == made
    assert elsewhere.names() == []

    other = plan_of(["node-0"], elsewhere.base_state("other"), name="other")
    assert not elsewhere.apply(other, digest_of(other), **given).partial, "another name is free"


def test_a_name_that_was_destroyed_here_is_free_again_even_while_its_seller_still_shows_what_ended(
    control: Control, hands: Any, cloud: Any
) -> None:
    hands.apply("node-0")
    gone = next(iter(cloud.living()))
    assert control.destroy("train").complete
    cloud.run("update machines set state = 'running' where id = ?", gone)
    assert not hands.apply("node-0").partial


def test_a_seller_that_cannot_be_swept_is_a_doubt_and_no_refusal(control: Control, hands: Any, cloud: Any) -> None:
    plan = hands.plan("node-0")
    cloud.fault("list-down", 2)
    doubts = control.check(plan, digest_of(plan), hands.live, hands.gate).doubts
    assert len(doubts) == 1
    assert "toy could not be asked" in doubts[0]
    assert not hands.carry_out(plan).partial

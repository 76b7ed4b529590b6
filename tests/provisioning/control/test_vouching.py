"""Where nobody approves a plan, what is remembered of its making tells whether it is the one that was made."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ampacity.core.contexts import NamedContext
from ampacity.core.digests import Digest, digest_of
from ampacity.core.errors import Exit, UsageError
from ampacity.planning.plan import Plan
from ampacity.provisioning.control import Control
from ampacity.provisioning.gate import Approved
from ampacity.provisioning.planned import Planned

NOBODY = "no approval is required in this context"


class FreeGate:
    """A context without a policy: everything passes, and nobody vouches for it."""

    def check(self, plan: Plan, digest: Digest) -> Approved:
        return Approved(sentence=NOBODY, by=())


@pytest.fixture
def free(hands: Any) -> Any:
    hands.gate = FreeGate()
    return hands


@pytest.fixture
def made(free: Any, context: NamedContext, tmp_path: Path) -> Plan:
    """A plan that was made here."""
    plan: Plan = free.plan("node-0")
    remember(context, plan, tmp_path)
    return plan


def remember(context: NamedContext, plan: Plan, folder: Path) -> None:
    planned = Planned(context.state_folder)
    spec, saved = folder / "train.yaml", folder / "train.plan.json"
    planned.remember(name=plan.name, digest=digest_of(plan), plan=saved, spec=spec, created_at=plan.created_at)


def touched(plan: Plan, **fields: Any) -> Plan:
    return msgspec.structs.replace(plan, ssh_public_key="ssh-ed25519 AAAAsomebodyelse", **fields)


def warnings(control: Control, hands: Any, plan: Plan) -> tuple[str, ...]:
    return control.check(plan, digest_of(plan), hands.live, hands.gate).warnings


def test_a_plan_that_was_made_here_passes_without_a_word(control: Control, free: Any, made: Plan) -> None:
    assert warnings(control, free, made) == ()


def test_another_ssh_key_in_a_plan_that_was_made_here_is_refused_before_anything_is_bought(
    free: Any, made: Plan, cloud: Any, control: Control
) -> None:
    for call in (free.check, free.carry_out):
        with pytest.raises(UsageError) as refusal:
            call(touched(made))
        assert (refusal.value.code, refusal.value.exit) == ("AMP-PLAN-TOUCHED", Exit.USAGE)
        assert digest_of(made) in str(refusal.value.why)
        assert refusal.value.fix == "ampacity plan SPEC"
    assert cloud.living() == {}
    assert control.names() == []


def test_the_plan_as_it_was_made_is_still_good_after_the_touched_one_was_refused(
    control: Control, free: Any, made: Plan
) -> None:
    with pytest.raises(UsageError):
        free.check(touched(made))
    assert warnings(control, free, made) == ()


def test_two_plans_that_were_made_in_one_second_are_both_as_they_were_made(
    control: Control, free: Any, made: Plan, context: NamedContext, tmp_path: Path
) -> None:
    twin = touched(made)
    remember(context, twin, tmp_path)
    assert warnings(control, free, made) == warnings(control, free, twin) == ()


def test_a_plan_that_nobody_made_here_is_warned_of_and_not_refused(control: Control, free: Any, made: Plan) -> None:
    elsewhere = touched(made, created_at=made.created_at - timedelta(seconds=1))
    (said,) = warnings(control, free, elsewhere)
    assert said.startswith("no plan of this digest was made here, and nobody approved it")


def test_approvals_are_of_the_digest_so_that_with_a_policy_nothing_else_is_asked(
    control: Control, hands: Any, context: NamedContext, tmp_path: Path
) -> None:
    plan = hands.plan("node-0")
    remember(context, plan, tmp_path)
    assert warnings(control, hands, touched(plan)) == ()

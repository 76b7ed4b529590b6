"""What runs, in a seller's own language: only who takes it makes machines anew when it changes."""

from collections.abc import Callable
from typing import Any

from ampacity.core.digests import digest_bytes
from ampacity.planning.change import replace_digest
from ampacity.planning.plan import Action, BaseState, Definition, FileRef, Plan, RunningMachine
from ampacity.planning.planfile import decode_plan, encode_plan
from ampacity.providers.base import Offer

OLD, NEW = (
    Definition(file=FileRef(path="job.yaml", digest=digest_bytes(text)), providers=("taker",)) for text in (b"1", b"2")
)
Build = Callable[..., Any]
KEY = "ssh-ed25519 AAAA test"
"""The key that `request_for` plans with."""


def runs_by(definition: Definition, running: Build, offer: Offer) -> RunningMachine:
    inputs = replace_digest(
        offer,
        image="default",
        disk_gib=100,
        ssh_public_key=KEY,
        user_data=None,
        definition=definition.digest_at(offer.provider),
    )
    machine: RunningMachine = running("train-1", offer, inputs=inputs)
    return machine


def action(plan: Plan) -> Action:
    (machine,) = plan.machines
    return machine.action


def test_another_definition_makes_the_machine_anew_at_a_seller_that_takes_it_and_at_no_other(
    spec: Build, offer: Build, plan_for: Build, running: Build, base_of: Callable[..., BaseState]
) -> None:
    wanted = spec(gpu={"models": ["H100"], "count": 8})
    for provider, expected in (("taker", Action.REPLACE), ("other", Action.KEEP)):
        sold = offer(provider=provider)
        base = base_of(runs_by(OLD, running, sold))
        assert action(plan_for(wanted, [sold], base=base, definition=OLD)) is Action.KEEP
        assert action(plan_for(wanted, [sold], base=base, definition=NEW)) is expected


def test_what_it_stands_instead_of_does_not_matter(offer: Build) -> None:
    def digest(image: str, user_data: bytes | None, definition: Definition | None) -> str:
        return replace_digest(
            offer(),
            image=image,
            disk_gib=100,
            ssh_public_key=None,
            user_data=None if user_data is None else digest_bytes(user_data),
            definition=definition.file.digest if definition else None,
        )

    assert digest("default", None, OLD) == digest("ubuntu", b"boot", OLD)
    assert len({digest("default", None, None), digest("default", None, OLD), digest("default", None, NEW)}) == 3


def test_the_plan_carries_its_digest_and_who_takes_it(spec: Build, offer: Build, plan_for: Build) -> None:
    plan = plan_for(spec(gpu={"models": ["H100"], "count": 8}), [offer()], definition=OLD)
    assert plan.definition == OLD
    assert decode_plan(encode_plan(plan), name="p.json") == plan

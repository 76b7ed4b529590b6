"""Every reason why a plan may not be applied, with its code and exit status."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from ampacity.core.digests import Digest, digest_bytes
from ampacity.core.errors import AmpacityError, Exit
from ampacity.planning.change import Parts
from ampacity.planning.plan import Action, Auction, BaseState, Definition, FileRef, Plan, RunningMachine
from ampacity.providers.base import BidRule, Offer, PricePart
from ampacity.provisioning import refusals
from ampacity.provisioning.records import UsedPlan

OTHER = Digest("sha256:" + "9" * 64)
EMPTY = BaseState(deployment=None, digest=Digest("sha256:" + "e" * 64))


@pytest.fixture
def plan(plan_of: Callable[..., Plan]) -> Plan:
    """Two machines of 23.92 USD an hour to be made; the ceiling is 5 % above: 50.232."""
    return plan_of(["node-0", "node-1"], EMPTY)


def priced(offer: Offer, usd: str) -> dict[str, Offer]:
    part = PricePart(name="compute", usd_per_hour=Decimal(usd))
    return {offer.key: msgspec.structs.replace(offer, price=(part,))}


def refused(call: Callable[..., None], *arguments: Any) -> AmpacityError:
    with pytest.raises(AmpacityError) as refusal:
        call(*arguments)
    assert refusal.value.fix, "a refusal names the command that goes on"
    return refusal.value


def test_a_plan_is_good_until_the_second_before_it_expires(plan: Plan) -> None:
    refusals.refuse_expired(plan, plan.expires_at - timedelta(seconds=1))
    error = refused(refusals.refuse_expired, plan, plan.expires_at)
    assert (error.code, error.exit) == ("AMP-PLAN-EXPIRED", Exit.UNEXPECTED_CHANGE)


def test_a_used_plan_leads_to_recover(plan: Plan) -> None:
    refusals.refuse_used(plan, None)
    use = UsedPlan(digest=Digest("sha256:" + "2" * 64), at=datetime(2026, 11, 21, tzinfo=UTC), approval="")
    error = refused(refusals.refuse_used, plan, use)
    assert (error.code, error.exit) == ("AMP-PLAN-USED", Exit.UNEXPECTED_CHANGE)
    assert "ampacity recover train" in error.fix
    assert "2026-11-21T00:00:00Z" in error.why


def test_a_used_plan_whose_apply_may_be_at_work_leads_to_status_and_not_to_recover(plan: Plan) -> None:
    use = UsedPlan(digest=Digest("sha256:" + "2" * 64), at=datetime(2026, 11, 21, tzinfo=UTC), approval="")
    error = refused(refusals.refuse_used, plan, use, "apply PLAN, process 7 on here")
    assert error.fix == "ampacity status train, which shows how far it is"
    assert error.why.endswith("; at work now: apply PLAN, process 7 on here")


def test_a_plan_stays_in_the_context_that_it_was_made_for(plan: Plan) -> None:
    refusals.refuse_other_context(plan, "test")
    error = refused(refusals.refuse_other_context, plan, "production")
    assert (error.code, error.exit) == ("AMP-PLAN-CONTEXT", Exit.USAGE)
    assert "--context test" in error.fix


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"alive": False}, "node-0 is gone at its seller"),
        ({"failed": True}, "node-0 failed at its seller"),
        ({"inputs": OTHER}, "node-0 was made anew with another user-data or definition"),
        (
            {"inputs": OTHER, "parts": Parts(image="mine", disk_gib=200, ssh_public_key=None)},
            "node-0 was made anew with another image, another disk_gib",
        ),
        ({"id": "i-2"}, "node-0 is another machine: i-1 -> i-2"),
        ({"name": "node-7"}, "node-0 is not there any more; node-7 is new"),
        ({}, "a machine was replaced by another one of the same kind"),
    ],
)
def test_a_stale_plan_says_what_moved(
    plan_of: Callable[..., Plan], offer: Offer, change: dict[str, Any], said: str
) -> None:
    machine = RunningMachine(
        name="node-0",
        offer=offer,
        inputs=Digest("sha256:" + "3" * 64),
        alive=True,
        parts=Parts(image="default", disk_gib=100, ssh_public_key=None),
        id="i-1",
    )
    base = BaseState(deployment="d" * 32, digest=Digest("sha256:" + "4" * 64), machines=(machine,))
    plan = plan_of(["node-0"], base)
    refusals.refuse_stale(plan, base)
    moved = msgspec.structs.replace(
        base, digest=Digest("sha256:" + "5" * 64), machines=(msgspec.structs.replace(machine, **change),)
    )
    error = refused(refusals.refuse_stale, plan, moved)
    assert (error.code, error.exit, error.why) == ("AMP-PLAN-STALE", Exit.UNEXPECTED_CHANGE, said)


def test_a_stale_plan_says_which_offer_a_machine_was_made_by(plan_of: Callable[..., Plan], offer: Offer) -> None:
    machine = RunningMachine(name="node-0", offer=offer, inputs=Digest("sha256:" + "3" * 64), alive=True)
    base = BaseState(deployment="d" * 32, digest=Digest("sha256:" + "4" * 64), machines=(machine,))
    other = msgspec.structs.replace(offer, sku="other")
    moved = msgspec.structs.replace(
        base,
        digest=Digest("sha256:" + "5" * 64),
        machines=(msgspec.structs.replace(machine, inputs=OTHER, offer=other),),
    )
    error = refused(refusals.refuse_stale, plan_of(["node-0"], base), moved)
    assert error.why == f"node-0 was made anew with another offer ({offer.key} -> {other.key})"


def test_a_plan_for_nothing_is_stale_once_the_deployment_exists(plan: Plan) -> None:
    base = BaseState(deployment="d" * 32, digest=Digest("sha256:" + "6" * 64))
    assert "the deployment was made since" in refused(refusals.refuse_stale, plan, base).why


def test_prices_may_rise_to_the_ceiling_and_not_a_millionth_above(plan: Plan, offer: Offer) -> None:
    refusals.refuse_price(plan, priced(offer, "25.116"))
    error = refused(refusals.refuse_price, plan, priced(offer, "25.116001"))
    assert (error.code, error.exit) == ("AMP-PRICE-CEILING", Exit.POLICY)
    assert "node-0 $23.9200 -> $25.1160" in error.why


@pytest.mark.parametrize("price", [(), None])
def test_a_price_that_is_not_known_is_refused(plan: Plan, offer: Offer, price: tuple[PricePart, ...] | None) -> None:
    live = {} if price is None else {offer.key: msgspec.structs.replace(offer, price=price)}
    error = refused(refusals.refuse_price, plan, live)
    assert (error.code, error.exit) == ("AMP-PRICE-UNKNOWN", Exit.POLICY)


def test_machines_that_stay_need_no_live_price_and_count_as_planned(plan: Plan, offer: Offer) -> None:
    kept = msgspec.structs.replace(plan.machines[0], action=Action.KEEP)
    half = msgspec.structs.replace(plan, machines=(kept, plan.machines[1]))
    refusals.refuse_price(half, priced(offer, "26.312"))  # 50.232 - 23.92
    assert refused(refusals.refuse_price, half, priced(offer, "26.3121")).code == "AMP-PRICE-CEILING"
    all_kept = msgspec.structs.replace(plan, machines=(kept,))
    refusals.refuse_price(all_kept, {})


def test_an_auctioned_machine_counts_with_its_own_ceiling(plan: Plan, offer: Offer) -> None:
    bid = Auction(machine="node-1", ceiling_usd_per_hour=Decimal("26.3"), rule=BidRule.CHEAPEST_ALLOWED)
    auctioned = msgspec.structs.replace(plan, auctions=(bid,))
    refusals.refuse_price(auctioned, priced(offer, "23.92"))
    assert refused(refusals.refuse_price, auctioned, priced(offer, "23.94")).code == "AMP-PRICE-CEILING"


def test_user_data_is_the_bytes_that_were_planned(plan: Plan) -> None:
    refusals.refuse_user_data(plan, None)
    assert refused(refusals.refuse_user_data, plan, "echo hi").code == "AMP-USER-DATA"
    ref = FileRef(path="boot.sh", digest=digest_bytes(b"echo hi"))
    planned = msgspec.structs.replace(plan, user_data=ref)
    refusals.refuse_user_data(planned, "echo hi")
    assert refused(refusals.refuse_user_data, planned, "echo ho").exit is Exit.UNEXPECTED_CHANGE
    assert refused(refusals.refuse_user_data, planned, None).code == "AMP-USER-DATA"


def test_the_definition_is_the_bytes_that_were_planned(plan: Plan) -> None:
    refusals.refuse_definition(plan, None)
    assert refused(refusals.refuse_definition, plan, "services: {}").code == "AMP-DEFINITION"
    ref = FileRef(path="job.yaml", digest=digest_bytes(b"services: {}"))
    planned = msgspec.structs.replace(plan, definition=Definition(file=ref, providers=("toy",)))
    refusals.refuse_definition(planned, "services: {}")
    assert refused(refusals.refuse_definition, planned, None).exit is Exit.UNEXPECTED_CHANGE

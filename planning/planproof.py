"""What must hold between the parts of a plan, so that one that was edited by hand gives itself away."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec

from .plan import MADE, Action, Plan
from .totals import make_totals


def contradictions(plan: Plan) -> Iterator[str]:
    """Everything in `plan` that `build_plan` could not have written."""
    # Money first: the sums below would not bear a NaN.
    odd = next(_odd_amounts(plan, "plan"), None)
    if odd is not None:
        yield f"{odd} is no amount"
        return
    yield from _times(plan)
    yield from _references(plan)
    yield from _names(plan)
    yield from _sums(plan)


def _odd_amounts(value: Any, where: str) -> Iterator[str]:
    """Where an amount is negative or not finite."""
    if isinstance(value, Decimal):
        if not value.is_finite() or value < 0:
            yield where
    elif isinstance(value, msgspec.Struct):
        for field in value.__struct_fields__:
            yield from _odd_amounts(getattr(value, field), f"{where}.{field}")
    elif isinstance(value, tuple):
        for at, item in enumerate(value):
            yield from _odd_amounts(item, f"{where}[{at}]")


def _times(plan: Plan) -> Iterator[str]:
    if plan.expires_at <= plan.created_at:
        yield "it expires before it was made"
    if plan.hours <= 0 or (plan.ttl_hours is not None and plan.ttl_hours < plan.hours):
        yield "its hours do not fit its end"


def _references(plan: Plan) -> Iterator[str]:
    ids = [offer.id for offer in plan.offers]
    used = {machine.offer for machine in plan.machines}
    if len(set(ids)) != len(ids) or set(ids) != used:
        yield "its offers are not those of its machines"
    if any(offer.gpu.count < 1 or offer.usd_per_hour is None for offer in plan.offers):
        yield "an offer has no GPU or no price"
    if plan.disk_gib < 1:
        yield "its machines have no disk"


def _names(plan: Plan) -> Iterator[str]:
    planned = [machine.name for machine in plan.machines]
    removed = [machine.name for machine in plan.removed]
    running = {machine.name: machine for machine in plan.base.machines}
    named = planned + removed
    if len(set(named)) != len(named) or len(running) != len(plan.base.machines):
        yield "a machine is named twice"
    if not set(running) <= set(named) or not set(removed) <= set(running):
        yield "what runs is not accounted for"
    for machine in plan.machines:
        before = running.get(machine.name)
        stays = before is not None and before.alive
        if stays == (machine.action is Action.ADD) or machine.action is Action.REMOVE:
            yield f"{machine.name} cannot be marked {machine.action.value}"
        elif before is not None and stays and before.offer.key != _key(plan, machine.offer):
            yield f"{machine.name} runs on another offer"
    if not {auction.machine for auction in plan.auctions} <= set(planned):
        yield "an auction is for no machine"
    made = {machine.name for machine in plan.machines if machine.action in MADE}
    paid = [each.machine for each in plan.prepaid]
    if len(set(paid)) != len(paid) or not set(paid) <= made:
        yield "what is paid ahead is for no machine that is made"


def _key(plan: Plan, offer_id: str) -> str | None:
    return next((offer.key for offer in plan.offers if offer.id == offer_id), None)


def _sums(plan: Plan) -> Iterator[str]:
    offers = {offer.id: offer for offer in plan.offers}
    if any(machine.offer not in offers for machine in plan.machines):
        return
    totals = make_totals(
        plan.base,
        plan.machines,
        offers,
        ceiling_usd_per_hour=plan.totals.ceiling_usd_per_hour,
        hours=plan.hours,
        ttl_hours=plan.ttl_hours,
        now=plan.created_at,
        prepaid=plan.prepaid,
    )
    if totals != plan.totals:
        yield "its totals are not the sum of its parts"
    now = {machine.name: machine.price for machine in plan.base.machines if machine.alive}
    if any(now.get(machine.name) != machine.usd_per_hour_before for machine in plan.machines):
        yield "a machine costs something else now"
    if plan.totals.ceiling_usd_per_hour < totals.usd_per_hour_after:
        yield "its ceiling is below its price"

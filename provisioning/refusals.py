"""Every reason why a plan may not be applied, in order, each with the command that goes on. Pure.

what                              code                exit
expired                           AMP-PLAN-EXPIRED    7
applied before                    AMP-PLAN-USED       7
made for another context          AMP-PLAN-CONTEXT    2
another than was made here        AMP-PLAN-TOUCHED    2, where nobody approved it
made before a destroy began       AMP-DESTROYING      7
made against another base         AMP-PLAN-STALE      7
an offer has no live price        AMP-PRICE-UNKNOWN   5
live prices above the ceiling     AMP-PRICE-CEILING   5
its name runs from another state  AMP-NAME-TAKEN      7 (`namesakes.py`), for a deployment that is new here
what is locked is not known       AMP-DEPOSIT-UNKNOWN 5 (`deposits.py`), or the code of its seller's error
more is locked than planned       AMP-DEPOSIT-CEILING 5 (`deposits.py`)
an account cannot pay what is     AMP-FUNDS           5 (`funds.py`)
user-data is not what was planned AMP-USER-DATA       7
nor is what runs by a definition  AMP-DEFINITION      7
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from ..core.clock import rfc3339
from ..core.digests import Digest, digest_bytes
from ..core.errors import PolicyError, UnexpectedChangeError, UsageError
from ..core.money import show_usd, total
from ..planning.costs import Cost, plan_costs
from ..planning.plan import MADE, BaseState, FileRef, Plan, PlannedMachine, RunningMachine
from ..providers.base import Offer
from .records import UsedPlan

PLAN_AGAIN = "ampacity plan SPEC"


def refuse_expired(plan: Plan, now: datetime) -> None:
    """Raises `UnexpectedChangeError` once the plan's time is over."""
    if now >= plan.expires_at:
        raise UnexpectedChangeError(
            "The plan has expired",
            why=f"it was good until {rfc3339(plan.expires_at)}",
            fix=PLAN_AGAIN,
            code="AMP-PLAN-EXPIRED",
        )


def refuse_used(plan: Plan, use: UsedPlan | None, changing: str | None = None) -> None:
    """Raises `UnexpectedChangeError` for a plan that was applied before, finished or not.

    `changing` is what is at work on the deployment now: it may be that very apply.
    """
    if use is not None:
        at_work = f"; at work now: {changing}" if changing else ""
        finish = f"ampacity recover {plan.name} to finish that one, or {PLAN_AGAIN}"
        raise UnexpectedChangeError(
            "The plan was applied before",
            why=f"at {rfc3339(use.at)}; a plan is good for one apply{at_work}",
            fix=f"ampacity status {plan.name}, which shows how far it is" if changing else finish,
            code="AMP-PLAN-USED",
        )


def refuse_other_context(plan: Plan, context: str) -> None:
    """Raises `UsageError` for a plan that was made in another context."""
    if plan.context != context:
        raise UsageError(
            "The plan was made for another context",
            why=f"it is for {plan.context}, and this is {context}",
            fix=f"ampacity apply PLAN --context {plan.context}",
            code="AMP-PLAN-CONTEXT",
        )


def refuse_touched(plan: Plan, digest: Digest, made: Digest | None) -> None:
    """Raises `UsageError` for a plan that is another by now than the one, `made`, that was made here."""
    if made is not None and made != digest:
        raise UsageError(
            "The plan was touched",
            why=f"the one that was made here for {plan.name} at {rfc3339(plan.created_at)} is {made}; this is {digest}",
            fix=PLAN_AGAIN,
            code="AMP-PLAN-TOUCHED",
        )


def refuse_destroyed(plan: Plan, since: datetime | None) -> None:
    """Raises `UnexpectedChangeError` for a plan from before a destroy began. A later one knows what was left."""
    if since is not None and plan.created_at <= since:
        raise UnexpectedChangeError(
            f"{plan.name} is being destroyed",
            why=f"that began at {rfc3339(since)}, after the plan was made, and did not come to its end",
            fix=f"ampacity destroy {plan.name}, or {PLAN_AGAIN} to build on what is left",
            code="AMP-DESTROYING",
        )


def refuse_recovery(name: str, since: datetime | None) -> None:
    """Raises `UnexpectedChangeError` where a destroy began: to recover would buy again what it ended."""
    if since is not None:
        raise UnexpectedChangeError(
            f"{name} is being destroyed",
            why=f"that began at {rfc3339(since)} and did not come to its end",
            fix=f"ampacity destroy {name}",
            code="AMP-DESTROYING",
        )


def refuse_stale(plan: Plan, base: BaseState) -> None:
    """Raises `UnexpectedChangeError` that says what moved since the plan was made."""
    if plan.base.digest != base.digest:
        raise UnexpectedChangeError(
            "The plan is stale",
            why="; ".join(_moved(plan.base, base)),
            fix=PLAN_AGAIN,
            code="AMP-PLAN-STALE",
        )


def refuse_price(plan: Plan, live: Mapping[str, Offer]) -> None:
    """Raises `PolicyError` when what is to be made has no live price or costs more than the ceiling.

    Machines of an auction have a ceiling of their own. Machines that stay count with the price that
    the plan has for them, which their sellers cannot move any more.
    """
    auctioned = {auction.machine for auction in plan.auctions}
    fixed = [machine for machine in plan.machines if machine.name not in auctioned]
    there = plan_costs(plan)
    prices = [_live_price(plan, machine, live, there) for machine in fixed]
    ceilings = [auction.ceiling_usd_per_hour for auction in plan.auctions]
    now_usd, ceiling = total([*prices, *ceilings]), plan.totals.ceiling_usd_per_hour
    if now_usd > ceiling:
        raise PolicyError(
            "Live prices are above the plan's ceiling",
            why=f"{show_usd(now_usd, places=4)} per hour now, {show_usd(ceiling, places=4)} allowed; "
            + "; ".join(_dearer(plan, fixed, prices)),
            fix=PLAN_AGAIN,
            code="AMP-PRICE-CEILING",
        )


def refuse_user_data(plan: Plan, user_data: str | None) -> None:
    """Raises `UnexpectedChangeError` when the user-data is not the one that was planned."""
    if (why := _other_text(plan.user_data, user_data)) is not None:
        raise UnexpectedChangeError(
            "The user-data is not what was planned", why=why, fix=PLAN_AGAIN, code="AMP-USER-DATA"
        )


def refuse_definition(plan: Plan, definition: str | None) -> None:
    """Raises `UnexpectedChangeError` when the definition of what runs is not the one that was planned."""
    if (why := _other_text(plan.definition.file if plan.definition else None, definition)) is not None:
        raise UnexpectedChangeError(
            "The definition is not what was planned", why=why, fix=PLAN_AGAIN, code="AMP-DEFINITION"
        )


def _other_text(planned: FileRef | None, text: str | None) -> str | None:
    """How `text` differs from the file that was planned, `None` where it is that."""
    found = None if text is None else digest_bytes(text.encode())
    wanted = planned.digest if planned else None
    where = planned.path if planned else "none"
    return None if found == wanted else f"planned: {where} with digest {wanted}; found: {found}"


def _live_price(plan: Plan, machine: PlannedMachine, live: Mapping[str, Offer], there: Mapping[str, Cost]) -> Decimal:
    planned = plan.offer_of(machine)
    return live_price(machine.name, planned, live) if machine.action in MADE else there[machine.name].usd_per_hour


def live_price(name: str, planned: Offer, live: Mapping[str, Offer]) -> Decimal:
    """What machine `name`, which is to be made by `planned`, costs now. Raises `PolicyError` where nobody says."""
    offer = live.get(planned.key)
    price = offer.usd_per_hour if offer is not None else None
    if price is None:
        raise PolicyError(
            f"{name} has no live price",
            why=f"{planned.provider} does not offer {planned.sku} in {planned.region} at a known price now",
            fix=PLAN_AGAIN,
            code="AMP-PRICE-UNKNOWN",
        )
    return price


def _dearer(plan: Plan, machines: list[PlannedMachine], prices: list[Decimal]) -> Iterator[str]:
    for machine, price in zip(machines, prices, strict=True):
        planned = plan.offer_of(machine).usd_per_hour
        if planned is not None and price > planned:
            yield f"{machine.name} {show_usd(planned, places=4)} -> {show_usd(price, places=4)}"


def _moved(planned: BaseState, now: BaseState) -> Iterator[str]:
    if planned.deployment != now.deployment:
        yield _another(planned.deployment, now.deployment)
    before = {machine.name: machine for machine in planned.machines}
    after = {machine.name: machine for machine in now.machines}
    yield from (f"{name} is not there any more" for name in sorted(before.keys() - after.keys()))
    yield from (f"{name} is new" for name in sorted(after.keys() - before.keys()))
    changed = [name for name in sorted(before.keys() & after.keys()) if _differs(before[name], after[name])]
    yield from (f"{name} {_how(before[name], after[name])}" for name in changed)
    if planned.deployment == now.deployment and before.keys() == after.keys() and not changed:
        # What a plan from before ids were kept can say.
        yield "a machine was replaced by another one of the same kind"


def _another(before: str | None, after: str | None) -> str:
    if before is None:
        return "the deployment was made since"
    return "the deployment was destroyed since" if after is None else "the deployment was made anew since"


def _differs(before: RunningMachine, after: RunningMachine) -> bool:
    return _stand(before) != _stand(after) or _exchanged(before, after)


def _stand(machine: RunningMachine) -> tuple[bool, bool, Digest]:
    return machine.alive, machine.failed, machine.inputs


def _exchanged(before: RunningMachine, after: RunningMachine) -> bool:
    return before.id is not None and before.id != after.id


def _how(before: RunningMachine, after: RunningMachine) -> str:
    if before.alive != after.alive:
        return "came back" if after.alive else "is gone at its seller"
    if before.failed != after.failed:
        return "failed at its seller" if after.failed else "has recovered at its seller"
    if before.inputs != after.inputs:
        return f"was made anew with {', '.join(_others(before, after)) or 'another user-data or definition'}"
    return f"is another machine: {before.id} -> {after.id}"


def _others(before: RunningMachine, after: RunningMachine) -> Iterator[str]:
    """What of its inputs is not as it was, as far as the plan may tell."""
    if before.offer.key != after.offer.key:
        yield f"another offer ({before.offer.key} -> {after.offer.key})"
    if before.parts is None or after.parts is None:
        return
    for name in before.parts.__struct_fields__:
        if getattr(before.parts, name) != getattr(after.parts, name):
            yield f"another {name}"

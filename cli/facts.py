"""A plan in the words and figures that a signer sees."""

from collections import Counter
from decimal import Decimal

from ..access.facts import PlanFacts
from ..core.digests import Digest
from ..planning.plan import Action, Plan
from ..planning.warn import replacements
from .ends import ends
from .terms import choice

_VERBS = {
    Action.ADD: "buy",
    Action.REPLACE: "replace by",
    Action.CHANGE: "change",
    Action.KEEP: "keep",
}


def plan_facts(plan: Plan, digest: Digest) -> PlanFacts:
    """The facts of `plan`. Same plan, same facts: approvals are compared with them word for word."""
    return PlanFacts(
        digest=digest,
        name=plan.name,
        context=plan.context,
        what=_what(plan),
        ceiling_usd_per_hour=plan.totals.ceiling_usd_per_hour,
        worst_case_usd=plan.totals.worst_case_usd,
        ends=_ends(plan),
        expires_at=plan.expires_at,
        caution=", ".join(replacements(plan.machines)),
        deposit_usd=plan.totals.deposit_usd,
        takes=tuple(choice(plan)),
        if_destroyed=plan.totals.bill_until_destroyed > 0,
        usd_so_far=plan.base.usd_so_far if plan.base.deployment is not None else Decimal(0),
    )


def _what(plan: Plan) -> tuple[str, ...]:
    wanted = Counter(
        (_VERBS[machine.action], offer.sku, offer.provider, offer.region, offer.market.value)
        for machine in plan.machines
        for offer in [plan.offer_of(machine)]
    )
    gone = Counter((machine.sku, machine.provider) for machine in plan.removed)
    return (
        *(
            f"{verb} {count} x {sku} from {seller} {region} ({market})"
            for (verb, sku, seller, region, market), count in sorted(wanted.items())
        ),
        *(f"remove {count} x {sku} from {seller}" for (sku, seller), count in sorted(gone.items())),
    )


def _ends(plan: Plan) -> str:
    return ends(plan, after="hours after it is applied", never="never, it bills until destroyed").replace(";", ",")

"""What a plan's offers cost at this moment."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from ..core.contexts import NamedContext
from ..core.money import total
from ..planning.costs import plan_costs
from ..planning.plan import MADE, Action, Plan, PlannedMachine
from ..providers.base import Offer, OfferQuery
from .gather import gather
from .notices import warn_about
from .planfiles import SavedPlan


def live_offers(named: NamedContext, saved: SavedPlan) -> Mapping[str, Offer]:
    """What the plan's offers cost now, by `Offer.key`; a seller that cannot be asked gives none."""
    bought = [saved.plan.offer_of(each) for each in saved.plan.machines if each.action is not Action.KEEP]
    return offers_now(named, bought, disk_gib=saved.plan.disk_gib, sites=saved.sites)


def offers_now(
    named: NamedContext, bought: Sequence[Offer], *, disk_gib: int, sites: Path | None
) -> Mapping[str, Offer]:
    """The same of any offers. Only their sellers are asked, and nobody where there are none."""
    if not bought:
        return {}
    query = OfferQuery(
        gpu_models=tuple(sorted({offer.gpu.model for offer in bought})),
        markets=tuple(sorted({offer.market for offer in bought})),
        regions=tuple(sorted({offer.region for offer in bought})),
        disk_gib=disk_gib,
    )
    found = gather(named, query, only=tuple(sorted({offer.provider for offer in bought})), sites=sites)
    warn_about(found.errors)
    return {offer.key: offer for offer in found.offers}


def live_usd_per_hour(plan: Plan, live: Mapping[str, Offer]) -> Decimal:
    """What the whole plan costs per hour at the prices of `live`.

    Machines that stay cost what the plan has for them; so does what has no price in `live`, such as
    a machine whose price an auction has yet to bring.
    """
    planned = plan_costs(plan)
    now = {machine.name: _price(plan, machine, live) for machine in plan.machines}
    return total(planned[name].usd_per_hour if usd is None else usd for name, usd in now.items())


def _price(plan: Plan, machine: PlannedMachine, live: Mapping[str, Offer]) -> Decimal | None:
    now = live.get(plan.offer_of(machine).key) if machine.action in MADE else None
    return None if now is None else now.usd_per_hour

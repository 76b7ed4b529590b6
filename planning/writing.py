"""What was decided, written down as a plan: money, what binds, until when it is good."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from ..core.money import plain, total
from ..providers.base import BidRule, Market, Offer
from .costs import costs
from .leftout import left_out
from .limits import limits
from .plan import Auction, Binding, Plan, Solution, Totals
from .request import Outcome
from .running import image_for
from .spec import exact
from .totals import ceiling, make_totals, share_of_ceiling, usd_per_hour_of
from .validity import bought, expiry, shortened
from .warn import warnings


def write_plan(outcome: Outcome, solver_name: str) -> Plan:
    """The plan of `outcome`."""
    request, spec, offers = outcome.request, outcome.request.spec, outcome.chosen_offers()
    machines = outcome.assignment.machines
    totals, auctions = _money(outcome, offers)
    return Plan(
        schema_="ampacity.plan/1",
        tool=request.tool,
        name=spec.name,
        workload=spec.workload,
        context=request.context,
        spec=request.spec_digest,
        created_at=request.now,
        expires_at=expiry(outcome),
        hours=exact(spec.hours),
        ttl_hours=spec.end_hours,
        base=request.base,
        offers=tuple(offers.values()),
        machines=machines,
        removed=outcome.assignment.removed,
        auctions=auctions,
        totals=totals,
        binding=_binding(outcome),
        excluded=outcome.excluded,
        solution=Solution(solver=solver_name, status=outcome.choice.status, gap=outcome.choice.gap),
        images=_images(outcome),
        disk_gib=spec.node.disk_gib,
        ssh_public_key=request.ssh_public_key,
        user_data=request.user_data,
        sites=request.sites,
        definition=request.definition,
        warnings=(*_warnings(outcome, totals), *_left_out(outcome), *shortened(outcome)),
    )


def _warnings(outcome: Outcome, totals: Totals) -> tuple[str, ...]:
    return warnings(
        outcome.request.spec,
        outcome.problem,
        base=outcome.request.base,
        running=outcome.running,
        assignment=outcome.assignment,
        totals=totals,
        choice=outcome.choice,
    )


def _left_out(outcome: Outcome) -> tuple[str, ...]:
    request = outcome.request
    return left_out(request.spec, request.offers, request.now, outcome.problem)


def _money(outcome: Outcome, offers: Mapping[str, Offer]) -> tuple[Totals, tuple[Auction, ...]]:
    """The sums, and what each auction may take of the ceiling, which is less by what a definition does not pay."""
    budget, machines = outcome.request.spec.budget, outcome.assignment.machines
    after = usd_per_hour_of(costs(outcome.request.base, machines, offers, outcome.request.now))
    most = ceiling(after, exact(budget.price_headroom), budget.usd_per_hour)
    totals = _totals(outcome, offers, most)
    shares = {name: share_of_ceiling(offer.usd_per_hour or Decimal(0), totals) for name, offer in _auctioned(outcome)}
    auctions = tuple(_auction(name, shares[name], outcome.own_most(offer)) for name, offer in _auctioned(outcome))
    unused = total(shares[each.machine] - each.ceiling_usd_per_hour for each in auctions)
    return (_totals(outcome, offers, plain(most - unused)) if unused else totals), auctions


def _totals(outcome: Outcome, offers: Mapping[str, Offer], ceiling_usd_per_hour: Decimal) -> Totals:
    request = outcome.request
    return make_totals(
        request.base,
        outcome.assignment.machines,
        offers,
        ceiling_usd_per_hour=ceiling_usd_per_hour,
        hours=exact(request.spec.hours),
        ttl_hours=request.spec.end_hours,
        now=request.now,
    )


def _auctioned(outcome: Outcome) -> Iterator[tuple[str, Offer]]:
    return ((name, offer) for name, offer in bought(outcome) if offer.indication or offer.market is Market.AUCTION)


def _auction(name: str, share: Decimal, own: Decimal | None) -> Auction:
    most = share if own is None else min(share, plain(own))
    return Auction(machine=name, ceiling_usd_per_hour=most, rule=BidRule.CHEAPEST_ALLOWED)


def _binding(outcome: Outcome) -> tuple[Binding, ...]:
    return tuple(
        Binding(limit=limit.name, used=_tidy(limit.used), allowed=_tidy(limit.allowed), unit=limit.unit)
        for limit in limits(outcome.problem, outcome.choice.counts)
        if limit.binding
    )


def _tidy(amount: Decimal) -> Decimal:
    return Decimal(f"{amount.normalize():f}")


def _images(outcome: Outcome) -> dict[str, str]:
    """Images by seller, where they are not `default`."""
    sellers = sorted({offer.provider for offer in outcome.chosen_offers().values()})
    wanted = {seller: image_for(outcome.request.spec, seller) for seller in sellers}
    return {seller: image for seller, image in wanted.items() if image != "default"}

"""What a plan is made from, and what was decided, as values."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from ..core.digests import Digest
from ..providers.base import Market, Offer, PowerLimit, PricePart
from .assign import Assignment
from .choose import Choice
from .plan import BaseState, Definition, Excluded, FileRef
from .problem import Problem
from .running import Running
from .spec import Spec


class PlanRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a plan depends on: equal requests give equal plans."""

    spec: Spec
    spec_digest: Digest
    offers: Sequence[Offer]
    limits: tuple[PowerLimit, ...]
    base: BaseState
    context: str
    tool: str
    now: datetime
    valid_for: timedelta
    ssh_public_key: str | None
    user_data: FileRef | None
    sites: str | None
    definition: Definition | None = None
    own_usd_per_hour: Mapping[str, Decimal] = {}
    """By seller: the most that the definition itself pays for a machine at an auction, which is what is ordered."""
    rebalance: bool = False
    """Choose anew among everything; what runs is kept where its offer is chosen again."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided, before it is written down."""

    request: PlanRequest
    problem: Problem
    choice: Choice
    running: tuple[Running, ...]
    assignment: Assignment
    excluded: tuple[Excluded, ...]

    def chosen_offers(self) -> dict[str, Offer]:
        """The offers that machines are bought by, by id, in the order of their keys, at no more than is ordered."""
        chosen = {machine.offer for machine in self.assignment.machines}
        offers = (slot.offer for slot in self.problem.slots)
        return {offer_id: self._at_most(offer) for offer in offers if (offer_id := offer.id) in chosen}

    def own_most(self, offer: Offer) -> Decimal | None:
        """The most that the definition pays for a machine by `offer`, `None` where it says nothing of its price."""
        auctioned = offer.indication or offer.market is Market.AUCTION
        return self.request.own_usd_per_hour.get(offer.provider) if auctioned else None

    def _at_most(self, offer: Offer) -> Offer:
        most = self.own_most(offer)
        if most is None or offer.usd_per_hour is None or offer.usd_per_hour <= most:
            return offer
        return msgspec.structs.replace(offer, price=(PricePart(name="all_in", usd_per_hour=most),))

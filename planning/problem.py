"""What is to be chosen, without a word about how: slots to fill and limits to keep."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

import msgspec

from ..core.money import total
from ..providers.base import Market, Offer, PowerLimit
from .running import Fate, Running
from .spec import Spec, exact


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """An offer with the machines that already run on it.

    `keep` machines may stay as they are, `renew` ones only after they are made anew, and `room`
    more may be bought (`None`: the seller names no bound). Where `machines` are named the slot is
    theirs alone: they run on the offer at another price than its own.
    """

    offer: Offer
    usd_per_hour: Decimal
    keep: int = 0
    renew: int = 0
    room: int | None = None
    machines: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """What tells it from every other slot."""
        return "/".join((self.offer.id, *self.machines[:1]))

    @property
    def stays(self) -> int:
        """Machines that run on it and may go on."""
        return self.keep + self.renew

    @property
    def gpus(self) -> int:
        """GPUs of one node."""
        return self.offer.gpu.count

    @property
    def spot(self) -> bool:
        """Whether its seller may take it back at any moment."""
        return self.offer.market is Market.SPOT

    def draws(self, feed: str) -> Decimal:
        """The kilowatts that one node takes from `feed`."""
        power = self.offer.power
        return power.node_kw if power is not None and feed in power.feeds else Decimal(0)


class Budgeted(msgspec.Struct, frozen=True, kw_only=True):
    """A limit on money: the spec's key, and what it means per hour over `hours`, beside what is `spent`."""

    key: str
    usd: Decimal
    hours: Decimal
    unit: str
    spent: Decimal = Decimal(0)

    @property
    def usd_per_hour(self) -> Decimal:
        """What may be spent in an hour; negative where more is spent than allowed."""
        return (self.usd - self.spent) / self.hours


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """A power feed: what it can carry for this deployment, its running machines included."""

    name: str
    allowed_kw: Decimal
    reported: bool = True
    """Whether its owner said what is free; where not, nothing new is placed on it."""
    source: str = ""
    """The file that says what it can carry."""
    held_kw: Mapping[str, Decimal] = msgspec.field(default_factory=dict)
    """What other deployments take of it, by their names."""


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Fill `slots`, sorted by the offers' keys, with at least `gpus`, at the least price."""

    gpus: int
    most_gpus: int
    """Never more than this: one node could go, and no limit would mind it."""
    slots: tuple[Slot, ...]
    max_providers: int | None
    spot_share: Decimal
    budgets: tuple[Budgeted, ...]
    feeds: tuple[Feed, ...]
    stay_first: bool
    """Whether running machines go before cheaper new ones."""

    @property
    def providers(self) -> tuple[str, ...]:
        """The sellers, sorted."""
        return tuple(sorted({slot.offer.provider for slot in self.slots}))

    def useful_nodes(self, slot: Slot) -> int:
        """The most nodes of `slot` that could ever help, whatever its seller has."""
        return -(-self.most_gpus // slot.gpus)

    def most_nodes(self, slot: Slot) -> int:
        """The most nodes of `slot` that can be had and could ever help."""
        useful = self.useful_nodes(slot)
        return useful if slot.room is None else min(useful, slot.stays + slot.room)


def make_problem(
    spec: Spec,
    fitting: Sequence[Offer],
    running: Sequence[Running],
    limits: Iterable[PowerLimit],
    *,
    rebalance: bool,
    spent: Decimal = Decimal(0),
) -> Problem:
    """The choice that `spec` leaves among `fitting` offers beside what runs and what was `spent` already."""
    slots = _slots(fitting, running)
    return Problem(
        gpus=spec.gpu.count,
        most_gpus=spec.gpu.count + max((slot.gpus for slot in slots), default=1) - 1,
        slots=slots,
        max_providers=spec.placement.max_providers,
        spot_share=exact(spec.market.max_spot_share),
        budgets=_budgets(spec, spent),
        feeds=_feeds(spec.name, slots, running, limits),
        stay_first=not rebalance,
    )


def _slots(fitting: Sequence[Offer], running: Sequence[Running]) -> tuple[Slot, ...]:
    on_sale = {offer.id: offer for offer in fitting}
    staying = [one for one in running if one.fate in {Fate.KEEP, Fate.RENEW}]
    offers = on_sale | {one.offer.id: one.offer for one in staying}
    rows = (_of_offer(offer, staying, on_sale) for offer in sorted(offers.values(), key=lambda offer: offer.key))
    return tuple(slot for row in rows for slot in row)


def _of_offer(offer: Offer, staying: Sequence[Running], on_sale: dict[str, Offer]) -> Iterator[Slot]:
    """What is sold by `offer` with what runs at its price, then what runs at prices of its own."""
    here = [one for one in staying if one.offer.id == offer.id]
    own, alike = _own_prices(here), [one.fate for one in here if not _has_own_price(one)]
    if alike or offer.id in on_sale:
        yield Slot(
            offer=offer,
            usd_per_hour=offer.usd_per_hour or Decimal(0),
            keep=alike.count(Fate.KEEP),
            renew=alike.count(Fate.RENEW),
            room=offer.max_nodes if offer.id in on_sale else 0,
        )
    for usd_per_hour, names in sorted(own.items()):
        yield Slot(offer=offer, usd_per_hour=usd_per_hour, keep=len(names), room=0, machines=tuple(names))


def _own_prices(here: Iterable[Running]) -> dict[Decimal, list[str]]:
    """The names of machines that run at another price than their offer's, by that price."""
    own: dict[Decimal, list[str]] = {}
    for one in here:
        if _has_own_price(one):
            own.setdefault(one.usd_per_hour, []).append(one.machine.name)
    return own


def _has_own_price(one: Running) -> bool:
    return one.fate is Fate.KEEP and one.usd_per_hour != (one.offer.usd_per_hour or Decimal(0))


def _budgets(spec: Spec, spent: Decimal) -> tuple[Budgeted, ...]:
    hourly, whole = spec.budget.usd_per_hour, spec.budget.usd_total
    budgets = []
    if hourly is not None:
        budgets.append(Budgeted(key="budget.usd_per_hour", usd=hourly, hours=Decimal(1), unit="USD per hour"))
    if whole is not None:
        hours = exact(spec.hours)
        budgets.append(Budgeted(key="budget.usd_total", usd=whole, hours=hours, unit="USD", spent=spent))
    return tuple(budgets)


def _feeds(
    name: str, slots: Sequence[Slot], running: Sequence[Running], limits: Iterable[PowerLimit]
) -> tuple[Feed, ...]:
    told = {limit.feed: limit for limit in limits}
    feeds = sorted({feed for slot in slots if slot.offer.power for feed in slot.offer.power.feeds})
    return tuple(
        Feed(
            name=feed,
            allowed_kw=(limit.free_kw if limit else Decimal(0)) + total(one.draws(feed) for one in running),
            reported=limit is not None,
            source=limit.source if limit else "",
            held_kw={holder: kw for holder, kw in limit.held_kw.items() if holder != name} if limit else {},
        )
        for feed in feeds
        for limit in [told.get(feed)]
    )

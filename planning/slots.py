"""What there is to choose: each offer with what runs on it, and what runs on terms of its own."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

import msgspec

from ..providers.base import Market, Offer
from .costs import SECONDS_PER_HOUR, Cost, seconds_left
from .running import Fate, Running


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """An offer with the machines that already run on it.

    `keep` machines may stay as they are, `renew` ones only after they are made anew, and `room`
    more may be bought (`None`: the seller names no bound). Where `machines` are named the slot is
    theirs alone: they run at another price than the offer's, or for `seconds` more and no longer.
    """

    offer: Offer
    usd_per_hour: Decimal
    keep: int = 0
    renew: int = 0
    room: int | None = None
    machines: tuple[str, ...] = ()
    seconds: int | None = None

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


class Horizon(msgspec.Struct, frozen=True, kw_only=True):
    """From when and for how long machines are reckoned, and whose ends stay where they are.

    A timer's end always does; the others' only in a plan that changes nothing.
    """

    now: datetime
    hours: Decimal
    unchanged: bool = False

    def seconds(self, one: Running) -> int | None:
        """For how long `one` still costs, where that is less than the hours."""
        if not (one.machine.self_ending or self.unchanged):
            return None
        left = seconds_left(one.machine, self.now)
        return left if left is not None and left < self.hours * SECONDS_PER_HOUR else None


def make_slots(fitting: Sequence[Offer], running: Sequence[Running], horizon: Horizon | None) -> tuple[Slot, ...]:
    """The slots, sorted by the offers' keys. Without a `horizon` ends are of no account."""
    on_sale = {offer.id: offer for offer in fitting}
    staying = [one for one in running if one.fate in {Fate.KEEP, Fate.RENEW}]
    here: dict[str, list[Running]] = {}
    for one in staying:
        here.setdefault(one.offer.id, []).append(one)
    offers = on_sale | {offer_id: ones[-1].offer for offer_id, ones in here.items()}
    own = {one.machine.name: cost for one in staying if (cost := _own_terms(one, horizon)) is not None}
    order = sorted(offers, key=lambda offer_id: offers[offer_id].key)
    rows = (_of_offer(offers[each], here.get(each, []), own, on_sale=each in on_sale) for each in order)
    return tuple(slot for row in rows for slot in row)


def _of_offer(offer: Offer, here: Sequence[Running], own: Mapping[str, Cost], *, on_sale: bool) -> Iterator[Slot]:
    """What is sold by `offer` with what runs on its terms, then what runs on its own."""
    alike = [one.fate for one in here if one.machine.name not in own]
    if alike or on_sale:
        yield Slot(
            offer=offer,
            usd_per_hour=offer.usd_per_hour or Decimal(0),
            keep=alike.count(Fate.KEEP),
            renew=alike.count(Fate.RENEW),
            room=offer.max_nodes if on_sale else 0,
        )
    terms: dict[Cost, tuple[str, ...]] = {}
    for name in (one.machine.name for one in here if one.machine.name in own):
        terms[own[name]] = (*terms.get(own[name], ()), name)
    for cost, names in terms.items():
        price, seconds = cost.usd_per_hour, cost.seconds
        yield Slot(offer=offer, usd_per_hour=price, seconds=seconds, keep=len(names), room=0, machines=names)


def _own_terms(one: Running, horizon: Horizon | None) -> Cost | None:
    """What it costs where it stays, if that is not what a new one would."""
    if one.fate is not Fate.KEEP:
        return None
    cost = Cost(usd_per_hour=one.usd_per_hour, seconds=horizon.seconds(one) if horizon else None)
    return None if cost == Cost(usd_per_hour=one.offer.usd_per_hour or Decimal(0)) else cost

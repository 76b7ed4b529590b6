"""What a recovery is about to do, and what that would cost by the hour, said before anything is touched. Pure."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

import msgspec

from ..core.errors import PolicyError
from ..core.money import show_usd, total
from ..providers.base import Machine, MachineState, Market, Offer
from .failing import failed
from .machines import MachineInputs, machine_end
from .observe import Sighting
from .records import DeploymentRecord
from .refusals import PLAN_AGAIN, live_price
from .stakes import Stakes, Standing
from .status import Told, last_told

Adopts = Callable[[MachineInputs, Machine], bool]
"""Whether the create call of a machine would take in one that runs outside the state."""


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """A recovery before it begins. `made` and `replaced` are to be bought; `stays` are names that are not touched.

    `adopted` run at their sellers and are taken into the state; `removed` will end: machines that the
    last plan does not want, and twins.
    """

    name: str
    sites: str | None = None
    ceiling_usd_per_hour: Decimal | None = None
    stays: tuple[str, ...] = ()
    adopted: tuple[str, ...] = ()
    made: tuple[MachineInputs, ...] = ()
    replaced: tuple[MachineInputs, ...] = ()
    removed: tuple[str, ...] = ()
    ordered: tuple[str, ...] = ()
    """Of what stays or is adopted: auction orders that nobody was taken for yet. To go on with them is to buy."""
    standing: tuple[Standing, ...] = ()
    """What stays or is adopted, by name."""
    stakes: Stakes | None = None
    """Set once sellers were asked what they would lock; see `worst.with_stakes`."""

    @property
    def standing_usd_per_hour(self) -> Decimal:
        """What stays or is adopted costs, as far as it is known."""
        return total(each.usd_per_hour for each in self.standing if each.usd_per_hour is not None)

    @property
    def unpriced(self) -> tuple[str, ...]:
        """What of it has a price that nobody knows."""
        return tuple(each.name for each in self.standing if each.usd_per_hour is None)

    @property
    def bought(self) -> tuple[MachineInputs, ...]:
        """All that money is to be spent on."""
        return (*self.made, *self.replaced)

    @property
    def priced(self) -> tuple[MachineInputs, ...]:
        """Those of them that need a price of now: an auction has a ceiling of its own."""
        return tuple(machine for machine in self.bought if machine.offer.market is not Market.AUCTION)

    @property
    def asks(self) -> bool:
        """Whether money is to be spent or capacity to be destroyed, so that a person must agree."""
        return bool(self.buys or self.removed)

    @property
    def buys(self) -> bool:
        """Whether money is to be spent that is not spent yet."""
        return bool(self.bought or self.ordered)

    @property
    def nothing_bought(self) -> "Outlook":
        """The same where nothing new may be made."""
        return msgspec.structs.replace(self, made=(), replaced=())


def outlook_of(
    record: DeploymentRecord, seen: Sequence[Sighting], outside: Sequence[Machine], adopts: Adopts
) -> Outlook:
    """Compare what the last plan wants with the state and with what runs `outside` it."""
    there = {sighting.record.inputs.name: sighting for sighting in seen}
    stays = {machine.name for machine in record.wanted if _stands(machine, there.get(machine.name))}
    rest = [machine for machine in record.wanted if machine.name not in stays]
    taken = {machine.name: found for machine in rest for found in outside if adopts(machine, found)}
    lacking = [machine for machine in rest if machine.name not in taken]
    staying = [machine for machine in record.wanted if machine.name in stays]
    adopted = [machine for machine in rest if machine.name in taken]
    found = {machine.name: there[machine.name].machine for machine in staying} | taken
    return Outlook(
        name=record.name,
        sites=record.sites,
        ceiling_usd_per_hour=record.ceiling_usd_per_hour,
        stays=tuple(machine.name for machine in staying),
        adopted=tuple(machine.name for machine in adopted),
        made=tuple(machine for machine in lacking if not _occupied(there.get(machine.name))),
        replaced=tuple(machine for machine in lacking if _occupied(there.get(machine.name))),
        removed=(*_unwanted(record, seen), *_twins(outside, list(taken.values()))),
        ordered=tuple(machine.name for machine in record.wanted if _is_order(machine, found.get(machine.name))),
        standing=(
            *(_standing(machine, last_told(there[machine.name])) for machine in staying),
            *(_standing(machine, taken[machine.name]) for machine in adopted),
        ),
    )


def usd_per_hour(outlook: Outlook, live: Mapping[str, Offer]) -> Decimal:
    """What the deployment costs once it is done: what stays, the rest at `live` prices, auctions at their ceilings.

    Raises `PolicyError` AMP-PRICE-UNKNOWN where something has no price now.
    """
    if outlook.unpriced:
        raise PolicyError(
            f"{outlook.unpriced[0]} has no known price",
            why="it stays beside what is to be made, and the ceiling is for all of them",
            fix=PLAN_AGAIN,
            code="AMP-PRICE-UNKNOWN",
        )
    fixed = [live_price(machine.name, machine.offer, live) for machine in outlook.priced]
    ceilings = [_ceiling(machine) for machine in outlook.bought if machine.offer.market is Market.AUCTION]
    return total([outlook.standing_usd_per_hour, *fixed, *ceilings])


def refuse_dear(outlook: Outlook, live: Mapping[str, Offer]) -> None:
    """Raises `PolicyError` where what is to be bought, beside what stays, costs more than was approved.

    A record from before ceilings were kept has none to hold against it.
    """
    ceiling = outlook.ceiling_usd_per_hour
    if not outlook.bought or ceiling is None:
        return
    now = usd_per_hour(outlook, live)
    if now > ceiling:
        raise PolicyError(
            "To recover at live prices would cost more than was approved",
            why=f"{show_usd(now, places=4)} per hour with what stays, {show_usd(ceiling, places=4)} allowed",
            fix=f"{PLAN_AGAIN}, or ampacity destroy {outlook.name}",
            code="AMP-PRICE-CEILING",
        )


def _stands(wanted: MachineInputs, sighting: Sighting | None) -> bool:
    """Whether it is to be left as it is. One whose seller cannot be asked is left too."""
    if sighting is None or sighting.record.inputs.replace != wanted.replace:
        return False
    return not failed(sighting) and (sighting.problem is not None or sighting.alive)


def _is_order(wanted: MachineInputs, found: Machine | None) -> bool:
    """Whether it is an order at an auction that costs nothing yet, since nobody was taken."""
    is_open = found is not None and found.state is MachineState.PENDING and not found.usd_per_hour
    return wanted.offer.market is Market.AUCTION and is_open


def _occupied(sighting: Sighting | None) -> bool:
    """Whether something stands under the name that must end first."""
    return sighting is not None and (sighting.problem is not None or sighting.alive)


def _standing(wanted: MachineInputs, told: Told | Machine) -> Standing:
    price = _bounded(wanted, told.usd_per_hour)
    return Standing(
        name=wanted.name,
        usd_per_hour=price,
        most_usd_per_hour=wanted.max_usd_per_hour if wanted.offer.market is Market.SPOT else price,
        ends_at=_bills_until(machine_end(wanted, timer=told.ends_at, self_ending=told.self_ending), told),
        held_usd=told.held_usd,
    )


def _bills_until(end: datetime | None, told: Told | Machine) -> datetime | None:
    """`end`, or later where its seller pays on by itself: nobody may destroy it in time."""
    if told.limit_hours is None or told.paid_until is None:
        return end
    return told.paid_until if end is None else max(end, told.paid_until)


def _bounded(wanted: MachineInputs, told: Decimal | None) -> Decimal | None:
    """What it costs. An auctioned price is measured by how long blocks take, and never counts above its ceiling.

    An order that nobody has taken yet may cost all of it.
    """
    if wanted.offer.market is not Market.AUCTION or wanted.max_usd_per_hour is None:
        return wanted.offer.usd_per_hour if told is None else told
    return wanted.max_usd_per_hour if told is None else min(told, wanted.max_usd_per_hour)


def _ceiling(machine: MachineInputs) -> Decimal:
    """Without one nothing is bought at an auction."""
    return machine.max_usd_per_hour or Decimal(0)


def _unwanted(record: DeploymentRecord, seen: Sequence[Sighting]) -> list[str]:
    wanted = {machine.name for machine in record.wanted}
    return [s.record.inputs.name for s in seen if s.record.inputs.name not in wanted and _occupied(s)]


def _twins(outside: Sequence[Machine], taken: Sequence[Machine]) -> list[str]:
    return [f"{machine.ref.id} at {machine.provider}" for machine in outside if machine not in taken]

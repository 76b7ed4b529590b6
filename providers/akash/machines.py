"""A deployment with its lease, and what its provider says of it, as a machine of ours. Pure."""

from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from ...core.clock import rfc3339
from ...core.money import plain, show_usd
from ..base import Machine, MachineRef, MachineState, Market
from ..text import clean
from .escrow import runway, spent_usd, usd
from .labels import Marks
from .names import PROVIDER, REGION
from .values import BlockTime, Deployment, Lease, LeaseState

SSH_USER = "root"
YOUNG = timedelta(minutes=15)
"""How long a new lease may be without an answering provider before it counts as dead: images are large."""

LATE = timedelta(minutes=2)
"""What an image of a few gigabytes takes to start."""

RUNNING_LEASES = frozenset({LeaseState.ACTIVE, LeaseState.RECLAIMING})


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """The chain's clock and ours at once."""

    height: int
    now: datetime
    block: BlockTime

    def at(self, height: int) -> datetime:
        """About when a block was made."""
        age = timedelta(seconds=float((self.height - height) * self.block.seconds))
        return (self.now - age).replace(microsecond=0)


class Door(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider's gateway says of a lease. `dark` is why it could not be asked.

    `ready` is whether every service runs; `host` and `port` are where port 22 is forwarded from, and
    `urls` where its services answer.
    """

    known: bool = False
    ready: bool = False
    host: str | None = None
    port: int | None = None
    urls: tuple[str, ...] = ()
    dark: str = ""
    news: str = ""
    """What its provider reports as wrong with it."""


class Unread(msgspec.Struct, frozen=True):
    """In place of a lease that could not be asked about: `why`, and what mends it. It can be closed all the same."""

    why: str
    fix: str = ""


def tell_machine(
    deployment: Deployment, marks: Marks, lease: Lease | Unread | None, door: Door | None, moment: Moment
) -> Machine:
    """The machine. `door` is `None` where its provider was not asked, which leaves it pending."""
    if isinstance(lease, Unread) and deployment.active:
        return _unread_machine(deployment, marks, lease, moment)
    lease = None if isinstance(lease, Unread) else lease
    state, note = _state(deployment, lease, door, moment)
    price = lease.uact_per_block if lease is not None and lease.state in RUNNING_LEASES else Decimal(0)
    way = runway(deployment.escrow, price, height=moment.height, block=moment.block, now=moment.now)
    open_door = door if door is not None and state is MachineState.RUNNING else Door()
    return Machine(
        provider=PROVIDER,
        ref=ref_of(deployment),
        state=state,
        sku=marks.sku,
        market=Market.AUCTION,
        labels=marks.labels,
        address=open_door.host,
        ssh_user=SSH_USER,
        ssh_port=open_door.port or 22,
        usd_per_hour=plain(moment.block.usd_per_hour(price)) if price else Decimal(0),
        created_at=moment.at(deployment.created_height),
        ends_at=marks.ends_at,
        paid_until=way.dry_at,
        held_usd=plain(way.held_usd),
        spent_usd=spent_usd(deployment.escrow, price, moment.height),
        taken_back_at=lease.reclaim_at if lease is not None and lease.state is LeaseState.RECLAIMING else None,
        unseen=clean(door.dark) if door is not None else "",
        urls=open_door.urls,
        note=note,
    )


def ref_of(deployment: Deployment) -> MachineRef:
    """Where the deployment is found again."""
    return MachineRef(id=str(deployment.dseq), region=REGION)


def current(leases: list[Lease]) -> Lease | None:
    """The lease that counts: the running one, or else the last; `None` for an order without any."""
    return max(leases, key=lambda lease: (lease.state in RUNNING_LEASES, lease.created_height), default=None)


def _unread_machine(deployment: Deployment, marks: Marks, lease: Unread, moment: Moment) -> Machine:
    """One that is there for sure, and of which its price and its money are not known."""
    way = f"; way on: {lease.fix}" if lease.fix else ""
    return Machine(
        provider=PROVIDER,
        ref=ref_of(deployment),
        state=MachineState.PENDING,
        sku=marks.sku,
        market=Market.AUCTION,
        labels=marks.labels,
        created_at=moment.at(deployment.created_height),
        ends_at=marks.ends_at,
        unseen=clean(lease.why),
        note=f"whether it is leased, and what it costs, is not known ({clean(lease.why)}); it can be deleted{way}",
    )


def _state(deployment: Deployment, lease: Lease | None, door: Door | None, moment: Moment) -> tuple[MachineState, str]:
    if not deployment.active:
        return MachineState.GONE, "its deposit ran dry, and its provider ended it"
    if lease is None:
        return MachineState.PENDING, "its order is out, and no bid is taken yet"
    who = f"provider {lease.id.provider}"
    if lease.state not in RUNNING_LEASES:
        return MachineState.FAILED, _ended(deployment, lease, who)
    if door is not None and door.dark:
        return _dark(lease, door, who, moment)
    state, doing = _doing(door)
    told = "; it ".join(filter(None, (_notice(lease), doing)))
    return state, f"{who} {told}".rstrip()


def _doing(door: Door | None) -> tuple[MachineState, str]:
    """What a provider that answers says of it."""
    if door is None:
        return MachineState.PENDING, ""
    if door.ready:
        return MachineState.RUNNING, "" if door.host else "forwards no port 22, so there is no SSH"
    if not door.known:
        return MachineState.PENDING, "has not been told what to run"
    return MachineState.PENDING, f"starts it ({door.news})" if door.news else "starts it"


def late(lease: Lease, door: Door, moment: Moment) -> bool:
    """Whether it should be up by now, so that it is worth asking what keeps it."""
    return door.known and not door.ready and moment.now - moment.at(lease.created_height) > LATE


def _ended(deployment: Deployment, lease: Lease, who: str) -> str:
    why = "its deposit ran dry" if lease.state is LeaseState.INSUFFICIENT_FUNDS else clean(lease.reason) or "no reason"
    held = show_usd(usd(deployment.escrow.funds_uact))
    return f"{who} ended its lease ({why}); {held} comes back when it is deleted"


def _dark(lease: Lease, door: Door, who: str, moment: Moment) -> tuple[MachineState, str]:
    """A provider that does not answer: still to come while the lease is young, else as good as dead, and it bills."""
    young = moment.now - moment.at(lease.created_height) < YOUNG
    state = MachineState.PENDING if young else MachineState.FAILED
    return state, f"{who} does not answer ({clean(door.dark)}) and bills on until the machine is deleted"


def _notice(lease: Lease) -> str:
    """The most urgent of all that its provider says."""
    if lease.state is not LeaseState.RECLAIMING:
        return ""
    when = rfc3339(lease.reclaim_at) if lease.reclaim_at else "a time that it does not say"
    return f"gives notice and takes it back at {when}: save what it holds"

"""Everything that acts for one account: orders, auctions, doors and money over one ledger."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal

import msgspec

from ...core.clock import Clock
from ..base import Failure, Machine, MachineOrder, ProviderError
from .auctions import Auctions
from .doors import Doors, GatewayOpener
from .escrow import missing_uact
from .leash import Leash, leashed
from .ledger import Ledger
from .machines import RUNNING_LEASES, Door, Moment, Unread, current, late, tell_machine
from .orders import Orders, Ours, as_ours
from .refusals import failed
from .settings import Settings
from .values import OVERDRAWN, Dseq, Lease


class Desk:
    """One account's. `sleep` is a seam for tests. Safe to share between threads."""

    def __init__(
        self,
        ledger: Ledger,
        gateways: GatewayOpener,
        settings: Settings,
        clock: Clock,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.ledger = ledger
        self.orders = Orders(ledger, settings, clock, sleep)
        self._doors = Doors(ledger, gateways, sleep)
        self.auctions = Auctions(ledger, self.orders, self._doors, settings)
        self._clock = clock

    def moment(self) -> Moment:
        """Now, on the chain and here."""
        return Moment(height=self.ledger.height(), now=self._clock(), block=self.ledger.block_time())

    def open(self, order: MachineOrder) -> Machine:
        """The order's machine. Once it is open nothing more can fail: an error would say that nothing was made."""
        ours = self.orders.open(order)
        try:
            lease = current(self.ledger.leases(ours.deployment.dseq))
            return tell_machine(ours.deployment, ours.marks, lease, None, self.moment())
        except ProviderError:
            born = Moment(height=ours.deployment.created_height, now=self._clock(), block=self.ledger.block_time())
            return tell_machine(ours.deployment, ours.marks, None, None, born)

    def machine(self, ours: Ours, moment: Moment | None = None) -> Machine:
        """The machine as the chain has it; its provider is not asked."""
        lease = self._lease(ours.deployment.dseq)
        return tell_machine(ours.deployment, ours.marks, lease, None, moment or self.moment())

    def machines(self) -> Iterator[Machine]:
        """Every open deployment of ours, as the chain has it."""
        moment = self.moment()
        return (self.machine(ours, moment) for ours in self.orders.all())

    def look(self, dseq: Dseq) -> Machine | None:
        """The machine as chain and provider have it, `None` once its deployment is closed.

        One whose deposit ran dry is told as gone, with that as the reason.
        """
        deployment = self.orders.look(dseq)
        ours = as_ours(deployment) if deployment is not None else None
        if ours is None or not (ours.deployment.active or ours.deployment.escrow.state == OVERDRAWN):
            return None
        lease = self._lease(dseq)
        moment = self.moment()
        runs = isinstance(lease, Lease) and lease.state in RUNNING_LEASES and ours.deployment.active
        door = self._door(lease, moment) if isinstance(lease, Lease) and runs else None
        machine = tell_machine(ours.deployment, ours.marks, lease, door, moment)
        if isinstance(lease, Lease) and runs:
            return leashed(machine, moment.at(lease.created_height), self._leash(dseq))
        return machine

    def missing_uact(self, dseq: Dseq, until: datetime) -> Decimal:
        """What must be added so that it lasts until then; zero where it does, or where nothing bills."""
        deployment = self.orders.look(dseq)
        lease = current(self.ledger.leases(dseq))
        if deployment is None or not deployment.active:
            raise failed(Failure.INVALID, f"deployment {dseq} is closed", "ampacity status NAME")
        if lease is None or lease.state not in RUNNING_LEASES:
            return Decimal(0)
        moment = self.moment()
        left = deployment.escrow.left_uact(lease.uact_per_block, moment.height)
        return missing_uact(left, lease.uact_per_block, until - moment.now, moment.block)

    def top_up(self, dseq: Dseq, until: datetime) -> None:
        """Let it run until then and add what is missing, once.

        The custody lets it run first: what could not run is not paid for. An answer that is lost is settled
        by looking at what is missing then.
        """
        missing = self.missing_uact(dseq, until)
        lease = current(self.ledger.leases(dseq))
        if lease is not None and lease.state in RUNNING_LEASES:
            self.ledger.let_run(dseq, until - self.moment().at(lease.created_height))
        if missing <= 0:
            return
        try:
            self.ledger.top_up(dseq, missing)
        except ProviderError as error:
            if error.definite or self.missing_uact(dseq, until) > missing / 2:
                raise

    def _lease(self, dseq: Dseq) -> Lease | Unread | None:
        """The lease that counts; a market module that cannot be asked must not hide a deployment that bills."""
        try:
            return current(self.ledger.leases(dseq))
        except ProviderError as error:
            return Unread(why=f"{error.why} [{error.code}]", fix=error.fix)

    def _leash(self, dseq: Dseq) -> Leash:
        try:
            return self.ledger.leash(dseq)
        except ProviderError as error:
            return Leash(warning=f"how long its custody lets it run is not known ({error.why})")

    def _door(self, lease: Lease, moment: Moment) -> Door:
        """What its provider says of it, with what keeps it where it is late."""
        door = self._doors.look(lease.id)
        if door.news or not late(lease, door, moment):
            return door
        return msgspec.structs.replace(door, news=self._doors.news(lease.id))

"""The seller itself. What it does is in the modules beside; here it is put together."""

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from ...core.clock import Clock
from ...core.money import plain
from ..base import (
    Account,
    Bid,
    Bidders,
    Failure,
    Gpu,
    Labels,
    Machine,
    MachineOrder,
    MachineRef,
    Offer,
    OfferQuery,
    Provider,
    Sale,
    Seat,
    Settlement,
    Skip,
)
from .accounts import tell_account
from .definition import advice, check_definition, most_per_block, narrow_bidders
from .desk import Desk
from .escrow import ceiling_per_block, deposit_uact, usd
from .names import PROVIDER, TITLE
from .opening import NO_ACCOUNT, NO_CUSTODY, open_desk, read_market
from .refusals import failed
from .settings import Settings, read_settings
from .values import Dseq


class Akash(Provider):
    """Akash's market. `opener` is a seam for tests. Safe to share between threads."""

    name: ClassVar[str] = PROVIDER
    title: ClassVar[str] = TITLE

    def __init__(self, seat: Seat, *, opener: Callable[[Settings, Clock], Desk] = open_desk) -> None:
        """Raises `UsageError` for settings that it does not know. Asks nobody."""
        self._settings = read_settings(seat)
        self._clock = seat.clock
        self._opener = opener
        self._opened: Desk | None = None
        self._lock = threading.Lock()

    def offers(self, query: OfferQuery) -> Iterator[Offer | Skip]:
        """What bids of the last weeks came to, one a model: no price that can be taken. No key is needed."""
        return read_market(self._settings, query, now=self._clock())

    def create(self, order: MachineOrder) -> Machine:
        """Open the order, its deposit locked; it is a pending machine until a bid is taken. See `Provisions.create`."""
        return self._desk.open(order)

    def read(self, ref: MachineRef) -> Machine | None:
        """See `Provisions.read`. One whose lease ended has failed, and holds what is left until it is deleted."""
        return self._desk.look(_dseq(ref))

    def find(self, labels: Labels, offer: Offer) -> Machine | None:  # noqa: ARG002 - the chain has one list
        """See `Provisions.find`. Its provider is not asked."""
        found = self._desk.orders.find(labels)
        return None if found is None else self._desk.machine(found)

    def delete(self, ref: MachineRef) -> None:
        """Close the deployment, never its lease alone: that would open a new order. See `Provisions.delete`."""
        self._desk.orders.close(_dseq(ref))

    def ours(self, regions: Sequence[str] = ()) -> Iterator[Machine]:  # noqa: ARG002 - the chain has one list
        """Every open deployment of ours. Their providers are not asked."""
        return self._desk.machines()

    def sale(self, ref: MachineRef) -> Sale:
        """See `Bids.sale`."""
        return self._desk.auctions.sale(_dseq(ref), self._desk.moment())

    def bids(self, ref: MachineRef, order: MachineOrder) -> Iterator[Bid]:
        """See `Bids.bids`."""
        return iter(self._desk.auctions.bids(_dseq(ref), order))

    def accept(self, ref: MachineRef, order: MachineOrder, bid: Bid) -> None:  # noqa: ARG002 - the bid says it all
        """See `Bids.accept`. From here on it bills."""
        self._desk.auctions.accept(_dseq(ref), bid)

    def deliver(self, ref: MachineRef, order: MachineOrder) -> None:
        """See `Bids.deliver`."""
        self._desk.auctions.deliver(_dseq(ref), order)

    def top_up(self, ref: MachineRef, until: datetime) -> Machine:
        """See `Prepays.top_up`."""
        self._desk.top_up(_dseq(ref), until)
        machine = self._desk.look(_dseq(ref))
        if machine is None:
            raise failed(Failure.INVALID, f"deployment {ref.id} was closed meanwhile", "ampacity status NAME")
        return machine

    def top_up_usd(self, ref: MachineRef, until: datetime) -> Decimal:
        """See `Prepays.top_up_usd`."""
        return plain(usd(self._desk.missing_uact(_dseq(ref), until)))

    def deposit_usd(self, max_usd_per_hour: Decimal, hours: Decimal | None) -> Decimal:
        """See `Prepays.deposit_usd`. None is told for a chain that would not sell what it is for."""
        self._desk.orders.refuse_other_chain()
        deposit, _ = self._deposit(max_usd_per_hour, hours)
        return plain(usd(deposit))

    def limit_hours(self, max_usd_per_hour: Decimal, hours: Decimal | None) -> Decimal | None:
        """See `PaysOn.limit_hours`: of the managed wallet its runtime limit."""
        limit = self._desk.ledger.limit_hours(*self._deposit(max_usd_per_hour, hours))
        return None if limit is None else Decimal(limit)

    def settlement(self, ref: MachineRef) -> Settlement | None:
        """See `Prepays.settlement`. The escrow's own figures; fees are no part of it."""
        return self._desk.orders.settlement(_dseq(ref))

    def account(self) -> Account:
        """See `Pays.account`. Nothing is signed for it."""
        if self._settings.custody is None:
            return Account(name="", lack=NO_ACCOUNT, fix=NO_CUSTODY)
        return tell_account(self._desk.ledger)

    def check_definition(self, text: str, *, where: str, gpu: Gpu | None = None) -> None:
        """See `Defines.check_definition`."""
        check_definition(text, where=where, gpu=gpu)

    def narrow_bidders(self, text: str, bidders: Bidders, *, where: str) -> Bidders:
        """See `Narrows.narrow_bidders`."""
        return narrow_bidders(text, bidders, where=where)

    def most_usd_per_hour(self, text: str) -> Decimal:
        """See `Narrows.most_usd_per_hour`. By the time that blocks take now."""
        return plain(self._desk.ledger.block_time().usd_per_hour(most_per_block(text)))

    def advice(
        self,
        *,
        image: str,
        definition: str | None = None,
        way_in: bool = True,  # noqa: ARG002 - a container needs none
    ) -> tuple[str, ...]:
        """See `Advises.advice`: images that are not named by digest, passwords that a provider reads, and the like."""
        return advice(image, definition)

    def _deposit(self, max_usd_per_hour: Decimal, hours: Decimal | None) -> tuple[Decimal, Decimal]:
        """What is locked for so long, in uact, and for which price a block."""
        ledger = self._desk.ledger
        block = ledger.block_time()
        lasts = self._settings.deposit_lasts if hours is None else timedelta(hours=float(hours))
        price = ceiling_per_block(max_usd_per_hour, block)
        return deposit_uact(price, lasts, block, ledger.min_deposit_uact()), price

    @property
    def _desk(self) -> Desk:
        with self._lock:
            if self._opened is None:
                self._opened = self._opener(self._settings, self._clock)
            return self._opened


def _dseq(ref: MachineRef) -> Dseq:
    if not (ref.id.isascii() and ref.id.isdigit() and len(ref.id) <= 20):
        raise failed(Failure.INVALID, "a machine here is named by its deployment's number", "ampacity status NAME")
    return Dseq(int(ref.id))

"""An auction, from an order that is out to a bidder that has what is to run.

How far it has come is read from its seller, so that it is taken up again after a kill wherever that
came. Each step is in the journal before it is taken. It ends with a bidder that delivers, or with
the order closed and what it held given back; only where that cannot be reached does the order stand.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Protocol

import msgspec

from ...core.clock import rfc3339
from ...core.errors import AmpacityError, CancelledError
from ...core.money import show_usd
from ...providers.base import (
    RETRYABLE,
    Bid,
    Bids,
    Failure,
    Machine,
    MachineOrder,
    Narrows,
    ProviderError,
    Provisions,
    Sale,
    Stage,
    choose_bid,
)
from ..books import close_books
from ..journal import EntryState
from .bench import Bench
from .delete import remove
from .outcomes import NotReadyError
from .outputs import outputs_of
from .patience import poll, retry
from .unsold import SHUNNED, unsold

ORDERS = 3
"""How many orders are opened in turn for one machine whose bidders fail."""
CLOSE_SECONDS = 60.0
_BID_GONE = frozenset({Failure.CAPACITY_ZONE, Failure.CAPACITY_REGION, Failure.CAPACITY_GLOBAL})
_UNSURE = RETRYABLE | {Failure.UNKNOWN_OUTCOME, Failure.PARTIAL}


class Auctions(Provisions, Bids, Protocol):
    """A seller by auction."""


class BidderFailedError(ProviderError):
    """Who was taken did not come to run it; its order is closed, and another may be opened. `tale` is who and why."""

    def __init__(self, order: MachineOrder, bidder: str | None, why: str) -> None:
        what = f"{order.offer.provider}: {bidder or 'the bidder'} failed {order.labels.machine}"
        super().__init__(order.offer.provider, Failure.CAPACITY_GLOBAL, f"{why}; its order is closed", what=what)
        self.tale = f"{bidder or 'the bidder'}: {why}"


class Lot(msgspec.Struct, frozen=True, kw_only=True):
    """A machine that exists as an order only, and how it was last seen."""

    urn: str
    order: MachineOrder
    machine: Machine


def refuse_unbounded(seller: Provisions, order: MachineOrder) -> None:
    """Raises `ProviderError` for an order that is to be auctioned without a ceiling."""
    if isinstance(seller, Bids) and order.max_usd_per_hour is None:
        raise ProviderError(order.offer.provider, Failure.INVALID, "an auction without a ceiling could cost anything")


def conclude(bench: Bench, seller: Provisions, lot: Lot) -> None:
    """Return once the bidder has what is to run; at once for a seller that holds no auctions.

    Raises `ProviderError` with the order closed (`BidderFailedError` where another may be opened),
    `NotReadyError` where it stands and is to be taken up again.
    """
    if not isinstance(seller, Bids):
        return
    refuse_unbounded(seller, lot.order)
    try:
        _Auction(bench, seller, lot).run()
    except _LostError as lost:
        _close(bench, seller, lot, lost.error)
        raise lost.error from lost
    except AmpacityError as error:
        raise _standing(lot, [str(error)]) from error
    except Exception as error:
        raise _standing(lot, [f"unexpected {type(error).__name__} in its auction"]) from error


class _LostError(Exception):
    """Nothing will come of the order: it is to be closed."""

    def __init__(self, error: ProviderError) -> None:
        super().__init__(str(error))
        self.error = error


class _Auction:
    """One order's way, from wherever it is."""

    def __init__(self, bench: Bench, seller: Auctions, lot: Lot) -> None:
        self._bench = bench
        self._seller = seller
        self._lot = lot
        self._order = lot.order
        self._token = lot.order.labels.token

    def run(self) -> None:
        sale = self._sale()
        self._refuse_shunned(sale)
        if sale.stage is Stage.ENDED:
            raise self._failed(sale.bidder, "it gave the order up")
        bidder = self._take(sale) if sale.stage is Stage.BIDDING else sale.bidder
        if sale.stage is not Stage.DELIVERED:
            self._deliver(bidder or "its bidder")

    def _sale(self) -> Sale:
        if self._bench.stop.is_set():
            raise CancelledError("Stopped in the middle of its auction", fix="ampacity recover")
        return retry(lambda: self._seller.sale(self._lot.machine.ref), stop=self._bench.stop)

    def _refuse_shunned(self, sale: Sale) -> None:
        """One that was given up, and whose order outlived the kill that came before it was closed."""
        entry = self._bench.journal.entry(self._token)
        if entry is not None and entry.shunned and sale.bidder == entry.bidder:
            raise self._failed(sale.bidder, entry.note)

    def _take(self, sale: Sale) -> str | None:
        """Who was taken, once the time for bids is over."""
        self._await_bids(sale)
        ceiling = self._order.max_usd_per_hour or Decimal(0)
        bids = self._bids()
        left = bids
        self._tell_passed_over(bids, choose_bid(bids, ceiling))
        while (bid := choose_bid(left, ceiling)) is not None:
            if self._accept(bid):
                return bid.bidder
            left = [other for other in left if other.id != bid.id]
        late = self._sale()
        if late.stage is Stage.BIDDING:
            raise _LostError(unsold(self._order, ceiling, bids, own_usd_per_hour=self._own_price()))
        return late.bidder

    def _await_bids(self, sale: Sale) -> None:
        self._step(f"the order is out; a bid is chosen at {rfc3339(sale.bids_until)}")
        seconds = (sale.bids_until - self._bench.clock()).total_seconds()
        if seconds > 0 and self._bench.stop.wait(seconds):
            raise CancelledError("Stopped while bids were awaited", fix="ampacity recover")

    def _bids(self) -> list[Bid]:
        shunned = self._bench.journal.shunned()
        found = retry(lambda: list(self._seller.bids(self._lot.machine.ref, self._order)), stop=self._bench.stop)
        return [_refused(bid) if bid.bidder in shunned else bid for bid in found]

    def _tell_passed_over(self, bids: Sequence[Bid], best: Bid | None) -> None:
        """Why the cheaper ones are not taken; where none can be, the error says it of all."""
        most = None if best is None else best.usd_per_hour
        for bid in bids:
            if not bid.allowed and most is not None and bid.usd_per_hour is not None and bid.usd_per_hour < most:
                self._say(f"passes over {bid.bidder} at {show_usd(bid.usd_per_hour, places=4)} per hour: {bid.why_not}")

    def _own_price(self) -> Decimal | None:
        """The most that the order's own definition pays, `None` where it has none or nobody can tell."""
        with suppress(AmpacityError):  # it explains only: what was bid has been seen
            if isinstance(self._seller, Narrows) and self._order.definition is not None:
                return self._seller.most_usd_per_hour(self._order.definition)
        return None

    def _accept(self, bid: Bid) -> bool:
        """Whether `bid` is ours; no where it was gone."""
        price = f"{show_usd(bid.usd_per_hour, places=4)} per hour"
        self._step(f"takes the bid of {bid.bidder} at {price}", bidder=bid.bidder)
        ref = self._lot.machine.ref
        try:
            retry(lambda: self._seller.accept(ref, self._order, bid), stop=self._bench.stop)
        except ProviderError as error:
            if not self._taken_after(error, bid):
                self._say(f"the bid of {bid.bidder} is passed over: {error.why}")
                return False
        self._step(f"took the bid of {bid.bidder} at {price}", bidder=bid.bidder, usd_per_hour=bid.usd_per_hour)
        return True

    def _taken_after(self, error: ProviderError, bid: Bid) -> bool:
        """Whether `bid` was taken though `error` came back. What stays unclear, or stands in the way, is raised."""
        if error.kind not in _BID_GONE and error.kind not in _UNSURE:
            raise _LostError(error) from error
        patience = self._bench.settle_seconds if error.kind in _UNSURE else 0.0
        taken = poll(lambda: self._bidder_of(bid), seconds=patience, stop=self._bench.stop)
        if taken is None and error.kind in _UNSURE:
            raise error
        return taken is not None

    def _bidder_of(self, bid: Bid) -> str | None:
        sale = self._sale()
        if sale.stage is Stage.ENDED and sale.bidder == bid.bidder:
            raise self._failed(bid.bidder, "it ended the lease as soon as it was made")
        return sale.bidder if sale.stage in {Stage.TAKEN, Stage.DELIVERED} and sale.bidder == bid.bidder else None

    def _deliver(self, bidder: str) -> None:
        self._step(f"delivers what is to run to {bidder}", bidder=bidder)
        failure: list[ProviderError] = []
        done = poll(
            lambda: self._hand_over(bidder, failure), seconds=self._bench.deliver_seconds, stop=self._bench.stop, most=8
        )
        if done:
            self._step(f"delivered to {bidder}")
        elif self._bench.stop.is_set():
            raise CancelledError(f"Stopped before {bidder} had what is to run", fix="ampacity recover")
        else:
            raise self._failed(bidder, str(failure[-1]))

    def _hand_over(self, bidder: str, failure: list[ProviderError]) -> bool | None:
        """`True` once it is done, `False` once it never will be, `None` while it may."""
        try:
            self._seller.deliver(self._lot.machine.ref, self._order)
        except ProviderError as error:
            if not failure and error.kind in _UNSURE:
                until = rfc3339(self._bench.clock() + timedelta(seconds=self._bench.deliver_seconds))
                self._say(
                    f"{bidder} does not take what is to run, and is tried until {until}{self._price()}: {error.why}"
                )
            failure.append(error)
            return None if error.kind in _UNSURE else False
        return True

    def _failed(self, bidder: str | None, why: str) -> _LostError:
        """Shuns the bidder, durably, before its order is closed."""
        if bidder is not None:
            self._bench.journal.shun(self._token, bidder, why)
        self._say(f"{bidder or 'its bidder'} is given up: {why}")
        return _LostError(BidderFailedError(self._order, bidder, why))

    def _price(self) -> str:
        entry = self._bench.journal.entry(self._token)
        return f" at {show_usd(entry.usd_per_hour, places=4)} per hour" if entry and entry.usd_per_hour else ""

    def _step(self, note: str, *, bidder: str | None = None, usd_per_hour: Decimal | None = None) -> None:
        self._bench.journal.step(self._token, note, bidder=bidder, usd_per_hour=usd_per_hour)
        self._say(note)

    def _say(self, text: str) -> None:
        self._bench.tell(self._lot.urn, text)


def _refused(bid: Bid) -> Bid:
    return msgspec.structs.replace(bid, allowed=False, why_not=SHUNNED)


def _close(bench: Bench, seller: Auctions, lot: Lot, why: ProviderError) -> None:
    """Close the order, so that what it holds comes back; raises `NotReadyError` while that cannot be done."""
    token = lot.order.labels.token
    try:
        bench.journal.step(token, f"closes the order: {why}")
        _keep_books(bench, seller, lot)
        remove(bench, seller, lot.machine.ref, CLOSE_SECONDS)
    except AmpacityError as error:
        raise _standing(lot, [str(why), f"the order could not be closed: {error}"]) from error
    with suppress(AmpacityError):  # it is gone in any case, which the next read finds
        close_books(bench.journal, seller, token, lot.machine.ref, note=f"closed: {why}")
        bench.tell(lot.urn, f"its order is closed{_spent(bench, lot)}")


def _spent(bench: Bench, lot: Lot) -> str:
    entry = bench.journal.entry(lot.order.labels.token)
    usd = None if entry is None else entry.settlement.spent_usd if entry.settlement else entry.spent_usd
    return f", {show_usd(usd)} is spent" if usd else ""


def _keep_books(bench: Bench, seller: Auctions, lot: Lot) -> None:
    """Write down what it cost and holds by its seller's books, which a closed order may no longer tell."""
    with suppress(ProviderError):  # then price and time tell
        last = seller.read(lot.machine.ref)
        if last is not None:
            bench.journal.settle_machine(last, lot.order.labels.token, EntryState.MADE)


def _standing(lot: Lot, reasons: list[str]) -> NotReadyError:
    return NotReadyError(lot.machine.ref.id, outputs_of(lot.machine, lot.order.labels.token), reasons)
